"""uk-tag-train study: the comparison of RNN, GRU and LSTM on NER-UK, run by run, and its report."""

import shlex
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tagger.cli.options import LabelMap
from tagger.errors import TaggerError
from tagger.train.cli.common import Command, ProgressBar, compute_with, log, options

if TYPE_CHECKING:
    from tagger.train.study.data import Sources

COUNT = click.IntRange(1)


def reductions(prefix: str, about: str) -> Callable[[Command], Command]:
    """Make the options that scale runs down, for `hub` or for `documents`."""
    positive, share = click.FloatRange(0, min_open=True), click.FloatRange(0, 1, min_open=True)
    rate = f"{about}: factor on learning rates, up to the highest, 0.01."
    return options(
        click.option(
            f"--{prefix}epochs", type=COUNT, default=30, help=f"{about}: epochs in place of the original's 30."
        ),
        click.option(f"--{prefix}rate", type=positive, default=1.0, help=rate),
        click.option(f"--{prefix}subset", type=share, default=1.0, help=f"{about}: share of the training data."),
    )


@click.command()
@click.option(
    "--hub",
    default="",
    show_default=False,
    metavar="DATA",
    help="The hub split: a hub data set by name, or a folder with train, validation and test parquet files.",
)
@click.option(
    "--train", default="", show_default=False, metavar="FILE", help="Training documents of the standard split, CoNLL."
)
@click.option("--test", default="", show_default=False, metavar="FILE", help="Its test documents.")
@click.option("--more", multiple=True, metavar="FILE", help="More training documents (repeatable).")
@click.option(
    "--map",
    "mapping",
    type=LabelMap(),
    default="",
    show_default=False,
    help="Rename labels; O drops one: ART=MISC,DATE=O.",
)
@click.option(
    "-o",
    "--output",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder of the report; records are in its folder `records`.",
)
@click.option(
    "--rows",
    default="",
    show_default=False,
    metavar="NAME,...",
    help="Only these tables (cells, schedules, batch, depth and width, ladder, cut, folds, data) or runs.",
)
@reductions("hub-", "Runs on the hub split")
@reductions("", "Runs on documents")
@click.option("--width", type=COUNT, default=512, help="Units per direction in place of the original's 512.")
@click.option("--embedding", type=COUNT, default=512, help="Width of embeddings.")
@click.option("--batch", type=COUNT, default=64, help="Sentences in place of batches of 64.")
@click.option("--like-length", is_flag=True, help="Batches of sentences of similar length: faster without a GPU.")
@click.option("--folds", type=click.IntRange(0), default=5, help="Folds of the cross-validation; 0: none.")
@click.option(
    "--seeds",
    type=COUNT,
    default=3,
    help="Seeds of steps of the ladder, and of cells, that one seed cannot tell apart.",
)
@click.option("--model", type=click.Path(path_type=Path), help="The shipped model. [default: the model in the package]")
@click.option("--threads", type=COUNT, default=1)
@click.option("--device", default="cpu", help="cpu or cuda, for training.")
@click.option("--plots", type=click.Choice(["svg", "png", "none"]), default="svg")
@click.option(
    "--metric-only", is_flag=True, help="Print the original's metric of perfect tags and of O everywhere, and stop."
)
@click.option("--report-only", is_flag=True, help="Train nothing; write the report of the finished runs.")
def study(output: Path | None, rows: str, metric_only: bool, report_only: bool, plots: str, **chosen: Any) -> None:
    """Compare RNN, GRU and LSTM on NER-UK, with the original's metric and a strict one.

    Each finished run is kept by its settings, and a killed one resumes: give the command again. The report has what is
    done by then.

    \b
        uk-tag-train study --metric-only --hub benjamin/ner-uk
        uk-tag-train study --hub benjamin/ner-uk --train v1-train.conll --test v1-test.conll -o study
        uk-tag-train study --train v1-train.conll --test v1-test.conll --rows ladder-ships --model new.onnx -o study
    """
    from tagger.train.study.data import Sources

    names = ("hub", "train", "test", "more", "mapping")
    sources = Sources(**{name: chosen[name] for name in names}, log=log)
    if metric_only:
        from tagger.train.study.facts import pool_bounds
        from tagger.train.study.original import bounds_table

        if not sources.hub:
            raise click.UsageError("--metric-only needs --hub")
        click.echo(bounds_table(pool_bounds(sources.pool)))
        return
    if output is None:
        raise click.UsageError("--output is needed: the folder of the report")
    _carry_out(output, tuple(filter(None, rows.split(","))), sources, report_only, plots, chosen)


def _carry_out(
    output: Path, rows: tuple[str, ...], sources: "Sources", report_only: bool, plots: str, chosen: dict[str, Any]
) -> None:
    from tagger.train.study.plots import pyplot
    from tagger.train.study.recipes import Cut
    from tagger.train.study.records import Records
    from tagger.train.study.report import write_report
    from tagger.train.study.study import Study, StudySettings

    compute_with(chosen["threads"], chosen["device"])
    if plots != "none":
        pyplot()  # imported before hours of training, not after them
    if not (report_only or sources.hub or sources.train):
        raise click.UsageError("give data: --hub, or --train and --test")
    records = Records(output / "records")
    try:
        records.folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        message = f"cannot be made: {error.strerror}; give another folder with --output"
        raise TaggerError(f"{records.folder}: {message}") from None

    def cut(prefix: str) -> Cut:
        shared = {name: chosen[name] for name in ("width", "embedding", "batch", "like_length")}
        own = {name: chosen[f"{prefix}{name}"] for name in ("epochs", "subset", "rate")}
        return Cut(**own, **shared)

    if not report_only:
        settings = StudySettings(
            rows=rows,
            hub_cut=cut("hub_"),
            cut=cut(""),
            folds=chosen["folds"],
            seeds=chosen["seeds"],
            model=chosen["model"] or _shipped(),
            device=chosen["device"],
            threads=chosen["threads"],
        )
        work = Study(settings, sources, records, log=log, progress=ProgressBar())
        work.note(_command_line())  # before the runs, so that a study that is stopped is named as well
        work.carry_out()
    click.echo(write_report(records, output, plots))


def _shipped() -> Path:
    import tagger.models

    return Path(str(tagger.models.__file__)).with_name("uk-ner.int8.onnx")


def _command_line() -> str:
    """Repeat this command with the names of files but not their folders, so that it says nothing about this machine."""
    words = [Path(word).name if Path(word).is_absolute() or ".." in word else word for word in sys.argv[1:]]
    return shlex.join(["uk-tag-train", *words])
