"""Kinds of values that options take, and what click lacks: usage errors in one line."""

import os
import re
import signal
import sys
from typing import Any

import click

from tagger.errors import printable
from tagger.system.signals import Interrupted
from tagger.system.streams import say


class LabelMap(click.ParamType):
    """`ART=MISC,DATE=O` as a dictionary."""

    name = "OLD=NEW,..."

    def convert(self, value, param, ctx):
        """Cut at commas and equals signs."""
        if isinstance(value, dict):
            return value
        mapping = {}
        for pair in filter(None, value.split(",")):
            old, equals, new = pair.partition("=")
            if not (old and equals and new):
                self.fail(f"{pair!r}: write OLD=NEW", param, ctx)
            mapping[old] = new
        return mapping


class Names(click.ParamType):
    """`PERS,LOC` as a tuple."""

    name = "NAME,..."

    def convert(self, value, param, ctx):
        """Cut at commas."""
        return value if isinstance(value, tuple) else tuple(filter(None, value.split(",")))


class Column(click.ParamType):
    """A column counted from 1, as `cut` counts; negative from the end. The value counts from 0."""

    name = "N"

    def convert(self, value, param, ctx):
        """Shift by one."""
        try:
            number = int(value)
        except ValueError:
            self.fail(f"{value!r}: write a whole number", param, ctx)
        if number == 0:
            self.fail("columns count from 1", param, ctx)
        return number - 1 if number > 0 else number


def one_line(error: click.ClickException, program: str) -> str:
    """A usage error as one line with the mend."""
    lines = [
        printable(line) for line in re.split(r"[\n\t]+", error.format_message())
    ]  # click's own; in what it repeats they are no use, either
    command = error.ctx.command_path if isinstance(error, click.UsageError) and error.ctx else program
    return f"{program}: {re.sub(' +', ' ', ' '.join(lines)).strip()}; see {command} --help"


def invoke(command: click.Command, program: str, arguments: list[str] | None = None) -> Any:
    """Carry out a command. Returns what it returns; raises SystemExit for wrong options, which were then told in one line, and Interrupted."""
    try:
        return command.main(arguments, prog_name=program, standalone_mode=False)
    except click.ClickException as error:
        say(one_line(error, program))
        sys.exit(error.exit_code)
    except click.Abort:
        raise Interrupted(signal.SIGINT) from None


def with_optional_value(arguments: list[str], option: str) -> list[str]:
    """Spell a bare `option` so that click does not take the argument behind it for its value."""
    end = arguments.index("--") if "--" in arguments else len(arguments)
    return [
        f"{option}=" if argument == option and place < end else argument for place, argument in enumerate(arguments)
    ]


def wants_color(choice: str, descriptor: int) -> bool:
    """Whether to colour: `always`, `never`, or `auto`: on a terminal, unless NO_COLOR is set (https://no-color.org)."""
    if choice != "auto":
        return choice == "always"
    return not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb" and os.isatty(descriptor)
