"""Strict scores against counts made by hand."""

import pytest

from tagger.train.evaluation.metrics import MISSED, score


def test_only_exact_spans_count():
    gold = ["B-PERS I-PERS O B-LOC O B-ORG".split(), "B-LOC O".split()]
    predicted = ["B-PERS O O B-LOC O B-LOC".split(), "O B-MISC".split()]
    report = score(gold, predicted)
    assert (report.micro.gold, report.micro.predicted, report.micro.correct) == (4, 4, 1)
    assert report.micro.f1 == pytest.approx(1 / 4)
    assert report.classes["LOC"].precision == 1 / 2 and report.classes["LOC"].recall == 1 / 2
    assert report.classes["PERS"].f1 == 0
    assert report.accuracy == pytest.approx(4 / 8)
    assert report.confusion == {
        ("PERS", "PERS"): 1,
        ("LOC", "LOC"): 1,
        ("ORG", "LOC"): 1,
        ("LOC", MISSED): 1,
        (MISSED, "MISC"): 1,
    }
    assert report.macro_f1 == pytest.approx((0 + 0.5 + 0) / 3)


def test_an_i_tag_with_no_b_tag_is_no_free_ride():
    report = score(["B-PERS I-PERS I-PERS".split()], ["O I-PERS I-PERS".split()])
    assert report.micro.correct == 0


def test_perfect_and_empty():
    gold = ["B-A I-A O".split()]
    assert score(gold, gold).micro.f1 == 1
    nothing = score(["O O".split()], ["O O".split()])
    assert nothing.micro.f1 == 0 and nothing.accuracy == 1


def test_lengths_must_agree():
    with pytest.raises(ValueError, match="sentence 1 has 1 gold tags and 2 predicted"):
        score([["O"]], [["O", "O"]])
    with pytest.raises(ValueError):
        score([["O"]], [])
