"""Columns of data sets, data frames and Arrow tables: the new columns have the same type for any content."""

import math
import subprocess
import sys

import pytest
from support.processes import ROOT

from tagger import DataError

TEXTS = ["нічого тут", "", None, "Олена Коваленко живе в Києві. Це Львів.", "Учора Петро був у Львові"]
TOKENS = [["нічого"], [], None, ["Олена", "Коваленко", "живе", "в", "Києві", "."], ["Петро"]]


@pytest.fixture(scope="module")
def expected(tagger):
    entities = [None if text is None else [as_dictionary(entity) for entity in tagger(text)] for text in TEXTS]
    return {"tags": [None if tokens is None else tagger.tag(tokens) for tokens in TOKENS], "entities": entities}


def as_dictionary(entity):
    return {name: getattr(entity, name) for name in ("start", "end", "label", "text", "score")}


def test_dictionary_of_lists(tagger, expected):
    columns = {"text": TEXTS, "tokens": TOKENS, "id": range(5)}
    assert tagger.map_batch(columns) == expected
    assert list(columns) == ["text", "tokens", "id"]
    assert tagger.map_batch({"words": TOKENS, "text": TEXTS}, tokens="words", tags="labels", text="none") == {
        "labels": expected["tags"]
    }
    assert tagger.map_batch({"text": []}) == {"entities": []}
    assert tagger.map_batch({"text": [math.nan]}) == {"entities": [None]}
    assert tagger.map_batch({"tokens": [["Олена", None]]})["tags"] == [tagger.tag(["Олена", ""])]


@pytest.mark.parametrize("columns", [{"id": [1]}, {"text": [1]}, {"tokens": ["Олена живе"]}, {"tokens": [[1]]}])
def test_wrong_columns(tagger, columns):
    with pytest.raises(DataError, match="column"):
        tagger.map_batch(columns)


def test_data_frames(tagger, expected):
    pandas = pytest.importorskip("pandas", reason="pandas is not installed")
    for dtype in (object, None):
        frame = pandas.DataFrame({"text": pandas.array(TEXTS, dtype=dtype), "tokens": TOKENS}, index=[9, 7, 5, 3, 1])
        added = frame.assign(**tagger.map_batch(frame))
        assert added["tags"].tolist() == expected["tags"]
        assert added["entities"].tolist() == expected["entities"]


def test_arrow_types(tagger, expected):
    arrow = pytest.importorskip("pyarrow", reason="pyarrow is not installed")
    table = arrow.table({"text": TEXTS, "tokens": TOKENS})
    for rows in (table, table.to_batches()[0]):
        added = {name: arrow.array(column) for name, column in tagger.map_batch(rows).items()}
        assert {name: column.to_pylist() for name, column in added.items()} == expected
    nothing = tagger.map_batch(table.slice(0, 3))
    assert arrow.array(nothing["entities"]).type == added["entities"].type
    assert arrow.array(nothing["tags"]).type == added["tags"].type == arrow.list_(arrow.string())


@pytest.fixture
def dataset(tmp_path, monkeypatch):
    datasets = pytest.importorskip("datasets", reason="datasets is not installed")
    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", tmp_path)
    datasets.disable_progress_bars()
    return datasets.Dataset.from_dict({"text": TEXTS * 4, "tokens": TOKENS * 4})


def test_data_sets(tagger, dataset, expected):
    # batches of two: the first has no entities from which Arrow could infer the type
    tagged = dataset.map(tagger.map_batch, batched=True, batch_size=2)
    assert tagged["tags"][:] == expected["tags"] * 4
    assert tagged["entities"][:] == expected["entities"] * 4
    streamed = dataset.to_iterable_dataset().map(tagger.map_batch, batched=True, batch_size=2)
    assert list(streamed) == tagged.to_list()
    assert (
        dataset.with_format("numpy").map(tagger.map_batch, batched=True, batch_size=3).with_format(None).to_list()
        == tagged.to_list()
    )
    renamed = dataset.map(tagger.map_batch, batched=True, fn_kwargs={"tags": "labels"}, remove_columns=["text"])
    assert set(renamed.column_names) == {"tokens", "labels", "entities"}


def test_data_sets_in_several_processes(tagger, dataset, expected):
    tagged = dataset.map(tagger.map_batch, batched=True, num_proc=2)
    assert tagged["entities"][:] == expected["entities"] * 4


def test_fingerprint_is_stable(tagger, tiny_model):
    pytest.importorskip("datasets", reason="datasets is not installed")
    program = f"""
from datasets.fingerprint import Hasher
from tagger import Tagger
tagger = Tagger.load({str(tiny_model)!r}, device="cpu")
print(Hasher.hash(tagger.map_batch))
tagger("Олена живе в Києві")
print(Hasher.hash(tagger.map_batch))
print(Hasher.hash(Tagger.load({str(tiny_model)!r}, device="cpu", threads=2).map_batch))
"""
    runs = []
    for seed in "12":
        environment = {"PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT), "HOME": str(tiny_model.parent)}
        runs.append(
            subprocess.run(
                [sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True
            ).stdout.split()
        )
    assert runs[0] == runs[1]
    assert runs[0][0] == runs[0][1] != runs[0][2]
