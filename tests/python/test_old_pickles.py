"""Pickles that version 0.8.1 wrote still open: of a tagger, and of columns of a table."""

import pickle

import pytest

from tagger import ModelError, Tagger
from tagger.formats.tables import Column
from tagger.inference.model_path import SHIPPED_MODEL

# As `pickle.dumps(tagger, 0)` wrote them, with PATH and DIGEST in place of a model's own.
TAGGER = b"ctagger.tagger\nreopen\np0\n(VPATH\np1\nVDIGEST\np2\nVauto\np3\nI1\nI256\ntp4\nRp5\n."
TAGS = b"ctagger.columns\nColumn\np0\n((lp1\n(lp2\nVB-LOC\np3\naaVtags\np4\ntp5\nRp6\n."
ENTITIES = (
    b"ctagger.columns\nColumn\np0\n((lp1\n(lp2\n(dp3\nVstart\np4\nI0\nsVend\np5\nI4\nsVlabel\np6\nVLOC\np7\nsVtext\np8\n"
    b"V\\u041a\\u0438\\u0457\\u0432\np9\nsVscore\np10\nF0.5\nsaaVentities\np11\ntp12\nRp13\n."
)


def pickled(path: str, digest: str) -> bytes:
    """A tagger's pickle."""
    return TAGGER.replace(b"PATH", path.encode()).replace(b"DIGEST", digest.encode())


def test_taggers_open(tagger, tiny_model):
    opened = pickle.loads(pickled(str(tiny_model), tagger.session.digest))
    assert opened.tag(["Олена", "у", "Києві"]) == tagger.tag(["Олена", "у", "Києві"])
    assert opened.batch_tokens == 256


@pytest.mark.parametrize("name", ["uk-ner.onnx", "uk-ner.int8.onnx", "uk-ner-small.onnx", "uk-ner-small.int8.onnx"])
def test_models_of_the_package_go_by_name(name, monkeypatch, tmp_path):
    digest = Tagger.load(SHIPPED_MODEL.with_name(name), device="cpu").session.digest
    monkeypatch.chdir(tmp_path)  # the name is not one of a file in the working directory
    assert pickle.loads(pickled(name, digest)).session.path == SHIPPED_MODEL.with_name(name)


def test_another_model_is_refused(tiny_model):
    with pytest.raises(ModelError, match="is not the model that was pickled"):
        pickle.loads(pickled(str(tiny_model), "0" * 64))


@pytest.mark.parametrize(
    ("data", "kind", "rows"),
    [
        (TAGS, "tags", [["B-LOC"]]),
        (ENTITIES, "entities", [[{"start": 0, "end": 4, "label": "LOC", "text": "Київ", "score": 0.5}]]),
    ],
    ids=["tags", "entities"],
)
def test_columns_open(data, kind, rows):
    column = pickle.loads(data)
    assert type(column) is Column and column.kind == kind and column == rows
