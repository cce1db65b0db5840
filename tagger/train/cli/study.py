"""uk-tag-train study: the comparison of RNN, GRU and LSTM on NER-UK, run by run, and its report."""

import shlex
import sys
from pathlib import Path

import click

from tagger.errors import TaggerError
from tagger.options import LabelMap
from tagger.train.cli.common import compute_with


def cut_options(prefix: str, about: str):
    """The options that cut runs down, for `hub` or for `documents`."""

    def decorate(command):
        options = [
            click.option(f"--{prefix}epochs", type=click.IntRange(1), default=30, help=f"{about}: epochs that stand for the original's 30."),
            click.option(
                f"--{prefix}rate", type=click.FloatRange(0, min_open=True), default=1.0, help=f"{about}: factor on learning rates, up to the highest, 0.01."
            ),
            click.option(f"--{prefix}subset", type=click.FloatRange(0, 1, min_open=True), default=1.0, help=f"{about}: share of the training data."),
        ]
        for option in reversed(options):
            command = option(command)
        return command

    return decorate


@click.command()
@click.option(
    "--hub",
    default="",
    show_default=False,
    metavar="DATA",
    help="The hub form: a hub data set by name, or a folder with train, validation and test parquet files.",
)
@click.option("--train", default="", show_default=False, metavar="FILE", help="Training documents of the standard split, CoNLL.")
@click.option("--test", default="", show_default=False, metavar="FILE", help="Its test documents.")
@click.option("--more", multiple=True, metavar="FILE", help="More training documents (repeatable).")
@click.option("--map", "mapping", type=LabelMap(), default="", show_default=False, help="Rename labels; O drops one: ART=MISC,DATE=O.")
@click.option("-o", "--output", type=click.Path(file_okay=False, path_type=Path), help="The folder of the report; records are in its folder `records`.")
@click.option(
    "--rows",
    default="",
    show_default=False,
    metavar="NAME,...",
    help="Only these tables (cells, schedules, batch, depth and width, ladder, cut, folds, data) or runs.",
)
@cut_options("hub-", "Runs on the hub form")
@cut_options("", "Runs on documents")
@click.option("--width", type=click.IntRange(1), default=512, help="Units of a direction that stand for the original's 512.")
@click.option("--embedding", type=click.IntRange(1), default=512, help="Width of embeddings.")
@click.option("--batch", type=click.IntRange(1), default=64, help="Sentences that stand for batches of 64.")
@click.option("--like-length", is_flag=True, help="Batches of sentences of like length: faster without a GPU.")
@click.option("--folds", type=click.IntRange(0), default=5, help="Folds of the cross-validation; 0: none.")
@click.option("--seeds", type=click.IntRange(1), default=3, help="Seeds of steps of the ladder, and of cells, that one seed cannot tell apart.")
@click.option("--model", type=click.Path(path_type=Path), help="What ships. [default: the model in the package]")
@click.option("--threads", type=click.IntRange(1), default=1)
@click.option("--device", default="cpu", help="cpu or cuda, for training.")
@click.option("--plots", type=click.Choice(["svg", "png", "none"]), default="svg")
@click.option("--metric-only", is_flag=True, help="Print what the original's metric gives perfect tags and O everywhere, and stop.")
@click.option("--report-only", is_flag=True, help="Train nothing; make the report from what is done.")
def study(output, rows, metric_only, report_only, plots, **options) -> None:
    """Compare RNN, GRU and LSTM on NER-UK, with the original's metric and a strict one.

    Each finished run is kept by its settings, and a killed one goes on: give the command again. What is done by then is in the report.

    \b
        uk-tag-train study --metric-only --hub benjamin/ner-uk
        uk-tag-train study --hub benjamin/ner-uk --train v1-train.conll --test v1-test.conll -o study
        uk-tag-train study --train v1-train.conll --test v1-test.conll --rows ladder-ships --model new.onnx -o study
    """
    from tagger.train.study.data import Sources

    sources = Sources(options["hub"], options["train"], options["test"], options["more"], options["mapping"], _log)
    if metric_only:
        from tagger.train.study.facts import pool_bounds

        if not sources.hub:
            raise click.UsageError("--metric-only needs --hub")
        from tagger.train.study.metric import bounds_table

        click.echo(bounds_table(pool_bounds(sources.pool)))
        return
    if output is None:
        raise click.UsageError("--output is needed: the folder of the report")
    _carry_out(output, tuple(filter(None, rows.split(","))), sources, report_only, plots, options)


def _carry_out(output, rows, sources, report_only, plots, options) -> None:
    from tagger.train.study.records import Records
    from tagger.train.study.report import write_report
    from tagger.train.study.settings import Cut
    from tagger.train.study.study import Study, StudySettings
    from tagger.train.study.style import pyplot

    compute_with(options["threads"], options["device"])
    if plots != "none":
        pyplot()  # asked for before hours of training, not behind them
    if not (report_only or sources.hub or sources.train):
        raise click.UsageError("give data: --hub, or --train and --test")
    records = Records(output / "records")
    try:
        records.folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise TaggerError(f"{records.folder}: cannot be made: {error.strerror}; give another folder with --output") from None

    def cut(prefix):
        shared = {name: options[name] for name in ("width", "embedding", "batch", "like_length")}
        own = {name: options[f"{prefix}{name}"] for name in ("epochs", "subset", "rate")}
        return Cut(**own, **shared)

    if not report_only:
        settings = StudySettings(
            rows,
            cut("hub_"),
            cut(""),
            options["folds"],
            options["seeds"],
            options["model"] or _shipped(),
            options["device"],
            options["threads"],
        )
        work = Study(settings, sources, records, log=_log, progress=_bar if sys.stderr.isatty() else lambda done, total: None)
        work.note(_command())  # before, so that a run that is stopped is named too
        work.carry_out()
    click.echo(write_report(records, output, plots))


def _shipped() -> Path:
    import tagger.models

    return Path(tagger.models.__file__).with_name("uk-ner.int8.onnx")


def _command() -> str:
    """This command, with files named as they would be in their own folder, so that it says nothing of this machine."""
    words = [Path(word).name if Path(word).is_absolute() or ".." in word else word for word in sys.argv[1:]]
    return shlex.join(["uk-tag-train", *words])


def _log(line: str) -> None:
    click.echo(("\r\x1b[K" if sys.stderr.isatty() else "") + line, err=True)


def _bar(done: int, total: int) -> None:
    click.echo(f"\r{done}/{total}", nl=False, err=True)
