"""Tokenization loses no character, and normalization folds no more than it should."""

import itertools
import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tagger.text.fast_words import LONGEST
from tagger.text.normalize import normalise
from tagger.text.reference_tokenizer import EMPTY
from tagger.text.tokenizer import token_spans, whitespace_spans

ALPHABET = "абїЖ'’`-–—.,:;()[]<>/\"«»“” \u00a0\u200b\u00ad\u2028\x85\r\t12K%№+#*_@\ue001\ue103\ue110\ue120\ud800"
SIGNS = ["I.", "С.", "&#39;", "``", "#а", "′", "\t"]
WORDS = st.sampled_from(
    ["www.a.ua", "http://x.y/", "a@b.c", "тис.", "ім.", "10 000", "А.", "\u200b", *SIGNS, *ALPHABET]
)


@given(st.one_of(st.text(), st.lists(WORDS).map("".join)))
@example("\u200bа \u200b б\u200b")
@example('"' * 300 + "а")
def test_only_white_space_is_lost(text):
    offsets = token_spans(text)
    assert all(start < end for start, end in offsets)
    assert all(before[1] <= after[0] for before, after in itertools.pairwise(offsets))
    assert re.sub(r"\s", "", "".join(text[start:end] for start, end in offsets)) == re.sub(r"\s", "", text)


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("Президент Володимир Зеленський відвідав Харків.", "Президент|Володимир|Зеленський|відвідав|Харків|."),
        ("пам’ять прем'єр-міністра", "пам’ять|прем'єр-міністра"),
        ("о 12:25 в м. Київ", "о|12:25|в|м.|Київ"),
        ("2 000 000 грн", "2 000 000|грн"),
        ("сло\u00adво \u200bі\u200bще", "сло\u00adво|\u200bі\u200bще"),
        ("   ", ""),
    ],
)
def test_tokens(text, tokens):
    assert "|".join(text[start:end] for start, end in token_spans(text)) == tokens


def test_agrees_with_the_reference():
    from tokenize_uk import tokenize_words_with_spans

    text = (
        "— Так!.. «Ні», — сказав О. Гончар у 1990-х рр. на вул. Хрещатик, 5-й поверх "
        "(див. http://ex.ua/a?b=1) за 5,5 % і т. д."
    )
    assert token_spans(text) == [(start, end) for _, start, end in tokenize_words_with_spans(text)]


def test_dropped_characters_are_the_reference_ones():
    from tokenize_uk.pipeline import NON_CONTENT_CHARS

    assert set(EMPTY) == set(NON_CONTENT_CHARS) and len(EMPTY) == len(set(EMPTY))


def test_long_text():
    text = "-" * 1_500 + " слово" * 10_000
    assert len(token_spans(text)) == 10_001


def test_longest_token():
    text = "-" * 30_000 + " слово"
    lengths = [end - start for start, end in token_spans(text)]
    assert lengths == [LONGEST, 30_000 - LONGEST, len("слово")]  # a line is tokenized LONGEST characters at a time


def test_pretokenized_text():
    text = "10\u00a0000 грн\u2028 .\tкінець"
    assert [text[start:end] for start, end in whitespace_spans(text)] == ["10\u00a0000", "грн\u2028", ".", "кінець"]


@pytest.mark.parametrize(
    ("token", "expected"),
    [
        ("пам\u2019ять", "пам'ять"),
        ("пам\u02bcять", "пам'ять"),
        ("об\u0060єкт", "об'єкт"),
        ("\u2018", "\u2018"),
        ("за\u0301мок", "замок"),
        ("и\u0306", "й"),
        ("і\u0308жак", "їжак"),
        ("ї\u0301жак", "їжак"),
        ("е\u0300", "е"),
        ("сло\u00adво\u200b", "слово"),
        ("Київ", "Київ"),
        ("Kиїв", "Київ"),
        ("Реron", "Реron"),
        ("Oдeса", "Одеса"),
        ("HBOй", "HBOй"),
        ("XX-го", "XX-го"),
        ("Kia-шо", "Kia-шо"),
        ("Ковалеnkо", "Ковалеnkо"),
        ("Kовалькo", "Ковалько"),
        ("дем\uff07ян", "дем'ян"),
        ("дем&#39;ян", "дем'ян"),
        ("дем&APOS;ян", "дем'ян"),
        ("&quot;", '"'),
        ("&nbsp;", "&nbsp;"),
        ("€", "$"),
        ("0деса", "Одеса"),
        ("10-го", "10-го"),
        ("20кілометровий", "20кілометровий"),
        ("ГолосUA", "ГолосUA"),
        ("PowerMac-ів", "PowerMac-ів"),
        ("café", "café"),
        ("\u200b", "\u200b"),
    ],
)
def test_normalise(token, expected):
    assert normalise(token) == expected
