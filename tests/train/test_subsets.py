"""Subsets of tagged documents, counted by hand, and their sums against the whole."""

import pytest

from tagger.train.data.corpus import Document, Sentence
from tagger.train.evaluation import subsets
from tagger.train.evaluation.bootstrap import f1_interval
from tagger.train.evaluation.metrics import score
from tagger.train.evaluation.subsets import Subset, by_length, by_seen, name_counts

DOCUMENTS = [
    Document("A_one", [Sentence(("Київ", "."), ("B-LOC", "O")), Sentence(("Так",), ("O",))]),
    Document("ng/two", [Sentence(("київ", "і", "Олена", "Пчілка"), ("B-LOC", "O", "B-PERS", "I-PERS"))]),
]
PREDICTED = [["B-LOC", "O"], ["B-ORG"], ["O", "O", "B-PERS", "I-PERS"]]


@pytest.fixture
def subset():
    return subsets.whole(DOCUMENTS, PREDICTED)


def counts(found):
    return {
        name: (own.report().micro.gold, own.report().micro.predicted, own.report().micro.correct)
        for name, own in found.items()
    }


def test_the_whole(subset):
    assert subset.documents == [0, 0, 1]
    assert (subset.report().micro.gold, subset.report().micro.predicted, subset.report().micro.correct) == (3, 3, 2)
    assert subset.interval() == f1_interval(subset.gold, subset.predicted, subset.documents)


def test_sources_classes_lengths_and_names(subset):
    assert counts(subsets.by_source(subset, DOCUMENTS)) == {"A": (1, 2, 1), "ng": (2, 1, 1)}
    assert counts(subsets.by_label(subset)) == {"LOC": (2, 1, 1), "PERS": (1, 1, 1), "ORG": (0, 1, 0)}
    assert counts(subsets.by_length(subset, (1, 2, 3, 6))) == {"1": (0, 1, 0), "2": (1, 1, 1), "3-5": (2, 1, 1)}
    tokens = [sentence.tokens for document in DOCUMENTS for sentence in document.sentences]
    assert counts(subsets.by_seen(subset, tokens, {("київ",): 3})) == {
        "0": (1, 2, 1),
        "1": (0, 0, 0),
        "2-4": (2, 1, 1),
        "5+": (0, 0, 0),
    }


def test_documents_that_name_no_source_have_none(subset):
    assert (
        subsets.by_source(subset, [Document("one", DOCUMENTS[0].sentences), Document("two", DOCUMENTS[1].sentences)])
        == {}
    )
    assert list(subsets.by_source(subset, [DOCUMENTS[0], Document("two", DOCUMENTS[1].sentences)])) == ["(none)", "A"]


TOKENS = [["Київ", "і", "Львів"], ["Олена", "Пчілка", "пише", "у", "Києві", "."], ["Так"], ["ЛЬВІВ"]]
GOLD = [["B-LOC", "O", "B-LOC"], ["B-PERS", "I-PERS", "O", "O", "B-LOC", "O"], ["O"], ["B-LOC"]]
GUESSES = [["B-LOC", "O", "O"], ["B-PERS", "O", "O", "O", "B-LOC", "O"], ["B-ORG"], ["B-LOC"]]
SUBSET = Subset(GOLD, GUESSES)


def test_by_length():
    parts = by_length(SUBSET, (1, 2, 6))
    assert list(parts) == ["1", "2-5", "6+"]
    assert [parts[name].report().sentences for name in parts] == [2, 1, 1]
    assert (
        parts["1"].report().micro.gold == 1
        and parts["1"].report().micro.predicted == 2
        and parts["1"].report().micro.correct == 1
    )
    assert parts["6+"].report().micro.correct == 1 and parts["6+"].report().micro.gold == 2
    assert list(by_length(SUBSET)) == ["1-5", "6-10"]
    whole = score(GOLD, GUESSES).micro
    for field in ("gold", "predicted", "correct"):
        assert sum(getattr(part.report().micro, field) for part in by_length(SUBSET).values()) == getattr(whole, field)


def test_names_are_counted_whatever_their_case():
    counts = name_counts([["ЛЬВІВ", "львів"], ["Олена", "Пчілка"]], [["B-LOC", "B-ORG"], ["B-PERS", "I-PERS"]])
    assert counts == {("львів",): 2, ("олена", "пчілка"): 1}


def test_by_seen():
    counts = {("львів",): 1, ("олена", "пчілка"): 3, ("київ",): 7}
    parts = {name: own.report().micro for name, own in by_seen(SUBSET, TOKENS, counts).items()}
    assert list(parts) == ["0", "1", "2-4", "5+"]
    figures = {name: (part.gold, part.predicted, part.correct) for name, part in parts.items()}
    # 0: Києві found, Олена alone and Так invented; 1: Львів missed, ЛЬВІВ found; 2-4: Олена Пчілка cut short; 5+: Київ
    assert figures == {"0": (1, 3, 1), "1": (2, 1, 1), "2-4": (1, 0, 0), "5+": (1, 1, 1)}
    whole = score(GOLD, GUESSES).micro
    assert tuple(map(sum, zip(*figures.values(), strict=True))) == (whole.gold, whole.predicted, whole.correct)


def test_nothing_seen_is_all_in_the_first_range():
    parts = {name: own.report().micro for name, own in by_seen(SUBSET, TOKENS, {}).items()}
    assert parts["0"].gold == 5 and not any(parts[name].gold for name in ("1", "2-4", "5+"))
