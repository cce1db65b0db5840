"""The report: Markdown and plots, made from the plan and the records alone."""

from collections.abc import Callable, Mapping
from pathlib import Path

from tagger.errors import DataError
from tagger.train.data.writing import whole_file
from tagger.train.study import plots, tables
from tagger.train.study.recipes import BY_SENTENCE, SHORT
from tagger.train.study.records import ELSEWHERE, Record, Records
from tagger.train.study.text import findings, lines
from tagger.train.study.view import View, view

NAME = "report.md"
INTRODUCTION = """A comparison of RNN, GRU and LSTM for named entities in Ukrainian asked the right questions: which cell, which schedule, which batch,
how deep, how wide. This is the same comparison on the same data by `uk-tag-train`, with the original's figures beside ours, with a
second metric, and carried on to text whose documents training has not seen. All figures are from the records of the runs; the report
is made again by what stands at its end."""  # noqa: E501
METRICS = """*Mean F1* is the original's metric: the mean over sentences of the mean over nine tags of each tag's F1, 0 where a tag does not occur.
*Strict F1* is entity-level micro F1: both ends and the label must be right. Ours decodes by the best legal sequence of tags. Ranges
are 95% intervals of the bootstrap (1,000 draws), over documents, or over sentences where the data names no documents. *Of the way* is
mean F1 between `O` everywhere (0%) and perfect tags (100%) on the test part. *Best epoch* is the one with the best mean F1 on the test
part, which is how the original chose; the strict F1 with an interval is that of the epoch that the validation part chose, by strict
F1, which is also what the plateau schedules watch. Losses are mean cross-entropies of a token, with a CRF its negative log-likelihood,
which is not to be compared with those; ours in training is with dropout (0.3: the original names no figure), and the training F1 is of
668 sentences without it."""  # noqa: E501


def write_report(records: Records, folder: Path, kind: str) -> Path:
    """Write report and plots into a folder that exists.

    :param kind: format of the plots: `svg`, `png` or `none`.
    :raises DataError: no study was planned, a record is damaged, or the folder is not writable.
    :raises TaggerError: plots are wanted and matplotlib is not installed.
    """
    study = view(records)
    target = folder / NAME
    try:
        drawn = draw(study, folder, kind) if kind != "none" else {}
    except OSError as error:
        message = f"cannot be written: {error.strerror or error}; {ELSEWHERE}"
        raise DataError(message, path=str(folder)) from None
    with whole_file(target, advice=f"; {ELSEWHERE}") as file:
        file.write(text(study, drawn).encode())
    return target


def text(study: View, drawn: dict[str, str]) -> str:
    """Return the text of the report.

    :param drawn: captions of plots by file name.
    """
    facts = study.facts
    parts = ["# RNN, GRU and LSTM on NER-UK, done again", INTRODUCTION]
    cut = tables.cuts(study)
    if cut:
        parts.append("What was cut down, so that it runs without a GPU:\n\n" + "\n".join(cut))
    parts += ["## Conclusion", "\n".join(f"{number}. {line}" for number, line in enumerate(lines(study), 1))]
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
        parts += [
            "## The schedule",
            "LSTM, batch 64.",
            tables.runs(rows, facts),
            *images(drawn, "epochs-schedules", "rates"),
        ]
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
        about = (
            "One recipe on two cuts of the corpus: the hub form's, by sentence and at random, and the standard split, "
            "by document."
        )
        parts += ["## The cut", about, tables.cut(rows)]
    if rows := study.table("folds"):
        about = (
            "Documents are dealt into folds that hold about the same share of each source, of all tokens and of each "
            "class; "
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
    """Return the paragraph above the ladder."""
    ships = study.row("ladder-ships")
    words = (
        "Cut by document: training and development documents are of NER-UK 1.0's training part, the test is its "
        "published test part, scored once, "
        "for the epoch that the development "
        "documents chose. Each row changes one thing of the row above it."
    )
    if ships:
        size = f"`{ships.done()['model']}` ({ships.done()['bytes'] / 1e6:.1f} MB)"
        words += (
            f" What ships is {size}, which was trained with more: text labelled by a teacher, and a longer training."
        )
    return words


def images(drawn: dict[str, str], *names: str) -> list[str]:
    """Return the Markdown of those plots that were made."""
    return [f"![{caption}]({file})" for name in names for file, caption in drawn.items() if Path(file).stem == name]


def draw(study: View, folder: Path, kind: str) -> dict[str, str]:
    """Make the plots that there are records for.

    :returns: captions by file name.
    """
    drawn: dict[str, str] = {}

    def one(name: str, caption: str, make: Callable[..., None], runs: Mapping[str, Record], *more: object) -> None:
        if runs:
            make(folder / f"{name}.{kind}", runs, *more)
            drawn[f"{name}.{kind}"] = caption

    def records_of(*names: str) -> dict[str, Record]:
        return {row.label: row.done() for row in study.done(*names)}

    bounds = study.facts.get("bounds", {}).get("test")
    over = "Loss and both metrics over epochs"
    groups = {"cells": ("cells",), "schedules": ("schedules",), "others": ("batch", "depth and width")}
    for name, chosen in groups.items():
        caption = f"{over}: {', '.join(chosen)}"
        one(f"epochs-{name}", caption, plots.over_epochs, records_of(*chosen), "test", bounds)
    one("rates", "Learning rate over steps", plots.rates, records_of("schedules", "batch"))
    one("data", "Tags and entity classes by part", plots.counts, study.facts.get("parts", {}))
    steps = {SHORT[row.name]: row.done() for row in study.done("ladder")}
    trained = {name: record for name, record in steps.items() if "history" in record}
    caption = f"{over}: from the original's recipe to more data"
    one("epochs-ladder", caption, plots.over_epochs, trained, "development", None)
    one("classes", "F1 by class", plots.per_class, steps)
    ends = dict([*steps.items()][:1] + [*steps.items()][1:][-1:])
    one("confusion", "What entities were taken for", plots.confusions, ends)
    length = ("by_length", "f1", "tokens of the sentence", "strict entity F1")
    one("length", "F1 by sentence length", plots.by_range, steps, *length)
    seen = ("by_seen", "recall", "times that the training documents of NER-UK 1.0 have the name", "recall")
    one("seen", "Recall by how often training has the name", plots.by_range, steps, *seen)
    return drawn
