"""What a training sees and is judged by: sentences joined to the one before, and the mean F1 over sources."""

import numpy as np
import pytest
from support import corpora

from tagger.features.names import FeatureSettings
from tagger.train.data.corpus import Document, Sentence
from tagger.train.data.labelled_text import LabelledText, PlainDocument, relabel_text
from tagger.train.evaluation.metrics import mean_by_source
from tagger.train.student.dataset import build_vocabulary, join, to_arrays

TAGS = ["O", "B-PERS", "I-PERS", "B-LOC", "I-LOC", "B-ORG", "I-ORG"]


@pytest.fixture(scope="module")
def arrays():
    sentences = [Sentence(tuple(tokens), tuple(tags)) for tokens, tags in corpora.sentences(60)]
    documents = [Document(str(start), sentences[start : start + 10]) for start in range(0, 60, 10)]
    vocabulary = build_vocabulary([own.tokens for own in sentences], FeatureSettings(), 1)
    return join([to_arrays(documents[:3], vocabulary, TAGS), to_arrays(documents[3:], vocabulary, TAGS)])


def test_a_share_of_the_sentences_is_joined_within_its_document(arrays):
    joined = arrays.glued(0.3, np.random.default_rng(1))
    assert 30 < len(joined.lengths) < 55 and joined.starts[-1] == arrays.starts[-1]
    assert len(joined.weights) == len(joined.continues) == len(joined.lengths)
    assert set(joined.starts) < set(arrays.starts)
    firsts = set(arrays.starts[:-1][~arrays.continues])
    assert len(firsts) == 6 and firsts <= set(joined.starts)
    assert len(arrays.glued(1.0, np.random.default_rng(1)).lengths) == 6
    assert arrays.glued(0.0, np.random.default_rng(1)) is arrays


def test_each_source_counts_alike_and_small_ones_together():
    right, wrong = ["B-PERS", "O"], ["O", "O"]
    gold = [right] * 40
    sources = ["large"] * 30 + ["small"] * 7 + ["tiny"] * 3
    predicted = [right] * 30 + [wrong] * 7 + [right] * 3
    # of the small one nothing is found; small and tiny together: 3 of 10, without a false one
    together = 2 * 3 / (10 + 3)
    assert mean_by_source(gold, predicted, sources, least=20) == pytest.approx((1 + together) / 2)
    assert mean_by_source(gold, predicted, sources, least=5) == pytest.approx((1 + 0 + 1) / 3)
    assert mean_by_source([wrong], [wrong], ["large"], least=1) == 0


def test_probabilities_of_labels_that_become_one_are_added_up():
    tags = ["O", "B-ART", "I-ART", "B-DOC", "B-DATE", "B-LOC"]
    rows = np.array([[0.1, 0.2, 0.1, 0.3, 0.2, 0.1]], np.float16)
    text = LabelledText([PlainDocument("a", "", [("Слово",)], [rows])], tags)
    changed = relabel_text(text, {"ART": "MISC", "DOC": "MISC", "DATE": "O"})
    assert changed.tags == ["O", "B-MISC", "I-MISC", "B-LOC"]
    assert np.allclose(changed.documents[0].probabilities[0], [[0.3, 0.5, 0.1, 0.1]], atol=1e-3)
    assert relabel_text(text, {}).tags == tags
