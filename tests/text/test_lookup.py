"""What is looked up for tokens that only look like others, or that a mark has cut."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tagger.text.lookup import BETWEEN_CELLS, DROPPED, look_up, odd_offsets

SAME = [
    "Олена « Коваль » жила в Києві - столиці , а потім у « Полтаві » .",
    'ТОВ " Обрій " і 5 < 7 > 3 , < слово >',
    "кіно- та телестудії , радіо- й телефільм",
    "Казимир III і John C. Smith",
    "висота 6 '' або 15 ''",
    "а , , б",
    "дім ’ ял",
    "№ # 5 і a * b",
    "",
]


def words(text, cells=()):
    """Return what is looked up, where each token's words are separated by spaces."""
    found = look_up(text.split(), cells)
    return text if found is None else " ".join(found.words)


@pytest.mark.parametrize("text", SAME)
def test_usual_text_is_looked_up_as_it_is(text):
    assert words(text) == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("фірма „ Зоря “ учора", "фірма « Зоря » учора"),
        ("фірма „ Зоря ” учора", "фірма « Зоря » учора"),
        ("фірма “ Зоря ” учора", "фірма « Зоря » учора"),
        ("фірма “ Зоря “ і “ Обрій “", "фірма « Зоря » і « Обрій »"),
        ("фірма ‹ Зоря › учора", "фірма « Зоря » учора"),
        ("фірма '' Зоря '' учора", "фірма « Зоря » учора"),
        ("фірма < < Зоря > > учора", "фірма « Зоря » учора"),
        ("фірма << Зоря >> учора", "фірма « Зоря » учора"),
        ("фірма , , Зоря `` учора", "фірма « Зоря » учора"),
        ("фірма , , Зоря '' учора", "фірма « Зоря » учора"),
        ("фірма ,, Зоря “ учора", "фірма « Зоря » учора"),
        ("“ Так , — каже він", "« Так , — каже він"),
        ("— каже він . “", "— каже він . »"),
        ("« Агентство “ Обрій ” » і „ Зоря “", "« Агентство « Обрій » » і « Зоря »"),
        ("&laquo; Зоря &raquo; та &bdquo; Обрій &ldquo;", "« Зоря » та « Обрій »"),
        ("# Харків", "Харків"),
        ("у #Харків знову", "у Харків знову"),
        ("#Харків #ЗСУ @хтось", "."),
        ("#Харків", "Харків"),
        ("** Олена ** __ Коваль __", "Олена Коваль"),
        ("Петренко I. С. і Коваль O.", "Петренко І. С. і Коваль О."),
        ("I. I. Петренко", "І. І. Петренко"),
        ("Тер- нополя та КО- ВАЛЬ", "Тернополя та КОВАЛЬ"),
        ("Тер\u00ad нополя та Ко¬ валь", "Тернополя та Коваль"),
        ("Дем ′ янчук із Кам ` янки", "Дем'янчук із Кам'янки"),
        ("О ＇ Генрі", "О'Генрі"),
    ],
)
def test_words(text, expected):
    assert words(text) == expected


def test_tokens_of_one_word_are_neighbours():
    found = look_up("# Тер- нополя , ** Дем ′ янчук < < Зоря > >".split())
    assert found.owners == [DROPPED, 0, 0, 1, DROPPED, 2, 2, 2, 3, 3, 4, 5, 5]


def test_hashtags_one_after_another_are_a_list():
    sentence = "Мер # Київ # Харків #Суми та #Буча"
    assert words(sentence) == f"Мер Київ {BETWEEN_CELLS} Харків {BETWEEN_CELLS} Суми та Буча"
    assert look_up(sentence.split()).breaks == {3, 4, 5}
    for sentence in ("** # Тер- нополя ** ** #Дем ′ янчук **", "# #Тернополя # #Дем ′ янчук"):
        assert words(sentence) == f"Тернополя {BETWEEN_CELLS} Дем'янчук"


def test_a_break_at_a_mark_is_also_at_the_word_after_it():
    assert look_up("Олена ** # Коваль".split(), [1]).breaks == {1, 3}
    assert look_up("Олена # 5 Коваль **".split(), [1]).breaks == {1}


def test_cells():
    assert words("Олена Коваль Суми", [2]) == f"Олена Коваль {BETWEEN_CELLS} Суми"
    assert words("Тер- нополя", [1]) == f"Тер- {BETWEEN_CELLS} нополя"


PIECES = st.sampled_from("слово Тер- нополя # #Київ @хтось „ “ ” ‹ › << >> < > , ,, `` '' « » ** __ ′ я I. С. ".split())


@given(st.lists(PIECES, max_size=10), st.sets(st.integers(1, 9)))
def test_each_token_has_a_word_in_order(tokens, cells):
    cells = {cell for cell in cells if cell < len(tokens)}
    found = look_up(tokens, cells)
    if found is None:
        return
    assert len(found.owners) == len(tokens)
    own = [owner for owner in found.owners if owner != DROPPED]
    assert own == sorted(own) and set(own) <= set(range(len(found.words))) and all(found.words)
    assert cells <= found.breaks
    if not own:  # nothing but hashtags
        assert found.words == ["."]
        return
    separators = [word for index, word in enumerate(found.words) if index not in own]  # of cells, and of hashtags
    hashtags = sum("#" in token for token in tokens)
    assert set(separators) <= {BETWEEN_CELLS}
    assert len(cells) <= len(separators) <= min(len(cells) + max(hashtags - 1, 0), len(found.breaks))
    if not cells and found.words != tokens:
        assert list(odd_offsets("\n" + "\n".join(tokens) + "\n"))  # found by the test of a whole window


@pytest.mark.parametrize("mark", ["“", "„", "''", "``", "<", ">", ",", "<<", "#", "**", "Тер-", "I."])
def test_long_sentences_take_linear_time(mark):
    began = time.process_time()
    look_up([mark] * 20_000)
    look_up([mark, "слово"] * 10_000 + ["”", ">", ">"])
    assert time.process_time() - began < 2  # seconds; a tenth on an idle machine
