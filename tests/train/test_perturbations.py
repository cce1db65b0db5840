"""Changed copies: what each does to a sentence, and that no entity is lost."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tagger import tags as bio
from tagger.train.data.corpus import Document, Sentence
from tagger.train.data.perturbations import (
    ALL_PERTURBATIONS,
    STANDARD_PERTURBATIONS,
    STRESS,
    emailed,
    perturbed,
    stressed,
    unpunctuated,
)


def changed(change, text: str, tags: str) -> tuple[str, str]:
    new = change(Sentence(tuple(text.split()), tuple(tags.split())))
    return " ".join(new.tokens), " ".join(new.tags)


def test_stress_marks_stand_behind_vowels_of_long_words():
    assert stressed("Київ").replace(STRESS, "") == "Київ" and stressed("Київ").count(STRESS) == 1
    assert all(
        stressed(word)[stressed(word).index(STRESS) - 1] in "аеєиіїоуюяЄО" for word in ("мова", "Єва", "їжак", "Олена")
    )
    assert [stressed(word) for word in ("дощ", "в", ",", "API", "ма́ма")] == ["дощ", "в", ",", "API", "ма́ма"]
    assert stressed("МОВА").index(STRESS) == stressed("мова").index(STRESS)


def test_an_e_mail_is_plain():
    assert changed(emailed, "« Прем’єр » — у Києві … ?!", "O O O O O B-LOC O O") == (
        '" прем\'єр " - у києві ...'.removesuffix(" ..."),
        "O O O O O B-LOC",
    )
    assert changed(emailed, "Так . Ні .", "O O O O") == ("так . ні", "O O O")
    assert changed(emailed, "Вистава Хто там ?", "O B-MISC I-MISC I-MISC") == (
        "вистава хто там ?",
        "O B-MISC I-MISC I-MISC",
    )
    assert changed(emailed, ". . .", "O O O") == (".", "O")


def test_punctuation_outside_names_goes():
    text, tags = "ТОВ « Зоря » , Київ — Львів !", "B-ORG I-ORG I-ORG I-ORG O B-LOC O B-LOC O"
    assert changed(unpunctuated, text, tags) == ("ТОВ « Зоря » Київ Львів", "B-ORG I-ORG I-ORG I-ORG B-LOC B-LOC")
    assert changed(unpunctuated, "25 % + №", "O O O O") == ("25 + №", "O O O")
    assert changed(unpunctuated, "— … !", "O O O") == ("— … !", "O O O")


def test_the_copies_of_every_scoring_are_among_all():
    assert list(ALL_PERTURBATIONS)[: len(STANDARD_PERTURBATIONS)] == list(STANDARD_PERTURBATIONS)
    documents = [Document("d", [Sentence(("Київ",), ("B-LOC",))])]
    assert perturbed(documents, STANDARD_PERTURBATIONS["upper-cased"])[0].sentences[0].tokens == ("КИЇВ",)
    assert documents[0].sentences[0].tokens == ("Київ",)


words = st.text("Аяї'’«»„“.,!?…—-1a", min_size=1, max_size=5)


@pytest.mark.parametrize("change", ALL_PERTURBATIONS.values(), ids=ALL_PERTURBATIONS)
@given(st.data())
def test_entities_stay_and_copies_repeat(change, data):
    tokens = data.draw(st.lists(words, min_size=1, max_size=8))
    tags = bio.convert(
        data.draw(st.lists(st.sampled_from(["O", "B-A", "I-A", "B-B"]), min_size=len(tokens), max_size=len(tokens)))
    )
    sentence = Sentence(tuple(tokens), tuple(tags))
    new = change(sentence)
    assert new == change(sentence)
    assert len(new.tokens) == len(new.tags) > 0 and all(new.tokens)
    sizes = [[(span.label, span.end - span.start) for span in bio.spans(some.tags)] for some in (sentence, new)]
    assert sizes[0] == sizes[1]
