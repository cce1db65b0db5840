"""A sentence gets the same tags and scores whatever its neighbours, and windows are processed ahead of their use."""

import threading

import numpy as np
import pytest
from support import corpora

from tagger.inference.batching import SEGMENT
from tagger.inference.engine import BATCH_TOKENS, WINDOW_TOKENS, Engine
from tagger.inference.model_path import MODEL_VARIABLE, SHIPPED_MODEL, default_model
from tagger.tagger import Tagger


@pytest.fixture(scope="module")
def sentences():
    made = [tokens for tokens, _ in corpora.sentences(150, seed=9)]
    return [*made, [], ["Невідоме", "Слово"], made[0] * 400, made[2] * 200, ["а" * 100_000], ["\udcff", "\u200b", ""]]


def test_one_by_one_reversed_and_in_any_batch(tagger, tiny_model, sentences, monkeypatch):
    assert max(map(len, sentences)) > SEGMENT
    whole = tagger.annotate(sentences, probabilities=True)
    alone = [tagger.annotate([sentence], probabilities=True)[0] for sentence in sentences]
    backwards = tagger.annotate(sentences[::-1], probabilities=True)[::-1]
    small = Tagger.load(tiny_model, device="cpu", batch_tokens=64, threads=2).annotate(sentences, probabilities=True)
    monkeypatch.setattr("tagger.inference.engine.DECODED", 40)  # less than many batches have
    sliced = Tagger.load(tiny_model, device="cpu", batch_tokens=1 << 16).annotate(sentences, probabilities=True)
    for others in (alone, backwards, small, sliced):
        for one, other in zip(whole, others, strict=True):
            assert one.tags == other.tags
            if one.probabilities is not None:
                np.testing.assert_allclose(one.probabilities, other.probabilities, atol=1e-5)


def test_lengths_fit_and_probabilities_sum_to_one(tagger, sentences):
    for sentence, annotation in zip(sentences, tagger.annotate(sentences, probabilities=True), strict=True):
        assert len(annotation.tags) == len(sentence)
        if sentence:
            assert annotation.probabilities.shape == (len(sentence), len(tagger.bundle.tags))
            np.testing.assert_allclose(annotation.probabilities.sum(1), 1, atol=1e-4)


def test_stream_is_lazy_and_in_order(tagger, sentences):
    taken = []

    def source():
        for sentence in sentences:
            taken.append(sentence)
            yield sentence

    stream = tagger.stream(source(), window_tokens=50)
    first = next(stream)
    assert len(taken) < len(sentences)
    assert [first, *stream] == [annotation.tags for annotation in tagger.annotate(sentences)]


def test_window_size(tiny_model, monkeypatch):
    monkeypatch.setitem(BATCH_TOKENS, "cpu", 16384)
    assert Tagger.load(tiny_model, device="cpu").engine.window_tokens >= 4 * 16384
    tagger = Tagger.load(tiny_model, device="cpu", batch_tokens=64)
    assert tagger.engine.window_tokens == WINDOW_TOKENS
    taken = []
    next(tagger.stream(taken.append(0) or ["слово"] * 8 for _ in range(2000)))
    assert WINDOW_TOKENS // 10 < len(taken) < 2000


def test_a_long_sentence_is_tagged_like_its_parts(tagger):
    sentence = "Олена Коваленко живе в Києві .".split()
    assert tagger.tag(sentence * 300) == tagger.tag(sentence) * 300


def test_default_model(monkeypatch, tmp_path):
    monkeypatch.delenv(MODEL_VARIABLE, raising=False)
    assert default_model() == SHIPPED_MODEL
    monkeypatch.setenv(MODEL_VARIABLE, str(tmp_path / "mine.onnx"))
    assert default_model() == tmp_path / "mine.onnx"


class Watched:
    """A session that tells when it starts to run a batch."""

    def __init__(self, session):
        self._session, self.begun = session, threading.Event()

    def __getattr__(self, name):
        return getattr(self._session, name)

    def emissions(self, *batch):
        self.begun.set()
        return self._session.emissions(*batch)


@pytest.mark.parametrize(
    ("ahead", "batch_tokens", "processors", "begun"),
    [(True, 64, 2, True), (True, 64, 1, False), (True, 65536, 2, False), (False, 64, 2, False)],
)
def test_one_thread_runs_ahead_if_asked(tagger, monkeypatch, ahead, batch_tokens, processors, begun):
    monkeypatch.setattr("tagger.inference.engine.processors", lambda: processors)
    session = Watched(tagger.session)
    own = Engine(session, batch_tokens=batch_tokens)
    sentences = [tokens for tokens, _ in corpora.sentences(50, seed=9)]
    lengths = np.array([len(tokens) for tokens in sentences])
    window = own.submit(
        [token for tokens in sentences for token in tokens], lengths.cumsum() - lengths, lengths, ahead=ahead
    )
    assert session.begun.wait(10 if begun else 0.2) == begun
    own.collect(window)
    assert session.begun.is_set()
    expected = [tag for annotation in tagger.annotate(sentences) for tag in annotation.tags]
    assert [own.bundle.tags[number] for number in window.tags.tolist()] == expected


def test_windows_ahead_come_before_an_error(tiny_model):
    words = [["Олена", "Коваленко", "живе", "у", f"Києві{number}"] for number in range(400)]
    tagger = Tagger.load(tiny_model, device="cpu")
    tagger.engine._parallel = True
    taken = []

    def source():
        for sentence in words:
            if len(taken) == 350:
                raise KeyError("no more")
            taken.append(sentence)
            yield sentence

    # In tokens plus one per sentence. 600 is more than a batch.
    for window_tokens, sizes in ((600, [100, 200]), (6, [1])):
        taken.clear()
        stream = tagger.stream(source(), window_tokens=window_tokens)
        first = next(stream)
        assert len(taken) == sizes[-1]
        got = [first]
        with pytest.raises(KeyError):
            for tags in stream:
                got.append(tags)
        assert len(got) == 350
        assert got == [tagger.tag(sentence) for sentence in words[: len(got)]]
