"""Regular text has the tokens of tokenize-uk, irregular text is left to it, and `explain` says why."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
import tokenize_uk
from hypothesis import given, settings
from hypothesis import strategies as st

from tagger.text import fast_words, tokenizer
from tagger.text.fast_words import LONGEST, RULES, explain, split_regular
from tagger.text.folding import FoldedLine
from tagger.text.reference_tokenizer import ANY_PRIVATE_USE, CANONICAL, STAND_IN, chunk_spans, reference_tokenize
from tagger.text.tokenizer import token_spans, tokenize

# Words and marks in the rules of tokenize-uk, and some that may come before and after them.
PIECES = """
м о т зв н е к с р рр тис арт губ Мал мал рис ст стол вул бульв проф акад співавт австрал А І Х Ів Дж Ман Сіті та інші
інш под слово Київ Коваленко Facebook www http ftp ua com net НЕТ дно тре п'ять зв’язок м"я я є ю віце-прем'єр А-Б ІХ
ХІ IX XV з-під рік 1 12 100 000 2023 кв м2 № % - – — … . . . , , ; : ! ? ( ) « » " „ “ ” ' ’ ʼ ` # / [ ] < > + * _ • °
\u0301 \u00ad \u200b нар млн Ред куб зах в у ВКПБ стандарт написала вірш один інш. тис. губ. рис. кв. англ. Лютіж. ...
.. ?.. !! ?! % %- 10% 2,5 90-т 60-годинною 5-6 2000–2001 ТОП-20 Ту-154 ІТ-ринок З-поміж ЛХ-Х ХХ-20 / с/г та/або Л/ДНР
// http:// -кімн 3-кімн. Осман. лат. -тис ІХ-ХІ 1-І -20 +1 x45 14.00 10:20 1.2.3 (о) [5] США. А. О. www.ukr.net
WWW.UKR.NET info@ukr.net Http://ukr.net/п'я.п"я к. Сіті Ман. анг. I. С. C. `` &#39; &quot; ′ ＇
""".split()


@pytest.fixture(autouse=True, scope="module")
def split_short_lines():
    """Split lines into segments however short they are."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(tokenizer, "WORDS_CALL", -1000)
        yield


def is_regular(text):
    """Tell whether no segment of a line is left to tokenize-uk."""
    return all(regular for _, _, regular in split_regular(text))


def check(text):
    """Return the spans of a line's tokens; fail unless they are those of tokenize-uk, and segments cover the line.

    tokenize-uk gets the line with the characters folded that cut words.
    """
    offsets = token_spans(text)
    folded = FoldedLine(text)
    plain = ANY_PRIVATE_USE.sub(STAND_IN, folded.text)
    expected = "".join(reference_tokenize(plain))
    if expected.translate(CANONICAL) == plain.translate(CANONICAL):  # else tokenize-uk left its marks in a token
        assert offsets == folded.restore(chunk_spans(plain))
    assert tokenize(text) == [text[start:end] for start, end in offsets]
    assert "".join(text[start:end] for start, end, _ in split_regular(text)) == text
    return offsets


@settings(max_examples=1000)
@given(
    st.lists(st.sampled_from(PIECES) | st.sampled_from(["", " ", "  "]), max_size=12),
    st.lists(st.sampled_from(["", " "]), min_size=12, max_size=12),
)
def test_any_line(pieces, gaps):
    text = "".join(piece + gap for piece, gap in zip(pieces, gaps, strict=False))
    check(text)
    assert (explain(text) is None) == is_regular(text)


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("Учора Олена Коваленко приїхала до Харкова.", "Учора Олена Коваленко приїхала до Харкова ."),
        (
            "Сім’я живе у Львові. Вона каже: «Так!» — а п'ятий мовчить…",
            "Сім’я живе у Львові . Вона каже : « Так ! » — а п'ятий мовчить …",
        ),
        (
            "  У 2023 році (за даними Facebook) їх було 12; тепер – 5.  ",
            "У 2023 році ( за даними Facebook ) їх було 12 ; тепер – 5 .",
        ),
        (
            "Він один. Вони живуть у лісі... А там – ліс.. Так?.. Ні!",
            "Він один . Вони живуть у лісі ... А там – ліс . . Так ?.. Ні !",
        ),
        (
            "Ліс – 10% усіх площ, 2,5 гривні за 4-6 кг; у 2000–2001 (90-т) та/або ТОП-20.",
            "Ліс – 10 % усіх площ , 2,5 гривні за 4-6 кг ; у 2000–2001 ( 90-т ) та / або ТОП-20 .",
        ),
        ("Ту-154 і ІТ-ринок. З-поміж 5 % . « Забава » ... ?!", "Ту-154 і ІТ-ринок . З-поміж 5 % . « Забава » ... ?!"),
        ("віце-прем'єр : три", "віце-прем'єр : три"),
        ("", ""),
    ],
)
def test_regular_lines(text, tokens):
    assert is_regular(text) and explain(text) is None
    offsets = check(text)
    assert " ".join(text[start:end] for start, end in offsets) == tokens


@pytest.mark.parametrize(
    "text",
    [
        "Він живе в м. Київ.",
        "О. Коваленко",
        "близько 1 000 гривень",
        "о 12:25",
        "!!.",
        "httpкв. Київ",
        "ВКПБ(о)",
        "ІХ-Х ст",
        "-20",
        'п"ять',
        "www.ukr.net",
        "а\u0301",
        "...",
        "слово....",
        "Що?!?!",
        "слово...слово",
        "ІХ-ХІ",
        "1-І-Х",
        "5-6-го",
        "1,2,3",
        "Ту-154М",
        "с/г техніка",
        "http://а",
        "їх 10%-й",
        "див. Київ",
        "Він і США. А вона",
        "а «б»-в",
    ],
)
def test_irregular_lines(text):
    assert list(split_regular(text)) == [(0, len(text), False)]
    assert explain(text)
    check(text)


@pytest.mark.parametrize(
    ("text", "offset", "reason"),
    [
        ("Він Ту-154М бачив", 4, "'word'"),
        ("близько 1 000 гривень", 8, "'number'"),
        ("Що?!?!", 2, "'exclamation or question mark'"),
        ("ВКПБ(о)", 4, "'opening bracket'"),
        ("а «б»-в", 4, "'closing quotation mark'"),
        ('"а"" б', 2, "'closing quotation mark'"),
        ('п"ять', 1, "'opening quotation mark'"),
        ("було -20", 5, "'dash between spaces'"),
        ("їх 10%-й", 5, "'percent sign'"),
        ("та с/г", 4, "'slash'"),
        ("О. Коваленко", 1, "'full stop'"),
        ("Олена. О. Коваленко", 8, "'full stop'"),
        ("та .5", 3, "'full stop after a space'"),
        ("US. a", 2, "'full stop'"),
        ("у Львові див. Київ", 12, "full stop after a possible abbreviation"),
        ("див. О. Коваленко", 3, "full stop after a possible abbreviation"),
        ("О. див. Київ", 1, "'full stop'"),
        ("за\u0301мок", 2, "no rule for this character"),
        ("[5]", 0, "no rule for this character"),
    ],
)
def test_explain(text, offset, reason):
    assert explain(text).startswith(f"offset {offset}, {text[offset]!r}: ")
    assert explain(text).endswith(reason)


def test_rule_names_are_distinct():
    assert len({name for name, _, _ in RULES}) == len(RULES)


REPEATED = [
    *"а- А-А 1- 1-2- 1, ! ?! . ... .. а' % 10% / а/ «» Х- Х-1 А. ( 2000–".split(),
    *["а-а ", "а. ", "слово. ", "Харкова. А ", "написала. А ", "слово.. А ", "» ", "- ", "– "],
]


def test_no_exponential_backtracking():
    """Long lines with an irregular end.

    With two ways to match each repeated piece, a line would take longer than the age of the universe.
    """
    program = f"""if True:
        from tagger.text.fast_words import split_regular
        for piece in {REPEATED!r}:
            *_, (_, _, regular) = split_regular(piece * (19000 // len(piece)) + '=')
            assert not regular, piece
    """
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)


@pytest.mark.parametrize(("text", "imported"), [("Олена живе у Києві.", False), ("Олена живе в м. Київ.", True)])
def test_reference_is_imported_on_demand(text, imported):
    program = (
        f"import sys; from tagger.text.tokenizer import token_spans; token_spans({text!r}); "
        "print('tokenize_uk' in sys.modules, 'numpy' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], stdout=subprocess.PIPE, check=True, text=True)
    assert done.stdout == f"{imported} False\n"


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("народився великий поет у 1843 р. на околиці міста великого Київ", ["поет у 1843 р. на околиці "]),
        (
            "слово поетом і т. д. Народився поет та ін. слово слово слово США.",
            ["поетом і т. д. Народився ", "поет та ін. слово ", "слово США."],
        ),
        ("народився рік нар. поетом слово слово англ. Слово", ["народився рік нар. поетом ", "слово англ. Слово"]),
        ("слово поетом слово", []),
        (
            "слово поетом слово 12:25 слово поетом info@ukr.net слово",
            ["слово 12:25 слово ", "поетом info@ukr.net слово"],
        ),
    ],
)
def test_irregular_segments(text, left):
    assert [text[start:end] for start, end, regular in split_regular(text) if not regular] == left
    check(text)


def test_last_full_stop_of_several():
    """If another full stop comes before it, tokenize-uk checks for an abbreviation at the line's end."""
    for before, last in (("", "в."), ("Слово. ", "в."), ("", "рр."), ("Слово. ", "рр."), ("Слово. ", "тис.")):
        check(f"{before}народився великий поет 12:25 слово {last}")


WORDS = "слово поетом народився великий поет слово " * 4


@pytest.mark.parametrize(
    "text",
    [
        WORDS
        + "сайт WWW.UKR.NET працює добре "
        + WORDS
        + "пишіть на info@ukr.net або телефонуйте",  # an uppercase address in a line with a lowercase one
        WORDS
        + "сайт www.ukr.net працює добре "
        + WORDS
        + "на сторінці с.",  # the full stops of the address do not count
        WORDS
        + "двигун потужністю збірник. с. п. великий "
        + WORDS.strip(),  # tokenize-uk leaves a mark of its own in a token
        "двигун потужністю збірник. с. п. великий слово ",
        WORDS + "www.ukr.net/п'я.п\"я працює добре слово",
        WORDS + "у 12:25 народивсяМан. Сіті слово",
    ],
)
def test_segments_depend_on_the_line(text):
    """Lines whose segments once had other tokens than the line."""
    check(text)


def test_abbreviations_are_found_once(monkeypatch):
    """Not again from each segment to the line's end."""
    asked = []
    last_word = fast_words.last_word
    monkeypatch.setattr(fast_words, "last_word", lambda *word: asked.append(word) or last_word(*word))
    text = ("абвг абвгд див. А " * 1200)[: LONGEST - 10]
    assert len(list(split_regular(text))) > 1000
    assert len(asked) == text.count(".")


def test_every_word_of_the_reference():
    """All words of the rules of tokenize-uk, in the contexts of the rules.

    Fails when tokenize-uk adds an abbreviation that ABBREVIATIONS lacks.
    """
    source = Path(tokenize_uk.tokenize_uk.__file__).read_text(encoding="utf-8")
    found = set(re.findall(r"[а-яіїєґА-ЯІЇЄҐ]+", re.sub(r"\[[^]]*\]|#.*", " ", source)))
    found |= {first + rest for first, rest in re.findall(r"\[.(.)\]([а-яіїєґ]+)", source)}
    found |= {word + more for word, more in re.findall(r"([а-яіїєґ]{2,})\((?:\?:)?([а-яіїєґ]+)\)\?", source)}
    found |= set(re.findall(r"([а-яіїєґ]+)[а-яіїєґ]\?", source))
    assert len(found) > 150
    for word in sorted(found | {word.capitalize() for word in found}):
        for before in ("", "народився поет слово ", "народився поет 9 ", "народився рік ", "народився поет та "):
            for after in (
                ". Слово народився поетом слово",
                ". слово поетом слово",
                ". 5 поетом слово.",
                ".",
                "-поетом слово поетом",
                ".Слово",
            ):
                check(before + word + after)
