"""Common parts of the commands: settings, option types, groups of options, log lines, the progress bar."""

import copy
import os
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import click

from tagger.cli.options import Column, LabelMap
from tagger.errors import TaggerError, printable
from tagger.train.data.corpus import Document

SETTINGS: dict[str, Any] = {
    "help_option_names": ["-h", "--help"],
    "max_content_width": 100,
    "show_default": True,
}
FILE = click.Path(dir_okay=False, path_type=Path)
SHARE = click.FloatRange(0, 1)
PART = click.FloatRange(0, 1, min_open=True, max_open=True)

Command = TypeVar("Command", bound=Callable[..., Any])


class Numbers(click.ParamType):  # type: ignore[type-arg]  # not generic before click 8.4
    """Numbers with commas between, such as `5,10,15`, as a tuple.

    :param kind: `int`, or `float` for decimal fractions.
    """

    name = "N,..."

    def __init__(self, kind: type[int] | type[float] = int) -> None:
        self._kind = kind

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Split at commas."""
        if isinstance(value, tuple):
            return value
        try:
            return tuple(self._kind(part) for part in value.split(","))
        except ValueError:
            whole = "whole " if self._kind is int else ""
            self.fail(f"{value!r}: write {whole}numbers with commas between", param, ctx)


class RenamedOption(click.Option):
    """An option that also accepts its old name, which the help does not show.

    :param old: the old name.
    """

    def __init__(self, *arguments: Any, old: str, **attributes: Any) -> None:
        super().__init__(*arguments, **attributes)
        self._old = old

    def add_to_parser(self, parser: Any, ctx: click.Context) -> None:
        """Register both names."""
        shown = self.opts
        self.opts = [*shown, self._old]
        super().add_to_parser(parser, ctx)
        self.opts = shown


def hidden_alias(command: click.Command) -> click.Command:
    """Copy a command for its old name, which the help does not show."""
    alias = copy.copy(command)
    alias.hidden = True
    return alias


def options(*decorators: Callable[[Command], Command]) -> Callable[[Command], Command]:
    """Join decorators into one, in the order in which the help shows the options."""

    def decorate(command: Command) -> Command:
        for decorator in reversed(decorators):
            command = decorator(command)
        return command

    return decorate


def reading(command: Command) -> Command:
    """Add the options that say how annotated files are read."""
    return options(
        click.option(
            "--column", type=Column(), default="-1", help="Tag column of CoNLL files, from 1; negative from the end."
        ),
        click.option("--token-column", type=Column(), default="1", help="Token column of CoNLL files, from 1."),
        click.option(
            "--map", "mapping", type=LabelMap(), default="", help="Rename labels; O drops one: ART=MISC,DATE=O."
        ),
    )(command)


def computing(command: Command) -> Command:
    """Add the options that say where torch computes; see :func:`compute_with`."""
    return options(
        click.option("--threads", type=click.IntRange(1), help="CPU threads. [default: torch's choice]"),
        click.option("--device", default="cpu", help="cpu or cuda."),
    )(command)


def compute_with(threads: int | None, device: str) -> None:
    """Set torch's threads, and prepare a device: `cpu`, `cuda`, or one of several GPUs, `cuda:1`.

    :raises TaggerError: there is no such device.
    """
    # otherwise torch refuses matrix products on a GPU, because they are not reproducible
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
    import torch

    if threads:
        torch.set_num_threads(threads)
    if device == "cpu":
        return
    kind, _, number = device.partition(":")
    if kind != "cuda" or not (device == kind or number.isdecimal()):
        raise TaggerError(f"--device {device}: unknown device; give cpu, cuda, or cuda:1 for the second GPU")
    count = torch.cuda.device_count()
    if int(number or 0) >= count:
        seen = {0: "no GPU", 1: "one GPU"}.get(count, f"{count} GPUs")
        raise TaggerError(f"--device {device}: torch sees {seen}; give another device, or --device cpu")


def log(line: str) -> None:
    """Print a line on standard error."""
    click.echo(printable(line), err=True)


def timed_log(line: str) -> None:
    """Print a line on standard error, after the time of day."""
    log(f"{time.strftime('%H:%M:%S')} {line}")


class ProgressBar:
    """A bar on standard error, one per epoch; nothing if that is no terminal.

    Call it with (batches done, batches in all).
    """

    def __init__(self) -> None:
        self._bar: Any = None

    def __call__(self, done: int, total: int) -> None:
        if not sys.stderr.isatty():
            return
        if self._bar is None:
            from tqdm import tqdm

            self._bar = tqdm(total=total, leave=False, file=sys.stderr)
        self._bar.update(done - self._bar.n)
        if done == total:
            self._bar.close()
            self._bar = None


def size(documents: Sequence[Any]) -> str:
    """Describe the size of annotated or plain documents."""
    return f"{len(documents):,} documents, {sum(document.tokens for document in documents):,} tokens"


def check_folder(output: Path) -> None:
    """Raise UsageError if the folder of an output file does not exist, before hours of work."""
    if not output.absolute().parent.is_dir():
        raise click.UsageError(f"--output: there is no folder {output.parent}")


def read_documents(
    sources: Sequence[str], *, part: str | None, column: int, token_column: int, mapping: dict[str, str]
) -> list[Document]:
    """Read documents to score on: of a data set with splits the one that is asked for, or `test`, or all."""
    from tagger.train.data.sources import read

    documents = []
    for source in sources:
        splits = read(source, part=part, column=column, token_column=token_column, mapping=mapping, log=log)
        documents += splits.get("test") or [document for own in splits.values() for document in own]
    return documents
