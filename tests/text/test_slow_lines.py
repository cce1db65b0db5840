"""Cutting takes time linear in the length of a line, whatever stands in it, and loses no character."""

import time

import pytest

from tagger.text import reference_tokenizer
from tagger.text.fast_words import LONGEST, PIECE
from tagger.text.tokenizer import reference_sentence_spans, sentence_spans, token_spans, tokenize

# What took seconds, or would without a bound: addresses, signs of addresses, runs of one kind of characters, ends of sentences, abbreviations.
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
    "\u2028…",
    "п\"я'",
    "1 000 ",
]
SECONDS = 1.5  # of processor time, for what takes at most 0.2 on an idle machine, and took up to 8


def line_of(unit):
    return (unit * (LONGEST // len(unit) + 1))[:LONGEST]


def visible(text):
    return "".join(text.split())


@pytest.mark.parametrize("unit", SLOW)
def test_no_line_is_slow(unit):
    text = line_of(unit)
    token_spans("м. Київ"), sentence_spans("м. Київ. А")  # what is done once
    began = time.process_time()
    tokens = tokenize(text)
    sentences = sentence_spans(text)
    assert time.process_time() - began < SECONDS
    assert visible("".join(tokens)).replace("\u200b", "") == visible(text).replace("\u200b", "")
    assert "".join(text[start:end] for start, end in sentences) == text


@pytest.mark.parametrize("unit", SLOW)
def test_the_engine_gets_bounded_pieces_without_addresses(unit, monkeypatch):
    given = []
    tokenize = reference_tokenizer.tokenize
    monkeypatch.setattr(reference_tokenizer, "tokenize", lambda piece: given.append(piece) or tokenize(piece))
    token_spans(line_of(unit))
    assert all(len(piece) <= PIECE + len(reference_tokenizer.IN_FRONT) for piece in given)
    assert not any(sign in piece for piece in given for sign in ("http", "www", "ftp", "@"))


def test_long_words_stay_in_one_piece():
    for word in ("а" * 7000 + "@" + "б" * 5000, "а\u0301" * 6000, "п'я-" * 3000 + "я"):
        assert tokenize(word) == [word]
        assert tokenize(f"ст. {word}, ні") == ["ст.", word, ",", "ні"]


ORDINARY = "Народився у м. Київ 1843 р. на вул. Шевченка, писав на info@ukr.net та https://www.ukr.net/а,б?в=1. Див. також ст. 5, п. 2. "


def test_addresses_do_not_change_what_stands_beside_them():
    """A line of many addresses is cut as the engine cuts it whole."""
    text = ORDINARY * 12
    assert PIECE // 2 < len(text) <= PIECE
    tokens = [token for token in reference_tokenizer.tokenize(text) if token.strip()]
    assert tokenize(text) == tokens


def test_long_lines_are_cut_as_their_sentences_are():
    text = ORDINARY * 500
    assert tokenize(text) == tokenize(ORDINARY) * 500
    own = [
        (start + len(ORDINARY) * number, end + len(ORDINARY) * number)
        for number in range(500)
        for start, end in sentence_spans(ORDINARY)
    ]
    assert sentence_spans(text) == own
    assert reference_sentence_spans(text) == own


def test_each_address_keeps_its_place():
    text = "Пишіть: а@b.ua, http://c.d/1,2 або www.e.f. Ні, G@h.i."
    assert tokenize(text) == "Пишіть : а@b.ua , http://c.d/1,2 або www.e.f. Ні , G@h.i .".split()
    assert [text[start:end] for start, end in token_spans(text)] == tokenize(text)
