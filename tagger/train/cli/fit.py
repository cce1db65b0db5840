"""Commands that make checkpoints: `fit` trains one, `average` averages several."""

import math
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource

from tagger.features.names import LONGEST_WORD, MOST_SLOTS
from tagger.train.cli.common import (
    FILE,
    PART,
    SETTINGS,
    SHARE,
    Numbers,
    ProgressBar,
    RenamedOption,
    check_folder,
    compute_with,
    computing,
    log,
    options,
    reading,
)

COUNT = click.IntRange(1)
AFFIX, SLOTS = click.IntRange(0, LONGEST_WORD), click.IntRange(1, MOST_SLOTS)
POSITIVE = click.FloatRange(0, min_open=True)
# Little data are few batches of the usual size, in which hardly anything is learned before the patience ends; and the
# names in text to come are mostly new, so that a word's own entry helps less than its parts.
SMALL = {"batch_tokens": 128, "word_dropout": 0.5, "patience": 15}
SCHEDULES = click.Choice(["none", "plateau", "one-cycle", "cosine", "multi-step"])

data_options = options(
    click.option("-o", "--output", required=True, type=FILE, help="The checkpoint to write."),
    click.option(
        "--dev",
        "development",
        multiple=True,
        metavar="DATA",
        help="Development data (repeatable). [default: cut off the training documents]",
    ),
    click.option("--dev-share", default=0.12, type=PART, help="Share of the training tokens to cut off for that."),
    click.option(
        "--soft", multiple=True, type=click.Path(), metavar="NPZ", help="Text labelled by a teacher (repeatable)."
    ),
    click.option("--soft-weight", default=1.0, help="Weight of a sentence of that text."),
    click.option(
        "--soft-share", default=1.0, type=SHARE, help="Share of its probabilities in the loss, against its best tags."
    ),
    click.option(
        "--hidden-state-weight",
        cls=RenamedOption,
        old="--guidance",
        default=0.0,
        type=click.FloatRange(0),
        help="Weight of the distance to the teacher's hidden states; falls to 0 over the training.",
    ),
)
feature_options = options(
    click.option(
        "--features", default="word,lower,prefixes,suffixes,shape,pieces", help="Kinds of features of a word."
    ),
    click.option(
        "--affix", default=4, type=click.IntRange(0, LONGEST_WORD), help="Longest prefix and suffix, in characters."
    ),
    click.option("--piece", type=Numbers(), default="3,5", help="Shortest and longest character n-gram."),
    click.option("--slots", default=40, type=SLOTS, help="Largest number of features per word."),
    click.option("--minimum", default=2, type=COUNT, help="Drop features that occur less often."),
    click.option("--limit", type=COUNT, help="Largest number of features, the most frequent ones."),
    click.option(
        "--gazetteer",
        type=click.Path(),
        metavar="FILE",
        help="Name lists: word form, TAB, classes. See the gazetteer command.",
    ),
)
network_options = options(
    click.option("--cell", type=click.Choice(["rnn", "gru", "lstm"]), default="lstm"),
    click.option("--layers", default=1, type=COUNT, help="Recurrent layers."),
    click.option("--width", default=200, type=COUNT, help="Units per direction of a layer."),
    click.option("--embedding", default=128, type=COUNT, help="Width of a feature's embedding."),
    click.option("--dropout", default=0.4, type=click.FloatRange(0, 1, max_open=True)),
    click.option("--bidirectional/--forward", default=True, help="Direction of reading."),
    click.option("--layer-norm", is_flag=True, help="Normalize the top layer's output."),
    click.option(
        "--output-layer", type=click.Choice(["softmax", "crf"]), default="crf", help="softmax: argmax over legal BIO."
    ),
)
loop_options = options(
    click.option("--epochs", default=30, type=COUNT),
    click.option("--rate", default=2e-3, type=POSITIVE, help="Learning rate."),
    click.option("--weight-decay", default=0.01, help="Weight decay of AdamW; 0 makes it Adam."),
    click.option("--batch-tokens", default=1024, type=COUNT, help="Largest batch in tokens, padding included."),
    click.option("--batch-sentences", type=COUNT, help="Sentences per batch, instead of --batch-tokens."),
    click.option("--clip", default=5.0, help="Largest norm of the gradient; 0: no limit."),
    click.option("--patience", default=8, help="Stop after this many epochs without a better score; 0: never."),
    click.option("--word-dropout", default=0.2, type=SHARE, help="Share of words whose own entry is hidden."),
    click.option("--feature-dropout", default=0.1, type=SHARE, help="Share of all features hidden."),
    click.option(
        "--lowered", default=0.0, type=SHARE, help="Share of sentences in lower case, drawn anew in each epoch."
    ),
    click.option("--raised", default=0.0, type=SHARE, help="Share of sentences in upper case."),
    click.option("--plain", default=0.0, type=SHARE, help="Share of sentences with ASCII quotes and dashes."),
    click.option(
        "--glued", default=0.0, type=SHARE, help="Share of sentences joined to the one before them in their document."
    ),
    click.option(
        "--by-source",
        is_flag=True,
        help="Choose the epoch by the mean F1 over the sources of the development documents.",
    ),
    click.option(
        "--average",
        default=0.0,
        type=click.FloatRange(0, 1, max_open=True),
        help="Decay of a moving average of the weights; 0: none.",
    ),
)
schedule_options = options(
    click.option("--schedule", type=SCHEDULES, default="none", help="Learning-rate schedule."),
    click.option("--schedule-start", default=1, type=COUNT, help="First epoch in which the schedule acts."),
    click.option("--schedule-period", type=COUNT, help="Epochs of a half cosine or a cycle. [default: all remaining]"),
    click.option("--per-step", is_flag=True, help="Change cosine and one-cycle at each batch."),
    click.option("--highest-rate", type=float, help="Peak of one-cycle. [default: ten times the rate]"),
    click.option("--gamma", default=0.1, help="Factor of plateau and multi-step."),
    click.option("--plateau-patience", default=3, help="Epochs without a better score before plateau acts."),
    click.option("--milestones", type=Numbers(), default="15,25", help="Epochs after which multi-step acts."),
)


@click.command(context_settings=SETTINGS)
@click.argument("data", nargs=-1, required=True)
@data_options
@reading
@feature_options
@network_options
@loop_options
@schedule_options
@click.option("--seed", default=42)
@computing
@click.option(
    "--start",
    type=click.Path(),
    metavar="CHECKPOINT",
    help="Start from its weights, network and vocabulary: to adapt a tagger to other text.",
)
@click.option(
    "--new-labels",
    is_flag=True,
    help="With --start: take the labels of DATA, with an output layer of its own: a new class from little data.",
)
@click.option(
    "--small",
    is_flag=True,
    help="Settings for some hundreds of sentences: "
    + ", ".join(f"--{name.replace('_', '-')} {value}" for name, value in SMALL.items())
    + ", each unless it is given.",
)
@click.option("--plot", type=FILE, help="Draw loss and F1 over epochs into this .png, .svg or .pdf (matplotlib).")
@click.option("--resume", is_flag=True, help="Continue a training with the same data and options that was stopped.")
@click.pass_context
def fit(
    context: click.Context,
    /,
    output: Path,
    start: str | None,
    new_labels: bool,
    small: bool,
    plot: Path | None,
    resume: bool,
    threads: int | None,
    device: str,
    **chosen: Any,
) -> None:
    """Train a tagger; keep the epoch with the best strict entity F1 on the development data.

    \b
        uk-tag-train fit train.conll --output model.pt
        uk-tag-train fit train.conll more.conll --map ART=MISC,DATE=O --layers 2 --output model.pt
        uk-tag-train fit benjamin/ner-uk --cell gru --schedule one-cycle --output model.pt
        uk-tag-train fit weapons.jsonl --small --start base.pt --new-labels --plot curves.png --output model.pt
    """
    from tagger.features.names import KINDS, LONGEST_PIECE, FeatureSettings
    from tagger.train.data.perturbations import VariantShares
    from tagger.train.evaluation import curves
    from tagger.train.student.checkpoint import load
    from tagger.train.student.fit import DataSettings
    from tagger.train.student.fit import fit as train
    from tagger.train.student.loop_settings import LoopSettings
    from tagger.train.student.network import NetworkSettings
    from tagger.train.student.schedules import ScheduleSettings

    if new_labels and not start:
        raise click.UsageError("--new-labels goes with --start only")
    if small:
        given = context.get_parameter_source
        chosen |= {name: value for name, value in SMALL.items() if given(name) is ParameterSource.DEFAULT}
    if plot:
        curves.check(plot)
    compute_with(threads, device)
    check_folder(output)
    kinds = tuple(chosen["features"].split(","))
    if unknown := set(kinds) - set(KINDS):
        raise click.UsageError(f"--features: unknown: {', '.join(sorted(unknown))}; known are {', '.join(KINDS)}")
    piece = chosen["piece"]
    if len(piece) != 2 or not 1 <= piece[0] <= piece[1] <= LONGEST_PIECE:
        message = f"--piece: give two numbers, as in 3,5, from 1 to {LONGEST_PIECE}, the smaller one first"
        raise click.UsageError(message)

    def named(*names: str) -> dict[str, Any]:
        """Options whose names are those of the settings' fields."""
        return {name: chosen[name] for name in names}

    data = DataSettings(
        sources=chosen["data"],
        share=chosen["dev_share"],
        **named("development", "column", "token_column", "mapping", "soft", "soft_weight", "hidden_state_weight"),
        **named("minimum", "limit", "gazetteer"),
    )
    features = FeatureSettings(kinds=kinds, **named("affix", "piece", "slots"))
    shape = NetworkSettings(
        output=chosen["output_layer"],
        **named("cell", "layers", "width", "embedding", "dropout", "bidirectional", "layer_norm"),
    )
    schedule = ScheduleSettings(
        name=chosen["schedule"],
        start=chosen["schedule_start"],
        highest=chosen["highest_rate"],
        patience=chosen["plateau_patience"],
        period=chosen["schedule_period"],
        **named("gamma", "milestones", "per_step"),
    )
    loop = LoopSettings(
        schedule=schedule,
        forms=VariantShares(**named("lowered", "raised", "plain")),
        **named("epochs", "rate", "weight_decay", "batch_tokens", "batch_sentences", "clip", "patience"),
        **named("word_dropout", "feature_dropout", "soft_share", "average", "seed", "glued", "by_source"),
    )
    made = train(
        data,
        features,
        shape,
        loop,
        output,
        resume=resume,
        start=load(start) if start else None,
        new_labels=new_labels,
        device=device,
        log=log,
        progress=ProgressBar(),
    )
    if plot:
        curves.draw(made.history, made.scores["epoch"], plot)
        log(f"{plot}: loss and F1 over {len(made.history)} epochs")


@click.command(context_settings=SETTINGS)
@click.argument("checkpoints", nargs=-1, required=True, type=click.Path())
@click.option("-o", "--output", required=True, type=FILE, help="The checkpoint to write.")
@click.option("--shares", type=Numbers(float), help="Weight of each checkpoint. [default: all equal]")
def average(checkpoints: tuple[str, ...], output: Path, shares: tuple[float, ...] | None) -> None:
    """Average the weights of CHECKPOINTS that were trained from the same weights (`fit --start`).

    These may be among them.

    \b
        uk-tag-train fit more.conll --start model.pt -o further.pt
        uk-tag-train average model.pt further.pt --shares 0.7,0.3 -o mean.pt
        uk-tag-train evaluate mean.pt dev.conll
    """
    from tagger.train.student.averaging import average as average_of
    from tagger.train.student.checkpoint import load, save

    weights = shares or (1.0,) * len(checkpoints)
    valid = all(0 <= weight < math.inf for weight in weights) and any(weights)
    if len(weights) != len(checkpoints) or not valid:
        raise click.UsageError(
            f"--shares: give {len(checkpoints)} numbers of at least 0, one for each checkpoint, not all of them 0"
        )
    save(average_of([load(path) for path in checkpoints], weights), output)
    log(f"{output}: the mean of {len(checkpoints)} checkpoints")
