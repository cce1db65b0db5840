"""Scores of parts, counted by hand, and their sums against the whole."""

from tagger.train.evaluation.breakdown import by_length, by_seen, name_counts
from tagger.train.evaluation.metrics import score

TOKENS = [["Київ", "і", "Львів"], ["Олена", "Пчілка", "пише", "у", "Києві", "."], ["Так"], ["ЛЬВІВ"]]
GOLD = [["B-LOC", "O", "B-LOC"], ["B-PERS", "I-PERS", "O", "O", "B-LOC", "O"], ["O"], ["B-LOC"]]
PREDICTED = [["B-LOC", "O", "O"], ["B-PERS", "O", "O", "O", "B-LOC", "O"], ["B-ORG"], ["B-LOC"]]


def test_by_length():
    parts = by_length(GOLD, PREDICTED, (1, 2, 6))
    assert list(parts) == ["1", "2-5", "6+"]
    assert [parts[name].sentences for name in parts] == [2, 1, 1]
    assert parts["1"].micro.gold == 1 and parts["1"].micro.predicted == 2 and parts["1"].micro.right == 1
    assert parts["6+"].micro.right == 1 and parts["6+"].micro.gold == 2
    assert list(by_length(GOLD, PREDICTED)) == ["1-5", "6-10"]
    whole = score(GOLD, PREDICTED).micro
    for field in ("gold", "predicted", "right"):
        assert sum(getattr(part.micro, field) for part in by_length(GOLD, PREDICTED).values()) == getattr(whole, field)


def test_names_are_counted_whatever_their_case():
    counts = name_counts([["ЛЬВІВ", "львів"], ["Олена", "Пчілка"]], [["B-LOC", "B-ORG"], ["B-PERS", "I-PERS"]])
    assert counts == {("львів",): 2, ("олена", "пчілка"): 1}


def test_by_seen():
    counts = {("львів",): 1, ("олена", "пчілка"): 3, ("київ",): 7}
    parts = by_seen(TOKENS, GOLD, PREDICTED, counts)
    assert list(parts) == ["0", "1", "2-4", "5+"]
    figures = {name: (part.gold, part.predicted, part.right) for name, part in parts.items()}
    # 0: Києві found, Олена alone and Так invented; 1: Львів missed, ЛЬВІВ found; 2-4: Олена Пчілка cut short; 5+: Київ
    assert figures == {"0": (1, 3, 1), "1": (2, 1, 1), "2-4": (1, 0, 0), "5+": (1, 1, 1)}
    whole = score(GOLD, PREDICTED).micro
    assert tuple(map(sum, zip(*figures.values(), strict=True))) == (whole.gold, whole.predicted, whole.right)


def test_nothing_seen_is_all_in_the_first_range():
    parts = by_seen(TOKENS, GOLD, PREDICTED, {})
    assert parts["0"].gold == 5 and not any(parts[name].gold for name in ("1", "2-4", "5+"))
