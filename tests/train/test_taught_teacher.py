"""A teacher that also learns from text that others labelled."""

import random

import numpy as np
import pytest
from click.testing import CliRunner
from support.tiny_encoder import run

from tagger.errors import DataError
from tagger.train.cli.teacher import teacher
from tagger.train.data import labelled_text
from tagger.train.data.labelled_text import PlainDocument
from tagger.train.teacher.draws import draw
from tagger.train.teacher.label import Teacher
from tagger.train.teacher.labelling import label


@pytest.fixture(scope="module")
def nothing_found(teacher_pipeline, tmp_path_factory):
    """The labelled text of the pipeline, now with certainty that no token is of a name; its tags in another order."""
    text = labelled_text.read_text(teacher_pipeline[0] / "silver.npz")
    documents, tags = text.documents, [*text.tags[1:], text.tags[0]]
    for document in documents:
        document.probabilities = [
            np.repeat(np.eye(len(tags), dtype=np.float16)[-1:], len(tokens), 0) for tokens in document.sentences
        ]
    path = tmp_path_factory.mktemp("soft") / "nothing.npz"
    labelled_text.write_text(path, documents, tags)
    return path


def test_labelled_text_teaches_a_teacher_by_its_share(teacher_pipeline, nothing_found, tmp_path):
    folder, _ = teacher_pipeline
    tuning = [
        "--epochs",
        3,
        "--batch",
        32,
        "--rate",
        1e-2,
        "--head-rate",
        2e-2,
        "--layer-decay",
        1,
        "--windows",
        "16",
        "--threads",
        1,
    ]
    text = labelled_text.read_text(folder / "text.npz").documents
    names = []
    for share in ("0", "0.5", "0.9"):
        run(
            "fit",
            folder / "train.conll",
            "--encoder",
            folder / "encoder.pt",
            "--soft",
            nothing_found,
            "--soft-share",
            share,
            "-o",
            tmp_path / "t.pt",
            *tuning,
        )
        rows = np.concatenate(
            [rows for document in label([Teacher.load(tmp_path / "t.pt")], text) for rows in document.probabilities]
        )
        names.append(float(1 - rows[:, 0].astype(np.float32).mean()))
    assert names[0] > names[1] > 2 * names[2], names  # how much of the text is taken for names


@pytest.mark.parametrize("share", [0.0, 0.25, 0.5, 0.8])
def test_as_many_tokens_are_drawn_as_make_the_share(share):
    documents = [PlainDocument(str(number), "", [("слово",) * 10]) for number in range(1000)]
    one, other = (draw(documents, share, 1000, random.Random(seed)) for seed in (1, 2))
    drawn = 10 * len(one)
    assert abs(drawn / (drawn + 1000) - share) < 0.01
    assert len({document.name for document in one}) == len(one)
    assert not one or [document.name for document in one] != [document.name for document in other]


def test_labelled_text_of_other_tags_is_refused_in_one_line(teacher_pipeline, nothing_found, tmp_path):
    folder, _ = teacher_pipeline
    text = labelled_text.read_text(nothing_found)
    strange = [tag.replace("ORG", "JOB") for tag in text.tags]
    labelled_text.write_text(tmp_path / "strange.npz", text.documents, strange)
    for file, message in [(tmp_path / "strange.npz", "B-JOB"), (folder / "text.npz", "label it first")]:
        arguments = [
            "fit",
            folder / "train.conll",
            "--encoder",
            folder / "encoder.pt",
            "--soft",
            file,
            "-o",
            tmp_path / "t.pt",
        ]
        done = CliRunner().invoke(teacher, [*map(str, arguments)])
        assert (
            isinstance(done.exception, DataError) and message in str(done.exception) and "\n" not in str(done.exception)
        )
    assert not (tmp_path / "t.pt").exists()
