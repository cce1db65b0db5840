"""Types of option values, and what click lacks: usage errors on one line, options with an optional value."""

import os
import re
import signal
import sys
from typing import TYPE_CHECKING, Any

import click

from tagger.errors import printable
from tagger.system.signals import Interrupted
from tagger.system.streams import say

SHELLS = ("bash", "zsh", "fish")  # for which there are completions

if TYPE_CHECKING:  # generic for type checkers only: click 8.2 has no type argument
    ParamType = click.ParamType[Any]
else:
    ParamType = click.ParamType


class LabelMap(ParamType):
    """Label names to replace, such as `ART=MISC,DATE=O`. The value is a dictionary."""

    name = "OLD=NEW,..."

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> dict[str, str]:
        """Split at commas and equals signs."""
        if isinstance(value, dict):
            return value
        mapping = {}
        for pair in filter(None, value.split(",")):
            old, equals, new = pair.partition("=")
            if not (old and equals and new):
                self.fail(f"{pair!r}: write OLD=NEW", param, ctx)
            mapping[old] = new
        return mapping


class Names(ParamType):
    """Names, such as `PERS,LOC`. The value is a tuple."""

    name = "NAME,..."

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, ...]:
        """Split at commas."""
        return value if isinstance(value, tuple) else tuple(filter(None, value.split(",")))


class Probability(ParamType):
    """A number from 0 to 1."""

    name = "P"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Convert to a number."""
        try:
            number = float(value)
        except ValueError:
            number = -1.0
        if not 0 <= number <= 1:  # nor NaN
            self.fail(f"{value!r}: write a number from 0 to 1", param, ctx)
        return number


class Column(ParamType):
    """A column, counted from 1 as by `cut`, or from the end if negative. The value is a Python index."""

    name = "N"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Convert to an index that counts from 0."""
        try:
            number = int(value)
        except ValueError:
            self.fail(f"{value!r}: write a whole number", param, ctx)
        if number == 0:
            self.fail("columns are counted from 1", param, ctx)
        return number - 1 if number > 0 else number


class Encoding(ParamType):
    """An encoding of text that Python knows. The value is Python's name of it."""

    name = "NAME"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Look the name up."""
        from tagger.formats.encoding import text_encoding  # seldom used

        found = text_encoding(value)
        if found is None:
            self.fail(f"{value!r}: there is no such encoding; give one such as cp1251, koi8-u or utf-16", param, ctx)
        return found


def one_line(error: click.ClickException, program: str) -> str:
    """Return a usage error as one line that also says where to read more."""
    # click breaks its messages into lines; breaks and TABs in the user's words that it repeats are of no use either
    lines = [printable(line) for line in re.split(r"[\n\t]+", error.format_message())]
    command = error.ctx.command_path if isinstance(error, click.UsageError) and error.ctx else program
    return f"{program}: {re.sub(' +', ' ', ' '.join(lines)).strip().removesuffix('.')}; see {command} --help"


def invoke(command: click.Command, program: str, arguments: list[str] | None = None) -> Any:
    """Run a click command, and return its result.

    :param arguments: by default those of the process.
    :raises SystemExit: wrong options, which have been reported on one line.
    :raises Interrupted: Ctrl-C.
    """
    try:
        return command.main(arguments, prog_name=program, standalone_mode=False)
    except click.ClickException as error:
        say(one_line(error, program))
        sys.exit(error.exit_code)
    except click.Abort:
        raise Interrupted(signal.SIGINT) from None


def with_optional_value(arguments: list[str], option: str) -> list[str]:
    """Replace a bare `option` by `option=`, so that click does not take the argument after it as its value."""
    end = arguments.index("--") if "--" in arguments else len(arguments)
    return [
        f"{option}=" if argument == option and index < end else argument for index, argument in enumerate(arguments)
    ]


def add_manual(command: click.Command, program: str) -> None:
    """Add `--man` and `--completion SHELL`, which print and end, to a program.

    :param program: one of :data:`tagger.cli.man_page.PAGES`.
    """

    def show(context: click.Context, option: click.Parameter, value: Any) -> None:
        if value and not context.resilient_parsing:
            from tagger import __version__
            from tagger.cli.man_page import completion, help_page

            page = option.name == "man"
            text = help_page(command, program, __version__) if page else completion(command, program, value)
            click.echo(text.rstrip("\n"))
            context.exit()

    shared: dict[str, Any] = {"is_eager": True, "expose_value": False, "callback": show}
    shells = click.Choice(SHELLS)
    manual = f"Print the manual page: {program} --man | man -l -"
    command.params += [
        click.Option(["--completion"], type=shells, help="Print the completion script of a shell.", **shared),
        click.Option(["--man"], is_flag=True, help=manual, **shared),
    ]


def wants_color(choice: str, descriptor: int) -> bool:
    """Return whether to write colours.

    :param choice: `always`, `never`, or `auto`: on a terminal, unless NO_COLOR is set (https://no-color.org).
    :param descriptor: the file descriptor that is written to.
    """
    if choice != "auto":
        return choice == "always"
    return not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb" and os.isatty(descriptor)
