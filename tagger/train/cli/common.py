"""Options that several commands of uk-tag-train share."""

import os

import click

from tagger.errors import TaggerError
from tagger.options import Column, LabelMap


class Numbers(click.ParamType):
    """`5,10,15` as a tuple.

    :param kind: `int`, or `float` for decimal fractions.
    """

    name = "N,..."

    def __init__(self, kind: type[int] | type[float] = int) -> None:
        self._kind = kind

    def convert(self, value, param, ctx):
        """Cut at commas."""
        if isinstance(value, tuple):
            return value
        try:
            return tuple(self._kind(part) for part in value.split(","))
        except ValueError:
            self.fail(f"{value!r}: write {'whole ' if self._kind is int else ''}numbers with commas between", param, ctx)


def reading(command):
    """The options that say how annotated files are read."""
    options = [
        click.option("--column", type=Column(), default="-1", help="The tag's column in CoNLL files, from 1; negative from the end."),
        click.option("--token-column", type=Column(), default="1", help="The token's column in CoNLL files, from 1."),
        click.option("--map", "mapping", type=LabelMap(), default="", help="Rename labels; O drops one: ART=MISC,DATE=O."),
    ]
    for option in reversed(options):
        command = option(command)
    return command


def computing(command):
    """The options that say what torch works with; see :func:`compute_with`."""
    command = click.option("--device", default="cpu", help="cpu or cuda.")(command)
    return click.option("--threads", type=click.IntRange(1), help="CPU threads. [default: torch's choice]")(command)


def compute_with(threads: int | None, device: str) -> None:
    """Set torch's threads, and make ready for a device: `cpu`, `cuda`, or one of several GPUs, `cuda:1`. Raises TaggerError where there is none."""
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")  # else torch refuses matrix products on a GPU as not the same in every run
    import torch

    if threads:
        torch.set_num_threads(threads)
    if device == "cpu":
        return
    kind, _, number = device.partition(":")
    if kind != "cuda" or not (device == kind or number.isdecimal()):
        raise TaggerError(f"--device {device}: there is no such device; give cpu, cuda, or cuda:1 for the second GPU")
    seen = torch.cuda.device_count()
    if int(number or 0) >= seen:
        raise TaggerError(f"--device {device}: torch sees {seen or 'no'} GPU{'s'[: seen > 1]}; give another, or --device cpu")
