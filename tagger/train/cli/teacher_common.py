"""Common parts of the teacher's commands: options, and the reading of data."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from tagger.train.cli.common import FILE, PART, Command, options, reading
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
