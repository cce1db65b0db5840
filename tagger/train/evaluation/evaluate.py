"""Evaluation of a tagger on annotated documents: overall, by label, by source, by subset, and on perturbed copies."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tagger import tags as bio
from tagger.tagger import Tagger
from tagger.train.data.corpus import Document
from tagger.train.data.perturbations import STANDARD_PERTURBATIONS, Perturbation, perturbed
from tagger.train.evaluation import subsets
from tagger.train.evaluation.metrics import MISSED, Counts, Report
from tagger.train.evaluation.subsets import Interval, Name, Subset


@dataclass(slots=True)
class Evaluation:
    """Predictions of a tagger on documents.

    :param whole: all sentences.
    :param sources: by source; empty if the documents name none.
    :param copies: perturbed copies of all sentences.
    :param lengths: by sentence length; empty unless asked for.
    :param seen: by how often training has a name; empty unless asked for.
    """

    whole: Subset
    sources: dict[str, Subset]
    copies: dict[str, Subset]
    lengths: dict[str, Subset] = field(default_factory=dict)
    seen: dict[str, Subset] = field(default_factory=dict)

    def named(self) -> dict[str, Subset]:
        """Return all subsets under their names in tables."""
        return {
            "all": self.whole,
            **{f"source {name}": subset for name, subset in self.sources.items()},
            **self.copies,
            **{f"{name} tokens": subset for name, subset in self.lengths.items()},
            **{f"names seen {name} times": subset for name, subset in self.seen.items()},
        }

    def drops(self) -> dict[str, float]:
        """Return the drop in micro F1 on each perturbed copy, in points (0 to 100)."""
        own = self.whole.report().micro.f1
        return {name: 100 * (own - subset.report().micro.f1) for name, subset in self.copies.items()}


def measure(
    tagger: Tagger,
    documents: Sequence[Document],
    perturbations: Mapping[str, Perturbation] = STANDARD_PERTURBATIONS,
    *,
    lengths: bool = False,
    counts: Mapping[Name, int] | None = None,
    mapping: Mapping[str, str] | None = None,
) -> Evaluation:
    """Tag documents and perturbed copies of them.

    :param lengths: also split sentences by length.
    :param counts: how often training has each name (:func:`tagger.train.evaluation.subsets.name_counts`), to split
        names by it.
    :param mapping: labels of the tagger to rename before they are compared; `O` drops one.
    """
    mapping = mapping or {}
    whole = _tag(tagger, documents, mapping)
    copies = {name: _tag(tagger, perturbed(documents, change), mapping) for name, change in perturbations.items()}
    found = Evaluation(whole, subsets.by_source(whole, documents), copies)
    if lengths:
        found.lengths = subsets.by_length(whole)
    if counts is not None:
        tokens = [sentence.tokens for document in documents for sentence in document.sentences]
        found.seen = subsets.by_seen(whole, tokens, counts)
    return found


def _tag(tagger: Tagger, documents: Sequence[Document], mapping: Mapping[str, str]) -> Subset:
    tokens = (sentence.tokens for document in documents for sentence in document.sentences)
    return subsets.whole(documents, [bio.rename(tags, mapping) for tags in tagger.stream(tokens)])


def evaluate(tagger: Tagger, documents: Sequence[Document]) -> dict[str, Report]:
    """Return reports by name: `all`, one per source, and one per standard perturbation."""
    return {name: subset.report() for name, subset in measure(tagger, documents).named().items()}


def intervals(found: Evaluation) -> dict[str, Interval]:
    """Return the 95% interval of micro F1 of each named subset, and of each `class` of the whole."""
    named = {name: subset.interval() for name, subset in found.named().items() if subset.gold}
    return named | {f"class {label}": subset.interval() for label, subset in subsets.by_label(found.whole).items()}


def as_dict(found: Evaluation, ranges: Mapping[str, Interval] | None = None) -> dict[str, Any]:
    """Return an evaluation for JSON.

    Full reports of the whole, of sources and of copies stand under their names; counts of other subsets under `lengths`
    and `seen`; drops under `robustness`, and as in 0.8 under `sturdiness`, which goes in 0.11.

    :param ranges: intervals of F1, see :func:`intervals`.
    """
    ranges = ranges or {}

    def counts(micro: Counts, name: str) -> dict[str, Any]:
        return micro.as_dict() | ({"interval": [round(end, 4) for end in ranges[name]]} if name in ranges else {})

    content: dict[str, Any] = {}
    for name, subset in found.named().items():
        report = subset.report()
        if name == "all" or name.startswith("source ") or name in found.copies:
            content[name] = report.as_dict() | {"micro": counts(report.micro, name)}
    for label, own in found.whole.report().classes.items():
        content["all"]["classes"][label] = counts(own, f"class {label}")
    content["robustness"] = {name: {"drop": round(drop, 2)} for name, drop in found.drops().items()}
    content["sturdiness"] = {name: {"loss": round(drop, 2)} for name, drop in found.drops().items()}
    for group, form in (("lengths", "{} tokens"), ("seen", "names seen {} times")):
        members: dict[str, Subset] = getattr(found, group)
        if members:
            content[group] = {name: counts(own.report().micro, form.format(name)) for name, own in members.items()}
    return content


def table(reports: Mapping[str, Report], ranges: Mapping[str, Interval] | None = None) -> str:
    """Format reports for reading: labels and confusion matrix of `all`, one line for each other.

    :param ranges: intervals of F1 to show after each line, see :func:`intervals`.
    """
    whole = reports["all"]
    columns = f"{'precision':>10}{'recall':>10}{'F1':>10}{'gold':>8}{'predicted':>11}"
    lines = [f"{'':<22}{columns}" + (f"{'95% interval':>18}" if ranges else "")]

    def line(title: str, counts: Counts, name: str) -> str:
        interval = (ranges or {}).get(name)
        after = f"{f'{interval[0]:.3f} to {interval[1]:.3f}':>18}" if interval else ""
        scores = f"{counts.precision:>10.4f}{counts.recall:>10.4f}{counts.f1:>10.4f}"
        return f"{title:<22}{scores}{counts.gold:>8}{counts.predicted:>11}{after}"

    by_gold = sorted(whole.classes.items(), key=lambda item: -item[1].gold)
    lines += [line(label, counts, f"class {label}") for label, counts in by_gold]
    lines.append(line("micro", whole.micro, "all"))
    lines.append(f"{'macro':<22}{'':>20}{whole.macro_f1:>10.4f}")
    lines.append(f"{'token accuracy':<22}{'':>20}{whole.accuracy:>10.4f}{whole.tokens:>8}")
    lines += [line(name, report.micro, name) for name, report in reports.items() if name != "all"]
    labels = sorted({label for pair in whole.confusion for label in pair} - {MISSED})
    lines += ["", f"{'gold, then predicted':<22}" + "".join(f"{label:>8}" for label in [*labels, "missed"])]
    for gold in [*labels, MISSED]:
        row = [whole.confusion[gold, predicted] for predicted in [*labels, MISSED]]
        lines.append(f"{'(no entity)' if gold == MISSED else gold:<22}" + "".join(f"{count:>8}" for count in row))
    return "\n".join(lines)


def drop_table(drops: Mapping[str, float]) -> str:
    """Format the drops on perturbed copies for reading."""
    lines = [f"{'copy':<22}{'drop in F1, points':>30}"]
    return "\n".join(lines + [f"{name:<22}{drop:>30.2f}" for name, drop in drops.items()])
