"""Text for the student: `teacher prepare`, `teacher label` and `teacher rename`, and what all commands share."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tagger.train.cli.common import (
    FILE,
    PART,
    SETTINGS,
    Command,
    RenamedOption,
    check_folder,
    compute_with,
    computing,
    options,
    reading,
    size,
)
from tagger.train.cli.common import timed_log as log

if TYPE_CHECKING:
    from tagger.train.data.corpus import Document
    from tagger.train.data.labelled_text import PlainDocument


def splitting(command: Command) -> Command:
    """Add the options that say which annotated documents are held out."""
    return options(
        click.option(
            "--dev",
            "development",
            multiple=True,
            metavar="DATA",
            help="Development data (repeatable). [default: cut off the documents]",
        ),
        click.option("--dev-share", default=0.12, type=PART, help="Share of the tokens to cut off for that."),
        click.option("--dev-seed", default=42, help="The --seed of the student, which cuts off the same documents."),
        reading,
    )(command)


by_teachers = click.option(
    "--teacher",
    "teachers",
    required=True,
    multiple=True,
    type=click.Path(),
    help="A teacher's checkpoint, or a model by file or name (repeatable: the mean of several).",
)
to_file = click.option("-o", "--output", required=True, type=FILE, help="The file to write.")


def read_split(
    data: Sequence[str],
    development: Sequence[str],
    dev_share: float,
    dev_seed: int,
    column: int,
    token_column: int,
    mapping: dict[str, str],
) -> tuple[list[Document], list[Document]]:
    """Read training and development documents."""
    from tagger.train.data.sources import read_training

    return read_training(
        data,
        development,
        share=dev_share,
        seed=dev_seed,
        column=column,
        token_column=token_column,
        mapping=mapping,
        log=log,
    )


def read_texts(paths: Sequence[str]) -> list[PlainDocument]:
    """Read the documents of several files of tokenized text."""
    from tagger.train.data.labelled_text import read_text

    return [document for path in paths for document in read_text(path).documents]


@click.command(context_settings=SETTINGS)
@click.argument("data", nargs=-1, required=True)
@click.option(
    "--text",
    multiple=True,
    type=click.Path(),
    metavar="FILE",
    help="Plain text (.xz or not): one paragraph per line, an empty line between documents; without any, each "
    "paragraph is a document.",
)
@click.option("--ua-gec", is_flag=True, help="Also take the corrected texts of the package ua-gec.")
@click.option("--training", is_flag=True, help="Also take the text of the training documents in DATA.")
@to_file
@splitting
def prepare(
    data: tuple[str, ...], text: tuple[str, ...], ua_gec: bool, training: bool, output: Path, **split: Any
) -> None:
    """Tokenize plain text, without documents that share a sentence with the development documents of DATA."""
    from tagger.train.data.labelled_text import write_text
    from tagger.train.teacher import plain_text

    check_folder(output)
    if not (text or ua_gec or training):
        raise click.UsageError("no text: give --text, --ua-gec or --training")
    annotated, held_out = read_split(data, **split)
    raw = [own for path in text for own in plain_text.read_paragraphs(path, Path(path).name.partition(".")[0])]
    raw += plain_text.read_ua_gec() if ua_gec else []
    kept, removed = plain_text.without_held_out(raw, held_out)
    documents = list(plain_text.tokenize(kept)) + (plain_text.plain_documents(annotated) if training else [])
    write_text(output, documents)
    left_out = f"{len(removed)} raw documents share sentences with the development documents and are left out"
    log(f"{output}: {size(documents)}; {left_out}")


@click.command(context_settings=SETTINGS)
@click.argument("text", nargs=-1, required=True, type=click.Path())
@by_teachers
@click.option(
    "--hidden-states",
    cls=RenamedOption,
    old="--states",
    default=0,
    type=click.IntRange(0),
    help="Also write the hidden states of the first teacher, reduced to this many dimensions; 0: none.",
)
@to_file
@computing
def label(
    text: tuple[str, ...],
    teachers: tuple[str, ...],
    hidden_states: int,
    output: Path,
    threads: int | None,
    device: str,
) -> None:
    """Write the probabilities that teachers give to the tags of each token of tokenized TEXT.

    What is labelled so far is kept in OUTPUT.parts: run the same command again to go on after a stop.

    With --hidden-states give all TEXT at once: the hidden states of two runs cannot be compared.
    """
    from tagger.inference.model_path import model_file
    from tagger.train.data.labelled_text import file_digest
    from tagger.train.teacher.hidden_states import HiddenStateReader
    from tagger.train.teacher.label import Teacher, load_teacher
    from tagger.train.teacher.labelling import label_in_parts

    check_folder(output)
    compute_with(threads, device)
    loaded = [load_teacher(path, device) for path in teachers]
    first = loaded[0]
    if hidden_states and not isinstance(first, Teacher):
        raise click.UsageError("--hidden-states: the first --teacher must be an encoder's checkpoint, not a model")
    if isinstance(first, Teacher) and hidden_states > first.encoder.settings.width:
        width = first.encoder.settings.width
        raise click.UsageError(f"--hidden-states: this teacher has no more than {width} dimensions per token")
    documents = read_texts(text)
    reader = None
    if hidden_states and isinstance(first, Teacher):
        reader = HiddenStateReader(first, documents, hidden_states)
    identity = " ".join([*map(file_digest, text), *(file_digest(model_file(path)) for path in teachers)])
    label_in_parts(loaded, documents, output, identity, log, reader)
    log(f"{output}: {size(documents)}")


@click.command(context_settings=SETTINGS)
@click.argument("text", nargs=-1, required=True, type=click.Path())
@click.option(
    "--gazetteer", required=True, type=click.Path(), metavar="FILE", help="Name lists of uk-tag-train gazetteer."
)
@to_file
@click.option("--seed", default=1)
def rename(text: tuple[str, ...], gazetteer: str, output: Path, seed: int) -> None:
    """Write the sentences of tokenized TEXT that have names, with other names in their places.

    The names come from name lists. The result is text for `label`.
    """
    from tagger.train.data.labelled_text import write_text
    from tagger.train.data.name_lists import read_forms
    from tagger.train.teacher.augmentation import Renamer

    check_folder(output)
    documents = Renamer(read_forms(gazetteer), seed).documents(read_texts(text))
    if not documents:
        raise click.UsageError("no sentence has a name of these lists; give other text or other lists")
    write_text(output, documents)
    log(f"{output}: {size(documents)}")
