"""What a tagger is weak at, in sentences made from its figures: the worst of each kind of part, where there is enough gold to tell."""

from collections import Counter
from collections.abc import Iterator, Mapping

from tagger.train.evaluation.evaluate import Measured
from tagger.train.evaluation.metrics import MISSED, Counts
from tagger.train.evaluation.subsets import Part

LEAST_GOLD = 30  # entities: below that, a difference is mostly chance
LEAST_LOSS = 0.5  # points of F1 that are worth telling


def weaknesses(found: Measured, errors: Mapping[str, Counter[str]]) -> Iterator[str]:
    """One sentence each. `errors`: counts as :func:`tagger.train.evaluation.error_analysis.by_kind` gives them."""
    report = found.whole.report
    classes = {label: counts for label, counts in report.classes.items() if counts.gold >= LEAST_GOLD}
    if classes:
        label, counts = _worst(classes)
        yield f"The class with the lowest F1 is {label}: {_told(counts)}."
    for title, group in (("source", found.sources), ("sentence length", found.lengths)):
        enough = {name: micro for name, micro in _micro(group).items() if micro.gold >= LEAST_GOLD}
        if len(enough) > 1:
            name, counts = _worst(enough)
            yield f"The {title} with the lowest F1 is {name}{' tokens' if title != 'source' else ''}: {_told(counts)}."
    yield from _unseen(_micro(found.seen))
    losses = sorted(found.losses.items(), key=lambda item: -item[1])
    told = [f"{loss:.1f} points {name}" for name, loss in losses if loss >= LEAST_LOSS]
    if told:
        yield f"Against the text as it is, F1 is lower by {', '.join(told)}."
    yield from _errors(errors)
    confusions = [(count, gold, taken) for (gold, taken), count in report.confusion.items() if MISSED not in (gold, taken) and gold != taken]
    if confusions:
        count, gold, taken = max(confusions)
        yield f"The most frequent confusion is {gold} taken for {taken}: {count:,} times."


def _micro(group: Mapping[str, Part]) -> dict[str, Counts]:
    return {name: part.report.micro for name, part in group.items()}


def _worst(group: Mapping[str, Counts]) -> tuple[str, Counts]:
    return min(group.items(), key=lambda item: item[1].f1)


def _told(counts: Counts) -> str:
    return f"{counts.f1:.3f} (precision {counts.precision:.3f}, recall {counts.recall:.3f}, {counts.gold:,} in gold)"


def _unseen(seen: Mapping[str, Counts]) -> Iterator[str]:
    names = list(seen)
    if names and seen[names[0]].gold:
        known = Counts()
        for name in names[1:]:
            known.add(seen[name])
        share = seen[names[0]].gold / (seen[names[0]].gold + known.gold)
        yield (
            f"Of names that the annotated training data never has ({share:.0%} of all) it finds {seen[names[0]].recall:.1%}, of the others {known.recall:.1%}."
        )


def _errors(errors: Mapping[str, Counter[str]]) -> Iterator[str]:
    total = sum(sum(own.values()) for own in errors.values())
    if total:
        kind, own = max(errors.items(), key=lambda item: sum(item[1].values()))
        yield f"The most frequent kind of error is {kind}: {sum(own.values()):,} of {total:,}."
