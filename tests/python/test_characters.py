"""Names are found where characters in and around them only look like others, with the user's own characters."""

import html
import json
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.processes import fine

from tagger import Tagger

# The sentence with plain characters, and with odd ones; the name stands between | |, with its label first.
KINDS = {
    "zero-width": ("Мер |PERS Володимир Мельник| виїхав.", "Мер |PERS Воло\u200bдимир Мель\u2060ник| виїхав."),
    "byte order mark": ("Потяг до |LOC Тернополя| рушив.", "Потяг до |LOC Терно\ufeffполя| рушив."),
    "soft hyphen": ("Потяг до |LOC Тернополя| рушив.", "Потяг до |LOC Терно\u00adполя| рушив."),
    "prime": ("Вони живуть у |LOC Слов'янську|.", "Вони живуть у |LOC Слов′янську|."),
    "full width": ("Вони живуть у |LOC Кам'янському|.", "Вони живуть у |LOC Кам＇янському|."),
    "reference": ("Вони живуть у |LOC Слов'янську|.", "Вони живуть у |LOC Слов&#39;янську|."),
    "initials": ("Суддя |PERS Петренко І.С.| учора сказав.", "Суддя |PERS Петренко I.С.| учора сказав."),
    "initials before": ("Його замінив |PERS І. О. Коваль|.", "Його замінив |PERS I. O. Коваль|."),
    "look-alikes": ("Потяг рушив до |LOC Одеси|.", "Потяг рушив до |LOC Oдecи|."),
    "low quotes": ("Позов подала фірма «|ORG Зоря|».", "Позов подала фірма „|ORG Зоря|“."),
    "single quotes": ("Позов подала фірма «|ORG Зоря|».", "Позов подала фірма ‹|ORG Зоря|›."),
    "angles": ("Позов подала фірма «|ORG Зоря|».", "Позов подала фірма <<|ORG Зоря|>>."),
    "commas": ("Позов подала фірма «|ORG Зоря|».", "Позов подала фірма ,,|ORG Зоря|``."),
    "apostrophes": ("Позов подала фірма «|ORG Зоря|».", "Позов подала фірма ''|ORG Зоря|''."),
    "quotes within": ("Це |ORG ТОВ «Обрій»| із міста.", "Це |ORG ТОВ <<Обрій>>| із міста."),
    "hashtag": ("|LOC Харків| знову під обстрілом.", "#|LOC Харків| знову під обстрілом."),
    "broken": ("Його замінив |PERS Іван Мельник|.", "Його замінив |PERS Іван Мель- ник|."),
    "cells": ("|PERS Іван Мельник|; директор; так", "|PERS Іван Мельник|\tдиректор\tтак"),
}


def parted(sentence):
    """Return a sentence, and its entity: label, name, start and end."""
    before, name, after = sentence.split("|")
    label, _, name = name.partition(" ")
    return before + name + after, (label, name, len(before), len(before) + len(name))


@pytest.fixture(scope="module")
def shipped():
    return Tagger.load(device="cpu")


@pytest.mark.parametrize("kind", KINDS)
def test_names_are_found(shipped, kind):
    for sentence in KINDS[kind]:
        text, entity = parted(sentence)
        assert [(found.label, found.text, found.start, found.end) for found in shipped(text)] == [entity]


def test_all_outputs_have_the_users_characters():
    odd = [parted(sentences[1]) for sentences in KINDS.values()]
    text = "".join(f"{line}\n" for line, _ in odd)
    rows = [json.loads(line) for line in fine("-i", "text", "-O", "jsonl", stdin=text.encode()).splitlines()]
    assert [row["text"] for row in rows] == [line for line, _ in odd]
    assert [
        (entity["label"], entity["text"], entity["start"], entity["end"]) for row in rows for entity in row["entities"]
    ] == [entity for _, entity in odd]
    inline = fine("-i", "text", "-O", "inline", stdin=text.encode()).decode()
    assert re.findall(r"<(PERS|LOC|ORG)>(.*?)</", inline) == [
        (label, html.escape(name, quote=False)) for _, (label, name, *_) in odd
    ]
    assert html.unescape(re.sub("</?(PERS|LOC|ORG)>", "", inline)) == html.unescape(text.replace("&", "&amp;"))
    brat = [line.split("\t") for line in fine("-i", "text", "-O", "brat", stdin=text.encode()).decode().splitlines()]
    for (_, place, name), (_, entity) in zip(brat, odd, strict=True):
        label, start, end = place.split()
        assert (label, name, text[int(start) : int(end)]) == (entity[0], entity[1], entity[1])
    page = fine("-i", "text", "-O", "html", stdin=text.encode()).decode()
    marks = re.findall(r'<mark class="c\d s\d" id="e\d+" title="[^"]*">(?:(?!</mark>).)*<b>', page)
    assert len(marks) == len(odd)


def test_tokens_of_columns_are_the_users():
    """The same sentence as CoNLL, as it is cut from the text, gets the same tags."""
    odd = [parted(sentences[1])[0] for kind, sentences in KINDS.items() if kind != "cells"]
    columns = fine("-i", "text", "-O", "conll", stdin="".join(f"{line}\n" for line in odd).encode())
    tokens = b"".join(line.split(b"\t")[0] + b"\n" for line in columns.splitlines())
    assert fine("-i", "conll", stdin=tokens) == columns
    assert b"".join(tokens.split()) == "".join("".join(line.split()) for line in odd).encode()


def test_rows_have_no_entity_over_a_tab(shipped):
    text = "Іван\tМельник\tХарків\tСуми"
    assert not any("\t" in entity.text for entity in shipped(text))
    columns = fine("-i", "text", "-O", "conll", stdin=f"{text}\n".encode()).decode().splitlines()
    assert not any("\tI-" in line for line in columns)


SENTENCES = [parted(plain)[0] for plain, _ in KINDS.values()]


@settings(max_examples=60)
@given(st.sampled_from(SENTENCES), st.sampled_from("\u200b\u200c\u200d\u2060\u00ad\ufeff"), st.data())
def test_a_zero_width_character_within_a_word_changes_nothing(shipped, text, sign, data):
    inside = [match.start() for match in re.finditer(r"(?<=\w)(?=\w)", text)]
    at = data.draw(st.sampled_from(inside))
    odd = text[:at] + sign + text[at:]
    expected = [
        (entity.label, entity.start + (entity.start > at), entity.end + (entity.end > at), entity.score)
        for entity in shipped(text)
    ]
    found = shipped(odd)
    assert [(entity.label, entity.start, entity.end, entity.score) for entity in found] == expected
    assert all(entity.text == odd[entity.start : entity.end] for entity in found)
