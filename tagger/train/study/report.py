"""The report: Markdown and plots, made again from the plan and the records alone."""

from collections.abc import Callable
from pathlib import Path

from tagger.atomic import atomic_write
from tagger.errors import DataError
from tagger.train.study import plots, tables
from tagger.train.study.conclusion import lines
from tagger.train.study.findings import findings
from tagger.train.study.ladder import BY_SENTENCE, SHORT
from tagger.train.study.records import Records
from tagger.train.study.view import View, view

NAME = "report.md"
INTRODUCTION = """A comparison of RNN, GRU and LSTM for named entities in Ukrainian asked the right questions: which cell, which schedule, which batch,
how deep, how wide. This is the same comparison on the same data by `uk-tag-train`, with the original's figures beside ours, with a
second metric, and carried on to text whose documents training has not seen. All figures are from the records of the runs; the report
is made again by what stands at its end."""
METRICS = """*Mean F1* is the original's metric: the mean over sentences of the mean over nine tags of each tag's F1, 0 where a tag does not occur.
*Strict F1* is entity-level micro F1: both ends and the label must be right. Ours decodes by the best legal sequence of tags. Ranges
are 95% intervals of the bootstrap (1,000 draws), over documents, or over sentences where the data names no documents. *Of the way* is
mean F1 between `O` everywhere (0%) and perfect tags (100%) on the test part. *Best epoch* is the one with the best mean F1 on the test
part, which is how the original chose; the strict F1 with an interval is that of the epoch that the validation part chose, by strict
F1, which is also what the plateau schedules watch. Losses are mean cross-entropies of a token, with a CRF its negative log-likelihood,
which is not to be compared with those; ours in training is with dropout (0.3: the original names no figure), and the training F1 is of
668 sentences without it."""


def write_report(records: Records, folder: Path, kind: str) -> Path:
    """Write report and plots into a folder that is there.

    :param kind: of plots: `svg`, `png` or `none`.
    :raises DataError: no study was planned, a record is damaged, or the folder cannot be written to.
    :raises TaggerError: plots are asked for and matplotlib is not installed.
    """
    study = view(records)
    target = folder / NAME
    try:
        drawn = draw(study, folder, kind) if kind != "none" else {}
        with atomic_write(target) as file:
            file.write(text(study, drawn).encode())
    except OSError as error:
        raise DataError(f"cannot be written: {error.strerror or error}; give another folder with --output", path=str(target)) from None
    return target


def text(study: View, drawn: dict[str, str]) -> str:
    """The report. `drawn` has the captions of plots by file name."""
    facts = study.facts
    parts = ["# RNN, GRU and LSTM on NER-UK, done again", INTRODUCTION]
    cut = tables.cuts(study)
    if cut:
        parts.append("What was cut down, so that it runs without a GPU:\n\n" + "\n".join(cut))
    parts += ["## Conclusion", "\n".join(f"{place}. {line}" for place, line in enumerate(lines(study), 1))]
    if rows := study.table("ladder"):
        parts.append(tables.summary(rows))
    parts += ["## What the figures are", METRICS]
    if found := findings(study):
        parts += ["## What the original could not see", *found]
    if "bounds" in facts:
        parts += [tables.bounds(facts), tables.parameters(facts)]
    if "parts" in facts:
        parts += ["## The data", tables.contents(facts), *images(drawn, "data")]
    if rows := study.table("cells"):
        parts += [
            "## The cell",
            "Left in each pair of columns is the original's figure.",
            tables.training(rows),
            tables.runs(rows, facts),
            *images(drawn, "epochs-cells"),
        ]
    if rows := study.table("schedules"):
        parts += ["## The schedule", "LSTM, batch 64.", tables.runs(rows, facts), *images(drawn, "epochs-schedules", "rates")]
    if rows := [*study.table("batch"), *study.table("depth and width")]:
        parts += [
            "## Batch, depth and width",
            "The original's run with batches of 128 was interrupted.",
            tables.runs(rows, facts),
            *images(drawn, "epochs-others"),
        ]
    if rows := study.table("ladder"):
        parts += ["## From the original's recipe to what ships", ladder_text(study), tables.ladder(rows)]
        if done := study.done("ladder"):
            parts += [tables.classes(done)]
        parts += images(drawn, "epochs-ladder", "classes", "confusion", "length", "seen")
    if rows := [row for row in (study.rows.get(BY_SENTENCE), study.rows.get("ladder-original")) if row]:
        about = "One recipe on two cuts of the corpus: the hub form's, by sentence and at random, and the standard split, by document."
        parts += ["## The cut", about, tables.cut(rows)]
    if rows := study.table("folds"):
        about = (
            "Documents are dealt into folds that hold about the same share of each source, of all tokens and of each class; "
            "the recipe is the ladder's, with the CRF."
        )
        parts += ["## Cross-validation", about, tables.folds(rows)]
    if study.commands:
        parts += [
            "## How it was made",
            "```sh\n" + "\n".join(study.commands) + "\n```",
            "Finished runs are kept and a killed one goes on; `--report-only` makes the report alone.",
        ]
    return "\n\n".join(parts) + "\n"


def ladder_text(study: View) -> str:
    """What stands above the ladder."""
    ships = study.row("ladder-ships")
    words = (
        "Cut by document: training and development documents are of NER-UK 1.0's training part, the test is its published test part, scored once, "
        "for the epoch that the development "
        "documents chose. Each row changes one thing of the row above it."
    )
    if ships:
        size = f"`{ships.record['model']}` ({ships.record['bytes'] / 1e6:.1f} MB)"
        words += f" What ships is {size}, which was trained with more: text labelled by a teacher, and a longer training."
    return words


def images(drawn: dict[str, str], *names: str) -> list[str]:
    """Markdown of those plots that were made."""
    return [f"![{caption}]({file})" for name in names for file, caption in drawn.items() if Path(file).stem == name]


def draw(study: View, folder: Path, kind: str) -> dict[str, str]:
    """Make the plots that there are records for: captions by file name."""
    drawn: dict[str, str] = {}

    def one(name: str, caption: str, runs: dict[str, dict], make: Callable[[Path], None]) -> None:
        if runs:
            make(folder / f"{name}.{kind}")
            drawn[f"{name}.{kind}"] = caption

    def records_of(*names: str) -> dict[str, dict]:
        return {row.label: row.record for row in study.done(*names)}

    bounds = study.facts.get("bounds", {}).get("test")
    for name, chosen in (("cells", ("cells",)), ("schedules", ("schedules",)), ("others", ("batch", "depth and width"))):
        found = records_of(*chosen)
        one(
            f"epochs-{name}",
            f"Loss and both metrics over epochs: {', '.join(chosen)}",
            found,
            lambda path, found=found: plots.over_epochs(path, found, "test", bounds),
        )
    moving = records_of("schedules", "batch")
    one("rates", "Learning rate over steps", moving, lambda path: plots.rates(path, moving))
    one("data", "Tags and entity classes by part", study.facts.get("parts", {}), lambda path: plots.counts(path, study.facts["parts"]))
    steps = {SHORT[row.name]: row.record for row in study.done("ladder")}
    trained = {name: record for name, record in steps.items() if "history" in record}
    one(
        "epochs-ladder",
        "Loss and both metrics over epochs: from the original's recipe to more data",
        trained,
        lambda path: plots.over_epochs(path, trained, "development", None),
    )
    one("classes", "F1 by class", steps, lambda path: plots.per_class(path, steps))
    ends = dict([*steps.items()][:1] + [*steps.items()][1:][-1:])
    one("confusion", "What entities were taken for", ends, lambda path: plots.confusions(path, ends))
    one("length", "F1 by sentence length", steps, lambda path: plots.by_range(path, steps, "by_length", "f1", "tokens of the sentence", "strict entity F1"))
    one(
        "seen",
        "Recall by how often training has the name",
        steps,
        lambda path: plots.by_range(path, steps, "by_seen", "recall", "times that the training documents of NER-UK 1.0 have the name", "recall"),
    )
    return drawn
