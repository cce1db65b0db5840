"""Encoding many words at once gives the ids of their feature names; the hashes that make it possible."""

from dataclasses import astuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tagger.features.encoder import CHARACTERS, MAX_WORDS, MIN_WORDS, FeatureEncoder
from tagger.features.gazetteer import Gazetteer
from tagger.features.hashing import HashTable, Powers, Substrings, code_points, hash_ngrams, hash_strings, prepend
from tagger.features.names import DIGITS, LONGEST_SHAPE, LONGEST_WORD, FeatureSettings, names, shape
from tagger.features.word_forms import SHAPES, word_forms
from tagger.text.normalize import normalise

NAME_LISTS = Gazetteer.of({"олена": 2, "київ": 1, "а": 3})
WORDS = [
    "Київ",
    "київська",
    "ОЛЕНА",
    "Олені",
    "п'ять",
    "п’ять",
    "1999",
    "20-го",
    "ананананан",
    "абвабвабв",
    "İx",
    "<<>>",
    "",
    "а",
    "\udc80",
    "\ud800",
    "ж" * 200,
    "А\u0301",
]
SETTINGS = [
    FeatureSettings(slots=60),
    FeatureSettings(kinds=("word", "lower", "prefixes", "suffixes", "shape", "pieces", "gazetteer"), slots=9),
    FeatureSettings(kinds=("pieces", "suffixes"), affix=2, piece=(1, 4), slots=12),
    FeatureSettings(kinds=("gazetteer",), slots=1),
    FeatureSettings(kinds=("pieces", "word", "shape", "prefixes", "lower"), affix=6, piece=(2, 2), slots=20),
    FeatureSettings(kinds=("suffixes", "pieces", "gazetteer"), affix=1, piece=(4, 7), slots=5),
    FeatureSettings(kinds=("pieces", "pieces", "word", "word", "prefixes"), affix=3, piece=(2, 3), slots=12),
    FeatureSettings(kinds=("word", "prefixes", "suffixes", "pieces"), affix=0, piece=(3, 3), slots=12),
]


def by_names(words, entries, settings, gazetteer):
    """Return what the encoder should, a name at a time."""
    numbers = {entry: number for number, entry in enumerate(entries, 1)}
    rows = np.zeros((len(words), settings.slots), np.int32)
    for row, word in zip(rows, words, strict=True):
        listed = (
            [f"g:{gazetteer.classes([normalise(word[:LONGEST_WORD]).lower()])[0]}"]
            if "gazetteer" in settings.kinds
            else []
        )
        known = [numbers[name] for name in [*listed, *names(word, settings)] if name in numbers][: settings.slots]
        row[: len(known)] = known
    return rows


def entries_of(words, settings):
    """Return every second feature of some words, and some that no word has."""
    every = dict.fromkeys(name for word in words for name in names(word, settings) if "\n" not in name)
    return ["g:1", "g:3", *list(every)[::2], "n:щщщ", "w:" + "я" * 80]


def slow_shape(word):
    """Return a shape by its definition, a character at a time."""
    found = ""
    for character in word:
        sign = "X" if character.isupper() else "x" if character.isalpha() else "d" if character.isdigit() else character
        if not found.endswith(sign * 2):
            found += sign
            if len(found) == LONGEST_SHAPE:
                break
    return found


LETTERS = st.text(st.sampled_from("абвїєҐКІX’'-1 \n\u0301ςΣİ") | st.characters(exclude_categories=["Cs"]), max_size=12)


@given(st.lists(LETTERS | st.sampled_from(WORDS), min_size=1, max_size=8))
def test_forms_of_many_words_are_those_of_each(tokens):
    found = word_forms(tokens)
    normal = [normalise(token[:LONGEST_WORD]) for token in tokens]
    zeroed = [DIGITS.sub("0", word) for word in normal]
    assert sorted(found.order.tolist()) == list(range(len(tokens)))
    texts = [f"<{zeroed[index].lower()}>" for index in found.order.tolist()]
    assert found.text.tobytes().decode("utf-32-le", "surrogatepass") == "".join(texts)
    assert found.lengths.tolist() == list(map(len, texts))
    regular, others = found.order[: len(found.shapes)].tolist(), found.order[len(found.shapes) :].tolist()
    firsts = [
        (ord(zeroed[index][0]) - ord(zeroed[index][0].lower())) % 2**64 if zeroed[index] else 0 for index in regular
    ]
    assert found.raised.tolist() == firsts
    assert found.lowercase == [normal[index].lower() for index in others]
    assert found.others == [(zeroed[index], shape(normal[index])) for index in others]
    assert [SHAPES[number] for number in found.shapes.tolist()] == [shape(normal[index]) for index in regular]
    assert [shape(word) for word in normal] == [slow_shape(word) for word in normal]


@given(st.lists(LETTERS | st.sampled_from(WORDS), min_size=1, max_size=8), st.data())
def test_forms_of_bytes(tokens, data):
    some = [token if token in ("\udc80", "\ud800") or data.draw(st.booleans()) else token.encode() for token in tokens]
    for mixed, text in zip(astuple(word_forms(some)), astuple(word_forms(tokens)), strict=True):
        np.testing.assert_array_equal(mixed, text)


@pytest.mark.parametrize("settings", SETTINGS)
def test_rows_of_words(settings):
    entries = entries_of(WORDS, settings)
    encoder = FeatureEncoder("\n".join(entries), settings, NAME_LISTS)
    assert np.array_equal(encoder.rows(WORDS), by_names(WORDS, entries, settings, NAME_LISTS))
    assert np.array_equal(encoder.rows(WORDS[::-1])[::-1], encoder.rows(WORDS))


@given(
    st.sampled_from(SETTINGS),
    st.lists(
        st.text(st.characters(codec=None, exclude_categories=[]), max_size=80) | st.text("аб'’-0Іi", max_size=12),
        max_size=40,
    ),
)
def test_rows_of_any_words(settings, words):
    entries = entries_of(words[::2], settings)
    assert np.array_equal(
        FeatureEncoder("\n".join(entries), settings, NAME_LISTS).rows(words),
        by_names(words, entries, settings, NAME_LISTS),
    )


def test_several_chunks():
    words = [f"слово{number}" for number in range(2 * MAX_WORDS + 300)]
    encoder = FeatureEncoder("\n".join(entries_of(words, SETTINGS[0])), SETTINGS[0], NAME_LISTS)
    assert np.array_equal(encoder.rows(words), np.concatenate([encoder.rows([word]) for word in words]))


@pytest.mark.parametrize(("letters", "most"), [(1, MAX_WORDS), (60, CHARACTERS // 60), (100_000, MIN_WORDS + 1)])
def test_long_words_make_smaller_chunks(monkeypatch, letters, most):
    encoder = FeatureEncoder("w:а", SETTINGS[0], NAME_LISTS)
    taken, encode = [], encoder._encode
    monkeypatch.setattr(encoder, "_encode", lambda tokens: taken.append(len(tokens)) or encode(tokens))
    words = ["ж" * letters] * (2 * MIN_WORDS + 1 if letters > 60 else MAX_WORDS)
    assert len(encoder.rows(words)) == sum(taken) == len(words)
    assert max(taken) <= most and len(taken) <= max(-(-len(words) // most), 1) + 1


def test_empty_vocabulary():
    assert not FeatureEncoder("", SETTINGS[0], Gazetteer()).rows(["Київ", ""]).any()
    assert FeatureEncoder("", SETTINGS[0], Gazetteer()).rows([]).shape == (0, 60)


def test_hashes_do_not_depend_on_offsets():
    text = code_points("київ, Київ, київ")
    substrings = Substrings(text, Powers())
    first, second, third = substrings.hashes(np.array([0, 6, 12]), np.array([4, 10, 16])).tolist()
    assert first == third != second
    assert len(set(substrings.hashes(np.zeros(17, int), np.arange(17)).tolist())) == 17
    assert hash_strings(["", "київ", "Київ"], Powers()).tolist() == [0, first, second]
    assert hash_ngrams(text, 4)[3, [0, 6, 12]].tolist() == [first, second, third]
    assert hash_ngrams(text, 1)[0].tolist() == [point + 1 for point in text.tolist()]


def test_prepend():
    plain = hash_strings(["київ"], Powers())
    assert (
        prepend(plain, ord("x")).tolist()
        == hash_strings(["xкиїв"], Powers()).tolist()
        != prepend(plain, ord("y")).tolist()
    )


def test_hash_table():
    random = np.random.default_rng(1)
    hashes = random.integers(0, 1 << 64, 5000, np.uint64)
    table = HashTable(hashes[:3000])
    assert table.find(hashes.reshape(50, 100)).ravel().tolist() == [*range(1, 3001), *[0] * 2000]
    assert HashTable(np.array([5, 5], np.uint64)).find(np.array([5], np.uint64)).tolist() == [1]
