"""int8 files: choice of the file, scores independent of the batch, pinned ranges; and batches too large for memory."""

from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
from onnx import helper
from support import corpora
from support.processes import run_program

from export.graph import build
from export.model_file import to_bytes
from export.parity import compare, compare_int8, random_sentences
from export.pinned import EXTRA
from export.quantize import quantize
from tagger.errors import ModelError
from tagger.inference import model_path
from tagger.inference.model_path import model_file, sister
from tagger.inference.session import Session
from tagger.model_file import digest
from tagger.model_file.bundle import COPYING_FORMAT, FORMAT_KEY
from tagger.tagger import Tagger
from tagger.train.student.checkpoint import Checkpoint, load
from tagger.train.student.embedding_quantization import SMALLEST, round_table, split_table
from tagger.train.student.network import Network


@pytest.fixture(scope="module")
def int8_model(tiny_checkpoint, tiny_model):
    """Export the int8 sister of the tiny model."""
    path = sister(tiny_model)
    done = run_program("uk-tag-export", tiny_checkpoint, path, "--precision", "int8")
    said = done.stderr.decode()
    assert done.returncode == 0 and "alone and in any batch" in said and len(said.splitlines()) == 1, said
    return path


def test_int8_scores_do_not_depend_on_the_batch(int8_model):
    tagger = Tagger.load(int8_model, device="cpu")
    sentences = [tokens for tokens, _ in corpora.sentences(60, seed=4)] + [["Так"], corpora.sentences(1)[0][0] * 150]
    whole = tagger.annotate(sentences, probabilities=True)
    threads = Tagger.load(int8_model, device="cpu", batch_tokens=64, threads=2).annotate(
        sentences[::-1], probabilities=True
    )[::-1]
    for sentence, one, other in zip(sentences, whole, threads, strict=True):
        (alone,) = tagger.annotate([sentence], probabilities=True)
        np.testing.assert_array_equal(one.probabilities, alone.probabilities)
        np.testing.assert_array_equal(one.probabilities, other.probabilities)


def test_vectors_of_the_batch_or_of_all_words(int8_model, tiny_model):
    """A GPU is sent the former, the CPU reads the latter."""
    sentences = [tokens for tokens, _ in corpora.sentences(200, seed=5)]
    for path, kind in ((int8_model, np.uint8), (tiny_model, np.float32)):
        session = Session(path, device="cpu")
        assert session.takes_table and session.kind == kind
        whole = Tagger(session).annotate(sentences, probabilities=True)
        session.takes_table = False
        for one, other in zip(whole, Tagger(session).annotate(sentences, probabilities=True), strict=True):
            np.testing.assert_array_equal(one.probabilities, other.probabilities)


def test_old_models_get_the_vectors_of_the_batch(tiny_checkpoint, tmp_path):
    """Models up to version 0.6 copy all vectors that they are given."""
    checkpoint = load(tiny_checkpoint)
    sealed = onnx.load_from_string(to_bytes(build(checkpoint.network()), checkpoint.bundle()))
    kept = {entry.key: entry.value for entry in sealed.metadata_props}
    helper.set_model_props(sealed, {**kept, FORMAT_KEY: str(COPYING_FORMAT), digest.KEY: digest.PLACEHOLDER})
    path = tmp_path / "old.onnx"
    path.write_bytes(digest.seal(sealed.SerializeToString()))
    session = Session(path, device="cpu")
    assert not session.takes_table
    given = []
    emissions = session.emissions
    session.emissions = lambda vectors, index, lengths: (
        given.append((vectors, index)) or emissions(vectors, index, lengths)
    )
    Tagger(session, batch_tokens=20).annotate([tokens for tokens, _ in corpora.sentences(30, seed=5)])
    assert len(given) > 5 and all(len(vectors) == len(np.unique(index)) for vectors, index in given)


def test_unpinned_int8_is_refused(tiny_checkpoint):
    """Without pinned ranges the scores depend on the batch, so the check can fail."""
    checkpoint = load(tiny_checkpoint)
    graph = build(checkpoint.network())
    with pytest.raises(ModelError, match="depend on its neighbours"):
        compare_int8(
            to_bytes(quantize(graph), checkpoint.bundle()),
            to_bytes(graph, checkpoint.bundle()),
            random_sentences(40, 1),
        )


@pytest.mark.parametrize(("layers", "bidirectional"), [(1, False), (2, True), (3, False)])
def test_a_pinned_graph_gives_the_same_scores(tiny_checkpoint, layers, bidirectional):
    tiny = load(tiny_checkpoint)
    settings = type(tiny.settings)(
        layers=layers, bidirectional=bidirectional, width=7, embedding=tiny.settings.embedding
    )
    network = Network(settings, len(tiny.vocabulary), tiny.tags)
    with torch.no_grad():
        network.embedding.weight.copy_(round_table(network.embedding.weight))
    checkpoint = Checkpoint(settings, tiny.vocabulary, tiny.tags, network.state_dict(), {}, {}, history=[])
    graph = build(checkpoint.network(), pinned=True)
    widths = {tuple(tensor.dims) for tensor in graph.graph.initializer if tensor.name.endswith(".R")}
    assert {dims[2] for dims in widths} == {7 + EXTRA}
    compare(to_bytes(graph, checkpoint.bundle()), checkpoint, random_sentences(30, 2))
    compare_int8(
        to_bytes(quantize(graph), checkpoint.bundle()), to_bytes(graph, checkpoint.bundle()), [["Так"], ["Київ"] * 9]
    )


def test_only_lstm_layers_can_be_pinned(tiny_checkpoint):
    tiny = load(tiny_checkpoint)
    network = Network(type(tiny.settings)(cell="gru", width=5, embedding=4), len(tiny.vocabulary), tiny.tags)
    with torch.no_grad():
        network.embedding.weight.copy_(round_table(network.embedding.weight))
    with pytest.raises(ModelError, match="int8 is for LSTM"):
        build(network, pinned=True)


def test_the_table_in_eight_bits():
    torch.manual_seed(3)
    table = torch.randn(50, 16) * torch.logspace(-6, 2, 50)[:, None]
    table[3] = 0
    rounded = round_table(table)
    assert torch.equal(round_table(rounded), rounded) and not torch.equal(table, rounded)
    large = table.abs().amax(1) > 127 * SMALLEST  # smaller rows have fewer steps
    assert ((table - rounded).abs().amax(1) <= table.abs().amax(1) / 127)[large].all()
    with pytest.raises(ValueError, match="not in eight bits"):
        split_table(table)


def test_which_file_is_opened(tmp_path, monkeypatch):
    monkeypatch.delenv(model_path.MODEL_VARIABLE, raising=False)
    shipped = tmp_path / "uk.onnx"
    monkeypatch.setattr(model_path, "SHIPPED_MODEL", shipped)
    with pytest.raises(ModelError, match=r"uk\.int8\.onnx: there is no int8 file"):
        model_file(None, "int8")
    assert model_file(None) == shipped
    small = sister(shipped)
    small.touch()
    monkeypatch.setattr(model_path, "has_gpu", lambda: False)
    assert (
        model_file(None) == model_file(shipped, "int8") == small
        and model_file(None, "float32") == model_file(small, "float32") == shipped
    )
    assert model_file(shipped) == shipped and model_file(None, device="cuda") == shipped
    monkeypatch.setattr(model_path, "has_gpu", lambda: True)
    assert model_file(None) == shipped and model_file(None, device="cpu") == small


def test_models_of_the_package_by_name(tmp_path, monkeypatch):
    folder = tmp_path / "package"
    folder.mkdir()
    monkeypatch.setattr(model_path, "SHIPPED_MODEL", folder / "uk.onnx")
    monkeypatch.setattr(model_path, "has_gpu", lambda: False)
    monkeypatch.chdir(tmp_path)
    named = folder / "uk-small.onnx"
    named.touch()
    assert model_file("uk-small") == named
    sister(named).touch()
    assert model_file("uk-small") == model_file("uk-small", "int8") == sister(named)
    assert model_file("uk-small", "float32") == model_file("uk-small", device="cuda") == named
    monkeypatch.setenv(model_path.MODEL_VARIABLE, "uk-small")
    assert model_file(None) == sister(named)
    for other in ("./uk-small", "uk-other", "uk-small.onnx"):
        assert model_file(other) == Path(other)
    Path("uk-small").touch()  # a file goes first
    assert model_file("uk-small") == Path("uk-small")


def test_a_path_is_not_a_model_name():
    """`./uk-ner` is a missing file, although the package has a model of that name."""
    done = run_program("uk-tag", "-m", "./uk-ner", stdin="Київ\n".encode())
    assert (
        (done.returncode, done.stdout) == (1, b"")
        and b"cannot be read" in done.stderr
        and done.stderr.count(b"\n") == 1
    )
    named = run_program("uk-tag", "-m", "uk-ner", "--device", "cpu", stdin="Київ\n".encode(), check=True)
    assert named.stdout.decode() == "Київ\tB-LOC\n\n"


def test_a_batch_too_large_runs_in_halves(tiny_model):
    tagger = Tagger.load(tiny_model, device="cpu")
    sentences = [tokens for tokens, _ in corpora.sentences(40, seed=5)]
    expected = [annotation.tags for annotation in tagger.annotate(sentences)]
    inner, sizes = tagger.session.emissions, []

    def emissions(vectors, index, lengths):
        sizes.append(index.shape[1])
        if index.shape[1] > 3:
            raise MemoryError("failed to allocate")
        return inner(vectors, index, lengths)

    tagger.session.emissions = emissions
    assert [annotation.tags for annotation in tagger.annotate(sentences)] == expected and max(sizes) > 3
    tagger.session.emissions = lambda *arrays: (_ for _ in ()).throw(MemoryError)
    with pytest.raises(MemoryError):
        tagger.annotate(sentences)
