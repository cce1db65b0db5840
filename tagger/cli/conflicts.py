"""Tables of options that exclude or need one another, and the check for them."""

from collections.abc import Mapping
from typing import Any

import click

from tagger.formats import RECORDS

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
    ("recursive", (*BY_FILE, "count"), "--output-dir, --in-place or --count"),
    ("include", (*BY_FILE, "count"), "--output-dir, --in-place or --count"),
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
    if options["recursive"] and not files:
        raise click.UsageError("-r needs files or folders")
    text_only = [name for name in TEXT_ONLY if options[name]]
    if text_only and options["input_format"] not in ("auto", "text"):
        raise click.UsageError(f"--{text_only[0]} applies to text, not to -i {options['input_format']}")
    table = options["output_format"] == "same" and not options["scores"] and options["in_place"] is None
    if options["count"] and not table:
        raise click.UsageError("--count writes its own table: leave out -O, --scores and --in-place")
    if options["link"] and not (options["count"] and options["lemma"]):
        raise click.UsageError("--link needs --count --lemma")
    _check_field(options["field"], options["input_format"])
    for name in TABLE_ONLY:
        if options[name] and options["output_format"] != "tsv":
            raise click.UsageError(f"{_spelling(name)} needs -O tsv")
    key = options["key"]
    if key is not None and (not key.strip() or set(key) & set("|= ") or not key.isprintable()):
        raise click.UsageError("--key: give a name without |, = and white space")
    if options["output_format"] == "brat" and options["in_place"] is not None:
        raise click.UsageError("-O brat points into the text, which --in-place would replace; use --output-dir")
    if options["output_format"] == "brat" and not by_file and len(files) > 1:
        raise click.UsageError("-O brat numbers the entities of a single input; for several, use --output-dir")


def _check_field(field: str | None, form: str) -> None:
    if field is None:
        return
    if form not in (*RECORDS, "text"):
        raise click.UsageError("--field needs -i jsonl, csv, tsv or text")
    if not field.strip() or (form == "text" and not (field.isascii() and field.isdigit() and int(field))):
        raise click.UsageError(f"--field: {field!r} is not the number of a column, counted from 1")


def _is_given(options: Mapping[str, Any], name: str) -> bool:
    value = options[name]
    return value is not None and value is not False and value != () and (name != "jobs" or value > 1)


def _spelling(name: str) -> str:
    return "--" + name.replace("_", "-")
