"""Usual lines are cut as tokenize-uk cuts them; others are left to it."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
import tokenize_uk
from hypothesis import given, settings
from hypothesis import strategies as st

from tagger.text import fast_words, tokenizer
from tagger.text.fast_words import LONGEST, split_regular
from tagger.text.reference_tokenizer import ANY_PRIVATE_USE, CANONICAL, STAND_IN, piece_spans, reference_tokenize
from tagger.text.tokenizer import token_spans, tokenize

# What the engine's rules look for, and what stands about it.
PIECES = """
м о т зв н е к с р рр тис арт губ Мал мал рис ст стол вул бульв проф акад співавт австрал А І Х Ів Дж Ман Сіті та інші інш под слово Київ Коваленко
Facebook www http ftp ua com net НЕТ дно тре п'ять зв’язок м"я я є ю віце-прем'єр А-Б ІХ ХІ IX XV з-під рік 1 12 100 000 2023 кв м2 № % - – — … . . . , ,
; : ! ? ( ) « » " „ “ ” ' ’ ʼ ` # / [ ] < > + * _ • ° \u0301 \u00ad \u200b нар млн Ред куб зах в у ВКПБ стандарт написала вірш
один інш. тис. губ. рис. кв. англ. Лютіж. ... .. ?.. !! ?! % %- 10% 2,5 90-т 60-годинною 5-6 2000–2001 ТОП-20 Ту-154 ІТ-ринок З-поміж ЛХ-Х ХХ-20 / с/г
та/або Л/ДНР // http:// -кімн 3-кімн. Осман. лат. -тис ІХ-ХІ 1-І -20 +1 x45 14.00 10:20 1.2.3 (о) [5] США. А. О. www.ukr.net WWW.UKR.NET
info@ukr.net Http://ukr.net/п'я.п"я к. Сіті Ман. анг.
""".split()


@pytest.fixture(autouse=True, scope="module")
def short_lines_in_parts():
    """Lines are cut in parts however short they are."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(tokenizer, "WORDS_CALL", -1000)
        yield


def is_usual(text):
    """Whether a line is left to the engine nowhere."""
    return all(fast_words for _, _, fast_words in split_regular(text))


def check(text):
    """The line's tokens, if they are the engine's, and its parts are all of it."""
    offsets = token_spans(text)
    plain = ANY_PRIVATE_USE.sub(STAND_IN, text)
    if "".join(reference_tokenize(plain)).translate(CANONICAL) == plain.translate(
        CANONICAL
    ):  # else its own marks stayed in a token
        assert offsets == piece_spans(plain)
    assert tokenize(text) == [text[start:end] for start, end in offsets]
    assert "".join(text[start:end] for start, end, _ in split_regular(text)) == text
    return offsets


@settings(max_examples=1000)
@given(
    st.lists(st.sampled_from(PIECES) | st.sampled_from(["", " ", "  "]), max_size=12),
    st.lists(st.sampled_from(["", " "]), min_size=12, max_size=12),
)
def test_usual_lines_are_cut_as_the_engine_cuts_them(pieces, gaps):
    text = "".join(piece + gap for piece, gap in zip(pieces, gaps, strict=False))
    check(text)


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
def test_what_is_usual(text, tokens):
    assert is_usual(text)
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
def test_what_is_left_to_the_engine(text):
    assert list(split_regular(text)) == [(0, len(text), False)]
    check(text)


REPEATED = [
    *"а- А-А 1- 1-2- 1, ! ?! . ... .. а' % 10% / а/ «» Х- Х-1 А. ( 2000–".split(),
    *["а-а ", "а. ", "слово. ", "Харкова. А ", "написала. А ", "слово.. А ", "» ", "- ", "– "],
]


def test_no_line_is_tried_again_and_again():
    """What does not fit at the end of a long line: with two ways to cut each of its parts, this would take longer than the universe is old."""
    program = f"from tagger.usual import parts; print([list(parts(part * (19000 // len(part)) + '='))[-1][2] for part in {REPEATED!r}])"
    assert set(
        eval(subprocess.run([sys.executable, "-c", program], stdout=subprocess.PIPE, check=True, timeout=60).stdout)
    ) == {False}


@pytest.mark.parametrize(("text", "imported"), [("Олена живе у Києві.", False), ("Олена живе в м. Київ.", True)])
def test_the_engine_is_imported_for_the_lines_that_need_it(text, imported):
    program = f"import sys; from tagger.cutting import cut; cut({text!r}); print('tokenize_uk' in sys.modules, 'numpy' in sys.modules)"
    assert (
        subprocess.run([sys.executable, "-c", program], stdout=subprocess.PIPE, check=True, text=True).stdout
        == f"{imported} False\n"
    )


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
def test_what_of_a_line_is_left_to_the_engine(text, left):
    assert [text[start:end] for start, end, fast_words in split_regular(text) if not fast_words] == left
    check(text)


def test_a_full_stop_at_the_end_is_cut_as_behind_the_others_of_its_line():
    """Of a line with one more in front the engine asks whether it ends in an abbreviation."""
    for front, last in (("", "в."), ("Слово. ", "в."), ("", "рр."), ("Слово. ", "рр."), ("Слово. ", "тис.")):
        check(f"{front}народився великий поет 12:25 слово {last}")


FRONT = "слово поетом народився великий поет слово " * 4


@pytest.mark.parametrize(
    "text",
    [
        FRONT
        + "сайт WWW.UKR.NET працює добре "
        + FRONT
        + "пишіть на info@ukr.net або телефонуйте",  # addresses in capitals where there is one in small letters
        FRONT + "сайт www.ukr.net працює добре " + FRONT + "на сторінці с.",  # its full stops are not seen
        FRONT + "двигун потужністю збірник. с. п. великий " + FRONT.strip(),  # a mark of the engine's stays in a token
        "двигун потужністю збірник. с. п. великий слово ",
        FRONT + "www.ukr.net/п'я.п\"я працює добре слово",
        FRONT + "у 12:25 народивсяМан. Сіті слово",
    ],
)
def test_lines_that_were_cut_otherwise_in_parts(text):
    check(text)


def test_many_abbreviations_are_looked_for_once(monkeypatch):
    """They were looked for again from each part on, up to the line's end."""
    asked = []
    last_word = fast_words.last_word
    monkeypatch.setattr(fast_words, "last_word", lambda *place: asked.append(place) or last_word(*place))
    text = ("абвг абвгд див. А " * 1200)[: LONGEST - 10]
    assert len(list(split_regular(text))) > 1000
    assert len(asked) == text.count(".")


def test_every_word_of_the_engine():
    """Behind what its rules ask for, with what they ask for behind: whoever adds an abbreviation to them is told here."""
    source = Path(tokenize_uk.tokenize_uk.__file__).read_text(encoding="utf-8")
    found = set(re.findall(r"[а-яіїєґА-ЯІЇЄҐ]+", re.sub(r"\[[^]]*\]|#.*", " ", source)))
    found |= {first + rest for first, rest in re.findall(r"\[.(.)\]([а-яіїєґ]+)", source)}
    found |= {word + more for word, more in re.findall(r"([а-яіїєґ]{2,})\((?:\?:)?([а-яіїєґ]+)\)\?", source)}
    found |= set(re.findall(r"([а-яіїєґ]+)[а-яіїєґ]\?", source))
    assert len(found) > 150
    for word in sorted(found | {word.capitalize() for word in found}):
        for front in ("", "народився поет слово ", "народився поет 9 ", "народився рік ", "народився поет та "):
            for behind in (
                ". Слово народився поетом слово",
                ". слово поетом слово",
                ". 5 поетом слово.",
                ".",
                "-поетом слово поетом",
                ".Слово",
            ):
                check(front + word + behind)
