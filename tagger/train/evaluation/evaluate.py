"""Scoring a checkpoint or a model file on annotated documents: overall, by class, by source, by part, and on changed copies."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tagger.errors import ModelError
from tagger.precision import model_file
from tagger.tagger import Tagger
from tagger.train.data.corpus import Document
from tagger.train.data.perturbations import VARIANTS, Change, copies
from tagger.train.evaluation import subsets as parts
from tagger.train.evaluation.metrics import MISSED, Counts, Report
from tagger.train.evaluation.subsets import Name, Part

Interval = tuple[float, float]


def open_tagger(path: str | Path, device: str = "auto", threads: int = 1, precision: str = "auto") -> Tagger:
    """A tagger from a model file (ONNX), by path or by name in the package, or a checkpoint, told apart by content. Raises ModelError."""
    if not Path(path).exists():
        path = model_file(path, precision, device)
    try:
        with open(path, "rb") as file:
            start = file.read(4)
    except OSError as error:
        raise ModelError(f"{path}: cannot be read: {error.strerror}; give a checkpoint or a model file") from None
    if start[:2] != b"PK":  # torch writes checkpoints as zip archives
        return Tagger.load(path, device=device, threads=threads, precision=precision)
    from tagger.train.student.checkpoint import load
    from tagger.train.student.torch_session import LocalSession

    checkpoint = load(path)
    return Tagger(LocalSession(checkpoint.network(), checkpoint.vocabulary, checkpoint.tags, checkpoint.temperature))


@dataclass(slots=True)
class Measured:
    """What a tagger made of documents.

    :param whole: all sentences.
    :param sources: by where documents come from; empty where they do not say.
    :param variants: changed copies of all sentences.
    :param lengths, seen: by the length of sentences, and by how often training has a name; empty where that was not asked for.
    """

    whole: Part
    sources: dict[str, Part]
    variants: dict[str, Part]
    lengths: dict[str, Part] = field(default_factory=dict)
    seen: dict[str, Part] = field(default_factory=dict)

    @property
    def named(self) -> dict[str, Part]:
        """All of it by the name that it has in tables."""
        return {
            "all": self.whole,
            **{f"source {name}": part for name, part in self.sources.items()},
            **self.variants,
            **{f"{name} tokens": part for name, part in self.lengths.items()},
            **{f"names seen {name} times": part for name, part in self.seen.items()},
        }

    @property
    def losses(self) -> dict[str, float]:
        """Points of micro F1 (0 to 100) that each copy loses against the original."""
        own = self.whole.report.micro.f1
        return {name: 100 * (own - part.report.micro.f1) for name, part in self.variants.items()}


def measure(
    tagger: Tagger,
    documents: Sequence[Document],
    variants: Mapping[str, Change] = VARIANTS,
    *,
    lengths: bool = False,
    counts: Mapping[Name, int] | None = None,
) -> Measured:
    """Tag documents and copies of them.

    :param lengths: whether to part sentences by length.
    :param counts: how often training has each name (:func:`tagger.train.evaluation.breakdown.name_counts`), to part names by that.
    """
    whole = _tag(tagger, documents)
    found = Measured(whole, parts.by_source(whole, documents), {name: _tag(tagger, copies(documents, change)) for name, change in variants.items()})
    if lengths:
        found.lengths = parts.by_length(whole)
    if counts is not None:
        found.seen = parts.by_seen(whole, [sentence.tokens for document in documents for sentence in document.sentences], counts)
    return found


def _tag(tagger: Tagger, documents: Sequence[Document]) -> Part:
    return parts.whole(documents, list(tagger.stream(sentence.tokens for document in documents for sentence in document.sentences)))


def evaluate(tagger: Tagger, documents: Sequence[Document]) -> dict[str, Report]:
    """Reports by name: `all`, one for each source that documents name, and one for each of VARIANTS."""
    return {name: part.report for name, part in measure(tagger, documents).named.items()}


def intervals(found: Measured) -> dict[str, Interval]:
    """The 95% interval of micro F1 of each named part, and of each `class` of the whole."""
    named = {name: part.interval for name, part in found.named.items() if part.gold}
    return named | {f"class {label}": part.interval for label, part in parts.by_class(found.whole).items()}


def as_dict(found: Measured, ranges: Mapping[str, Interval] | None = None) -> dict:
    """For JSON: full reports of all, sources and copies under their names; counts of other parts under `lengths` and `seen`."""
    ranges = ranges or {}

    def counts(micro: Counts, name: str) -> dict:
        return micro.as_dict() | ({"interval": [round(end, 4) for end in ranges[name]]} if name in ranges else {})

    content = {}
    for name, part in found.named.items():
        report = part.report
        if name == "all" or name.startswith("source ") or name in found.variants:
            content[name] = report.as_dict() | {"micro": counts(report.micro, name)}
    for label, own in found.whole.report.classes.items():
        content["all"]["classes"][label] = counts(own, f"class {label}")
    content["sturdiness"] = {name: {"loss": round(loss, 2)} for name, loss in found.losses.items()}
    if found.lengths:
        content["lengths"] = {name: counts(part.report.micro, f"{name} tokens") for name, part in found.lengths.items()}
    if found.seen:
        content["seen"] = {name: counts(part.report.micro, f"names seen {name} times") for name, part in found.seen.items()}
    return content


def table(reports: Mapping[str, Report], ranges: Mapping[str, Interval] | None = None) -> str:
    """The reports for people: classes and confusion of `all`, one line for each other.

    :param ranges: intervals of F1, as :func:`intervals` names them, to put behind each line.
    """
    whole = reports["all"]
    lines = [f"{'':<22}{'precision':>10}{'recall':>10}{'F1':>10}{'gold':>8}{'found':>8}" + (f"{'95% interval':>18}" if ranges else "")]

    def line(title: str, counts: Counts, name: str) -> str:
        low, high = (ranges or {}).get(name, (None, None))
        behind = "" if low is None else f"{f'{low:.3f} to {high:.3f}':>18}"
        return f"{title:<22}{counts.precision:>10.4f}{counts.recall:>10.4f}{counts.f1:>10.4f}{counts.gold:>8}{counts.predicted:>8}{behind}"

    lines += [line(label, counts, f"class {label}") for label, counts in sorted(whole.classes.items(), key=lambda item: -item[1].gold)]
    lines.append(line("micro", whole.micro, "all"))
    lines.append(f"{'macro':<22}{'':>20}{whole.macro_f1:>10.4f}")
    lines.append(f"{'token accuracy':<22}{'':>20}{whole.accuracy:>10.4f}{whole.tokens:>8}")
    lines += [line(name, report.micro, name) for name, report in reports.items() if name != "all"]
    labels = sorted({label for pair in whole.confusion for label in pair} - {MISSED})
    lines += ["", f"{'gold, then taken for':<22}" + "".join(f"{label:>8}" for label in [*labels, "missed"])]
    for gold in [*labels, MISSED]:
        counts = [whole.confusion[gold, predicted] for predicted in [*labels, MISSED]]
        lines.append(f"{'(no entity)' if gold == MISSED else gold:<22}" + "".join(f"{count:>8}" for count in counts))
    return "\n".join(lines)


def loss_table(losses: Mapping[str, float]) -> str:
    """What copies lose, for people."""
    lines = [f"{'copy':<22}{'loss of F1, in points':>30}"]
    return "\n".join(lines + [f"{name:<22}{loss:>30.2f}" for name, loss in losses.items()])
