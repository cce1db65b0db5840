"""Kinds of values that options take, and what click lacks: usage errors in one line."""

import os

import click

# Named here so that --help needs neither the rooms that they are for nor what those import.
DEVICES = ("auto", "cpu", "cuda")
PRECISIONS = ("auto", "float32", "int8")


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
    return f"{program}: {' '.join(error.format_message().split())}; see {program} --help"


def with_optional_value(arguments: list[str], option: str) -> list[str]:
    """Spell a bare `option` so that click does not take the argument behind it for its value."""
    end = arguments.index("--") if "--" in arguments else len(arguments)
    return [f"{option}=" if argument == option and place < end else argument for place, argument in enumerate(arguments)]


def wants_color(choice: str, descriptor: int) -> bool:
    """Whether to colour: `always`, `never`, or `auto`: on a terminal, unless NO_COLOR is set (https://no-color.org)."""
    if choice != "auto":
        return choice == "always"
    return not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb" and os.isatty(descriptor)
