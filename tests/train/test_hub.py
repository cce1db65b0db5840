"""The hub's form of data, read by the real library from local files."""

import pytest

datasets = pytest.importorskip("datasets", reason="needs the package datasets")

from support.processes import run_program  # noqa: E402

from tagger.errors import DataError  # noqa: E402
from tagger.train.data.sources import read  # noqa: E402

NAMES = ["O", "B-PERS", "I-PERS", "B-ORG", "I-ORG", "B-LOC", "I-LOC", "B-MISC", "I-MISC"]


def write_part(folder, part, tokens, tags, names=NAMES):
    feature = (
        datasets.Sequence(datasets.ClassLabel(names=names)) if names else datasets.Sequence(datasets.Value("string"))
    )
    features = datasets.Features({"tokens": datasets.Sequence(datasets.Value("string")), "ner_tags": feature})
    datasets.Dataset.from_dict({"tokens": tokens, "ner_tags": tags}, features=features).to_parquet(
        folder / f"{part}.parquet"
    )


@pytest.fixture
def folder(tmp_path):
    rows = [["Олена", "Мельник", "у", "Києві"], ["Так"]]
    write_part(tmp_path, "train", rows * 40, [[1, 2, 0, 5], [0]] * 40)
    write_part(tmp_path, "validation", rows * 3, [[1, 2, 0, 5], [0]] * 3)
    write_part(tmp_path, "test", rows, [[1, 2, 0, 5], [0]])
    return tmp_path


def test_parts_and_names_of_tags(folder):
    parts = read(str(folder))
    assert list(parts) == ["train", "validation", "test"]
    assert parts["train"][0].sentences[0].tags == ("B-PERS", "I-PERS", "O", "B-LOC")
    assert list(read(str(folder), part="test")) == ["test"]
    with pytest.raises(DataError, match="no split 'dev', only train, validation, test"):
        read(str(folder), part="dev")


def test_string_tags(tmp_path):
    write_part(tmp_path, "train", [["Київ"]], [["B-LOC"]], names=None)
    assert read(str(tmp_path))["train"][0].sentences[0].tags == ("B-LOC",)


def test_rows_that_do_not_fit(tmp_path):
    write_part(tmp_path, "train", [["Київ", "спить"]], [[5]])
    with pytest.raises(DataError, match="row 1 of split train has 2 tokens and 1 tags"):
        read(str(tmp_path))


def test_a_folder_with_nothing_in_it_and_a_damaged_file(tmp_path):
    with pytest.raises(DataError, match="cannot be loaded"):
        read(str(tmp_path))
    (tmp_path / "train.parquet").write_bytes(b"PAR1 nothing")
    with pytest.raises(DataError, match="cannot be loaded"):
        read(str(tmp_path))


def test_from_hub_data_to_tags(folder, tmp_path):
    checkpoint, model = tmp_path / "hub.pt", tmp_path / "hub.onnx"
    options = "--epochs 3 --width 16 --embedding 16 --rate 0.02 --dropout 0 --threads 1".split()
    for program, arguments in [
        ("uk-tag-train", ["describe", folder]),
        ("uk-tag-train", ["fit", folder, "-o", checkpoint, *options]),
        ("uk-tag-export", [checkpoint, model]),
        ("uk-tag-train", ["evaluate", model, folder]),
    ]:
        done = run_program(program, *arguments)
        assert done.returncode == 0, done.stderr.decode()
    assert "micro                     1.0000    1.0000    1.0000       2          2" in done.stdout.decode()
