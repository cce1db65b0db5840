"""uk-tag-train: what is in the data, training, and scores."""

import json
import math
import os
import sys
from pathlib import Path

import click

from tagger import __version__
from tagger.errors import TaggerError
from tagger.train.cli.common import Numbers, compute_with, computing, reading
from tagger.train.cli.data import gazetteer, recut, split
from tagger.train.cli.evaluate import card, evaluate
from tagger.train.cli.study import study
from tagger.train.cli.teacher import teacher

SETTINGS = {"help_option_names": ["-h", "--help"], "max_content_width": 100, "show_default": True}


@click.group(context_settings=SETTINGS)
@click.version_option(__version__, prog_name="uk-tag-train")
def command() -> None:
    """Train a named-entity tagger and score it.

    DATA is a CoNLL file (a token and its tag on each line, an empty line between sentences; BIO, IOB1 or BIOES), a folder of parquet files, or
    the name of a Hugging Face data set.

    \b
        uk-tag-train describe train.conll
        uk-tag-train fit train.conll --output model.pt
        uk-tag-train evaluate model.pt test.conll

    `split` and `recut` write data: the development documents that `fit` cuts off, and data in the cut of running text. `teacher` trains an encoder
    that labels plain text for `fit`. `study` compares cells, schedules and sizes on NER-UK.
    """


@command.command()
@click.argument("data", nargs=-1, required=True)
@click.option("--against", metavar="DATA", help="Count words that this training data has never seen. For data sets with a train part, that is the default.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@reading
def describe(data, against, as_json, column, token_column, mapping) -> None:
    """Print what annotated data holds."""
    from tagger.train.data import statistics as figures
    from tagger.train.data.sources import read

    read_as = {"column": column, "token_column": token_column, "mapping": mapping}
    known = [document for documents in read(against, **read_as).values() for document in documents] if against else None
    parts = {}
    for source in data:
        loaded = read(source, **read_as)
        for name, documents in loaded.items():
            title = f"{source} {name}" if len(loaded) > 1 else source
            parts[title] = figures.describe(documents)
            training = known or (loaded["train"] if name != "train" and "train" in loaded else None)
            if training:
                parts[title] |= figures.unseen(documents, training)
    click.echo(json.dumps(parts, ensure_ascii=False, indent=2) if as_json else figures.table(parts))


@command.command()
@click.argument("data", nargs=-1, required=True)
@click.option("-o", "--output", required=True, type=click.Path(dir_okay=False, path_type=Path), help="The checkpoint to write.")
@click.option("--dev", "development", multiple=True, metavar="DATA", help="Development data (repeatable). [default: cut from the training documents]")
@click.option("--dev-share", default=0.12, type=click.FloatRange(0, 1, min_open=True, max_open=True), help="Share of the training tokens to cut off for that.")
@click.option("--soft", multiple=True, type=click.Path(), metavar="NPZ", help="Text with a teacher's labels (repeatable).")
@click.option("--soft-weight", default=1.0, help="How much a sentence of it counts.")
@click.option("--soft-share", default=1.0, type=click.FloatRange(0, 1), help="Weight of its probabilities against its best tags.")
@click.option("--guidance", default=0.0, type=click.FloatRange(0), help="Weight of the distance to its teacher's states; falls to 0 over the epochs.")
@reading
@click.option("--features", default="word,lower,prefixes,suffixes,shape,pieces", help="Kinds of features of a word.")
@click.option("--affix", default=4, help="Longest prefix and suffix, in characters.")
@click.option("--piece", type=Numbers(), default="3,5", help="Shortest and longest character n-gram.")
@click.option("--slots", default=40, type=click.IntRange(1), help="Features a word at most.")
@click.option("--minimum", default=2, type=click.IntRange(1), help="Features that occur less often are left out.")
@click.option("--limit", type=click.IntRange(1), help="Keep so many features, the most frequent.")
@click.option("--gazetteer", type=click.Path(), metavar="FILE", help="Lists of names: word forms, a TAB, their classes. See the gazetteer command.")
@click.option("--cell", type=click.Choice(["rnn", "gru", "lstm"]), default="lstm")
@click.option("--layers", default=1, type=click.IntRange(1), help="Recurrent layers.")
@click.option("--width", default=200, type=click.IntRange(1), help="Units of one direction of a layer.")
@click.option("--embedding", default=128, type=click.IntRange(1), help="Width of a feature's embedding.")
@click.option("--dropout", default=0.4, type=click.FloatRange(0, 1, max_open=True))
@click.option("--bidirectional/--forward", default=True, help="Direction of reading.")
@click.option("--layer-norm", is_flag=True, help="Normalise the top layer's output.")
@click.option("--output-layer", type=click.Choice(["softmax", "crf"]), default="crf", help="softmax: argmax over legal BIO.")
@click.option("--epochs", default=30, type=click.IntRange(1))
@click.option("--rate", default=2e-3, type=click.FloatRange(0, min_open=True), help="Learning rate.")
@click.option("--weight-decay", default=0.01, help="AdamW's; 0 makes it Adam.")
@click.option("--batch-tokens", default=1024, type=click.IntRange(1), help="Padded tokens of a batch at most.")
@click.option("--batch-sentences", type=click.IntRange(1), help="Sentences of a batch, instead.")
@click.option("--clip", default=5.0, help="Largest norm of the gradient; 0: any.")
@click.option("--patience", default=8, help="Stop after so many epochs without a better score; 0: never.")
@click.option("--word-dropout", default=0.2, type=click.FloatRange(0, 1), help="Share of words whose own entry is hidden.")
@click.option("--feature-dropout", default=0.1, type=click.FloatRange(0, 1), help="Share of all features hidden.")
@click.option("--lowered", default=0.0, type=click.FloatRange(0, 1), help="Share of sentences shown in lower case, drawn anew in each epoch.")
@click.option("--raised", default=0.0, type=click.FloatRange(0, 1), help="Share of sentences shown in upper case.")
@click.option("--plain", default=0.0, type=click.FloatRange(0, 1), help="Share of sentences shown with a keyboard's plain quotes and dashes.")
@click.option("--average", default=0.0, type=click.FloatRange(0, 1, max_open=True), help="Decay of a running mean of the weights; 0: none.")
@click.option("--schedule", type=click.Choice(["none", "plateau", "one-cycle", "cosine", "multi-step"]), default="none")
@click.option("--schedule-start", default=1, type=click.IntRange(1), help="First epoch that the schedule acts on.")
@click.option("--schedule-period", type=click.IntRange(1), help="Epochs of a half cosine or a cycle. [default: all that are left]")
@click.option("--per-step", is_flag=True, help="Move cosine and one-cycle at each batch.")
@click.option("--highest-rate", type=float, help="Peak of one-cycle. [default: ten times the rate]")
@click.option("--gamma", default=0.1, help="Factor of plateau and multi-step.")
@click.option("--plateau-patience", default=3, help="Epochs without a better score before plateau acts.")
@click.option("--milestones", type=Numbers(), default="15,25", help="Epochs after which multi-step acts.")
@click.option("--seed", default=42)
@computing
@click.option("--start", type=click.Path(), metavar="CHECKPOINT", help="Begin with its weights, network and vocabulary: to fit a tagger to other text.")
@click.option("--resume", is_flag=True, help="Go on where a training with the same data and options was stopped.")
def fit(output, **options) -> None:
    """Train a tagger; keep the epoch with the best strict entity F1 on the development data.

    \b
        uk-tag-train fit train.conll --output model.pt
        uk-tag-train fit train.conll more.conll --map ART=MISC,DATE=O --layers 2 --output model.pt
        uk-tag-train fit benjamin/ner-uk --cell gru --schedule one-cycle --output model.pt
    """
    from tagger.features import KINDS, FeatureSettings
    from tagger.train.student.checkpoint import load
    from tagger.train.student.dataset import FormShares
    from tagger.train.student.fit import DataSettings, fit
    from tagger.train.student.network import NetworkSettings
    from tagger.train.student.schedules import ScheduleSettings
    from tagger.train.student.trainer import LoopSettings

    compute_with(options["threads"], options["device"])
    if not output.absolute().parent.is_dir():
        raise click.UsageError(f"--output: there is no folder {output.parent}")
    kinds = tuple(options["features"].split(","))
    if strange := set(kinds) - set(KINDS):
        raise click.UsageError(f"--features: {', '.join(sorted(strange))}; known are {', '.join(KINDS)}")
    if len(options["piece"]) != 2:
        raise click.UsageError("--piece: give two numbers, as in 3,5")

    def chosen(kind, **renamed):
        return kind(**{name: options[name] for name in kind.__slots__ if name in options and name not in renamed}, **renamed)

    schedule = ScheduleSettings(
        options["schedule"],
        options["schedule_start"],
        options["highest_rate"],
        options["gamma"],
        options["plateau_patience"],
        options["milestones"],
        options["per_step"],
        options["schedule_period"],
    )
    fit(
        chosen(DataSettings, sources=options["data"], share=options["dev_share"]),
        chosen(FeatureSettings, kinds=kinds),
        chosen(NetworkSettings, output=options["output_layer"]),
        chosen(LoopSettings, schedule=schedule, forms=FormShares(options["lowered"], options["raised"], options["plain"])),
        output,
        resume=options["resume"],
        start=load(options["start"]) if options["start"] else None,
        device=options["device"],
        log=_log,
        progress=_bar if sys.stderr.isatty() else lambda done, total: None,
    )


@command.command()
@click.argument("checkpoints", nargs=-1, required=True, type=click.Path())
@click.option("-o", "--output", required=True, type=click.Path(dir_okay=False, path_type=Path), help="The checkpoint to write.")
@click.option("--shares", type=Numbers(float), help="How much each one counts. [default: all alike]")
def average(checkpoints, output, shares) -> None:
    """Write the mean of the weights of CHECKPOINTS, of which all but one were trained on from that one (`fit --start`), or all from another.

    \b
        uk-tag-train fit more.conll --start model.pt -o further.pt
        uk-tag-train average model.pt further.pt --shares 0.7,0.3 -o mean.pt
        uk-tag-train evaluate mean.pt dev.conll
    """
    from tagger.train.student.averaging import mean
    from tagger.train.student.checkpoint import load, save

    shares = shares or (1.0,) * len(checkpoints)
    if len(shares) != len(checkpoints) or not all(0 <= share < math.inf for share in shares) or not any(shares):
        raise click.UsageError(f"--shares: give {len(checkpoints)} numbers of at least 0, one for each checkpoint, not all of them 0")
    save(mean([load(path) for path in checkpoints], shares), output)
    _log(f"{output}: the mean of {len(checkpoints)} checkpoints")


for further in (evaluate, card, split, recut, gazetteer, study, teacher):
    command.add_command(further)


def _log(line: str) -> None:
    click.echo(("\r\x1b[K" if sys.stderr.isatty() else "") + line, err=True)


def _bar(done: int, total: int) -> None:
    width = 30
    filled = width * done // total
    click.echo(f"\r[{'#' * filled}{'-' * (width - filled)}] {done}/{total}", nl=False, err=True)


def main() -> None:
    """Entry point: errors of ours are one line on standard error and exit code 1; Ctrl-C is 130, with the last epoch's state kept."""
    try:
        command.main(prog_name="uk-tag-train", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except TaggerError as error:
        click.echo(f"uk-tag-train: {error}", err=True)
        sys.exit(1)
    except (click.Abort, KeyboardInterrupt):
        click.echo("uk-tag-train: stopped; --resume goes on behind the last whole epoch", err=True)
        sys.exit(130)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(141)
