"""Features of words, their ids, and the cache of word vectors."""

import numpy as np
import pytest

from tagger.errors import ModelError
from tagger.features.names import FeatureSettings, names, shape
from tagger.features.vocabulary import Vocabulary
from tagger.inference.word_cache import WordCache


def test_names_of_a_word():
    settings = FeatureSettings(affix=2, piece=(3, 3))
    assert names("Київ", settings) == [
        "w:Київ",
        "l:київ",
        "p:к",
        "p:ки",
        "s:в",
        "s:їв",
        "h:Xxx",
        "n:<ки",
        "n:киї",
        "n:иїв",
        "n:їв>",
    ]


def test_digits_and_apostrophes_are_folded():
    settings = FeatureSettings(kinds=("word",))
    assert names("2016-й", settings) == names("1999-й", settings) == ["w:0000-й"]
    assert names("пам’ять", settings) == names("пам'ять", settings)


def test_a_token_of_a_megabyte_has_few_features():
    assert len(names("а" * 1_000_000, FeatureSettings())) < 100


@pytest.mark.parametrize(
    ("word", "expected"),
    [("Київ", "Xxx"), ("НАТО", "XX"), ("2016", "dd"), ("прем'єр-2", "xx'xx-d"), ("ГолосUA", "XxxXX"), ("", "")],
)
def test_shape(word, expected):
    assert shape(word) == expected


def test_unknown_features_are_dropped_and_rows_padded():
    settings = FeatureSettings(kinds=("word", "lower"), slots=3)
    vocabulary = Vocabulary(["l:київ", "w:Київ"], settings)
    assert vocabulary.rows(["Київ", "КИЇВ", "Львів"]).tolist() == [[2, 1, 0], [1, 0, 0], [0, 0, 0]]
    assert len(vocabulary) == 3


def test_prepare_drops_the_names():
    vocabulary = Vocabulary(["l:київ", "w:Київ"], FeatureSettings(kinds=("word", "lower"), slots=3))
    assert vocabulary.entries == ["l:київ", "w:Київ"]
    vocabulary.prepare()
    assert vocabulary.rows(["Київ"]).tolist() == [[2, 1, 0]] and len(vocabulary) == 3
    for ask in (lambda: vocabulary.entries, vocabulary.to_texts):
        with pytest.raises(ValueError, match="read them from the file again"):
            ask()


def test_excess_features_are_dropped():
    settings = FeatureSettings(slots=2)
    vocabulary = Vocabulary(names("Київ", settings), settings)
    assert vocabulary.row("Київ").tolist() == [1, 2]


def test_texts_round_trip():
    vocabulary = Vocabulary(["w:а", "n:<\u2028", "w:\udcff"], FeatureSettings(affix=3))
    again = Vocabulary.from_texts(vocabulary.to_texts())
    assert (again.entries, again.settings) == (vocabulary.entries, vocabulary.settings)


UNKNOWN_KIND = '{"kinds": ["smell"], "affix": 1, "piece": [1, 2], "slots": 1}'


@pytest.mark.parametrize("texts", [{}, {"features": "{", "entries": ""}, {"features": UNKNOWN_KIND, "entries": ""}])
def test_damaged_texts_are_refused(texts):
    with pytest.raises(ModelError):
        Vocabulary.from_texts(texts)


def test_word_vectors_when_the_cache_is_full():
    settings = FeatureSettings(kinds=("word",), slots=1)
    words = [f"слово{chr(0x430 + i % 32)}{chr(0x430 + i // 32 % 32)}{chr(0x430 + i // 1024)}" for i in range(4000)]
    vocabulary = Vocabulary([f"w:{word}" for word in words], settings)
    cache = WordCache(vocabulary, lambda rows: rows.astype(np.float32), 1, cached=1500, together=100)

    def check(chunk):
        numbers = cache.numbers(chunk)
        vectors, index = cache.vectors(numbers)
        assert len(vectors) == len(set(chunk))
        plain = [word if isinstance(word, str) else word.decode() for word in chunk]
        np.testing.assert_array_equal(vectors[index], vocabulary.rows(plain))
        np.testing.assert_array_equal(cache.table[numbers], vocabulary.rows(plain))

    for start in range(0, 4000, 700):
        check(words[start : start + 700] + words[:3] + [word.encode() for word in words[start : start + 2]])
        check([word.encode() for word in words[start : start + 20]])
    check(words)  # more at once than the cache holds
    cache.numbers(words[:1])
    assert len(cache._vectors) == 3000  # and they are kept for that call only


def test_odd_words_in_the_cache():
    words = ["слово", "два\nрядки", "", "\udcff"]
    vocabulary = Vocabulary([f"w:{word}" for word in words if word], FeatureSettings(kinds=("word",), slots=1))
    cache = WordCache(vocabulary, lambda rows: rows.astype(np.uint8), 1, np.uint8)
    for chunk in ([b"\n", "слово".encode()], ["слово".encode(), b""], [*words, b"\xd0\xb0"]):
        plain = [word if isinstance(word, str) else word.decode() for word in chunk]
        numbers = cache.numbers(chunk)
        np.testing.assert_array_equal(cache.table[numbers], vocabulary.rows(plain))
    assert cache.table.dtype == np.uint8
