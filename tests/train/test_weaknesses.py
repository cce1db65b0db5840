"""Sentences about weak points, from figures made by hand."""

from collections import Counter

from tagger.train.evaluation.evaluate import Evaluation
from tagger.train.evaluation.model_card import weaknesses
from tagger.train.evaluation.subsets import Subset


def part(gold: int, right: int, label: str = "LOC", taken: str = "O") -> Subset:
    """One-token sentences with `gold` entities, of which `right` are found and the rest mislabelled."""
    predicted = [[f"B-{label}"]] * right + [[taken if taken == "O" else f"B-{taken}"]] * (gold - right)
    return Subset([[f"B-{label}"]] * gold, predicted, list(range(gold)))


def join(*some: Subset) -> Subset:
    return Subset(*([row for one in some for row in getattr(one, name)] for name in ("gold", "predicted", "documents")))


def test_the_worst_of_each_kind():
    whole = join(part(40, 36), part(50, 20, "ORG", "LOC"), part(5, 0, "MISC"))  # too few of MISC to tell
    sources, lengths = (
        {"A": part(40, 10), "B": part(40, 39), "C": part(3, 0)},
        {"1-5": part(60, 60), "41+": part(60, 30)},
    )
    copies = {"lower-cased": join(part(90, 20)), "stress-marked": whole}
    seen = {"0": part(50, 20), "1": part(20, 19), "2-4": part(20, 19), "5+": part(0, 0)}
    errors = {"boundary": Counter(LOC=3), "missed": Counter(LOC=9, ORG=2)}
    told = list(weaknesses(Evaluation(whole, sources, copies, lengths, seen), errors))
    assert told[0].startswith("The label with the lowest F1 is ORG: 0.571 (precision 1.000, recall 0.400, 50 in gold)")
    assert told[1].startswith("The source with the lowest F1 is A") and told[2].startswith(
        "The sentence length with the lowest F1 is 41+ tokens"
    )
    assert (
        told[3]
        == "Of names that the annotated training data never has (56% of all) it finds 40.0%, of the others 95.0%."
    )
    assert "points lower-cased" in told[4] and "stress-marked" not in told[4]
    assert told[5] == "The most frequent kind of error is missed: 11 of 14."
    assert told[6] == "The most frequent confusion is ORG predicted as LOC: 30 times."


def test_nothing_to_tell():
    assert list(weaknesses(Evaluation(part(3, 3), {}, {}), {"missed": Counter()})) == []
