"""The tags of the words that are looked up come back to the tokens, whatever else is in the window."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tagger import Tagger
from tagger.tags import may_follow

ODD = """
Договір підписала компанія „ Зоря “ учора .
Покупець — ТОВ < < Обрій > > з Полтави .
Потяг до Тер- нополя запізнився .
#Харків знову під обстрілом
Дем ′ янчук живе у Кам ′ янці .
** Олена Коваль ** очолила __ Нафтогаз __ .
Про це сказав Петренко I. С. учора .
#Харків #ЗСУ @хтось
""".strip().split("\n")
TAGS = """
O O O O B-ORG O O O
O O B-ORG I-ORG I-ORG I-ORG I-ORG I-ORG O B-LOC O
O O B-LOC I-LOC O O
B-LOC O O O
B-PERS I-PERS I-PERS O O B-LOC I-LOC I-LOC O
O B-PERS I-PERS O O O B-ORG O O
O O O B-PERS I-PERS I-PERS O O
O O O
""".strip().split("\n")
PLAIN = "Олена Коваль живе у Києві .".split()


@pytest.fixture(scope="module")
def shipped():
    return Tagger.load(device="cpu")


def test_tags(shipped):
    sentences = [text.split() for text in ODD]
    assert list(shipped.stream(sentences)) == [tags.split() for tags in TAGS]


def test_neighbours_do_not_matter(shipped):
    sentences = [sentence for text in ODD for sentence in (text.split(), PLAIN, [])]
    for one, other in zip(
        shipped.annotate(sentences, probabilities=True),
        (shipped.annotate([sentence], probabilities=True)[0] for sentence in sentences),
        strict=True,
    ):
        assert one.tags == other.tags
        assert np.array_equal(one.probabilities, other.probabilities)
        assert np.array_equal(one.continuation, other.continuation)


@pytest.mark.parametrize(
    ("odd", "plain"),
    [
        ("Потяг до Тер- нополя запізнився .", "Потяг до Тернополя запізнився ."),
        ("Дем ′ янчук живе тут .", "Дем'янчук живе тут ."),
        ("Покупець — ТОВ < < Обрій > > із Сум .", "Покупець — ТОВ « Обрій » із Сум ."),
        ("Це ** Олена Коваль ** .", "Це Олена Коваль ."),
    ],
)
def test_scores_are_those_of_the_words(shipped, odd, plain):
    """Of a name that is looked up as one word, and has several tokens, too."""
    from tagger.formats.labels import Labels, LabelSettings

    labels = Labels(shipped.bundle.tags, LabelSettings())
    views = [
        labels.view(annotation) for annotation in shipped.annotate([odd.split(), plain.split()], probabilities=True)
    ]
    scores = [[(span.label, span.score) for span in view.spans] for view in views]
    assert scores[0] and [label for label, _ in scores[0]] == [label for label, _ in scores[1]]
    assert [score for _, score in scores[0]] == pytest.approx([score for _, score in scores[1]], abs=1e-6)


@pytest.mark.parametrize("document", [False, True])
@pytest.mark.parametrize("hashtags", ["#Харків #Київ", "#Харків #війна"])
def test_no_entity_goes_on_to_another_hashtag(shipped, hashtags, document):
    found = shipped(f"Слухайте новини про {hashtags}", document=document)
    assert [entity.text for entity in found] == ["Харків", "Київ"][: 2 - ("війна" in hashtags)]


HASHTAGS = ["#Харків #Київ", "# Харків # Київ", "** #Харків ** ** #Київ **", "# #Харків # #Київ"]


@pytest.mark.parametrize("hashtags", HASHTAGS)
def test_hashtags_have_the_same_tags_and_scores_however_they_are_written(shipped, hashtags):
    from tagger.formats.labels import Labels, LabelSettings

    labels = Labels(shipped.bundle.tags, LabelSettings())
    sentences = [["Слухайте", "новини", "про", *own.split()] for own in (hashtags, HASHTAGS[0])]
    views = [labels.view(annotation) for annotation in shipped.annotate(sentences, probabilities=True)]
    assert [tag for tag in views[0].tags if tag != "O"] == ["B-LOC", "B-LOC"]
    one, other = ([span.score for span in view.spans] for view in views)
    assert one == pytest.approx(other, abs=1e-6)


@pytest.mark.parametrize("text", ["Це пише **Олена Коваль**", "Це пише **Олена Коваль** сьогодні."])
def test_marks_around_a_name_stay_outside_it_in_documents_too(shipped, text):
    for document in (False, True):
        assert [entity.text for entity in shipped(text, document=document)] == ["Олена Коваль"]


PIECES = "#Олена #Коваль Олена Коваль Тер- нополя # #Київ „ “ << >> < > , ** __ Дем ′ янчук I. С. ТОВ живе".split()


@settings(max_examples=60)
@given(st.lists(st.sampled_from(PIECES), min_size=1, max_size=10), st.sets(st.integers(1, 9)))
def test_tags_are_legal_and_probabilities_add_up(shipped, tokens, cells):
    own = sorted(cell for cell in cells if cell < len(tokens))
    window = shipped.engine.submit_sentences([tokens], cells=own, probabilities=True)
    (found,) = shipped.engine.annotations(window)
    assert len(found.tags) == len(tokens)
    assert all(may_follow(before, tag) for before, tag in zip([None, *found.tags], found.tags, strict=False))
    assert not any(found.tags[cell].startswith("I") for cell in own)
    assert np.allclose(found.probabilities.sum(1), 1, atol=1e-4)
    assert ((found.continuation >= 0) & (found.continuation <= 1)).all()
