"""A model card (Mitchell et al. 2019) in Markdown, of what model files say of themselves and of scores measured now: nothing in it is typed by hand."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path

from tagger.errors import ModelError
from tagger.session import Session
from tagger.tagger import Tagger
from tagger.train.data import provenance as lineage
from tagger.train.data.corpus import Document
from tagger.train.data.perturbations import ALL_VARIANTS
from tagger.train.data.sources import fingerprint
from tagger.train.evaluation import evaluate
from tagger.train.evaluation import subsets as parts
from tagger.train.evaluation.calibration import Scored, Temperature, best_temperature, bins, scored
from tagger.train.evaluation.error_analysis import KINDS, by_kind, mistakes
from tagger.train.evaluation.evaluate import Interval, Measured
from tagger.train.evaluation.metrics import Counts
from tagger.train.evaluation.subsets import Name
from tagger.train.evaluation.weaknesses import weaknesses

DEVELOPMENT, TEST = "development", "test"
MEANING = "Scores are strict: an entity counts where both ends and the label are right. Intervals hold 95% of the scores of 1,000 draws of whole documents."


@dataclass(frozen=True, slots=True)
class ModelFile:
    """An open model file and its size in bytes."""

    name: str
    size: int
    tagger: Tagger

    @classmethod
    def open(cls, path: str, tagger: Tagger) -> "ModelFile":
        """Raises ModelError where the tagger is not of a model file."""
        if not isinstance(tagger.session, Session):
            raise ModelError(f"{path}: a card is written for model files; export the checkpoint with uk-tag-export")
        return cls(Path(path).name, Path(path).stat().st_size, tagger)


@dataclass(slots=True)
class SetReport:
    """What the first model made of a data set, and the overall F1 of the others.

    :param kind: DEVELOPMENT or TEST.
    :param best: the best temperature; looked for on development data alone.
    """

    name: str
    kind: str
    documents: int
    fingerprint: str
    measured: Measured
    ranges: Mapping[str, Interval]
    scored: Scored
    best: Temperature | None
    errors: Mapping[str, Counter[str]]
    others: list[tuple[float, Interval]] = field(default_factory=list)


def report_on(files: Sequence[ModelFile], name: str, kind: str, documents: Sequence[Document], counts: Mapping[Name, int] | None) -> SetReport:
    """Score model files on a data set. `counts`: how often training has each name."""
    first, *others = (file.tagger for file in files)
    found = evaluate.measure(first, documents, ALL_VARIANTS, lengths=True, counts=counts)
    report = SetReport(
        name,
        kind,
        len(documents),
        fingerprint(documents),
        found,
        evaluate.intervals(found),
        scored(first, documents),
        best_temperature(first, documents) if kind == DEVELOPMENT else None,
        by_kind(mistakes(documents, found.whole.predicted)),
    )
    for tagger in others:
        own = evaluate.measure(tagger, documents, {}).whole
        report.others.append((own.report.micro.f1, own.interval))
    return report


def make_card(files: Sequence[ModelFile], sets: Sequence[SetReport], command: str) -> str:
    """The card.

    :param command: the command that made it, for whoever wants to repeat it.
    """
    first = files[0].tagger
    about = first.bundle.card
    reported = next((report for report in sets if report.kind == TEST), sets[0])
    blocks = [
        f"# {about.get('name', files[0].name)}",
        f"{about.get('description', 'A named-entity tagger.')}",
        _rows(_facts(files, sets)),
        "## Data and training",
        _rows(_origin(about, sets)),
    ]
    for report in sets:
        blocks += _scores(report)
    blocks += ["## Calibration", *(block for report in sets for block in _calibration(report, first.bundle.temperature))]
    blocks += ["## Known weaknesses", f"By the figures on {reported.name}:", "\n".join(f"- {line}" for line in weaknesses(reported.measured, reported.errors))]
    blocks += ["## How this card was made", f"```sh\n{command}\n```"]
    blocks.append(MEANING)
    return "\n\n".join(blocks) + "\n"


def _facts(files: Sequence[ModelFile], sets: Sequence[SetReport]) -> Iterable[tuple[str, str]]:
    bundle = files[0].tagger.bundle
    shape = bundle.card.get("network", {})
    yield "Labels", ", ".join(dict.fromkeys(tag[2:] for tag in bundle.tags if len(tag) > 2))
    yield "Licence", bundle.card.get("licence", "(none said)")
    if shape:
        direction = "bidirectional" if shape.get("bidirectional") else "forward"
        layers = f"{shape['layers']} {direction} {shape['cell'].upper()} layer(s) of {shape['width']} units"
        yield "Network", f"{layers} over word vectors of {shape['embedding']}; output: {shape['output']}; {len(bundle.vocabulary):,} features"
    yield "Temperature of the scores", f"{bundle.temperature:g}"
    for number, file in enumerate(files):
        scores = []
        for report in sets:
            f1, interval = (report.measured.whole.report.micro.f1, report.ranges["all"]) if number == 0 else report.others[number - 1]
            scores.append(f"F1 {f1:.3f} ({_span(interval)}) on {report.name}")
        precision = file.tagger.bundle.card.get("exported", {}).get("precision")
        kind = f", {precision}" if precision else ""
        yield f"`{file.name}`", f"{file.size / 1e6:.1f} MB{kind}; {'; '.join(scores)}; digest `{file.tagger.session.digest}`"


def _origin(about: Mapping, sets: Sequence[SetReport]) -> Iterable[tuple[str, str]]:
    data, training = about.get("data", {}), about.get("training", {})
    yield "Annotated data", f"{', '.join(data.get('sources', ['(not said)']))}; SHA-256 of its tokens and tags `{data.get('fingerprint', '(not said)')}`"
    chosen_by = data.get("development_fingerprint", "(not said)")
    same = [report.name for report in sets if report.fingerprint == chosen_by]
    yield "Development data", f"`{chosen_by}`; " + (f"this is {same[0]} below" if same else "**not the development data below**")
    steps = lineage.behind([(data, training)])["lineage"]
    for number, digest in enumerate(dict.fromkeys(chain.from_iterable(step["data"].get("soft", []) for step in steps.values())), 1):
        yield f"Labelled by a teacher, {number}", f"SHA-256 of the file `{digest}`"
    yield from lineage.told(steps)
    if "epoch" in about.get("scores", {}):
        yield "Epoch kept", str(about["scores"]["epoch"])


def _scores(report: SetReport) -> Iterable[str]:
    found, ranges = report.measured, report.ranges
    whole = found.whole.report
    role = "the model was chosen by it" if report.kind == DEVELOPMENT else "it had no part in training"
    yield f"## Scores on {report.name}"
    size = f"{report.documents:,} documents, {whole.sentences:,} sentences, {whole.tokens:,} tokens, {whole.micro.gold:,} entities"
    yield f"{size}; {role}. SHA-256 of its tokens and tags `{report.fingerprint}`"
    classes = {label: (part.report.micro, f"class {label}") for label, part in parts.by_class(found.whole).items()}
    yield _scored_rows("class", {**classes, "**all (micro)**": (whole.micro, "all")}, ranges)
    named = {name: (part.report.micro, name) for name, part in found.named.items()}
    losses = found.losses
    rows = [f"| {name} | {named[name][0].f1:.3f} | {_span(ranges[name])} | {loss:.1f} |" for name, loss in losses.items()]
    yield "\n".join(["| copy | F1 | 95% interval | points lost |", "|---|---|---|---|", *rows])
    if found.sources:
        sizes = {name: len(set(part.documents)) for name, part in found.sources.items()}
        yield _scored_rows("source (documents)", {f"{name} ({size})": named[f"source {name}"] for name, size in sizes.items()}, ranges)
    yield _scored_rows("sentence length", {f"{name} tokens": named[f"{name} tokens"] for name in found.lengths}, ranges)
    if found.seen:
        yield _scored_rows("name's times in training", {name: named[f"names seen {name} times"] for name in found.seen}, ranges)
    total = sum(sum(own.values()) for own in report.errors.values())
    counts = [f"{sum(report.errors[kind].values())} {kind}" for kind in KINDS]
    yield f"{total:,} errors: {', '.join(counts)}."


def _calibration(report: SetReport, temperature: float) -> Iterable[str]:
    line = f"On {report.name} the expected calibration error of entity scores is {report.scored.error:.3f} at the model's temperature of {temperature:g}"
    if report.best:
        best = report.best
        line += (
            f"; the best temperature there is {best.value:g}, with {best.error:.3f} ({best.held_out_error:.3f} where found on the other half of the documents)"
        )
    yield line + "."
    rows = [f"| {part.low:.2f} to {part.high:.2f} | {part.entities:,} | {part.score:.3f} | {part.right:.3f} |" for part in bins(report.scored)]
    yield "\n".join(["| score | entities | mean score | share right |", "|---|---|---|---|", *rows])


def _scored_rows(title: str, entries: Mapping[str, tuple[Counts, str]], ranges: Mapping[str, Interval]) -> str:
    lines = [f"| {title} | precision | recall | F1 | 95% interval | gold |", "|---|---|---|---|---|---|"]
    for name, (counts, key) in entries.items():
        lines.append(f"| {name} | {counts.precision:.3f} | {counts.recall:.3f} | {counts.f1:.3f} | {_span(ranges[key])} | {counts.gold:,} |")
    return "\n".join(lines)


def _rows(facts: Iterable[tuple[str, str]]) -> str:
    return "\n".join(["| | |", "|---|---|", *(f"| {name} | {text} |" for name, text in facts)])


def _span(interval: Interval) -> str:
    return f"{interval[0]:.3f} to {interval[1]:.3f}"
