"""Invalid values from a program give a clear error, and nothing read before them is lost."""

import math

import numpy as np
import pytest

from tagger import DataError, OptionError, Tagger

SENTENCE = ["Олена", "живе", "в", "Києві", "."]


@pytest.fixture(scope="module", params=[False, True], ids=["alone", "ahead"])
def tagger(request, tiny_model):
    tagger = Tagger.load(tiny_model, device="cpu")
    tagger.engine._parallel = request.param
    return tagger


@pytest.mark.parametrize(
    ("option", "values"),
    [
        ("device", ["gpu", "CPU", "", None, 0, "cuda:1"]),
        ("precision", ["fp8", "float16", "", None, 8]),
        ("threads", [0, -1, "2", 1.5, None, True, math.nan]),
        ("batch_tokens", [0, -1, "256", 256.0, True]),
    ],
)
def test_invalid_options(tiny_model, option, values):
    for value in values:
        with pytest.raises(OptionError, match=rf"^{option}={value!r}: give .*$"):
            Tagger.load(tiny_model, **{"device": "cpu", option: value})


def test_windows_of_no_tokens(tagger):
    for call in (tagger.stream, tagger.stream_entities):
        for value in (0, -5, "9"):
            with pytest.raises(OptionError, match="window_tokens"):
                call([], window_tokens=value)
    assert Tagger.load(tagger.session.path, device="cpu", threads=np.int64(2), batch_tokens=np.int32(64)).tag(
        SENTENCE
    ) == tagger.tag(SENTENCE)


STRINGS = ["Київ", "", b"\xd0\x9a", bytearray(b"x")]
NO_SENTENCES = [*STRINGS, None, math.nan, 1, {"Київ"}, {"Київ": 1}, (token for token in SENTENCE), iter(SENTENCE)]
NO_TOKENS = [None, math.nan, 1, b"x", ["Київ"]]
NO_TEXTS = [b"x", None, math.nan, 1]


@pytest.mark.parametrize("number", range(len(NO_SENTENCES)))
def test_invalid_sentences(tagger, number):
    value = NO_SENTENCES[number]
    for call in (
        lambda: tagger.tag(value),
        lambda: tagger.annotate([SENTENCE, value]),
        lambda: list(tagger.stream([SENTENCE, value])),
    ):
        with pytest.raises(DataError, match=r"sentence.*give") as caught:
            call()
        assert str(caught.value).isprintable()


@pytest.mark.parametrize("value", NO_TOKENS, ids=str)
def test_invalid_tokens(tagger, value):
    bad = [*SENTENCE, value]
    for call in (
        lambda: tagger.tag(bad),
        lambda: tagger.annotate([SENTENCE, bad]),
        lambda: list(tagger.stream([SENTENCE, tuple(bad)])),
    ):
        with pytest.raises(DataError, match=r"token 6.* is a .*: give strings"):
            call()


@pytest.mark.parametrize("value", NO_TEXTS, ids=str)
def test_invalid_texts(tagger, value):
    for call in (lambda: tagger(value), lambda: list(tagger.stream_entities(["Київ", value]))):
        with pytest.raises(DataError, match=r"text.* is a .*: give a string"):
            call()


def test_one_string_where_many_should_be(tagger):
    for value in [*STRINGS, None, 1]:
        for call in (tagger.stream, tagger.stream_entities, tagger.annotate):
            with pytest.raises(DataError, match="give a list"):
                call(value)
    with pytest.raises(DataError, match="stream"):
        tagger.annotate(iter([SENTENCE]))


def test_valid_values(tagger):
    expected = tagger.tag(SENTENCE)
    for sentence in (tuple(SENTENCE), np.array(SENTENCE), np.array(SENTENCE, object)):
        assert tagger.tag(sentence) == expected == next(tagger.stream(iter([sentence])))
    assert tagger.tag([]) == [] and len(tagger.tag(["", " ", "\n", "Київ"])) == 4
    assert list(tagger.stream([])) == list(tagger.stream_entities(())) == tagger.annotate([]) == []
    assert list(tagger.stream_entities(text for text in ["", "Київ"])) == [tagger(""), tagger("Київ")]


def test_invalid_columns(tagger):
    for columns in (
        [{"text": "Київ"}],
        "text",
        None,
        1,
        {"text": "Київ"},
        {"text": None},
        {"tokens": "Київ"},
        {"tokens": math.nan},
    ):
        with pytest.raises(DataError):
            tagger.map_batch(columns)
    assert tagger.map_batch({"text": [None, math.nan], "tokens": [None, math.nan]}) == {
        "entities": [None, None],
        "tags": [None, None],
    }


def broken(values, error):
    yield from values
    if error is not None:
        raise error


TROUBLES = [KeyError("no more"), OSError("disk"), None]


@pytest.mark.parametrize("error", TROUBLES, ids=["KeyError", "OSError", "a wrong value"])
@pytest.mark.parametrize("count", [0, 1, 7, 350])
@pytest.mark.parametrize("window_tokens", [1, 6, 600, None])
def test_results_come_before_an_error(tagger, error, count, window_tokens):
    kind = DataError if error is None else type(error)
    sentences = [["Олена", "живе", "у", f"Києві{number % 30}"] for number in range(count)]
    wrong_sentences = [[*sentences, None], [*sentences, ["Київ", 1], ["Київ"]]] if error is None else [sentences]
    for wrong in wrong_sentences:
        got = []
        with pytest.raises(kind):
            got.extend(iter_into(got, tagger.stream(broken(wrong, error), window_tokens=window_tokens)))
        assert got == list(tagger.stream(sentences))
    texts = [" ".join(sentence) for sentence in sentences]
    got = []
    with pytest.raises(kind):
        got.extend(
            iter_into(
                got,
                tagger.stream_entities(
                    broken([*texts, *([None, "Київ"] if error is None else [])], error), window_tokens=window_tokens
                ),
            )
        )
    assert got == list(tagger.stream_entities(texts))


def iter_into(got, source):
    for value in source:
        got.append(value)
    return []
