"""Characters that cut a word but belong to it do not cut it, and offsets are those of the user's line."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tagger.text.folding import EDITS, FoldedLine, is_odd
from tagger.text.normalize import CUTTING, INVISIBLE
from tagger.text.tokenizer import cell_starts, sentence_ranges, token_spans, tokenize

ZERO_WIDTH = [chr(point) for point in INVISIBLE if point > 0x301]
REFERENCES = ["&#39;", "&#039;", "&#x27;", "&apos;", "&rsquo;", "&#8217;", "&#x2019;", "&RSQUO;"]
WORDS = "Олена Коваленко живе у Києві біля Дніпра . , « » — і Дем'янчук Івано-Франківськ 2021 ( )".split()


def words(text):
    """Return the tokens of a line, with | between them."""
    tokens = tokenize(text)
    assert tokens == [text[start:end] for start, end in token_spans(text)]
    return "|".join(tokens)


@pytest.mark.parametrize("sign", ZERO_WIDTH)
def test_invisible_characters_do_not_cut_a_word(sign):
    assert words(f"Кова{sign}ль, Дем'{sign}янчук") == f"Кова{sign}ль|,|Дем'{sign}янчук"
    assert words(f"Івано-{sign}Франківськ{sign}.") == f"Івано-{sign}Франківськ{sign}|."


def test_a_joiner_between_emoji_stays():
    assert not FoldedLine("👩\u200d👧").restore([]) and FoldedLine("👩\u200d👧").text == "👩\u200d👧"


@pytest.mark.parametrize("sign", [*CUTTING, "‘", *REFERENCES])
def test_signs_for_an_apostrophe_do_not_cut_a_word(sign):
    assert words(f"Пан Дем{sign}янчук із Слов{sign}янська.") == f"Пан|Дем{sign}янчук|із|Слов{sign}янська|."


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("Суддя Петренко I.С. сказав", "Суддя|Петренко|I.|С.|сказав"),
        ("Суддя Петренко I. С. сказав", "Суддя|Петренко|I.|С.|сказав"),
        ("Петренко I.I., Коваль C.B.", "Петренко|I.|I.|,|Коваль|C.|B."),
        ("академік I. Петренко", "академік|I.|Петренко"),
        ("I.Петренко сказав", "I.|Петренко|сказав"),
        ("Петренко I., Коваль O.", "Петренко|I.|,|Коваль|O."),
        ("Присутні: О. Коваль, I. Мельник", "Присутні|:|О.|Коваль|,|I.|Мельник"),
    ],
)
def test_latin_initials(text, tokens):
    assert words(text) == tokens


@pytest.mark.parametrize(
    "text",
    [
        "I. Загальні положення",
        "Том I. Київ",
        "Князь Микола I. Потім інші",
        "Розділ X. Вступ",
        "у XII. Потім",
        "John C. Smith and I.",
        "I ст., розділ II.",
    ],
)
def test_roman_numerals_and_latin_text_stay(text):
    assert FoldedLine(text).text == text


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        (",,Обрій``", ",|,|Обрій|``"),
        ("``Обрій''", "``|Обрій|''"),
        ("&laquo;Обрій&raquo; і &quot;Зоря&quot;", "&laquo;|Обрій|&raquo;|і|&quot;|Зоря|&quot;"),
        ("#Харків і (#Суми)", "#|Харків|і|(|#|Суми|)"),
        ("C#, №#5 і a#b", "C|#|,|№|#5|і|a|#b"),
        ("Петро\tКоваль\t\tм.\tКиїв", "Петро|Коваль|м|.|Київ"),
        ("10\t000", "10|000"),
    ],
)
def test_marks_are_cut_from_words(text, tokens):
    assert words(text) == tokens


def test_cells():
    text = "\tОлена Коваль\t\tСуми\t"
    offsets = token_spans(text)
    assert cell_starts(text, offsets) == [2]
    assert cell_starts(f"а {text}", offsets, 2) == [2]
    assert cell_starts("Олена Коваль", token_spans("Олена Коваль")) == []


@given(st.lists(st.sampled_from(WORDS), min_size=1, max_size=12), st.data())
def test_zero_width_characters_within_a_word_change_no_token(tokens, data):
    text = " ".join(tokens)
    spans = token_spans(text)
    inside = [offset for start, end in spans for offset in range(start + 1, end)]
    if not inside:
        return
    offset = data.draw(st.sampled_from(inside))
    sign = data.draw(st.sampled_from(ZERO_WIDTH))
    moved = [(start + (start > offset), end + (end > offset)) for start, end in spans]
    assert token_spans(text[:offset] + sign + text[offset:]) == moved


PARTS = st.sampled_from(
    ["I.", "С.", "Коваль", "слово", " ", "\t", "`", "′", "&#39;", "&quot;", "#", *ZERO_WIDTH, "😀", "."]
)


@given(st.lists(PARTS).map("".join))
def test_offsets_are_those_of_the_line(text):
    folded = FoldedLine(text)
    own = [folded.own(offset) for offset in range(len(folded.text) + 1)]
    assert own == sorted(own) and own[-1] == len(text)
    assert is_odd(text) or folded.text == text
    ranges = list(sentence_ranges(text))
    assert "".join(text[start:end] for start, end in ranges) == text


def test_each_edit_is_tested_for():
    """No edit begins with a character that the quick test does not look for."""
    for text in ["а\u200bб", "а′б", "а&#39;б", "``", "#а", "Коваль I.С."]:
        assert is_odd(text) and FoldedLine(text).text != text
    assert len(EDITS) == 6
