"""Sentences begin where tokenize-uk begins them, and plain ends of sentences do not need it."""

import re
import subprocess
import sys

import pytest
from choppa import DEFAULT_SRX_RULESET, SrxDocument
from hypothesis import given, settings
from hypothesis import strategies as st
from test_fast_words import PIECES

from tagger.text import tokenizer
from tagger.text.fast_sentences import sentence_starts
from tagger.text.folding import FoldedLine
from tagger.text.tokenizer import reference_sentence_spans, sentence_spans

# Words and marks in LanguageTool's rules, and some that may come before and after them.
WORDS = """
слово Слово написала поетів див Див реж Ред Авт На Але Так А В І р рр нар ст гр м с о Куан Юю Петр ІІ США кін тис млн
грн КВт Ів Дж Ман НЕТ net Yahoo NAU Mission: The www @ 1995 10 9 VI Зб вул (реж «слово [слово (слово „слово 90 н е
""".split()
MARKS = [
    ".",
    "!",
    "?",
    "…",
    "...",
    "?..",
    "!!!",
    "....",
    ".»",
    '."',
    ".)",
    "».",
    '".',
    " .",
    ").",
    "”.",
    "[!]",
    "(!)",
    ". —",
    ". -",
    "? –",
    ". (",
    ". «",
    ':"',
]
ODD = [".\u202f", ".\u00a0", "\u00a0", "\u2028", "\v", "{0>", "<0}", "\t", "'", ",", ";", "\ue110"]


ends = st.sampled_from(MARKS + [""] * len(MARKS)) | st.sampled_from(ODD)
spaces = st.sampled_from(" ") | st.sampled_from(["", "  "])


@pytest.fixture(autouse=True, scope="module")
def split_short_lines():
    """Split lines into ranges however short they are."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(tokenizer, "SENTENCES_CALL", -1000)
        yield


@settings(max_examples=1500)
@given(st.lists(st.tuples(st.sampled_from(WORDS) | st.sampled_from(PIECES), ends, spaces), max_size=14))
def test_any_text(parts):
    text = "".join(map("".join, parts))
    folded = FoldedLine(text)  # character references such as &quot; are folded before
    assert sentence_spans(text) == folded.restore(reference_sentence_spans(folded.text))


def test_long_word_after_bracket():
    text = "У вагових (категоріях. Але то інше. Так"
    assert [text[start:end] for start, end in sentence_spans(text)] == ["У вагових (категоріях. Але то інше. ", "Так"]


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("Олена живе у Львові. Вона каже: «Так!» — а п'ятий мовчить… Усе.", 3),
        ("Слово?! А слово... Слово!» — каже. — Справді? «Так». У 1995. (Тоді) 5.6 www.ukr.net", 7),
        ("  Олена.  Вона живе.  ", 2),
        ("слово. слово", 1),
        (" ", 1),
    ],
)
def test_plain_ends(text, sentences):
    assert sentence_starts(text)[1] == []
    assert len(sentence_spans(text)) == sentences
    assert sentence_spans(text) == reference_sentence_spans(text)


@pytest.mark.parametrize(
    ("text", "ranges"),
    [
        ("Слово. Це А. Коваль пише. Ось так.", ["Це А. Коваль пише. "]),
        ("У м. Київ. Слово. Він є. Так", ["У м. Київ. ", "Він є. Так"]),
        ("Слово англ. Слово.", ["Слово англ. Слово."]),
        ("Слово анг. Слово.", ["Слово анг. Слово."]),
        ("У 90-хрр. Слово. Він", ["У 90-хрр. Слово. "]),
        ("Слово слово." + " " * 101 + "— слово. Так", ["Слово слово." + " " * 101 + "— слово. "]),
    ],
)
def test_open_ranges(text, ranges):
    assert [text[start:end] for start, end in sentence_starts(text)[1]] == ranges
    assert sentence_spans(text) == reference_sentence_spans(text)


@pytest.mark.parametrize("text", ["слово. Слово\u2028. Слово", "слово (див. слово). Слово", "слово.{0>Слово"])
def test_whole_line_needed(text):
    assert sentence_starts(text) is None
    assert sentence_spans(text) == reference_sentence_spans(text)


def test_reference_is_imported_on_demand():
    program = (
        "import sys; from tagger.text.tokenizer import sentence_spans; "
        "sentence_spans({!r}); print('tokenize_uk' in sys.modules)"
    )
    for text, imported in (("Олена живе у Києві. Так.", False), ("Олена живе в м. Київ. Так.", True)):
        done = subprocess.run(
            [sys.executable, "-c", program.format(text)], stdout=subprocess.PIPE, check=True, text=True
        )
        assert done.stdout == f"{imported}\n"


def test_every_word_of_the_rules():
    """All words of the rules, with their optional endings, in the contexts of the rules.

    Fails when LanguageTool adds an abbreviation that ABBREVIATIONS lacks.
    """
    rules = SrxDocument(ruleset=DEFAULT_SRX_RULESET).get_language_rule_list("uk_two")
    patterns = "\n".join(
        rule.before_pattern + "\n" + rule.after_pattern
        for language in rules
        if language.name != "Default"
        for rule in language.rules
    )
    words = set(re.findall(r"[а-яіїєґА-ЯІЇЄҐA-Za-z]{3,}", re.sub(r"\\.|\[[^]]*\]|\(\?U\)", " ", patterns)))
    words |= {first + rest for first, rest in re.findall(r"\[(?:.)(.)\]([а-яіїєґ]{2,})", patterns)}
    words |= set(re.findall(r"([а-яіїєґ]{3,})[а-яіїєґ]\?", patterns))
    words |= {word + more for word, more in re.findall(r"([а-яіїєґ]{2,})\(([а-яіїєґ]+)\)\?", patterns)} | {
        "англ",
        "упорядн",
        "свв",
        "просп",
        "стор",
    }
    assert len(words) > 90
    for word in sorted(words | {word.capitalize() for word in words}):
        for before in ("", "слово ", "9 ", ", ", "– ", "(", "і ", "90", "90-м"):
            for after in (
                ". Слово",
                ". А слово",
                ". «Слово",
                ". – Слово",
                "... Слово",
                "! Слово",
                ".» Слово",
                ". слово",
                ".Слово",
            ):
                text = f"{before}{word}{after} слово. Так"
                assert sentence_spans(text) == reference_sentence_spans(text), text
