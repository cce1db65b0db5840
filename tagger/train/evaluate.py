"""Scoring a checkpoint or a model file on annotated documents: overall, by class, by source, and on copies in one case."""

from collections.abc import Callable, Sequence
from pathlib import Path

from tagger.errors import ModelError
from tagger.tagger import Tagger
from tagger.train.corpus import Document
from tagger.train.metrics import MISSED, Report, score

APOSTROPHES = str.maketrans("'\u2019", "\u2019'")
VARIANTS: dict[str, Callable[[str], str]] = {
    "lower-cased": str.lower,
    "upper-cased": str.upper,
    "apostrophes swapped": lambda token: token.translate(APOSTROPHES),
}


def open_tagger(path: str | Path, device: str = "auto", threads: int = 1, precision: str = "auto") -> Tagger:
    """A tagger from a model file (ONNX) or a checkpoint of the trainer, told apart by content. Raises ModelError."""
    try:
        with open(path, "rb") as file:
            start = file.read(4)
    except OSError as error:
        raise ModelError(f"{path}: cannot be read: {error.strerror}; give a checkpoint or a model file") from None
    if start[:2] != b"PK":  # torch writes checkpoints as zip archives
        return Tagger.load(path, device=device, threads=threads, precision=precision)
    from tagger.train.checkpoint import load
    from tagger.train.local import LocalSession

    checkpoint = load(path)
    return Tagger(LocalSession(checkpoint.network(), checkpoint.vocabulary, checkpoint.tags, checkpoint.temperature))


def evaluate(tagger: Tagger, documents: Sequence[Document]) -> dict[str, Report]:
    """Reports by name: `all`, one for each source that documents name, and one for each of VARIANTS."""
    predicted = _tag(tagger, documents, str)
    reports = {"all": _score(documents, predicted)}
    sources = sorted({document.source for document in documents})
    if sources != [""]:
        for source in sources:
            chosen = [i for i, document in enumerate(documents) if document.source == source]
            reports[f"source {source or '(none)'}"] = _score([documents[i] for i in chosen], [predicted[i] for i in chosen])
    for name, change in VARIANTS.items():
        reports[name] = _score(documents, _tag(tagger, documents, change))
    return reports


def _tag(tagger: Tagger, documents: Sequence[Document], change: Callable[[str], str]) -> list[list[list[str]]]:
    """Tags by document and sentence, of the documents with their tokens changed."""
    flat = tagger.stream([change(token) for token in sentence.tokens] for document in documents for sentence in document.sentences)
    return [[next(flat) for _ in document.sentences] for document in documents]


def _score(documents: Sequence[Document], predicted: Sequence[Sequence[Sequence[str]]]) -> Report:
    gold = [sentence.tags for document in documents for sentence in document.sentences]
    return score(gold, [tags for document in predicted for tags in document])


def table(reports: dict[str, Report]) -> str:
    """The reports for people: classes and confusion of `all`, one line for each other."""
    whole = reports["all"]
    lines = [f"{'':<22}{'precision':>10}{'recall':>10}{'F1':>10}{'gold':>8}{'found':>8}"]
    for label, counts in [*sorted(whole.classes.items(), key=lambda item: -item[1].gold), ("micro", whole.micro)]:
        lines.append(f"{label:<22}{counts.precision:>10.4f}{counts.recall:>10.4f}{counts.f1:>10.4f}{counts.gold:>8}{counts.predicted:>8}")
    lines.append(f"{'macro':<22}{'':>20}{whole.macro_f1:>10.4f}")
    lines.append(f"{'token accuracy':<22}{'':>20}{whole.accuracy:>10.4f}{whole.tokens:>8}")
    for name, report in reports.items():
        if name != "all":
            micro = report.micro
            lines.append(f"{name:<22}{micro.precision:>10.4f}{micro.recall:>10.4f}{micro.f1:>10.4f}{micro.gold:>8}{micro.predicted:>8}")
    labels = sorted({label for pair in whole.confusion for label in pair} - {MISSED})
    lines += ["", f"{'gold, then taken for':<22}" + "".join(f"{label:>8}" for label in [*labels, "missed"])]
    for gold in [*labels, MISSED]:
        counts = [whole.confusion[gold, predicted] for predicted in [*labels, MISSED]]
        lines.append(f"{'(no entity)' if gold == MISSED else gold:<22}" + "".join(f"{count:>8}" for count in counts))
    return "\n".join(lines)
