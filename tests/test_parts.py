"""Parts of tagged documents add up to the whole."""

import pytest

from tagger.train.data.corpus import Document, Sentence
from tagger.train.evaluation import subsets as parts
from tagger.train.evaluation.bootstrap import intervals

DOCUMENTS = [
    Document("A_one", [Sentence(("Київ", "."), ("B-LOC", "O")), Sentence(("Так",), ("O",))]),
    Document("ng/two", [Sentence(("київ", "і", "Олена", "Пчілка"), ("B-LOC", "O", "B-PERS", "I-PERS"))]),
]
PREDICTED = [["B-LOC", "O"], ["B-ORG"], ["O", "O", "B-PERS", "I-PERS"]]


@pytest.fixture
def part():
    return parts.whole(DOCUMENTS, PREDICTED)


def counts(found):
    return {name: (own.report.micro.gold, own.report.micro.predicted, own.report.micro.right) for name, own in found.items()}


def test_the_whole(part):
    assert part.documents == [0, 0, 1]
    assert (part.report.micro.gold, part.report.micro.predicted, part.report.micro.right) == (3, 3, 2)
    assert part.interval == intervals(part.gold, part.predicted, part.documents)


def test_sources_classes_lengths_and_names(part):
    assert counts(parts.by_source(part, DOCUMENTS)) == {"A": (1, 2, 1), "ng": (2, 1, 1)}
    assert counts(parts.by_class(part)) == {"LOC": (2, 1, 1), "PERS": (1, 1, 1), "ORG": (0, 1, 0)}
    assert counts(parts.by_length(part, (1, 2, 3, 6))) == {"1": (0, 1, 0), "2": (1, 1, 1), "3-5": (2, 1, 1)}
    tokens = [sentence.tokens for document in DOCUMENTS for sentence in document.sentences]
    assert counts(parts.by_seen(part, tokens, {("київ",): 3})) == {"0": (1, 2, 1), "1": (0, 0, 0), "2-4": (2, 1, 1), "5+": (0, 0, 0)}


def test_documents_that_name_no_source_have_none(part):
    assert parts.by_source(part, [Document("one", DOCUMENTS[0].sentences), Document("two", DOCUMENTS[1].sentences)]) == {}
    assert list(parts.by_source(part, [DOCUMENTS[0], Document("two", DOCUMENTS[1].sentences)])) == ["(none)", "A"]
