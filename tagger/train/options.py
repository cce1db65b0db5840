"""Command-line options that several commands share: how annotated files are read, and lists of labels and numbers."""

import click


class Labels(click.ParamType):
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


class Numbers(click.ParamType):
    """`5,10,15` as a tuple."""

    name = "N,..."

    def convert(self, value, param, ctx):
        """Cut at commas."""
        if isinstance(value, tuple):
            return value
        try:
            return tuple(int(part) for part in value.split(","))
        except ValueError:
            self.fail(f"{value!r}: write whole numbers with commas between", param, ctx)


def reading(command):
    """The options that say how files are read."""
    options = [
        click.option("--column", default=-1, help="The tag's column in CoNLL files, from 0; negative from the end."),
        click.option("--token-column", default=0, help="The token's column in CoNLL files, from 0."),
        click.option("--map", "mapping", type=Labels(), default="", help="Rename labels; O drops one: ART=MISC,DATE=O."),
    ]
    for option in reversed(options):
        command = option(command)
    return command
