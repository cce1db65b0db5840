"""Tables of options that exclude or need one another, and the check for them."""

from collections.abc import Mapping
from typing import Any

import click

BY_FILE = ("output_dir", "in_place")
TEXT_ONLY = ("pretokenized", "sentences", "null")
TABLE_ONLY = ("header", "spreadsheet")
# Pairs of options that exclude each other.
CONFLICTS = (
    ("output", "output_dir"),
    ("output", "in_place"),
    ("output_dir", "in_place"),
    ("pretokenized", "sentences"),
    ("line_buffered", "document"),
)
# Options that need at least one of some others: option, the others, how messages name them.
NEEDS = (
    ("recursive", BY_FILE, "--output-dir or --in-place"),
    ("include", BY_FILE, "--output-dir or --in-place"),
    ("resume", BY_FILE, "--output-dir or --in-place"),
    ("jobs", BY_FILE, "--output-dir or --in-place; to split one stream, see parallel --pipe in the README"),
    ("include", ("recursive",), "-r"),
)


def is_by_file(options: Mapping[str, Any]) -> bool:
    """Return whether files are annotated one by one, and not as one stream."""
    return any(_is_given(options, name) for name in BY_FILE)


def check(options: Mapping[str, Any]) -> None:
    """Check that the options fit together.

    :raises click.UsageError: they do not.
    """
    for one, other in CONFLICTS:
        if _is_given(options, one) and _is_given(options, other):
            raise click.UsageError(f"{_spelling(one)} and {_spelling(other)} cannot be used together")
    for name, others, spelling in NEEDS:
        if _is_given(options, name) and not any(_is_given(options, other) for other in others):
            raise click.UsageError(f"{_spelling(name)} needs {spelling}")
    by_file, files = is_by_file(options), options["files"]
    if by_file and not files:
        raise click.UsageError("--output-dir and --in-place need files")
    if by_file and "-" in files:
        raise click.UsageError("--output-dir and --in-place cannot take standard input")
    text_only = [name for name in TEXT_ONLY if options[name]]
    if text_only and options["input_format"] in ("conll", "conllu"):
        raise click.UsageError(f"--{text_only[0]} applies to text, not to -i {options['input_format']}")
    table = options["output_format"] == "same" and not options["scores"] and options["in_place"] is None
    if options["count"] and not table:
        raise click.UsageError("--count writes its own table: leave out -O, --scores and --in-place")
    for name in TABLE_ONLY:
        if options[name] and options["output_format"] != "tsv":
            raise click.UsageError(f"{_spelling(name)} needs -O tsv")
    key = options["key"]
    if not key.strip() or set(key) & set("|= ") or not key.isprintable():
        raise click.UsageError("--key: give a name without |, = and white space")
    if options["output_format"] == "brat" and not by_file and len(files) > 1:
        raise click.UsageError("-O brat numbers the entities of a single input; for several, use --output-dir")


def _is_given(options: Mapping[str, Any], name: str) -> bool:
    value = options[name]
    return value is not None and value is not False and value != () and (name != "jobs" or value > 1)


def _spelling(name: str) -> str:
    return "--" + name.replace("_", "-")
