"""Tokenization takes time linear in the length of any line, and loses no character."""

import time

import pytest

from tagger.text import reference_tokenizer
from tagger.text.fast_words import CHUNK, LONGEST
from tagger.text.tokenizer import reference_sentence_spans, sentence_spans, token_spans, tokenize

# Repeated, these took seconds, or would without a bound: addresses, signs of addresses, runs of one kind of characters,
# ends of sentences, abbreviations.
SLOW = [
    "id=1;host=a@b.c:80/x?y=z&",
    ".uaім.…-a@b.А\tса",
    "www.a.b ",
    "http://а.б/в,",
    "mailto:",
    "a" * 1990 + "@",
    "а" * 30_000 + "@",
    "www" + "а" * 1990,
    "Х" * 1990 + "-",
    " " * 1990 + "а. ",
    "( " * 900 + "т. зв. а",
    "!Аа",
    "!" + "а" * 190 + "Аа@",
    "т.Ман.А.<0}",
    ". А",
    "див. А ",
    "А.Б. Вв ",
    "«а»-б.",
    '"-»',
    "а\u200b",
    "I. ",
    "I.С.",
    "а′",
    "а&#39;",
    "&quot;",
    "#а",
    "`",
    "\t",
    "а\t",
    "\u2028…",
    "п\"я'",
    "1 000 ",
]
SECONDS = 1.5  # of processor time; on an idle machine a line takes at most 0.2, and once took up to 8


def line_of(unit):
    return (unit * (LONGEST // len(unit) + 1))[:LONGEST]


def visible(text):
    return "".join(text.split())


@pytest.mark.parametrize("unit", SLOW)
def test_no_line_is_slow(unit):
    text = line_of(unit)
    token_spans("м. Київ"), sentence_spans("м. Київ. А")  # import and compile first
    began = time.process_time()
    tokens = tokenize(text)
    sentences = sentence_spans(text)
    assert time.process_time() - began < SECONDS
    assert visible("".join(tokens)).replace("\u200b", "") == visible(text).replace("\u200b", "")
    assert "".join(text[start:end] for start, end in sentences) == text


@pytest.mark.parametrize("unit", SLOW)
def test_reference_gets_bounded_chunks(unit, monkeypatch):
    given = []
    tokenize = reference_tokenizer.reference_tokenize
    monkeypatch.setattr(reference_tokenizer, "reference_tokenize", lambda chunk: given.append(chunk) or tokenize(chunk))
    token_spans(line_of(unit))
    assert all(len(chunk) <= CHUNK + len(reference_tokenizer.CONTEXT) for chunk in given)
    assert not any(sign in chunk for chunk in given for sign in ("http", "www", "ftp", "@"))


def test_long_words_stay_whole():
    for word in ("а" * 7000 + "@" + "б" * 5000, "а\u0301" * 6000, "п'я-" * 3000 + "я"):
        assert tokenize(word) == [word]
        assert tokenize(f"ст. {word}, ні") == ["ст.", word, ",", "ні"]


ORDINARY = (
    "Народився у м. Київ 1843 р. на вул. Шевченка, писав на info@ukr.net та https://www.ukr.net/а,б?в=1. "
    "Див. також ст. 5, п. 2. "
)


def test_many_addresses():
    """A line of many addresses has the tokens of tokenize-uk."""
    text = ORDINARY * 12
    assert CHUNK // 2 < len(text) <= CHUNK
    tokens = [token for token in reference_tokenizer.reference_tokenize(text) if token.strip()]
    assert tokenize(text) == tokens


def test_long_line():
    text = ORDINARY * 500
    assert tokenize(text) == tokenize(ORDINARY) * 500
    own = [
        (start + len(ORDINARY) * number, end + len(ORDINARY) * number)
        for number in range(500)
        for start, end in sentence_spans(ORDINARY)
    ]
    assert sentence_spans(text) == own
    assert reference_sentence_spans(text) == own


def test_addresses_are_tokens():
    text = "Пишіть: а@b.ua, http://c.d/1,2 або www.e.f. Ні, G@h.i."
    assert tokenize(text) == "Пишіть : а@b.ua , http://c.d/1,2 або www.e.f. Ні , G@h.i .".split()
    assert [text[start:end] for start, end in token_spans(text)] == tokenize(text)
