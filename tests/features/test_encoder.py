"""Rows of many words at once are those that feature names and a dictionary of them give; the hashes behind that."""

from dataclasses import astuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tagger.features.encoder import CHARACTERS, FEWEST, MOST, FeatureEncoder
from tagger.features.gazetteer import Gazetteer
from tagger.features.hashing import HashTable, Powers, Substrings, code_points, of_ngrams, of_strings, with_lead
from tagger.features.names import DIGITS, LONGEST_SHAPE, LONGEST_WORD, FeatureSettings, names, shape
from tagger.features.word_forms import SHAPES, forms
from tagger.text.normalize import normalise

LISTS = Gazetteer.of({"олена": 2, "київ": 1, "а": 3})
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
    """What rows are, said slowly."""
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
    """Every second feature of some words, and some that no word has."""
    every = dict.fromkeys(name for word in words for name in names(word, settings) if "\n" not in name)
    return ["g:1", "g:3", *list(every)[::2], "n:щщщ", "w:" + "я" * 80]


def slow_shape(word):
    """A shape as its definition says it, a character at a time."""
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
    found = forms(tokens)
    normal = [normalise(token[:LONGEST_WORD]) for token in tokens]
    zeroed = [DIGITS.sub("0", word) for word in normal]
    assert sorted(found.order.tolist()) == list(range(len(tokens)))
    texts = [f"<{zeroed[place].lower()}>" for place in found.order.tolist()]
    assert found.text.tobytes().decode("utf-32-le", "surrogatepass") == "".join(texts)
    assert found.lengths.tolist() == list(map(len, texts))
    usual, others = found.order[: len(found.shapes)].tolist(), found.order[len(found.shapes) :].tolist()
    firsts = [
        (ord(zeroed[place][0]) - ord(zeroed[place][0].lower())) % 2**64 if zeroed[place] else 0 for place in usual
    ]
    assert found.raised.tolist() == firsts
    assert found.lowered == [normal[place].lower() for place in others]
    assert found.others == [(zeroed[place], shape(normal[place])) for place in others]
    assert [SHAPES[number] for number in found.shapes.tolist()] == [shape(normal[place]) for place in usual]
    assert [shape(word) for word in normal] == [slow_shape(word) for word in normal]


@given(st.lists(LETTERS | st.sampled_from(WORDS), min_size=1, max_size=8), st.data())
def test_forms_of_bytes_are_those_of_their_text(tokens, data):
    some = [token if token in ("\udc80", "\ud800") or data.draw(st.booleans()) else token.encode() for token in tokens]
    for given_so, as_text in zip(astuple(forms(some)), astuple(forms(tokens)), strict=True):
        np.testing.assert_array_equal(given_so, as_text)


@pytest.mark.parametrize("settings", SETTINGS)
def test_rows_are_those_of_the_names(settings):
    entries = entries_of(WORDS, settings)
    made = FeatureEncoder("\n".join(entries), settings, LISTS)
    assert np.array_equal(made.rows(WORDS), by_names(WORDS, entries, settings, LISTS))
    assert np.array_equal(made.rows(WORDS[::-1])[::-1], made.rows(WORDS))


@given(
    st.sampled_from(SETTINGS),
    st.lists(
        st.text(st.characters(codec=None, exclude_categories=[]), max_size=80) | st.text("аб'’-0Іi", max_size=12),
        max_size=40,
    ),
)
def test_rows_of_any_words_are_those_of_the_names(settings, words):
    entries = entries_of(words[::2], settings)
    assert np.array_equal(
        FeatureEncoder("\n".join(entries), settings, LISTS).rows(words), by_names(words, entries, settings, LISTS)
    )


def test_more_words_than_are_taken_at_once():
    words = [f"слово{number}" for number in range(2 * MOST + 300)]
    made = FeatureEncoder("\n".join(entries_of(words, SETTINGS[0])), SETTINGS[0], LISTS)
    assert np.array_equal(made.rows(words), np.concatenate([made.rows([word]) for word in words]))


@pytest.mark.parametrize(("letters", "most"), [(1, MOST), (60, CHARACTERS // 60), (100_000, FEWEST + 1)])
def test_long_words_are_taken_in_smaller_parts(monkeypatch, letters, most):
    made = FeatureEncoder("w:а", SETTINGS[0], LISTS)
    taken, make = [], made._rows
    monkeypatch.setattr(made, "_rows", lambda tokens: taken.append(len(tokens)) or make(tokens))
    words = ["ж" * letters] * (2 * FEWEST + 1 if letters > 60 else MOST)
    assert len(made.rows(words)) == sum(taken) == len(words)
    assert max(taken) <= most and len(taken) <= max(-(-len(words) // most), 1) + 1


def test_an_empty_vocabulary_knows_nothing():
    assert not FeatureEncoder("", SETTINGS[0], Gazetteer()).rows(["Київ", ""]).any()
    assert FeatureEncoder("", SETTINGS[0], Gazetteer()).rows([]).shape == (0, 60)


def test_a_substring_has_one_hash_wherever_it_stands():
    text = code_points("київ, Київ, київ")
    substrings = Substrings(text, Powers())
    first, second, third = substrings.hashes(np.array([0, 6, 12]), np.array([4, 10, 16])).tolist()
    assert first == third != second
    assert len(set(substrings.hashes(np.zeros(17, int), np.arange(17)).tolist())) == 17
    assert of_strings(["", "київ", "Київ"], Powers()).tolist() == [0, first, second]
    assert of_ngrams(text, 4)[3, [0, 6, 12]].tolist() == [first, second, third]
    assert of_ngrams(text, 1)[0].tolist() == [point + 1 for point in text.tolist()]


def test_a_letter_in_front_is_a_part_of_a_hash():
    plain = of_strings(["київ"], Powers())
    assert (
        with_lead(plain, ord("x")).tolist()
        == of_strings(["xкиїв"], Powers()).tolist()
        != with_lead(plain, ord("y")).tolist()
    )


def test_the_table_finds_what_is_there_and_nothing_else():
    random = np.random.default_rng(1)
    hashes = random.integers(0, 1 << 64, 5000, np.uint64)
    table = HashTable(hashes[:3000])
    assert table.find(hashes.reshape(50, 100)).ravel().tolist() == [*range(1, 3001), *[0] * 2000]
    assert HashTable(np.array([5, 5], np.uint64)).find(np.array([5], np.uint64)).tolist() == [1]
