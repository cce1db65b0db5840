"""Model cards (Mitchell et al. 2019) in Markdown, from the metadata of model files and scores measured now.

Nothing is typed by hand.

The text around the tables is in the template `model_card.md` beside this module.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.resources import files as resources
from itertools import chain
from pathlib import Path
from string import Template
from typing import Any

from tagger.errors import ModelError
from tagger.inference.session import Session
from tagger.tagger import Tagger
from tagger.tags import labels_of
from tagger.train.data.corpus import Document
from tagger.train.data.perturbations import ALL_PERTURBATIONS
from tagger.train.data.provenance import describe_steps, provenance
from tagger.train.data.sources import fingerprint
from tagger.train.evaluation import evaluate, subsets
from tagger.train.evaluation.calibration import ScoredEntities, Temperature, best_temperature, bins, score_entities
from tagger.train.evaluation.error_analysis import KINDS, by_kind, entity_errors
from tagger.train.evaluation.evaluate import Evaluation
from tagger.train.evaluation.hub_block import hub_block
from tagger.train.evaluation.metrics import MISSED, Counts
from tagger.train.evaluation.subsets import Interval, Name, Subset

DEVELOPMENT, TEST = "development", "test"
LEAST_GOLD = 30  # entities: with fewer, a difference is mostly chance
LEAST_DROP = 0.5  # points of F1 that are worth mentioning


@dataclass(frozen=True, slots=True)
class ModelFile:
    """An open model file and its size in bytes."""

    name: str
    size: int
    tagger: Tagger

    @classmethod
    def open(cls, path: str, tagger: Tagger) -> "ModelFile":
        """Describe the file of a tagger. Raises ModelError if the tagger is not from a model file."""
        if not isinstance(tagger.session, Session):
            raise ModelError(f"{path}: a card is written for model files; export the checkpoint with uk-tag-export")
        return cls(Path(path).name, Path(path).stat().st_size, tagger)


@dataclass(slots=True)
class SetReport:
    """Evaluation of the first model on a data set, and the overall F1 of the others.

    :param kind: DEVELOPMENT or TEST.
    :param best: the best temperature; searched on development data only.
    """

    name: str
    kind: str
    documents: int
    fingerprint: str
    found: Evaluation
    ranges: Mapping[str, Interval]
    scored: ScoredEntities
    best: Temperature | None
    errors: Mapping[str, Counter[str]]
    others: list[tuple[float, Interval]] = field(default_factory=list)


def report_on(
    files: Sequence[ModelFile],
    name: str,
    kind: str,
    documents: Sequence[Document],
    counts: Mapping[Name, int] | None,
    mapping: Mapping[str, str] | None = None,
) -> SetReport:
    """Score model files on a data set.

    :param counts: how often training has each name.
    :param mapping: labels of the models to rename before they are compared; `O` drops one.
    """
    first, *others = (file.tagger for file in files)
    found = evaluate.measure(first, documents, ALL_PERTURBATIONS, lengths=True, counts=counts, mapping=mapping)
    report = SetReport(
        name=name,
        kind=kind,
        documents=len(documents),
        fingerprint=fingerprint(documents),
        found=found,
        ranges=evaluate.intervals(found),
        scored=score_entities(first, documents, mapping),
        best=best_temperature(first, documents, mapping=mapping) if kind == DEVELOPMENT else None,
        errors=by_kind(entity_errors(documents, found.whole.predicted)),
    )
    for tagger in others:
        own = evaluate.measure(tagger, documents, {}, mapping=mapping).whole
        report.others.append((own.report().micro.f1, own.interval()))
    return report


def make_card(
    files: Sequence[ModelFile], sets: Sequence[SetReport], command: str, *, hub: bool = False, development: str = ""
) -> str:
    """Write the card.

    :param command: the command that makes it.
    :param hub: begin with the metadata block of the Hugging Face hub.
    :param development: fingerprint of the documents of all development sets together.
    """
    first = files[0].tagger
    about = first.bundle.card
    reported = next((report for report in sets if report.kind == TEST), sets[0])
    template = resources(__package__).joinpath("model_card.md").read_text(encoding="utf-8")
    name = about.get("name", files[0].name)
    scores = [(report.name, report.found.whole.report().micro) for report in sets]
    return (hub_block(name, about, scores) if hub else "") + Template(template).substitute(
        name=name,
        description=about.get("description", "A named-entity tagger."),
        facts=_rows(_facts(files, sets)),
        origin=_rows(_origin(about, sets, development)),
        scores="\n\n".join(block for report in sets for block in _scores(report)),
        calibration="\n\n".join(block for report in sets for block in _calibration(report, first.bundle.temperature)),
        reported=reported.name,
        weaknesses="\n".join(f"- {line}" for line in weaknesses(reported.found, reported.errors)),
        command=command,
    )


def _facts(files: Sequence[ModelFile], sets: Sequence[SetReport]) -> Iterator[tuple[str, str]]:
    bundle = files[0].tagger.bundle
    shape = bundle.card.get("network", {})
    labels = labels_of(bundle.tags)
    yield "Labels", ", ".join(labels)
    yield from (
        (label, bundle.card[key].replace("|", r"\|")) for label in labels if (key := f"label.{label}") in bundle.card
    )
    yield "Licence", bundle.card.get("licence", "(not stated)")
    if shape:
        direction = "bidirectional" if shape.get("bidirectional") else "forward"
        layers = f"{shape['layers']} {direction} {shape['cell'].upper()} layer(s) of {shape['width']} units"
        vectors = f"word vectors of {shape['embedding']}; output: {shape['output']}"
        yield "Network", f"{layers} over {vectors}; {len(bundle.vocabulary):,} features"
    yield "Temperature of the scores", f"{bundle.temperature:g}"
    for number, file in enumerate(files):
        scores = []
        for report in sets:
            own = (report.found.whole.report().micro.f1, report.ranges["all"])
            f1, interval = own if number == 0 else report.others[number - 1]
            scores.append(f"F1 {f1:.3f} ({_interval(interval)}) on {report.name}")
        precision = file.tagger.bundle.card.get("exported", {}).get("precision")
        kind = f", {precision}" if precision else ""
        digest = f"digest `{file.tagger.session.digest}`"
        yield f"`{file.name}`", f"{file.size / 1e6:.1f} MB{kind}; {'; '.join(scores)}; {digest}"


def _origin(about: Mapping[str, Any], sets: Sequence[SetReport], development: str) -> Iterator[tuple[str, str]]:
    data, training = about.get("data", {}), about.get("training", {})
    unknown = "(not stated)"
    sources = ", ".join(data.get("sources", [unknown]))
    yield "Annotated data", f"{sources}; SHA-256 of its tokens and tags `{data.get('fingerprint', unknown)}`"
    chosen_by = data.get("development_fingerprint", unknown)
    same = [report.name for report in sets if report.fingerprint == chosen_by][:1]
    scored = [report.name for report in sets if report.kind == DEVELOPMENT]
    if not same and development == chosen_by:
        same = scored
    which = "**not the development data below, or in another order**" if scored else "not scored here"
    if same:
        which = f"{'these are' if len(same) > 1 else 'this is'} {', '.join(same)} below"
    yield "Development data", f"`{chosen_by}`; {which}"
    steps = provenance([(data, training)])["lineage"]
    digests = dict.fromkeys(chain.from_iterable(step["data"].get("soft", []) for step in steps.values()))
    for number, digest in enumerate(digests, 1):
        yield f"Labelled by a teacher, {number}", f"SHA-256 of the file `{digest}`"
    yield from describe_steps(steps)
    if "epoch" in about.get("scores", {}):
        yield "Epoch kept", str(about["scores"]["epoch"])


def _scores(report: SetReport) -> Iterator[str]:
    found, ranges = report.found, report.ranges
    whole = found.whole.report()
    role = "used to choose the model" if report.kind == DEVELOPMENT else "not used in training"
    yield f"## Scores on {report.name}"
    sentences = f"{whole.sentences:,} sentences, {whole.tokens:,} tokens, {whole.micro.gold:,} entities"
    yield f"{report.documents:,} documents, {sentences}; {role}. SHA-256 of its tokens and tags `{report.fingerprint}`"
    labels = {label: (own.report().micro, f"class {label}") for label, own in subsets.by_label(found.whole).items()}
    yield _scored_rows("label", {**labels, "**all (micro)**": (whole.micro, "all")}, ranges)
    named = {name: (own.report().micro, name) for name, own in found.named().items()}
    lines = ["| copy | F1 | 95% interval | drop, points |", "|---|---|---|---|"]
    for name, drop in found.drops().items():
        lines.append(f"| {name} | {named[name][0].f1:.3f} | {_interval(ranges[name])} | {drop:.1f} |")
    yield "\n".join(lines)
    if found.sources:
        sizes = {name: len(set(subset.documents)) for name, subset in found.sources.items()}
        rows = {f"{name} ({size})": named[f"source {name}"] for name, size in sizes.items()}
        yield _scored_rows("source (documents)", rows, ranges)
    lengths = {f"{name} tokens": named[f"{name} tokens"] for name in found.lengths}
    yield _scored_rows("sentence length", lengths, ranges)
    if found.seen:
        rows = {name: named[f"names seen {name} times"] for name in found.seen}
        yield _scored_rows("occurrences of the name in training", rows, ranges)
    total = sum(sum(own.values()) for own in report.errors.values())
    counts = [f"{sum(report.errors[kind].values())} {kind}" for kind in KINDS]
    yield f"{total:,} errors: {', '.join(counts)}."


def _calibration(report: SetReport, temperature: float) -> Iterator[str]:
    line = (
        f"On {report.name} the expected calibration error of entity scores is {report.scored.error():.3f} "
        f"at the model's temperature of {temperature:g}"
    )
    if best := report.best:
        held_out = f"{best.held_out_error:.3f} if found on the other half of the documents"
        line += f"; the best temperature there is {best.value:g}, with {best.error:.3f} ({held_out})"
    yield line + "."
    lines = ["| score | entities | mean score | share correct |", "|---|---|---|---|"]
    for own in bins(report.scored):
        lines.append(f"| {own.low:.2f} to {own.high:.2f} | {own.entities:,} | {own.score:.3f} | {own.right:.3f} |")
    yield "\n".join(lines)


def _scored_rows(title: str, entries: Mapping[str, tuple[Counts, str]], ranges: Mapping[str, Interval]) -> str:
    lines = [f"| {title} | precision | recall | F1 | 95% interval | gold |", "|---|---|---|---|---|---|"]
    for name, (counts, key) in entries.items():
        scores = f"{counts.precision:.3f} | {counts.recall:.3f} | {counts.f1:.3f} | {_interval(ranges[key])}"
        lines.append(f"| {name} | {scores} | {counts.gold:,} |")
    return "\n".join(lines)


def _rows(facts: Iterable[tuple[str, str]]) -> str:
    return "\n".join(["| | |", "|---|---|", *(f"| {name} | {text} |" for name, text in facts)])


def _interval(interval: Interval) -> str:
    return f"{interval[0]:.3f} to {interval[1]:.3f}"


def weaknesses(found: Evaluation, errors: Mapping[str, Counter[str]]) -> Iterator[str]:
    """Yield one sentence for each weakness: the worst of each kind of subset, if it has enough gold entities to tell.

    :param errors: counts of :func:`tagger.train.evaluation.error_analysis.by_kind`.
    """
    report = found.whole.report()
    labels = {label: counts for label, counts in report.classes.items() if counts.gold >= LEAST_GOLD}
    if labels:
        label, counts = _worst(labels)
        yield f"The label with the lowest F1 is {label}: {_told(counts)}."
    for title, unit, group in (("source", "", found.sources), ("sentence length", " tokens", found.lengths)):
        enough = {name: micro for name, micro in _micro(group).items() if micro.gold >= LEAST_GOLD}
        if len(enough) > 1:
            name, counts = _worst(enough)
            yield f"The {title} with the lowest F1 is {name}{unit}: {_told(counts)}."
    yield from _unseen(_micro(found.seen))
    drops = sorted(found.drops().items(), key=lambda item: -item[1])
    told = [f"{drop:.1f} points {name}" for name, drop in drops if drop >= LEAST_DROP]
    if told:
        yield f"Compared with the original text, F1 is lower by {', '.join(told)}."
    total = sum(sum(own.values()) for own in errors.values())
    if total:
        kind, own = max(errors.items(), key=lambda item: sum(item[1].values()))
        yield f"The most frequent kind of error is {kind}: {sum(own.values()):,} of {total:,}."
    confusions = [
        (count, gold, predicted)
        for (gold, predicted), count in report.confusion.items()
        if MISSED not in (gold, predicted) and gold != predicted
    ]
    if confusions:
        count, gold, predicted = max(confusions)
        yield f"The most frequent confusion is {gold} predicted as {predicted}: {count:,} times."


def _micro(group: Mapping[str, Subset]) -> dict[str, Counts]:
    return {name: subset.report().micro for name, subset in group.items()}


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
        new = seen[names[0]]
        share = new.gold / (new.gold + known.gold)
        yield (
            f"Of names that the annotated training data never has ({share:.0%} of all) "
            f"it finds {new.recall:.1%}, of the others {known.recall:.1%}."
        )
