"""Conversion of command-line options to typed settings."""

from collections.abc import Mapping
from typing import Any

from tagger.cli.conflicts import TEXT_ONLY
from tagger.formats import COUNT, NAMES, NAMES_OF_RUN
from tagger.formats.labels import LabelSettings
from tagger.formats.reader import ReaderSettings
from tagger.formats.writer import KEY, WriterSettings
from tagger.own_names.lists import name_lists
from tagger.pipeline.settings import BatchSettings, RunSettings


def run_settings(options: Mapping[str, Any], model: str, color: bool) -> RunSettings:
    """Return the settings of a run.

    :param model: path of the model file.
    :param color: whether entities are highlighted.
    :raises DataError: a list of names cannot be used.
    """
    form = options["input_format"]
    if form == "auto":
        form = "text" if any(options[name] for name in TEXT_ONLY) else None
    return RunSettings(
        reader=ReaderSettings(
            form=form,
            column=options["token_column"],
            field=options["field"],
            encoding=None if options["encoding"] == "utf-8" else options["encoding"],
            pretokenized=options["pretokenized"],
            sentences=options["sentences"],
            null=options["null"],
            strict=options["strict"],
            sure=options["in_place"] is not None,
        ),
        writer=WriterSettings(
            form=_form(options),
            column=options["column"],
            key=options["key"] or KEY,
            added=options["key"],
            color=color,
            lemma=options["lemma"],
            header=options["header"],
            spreadsheet=options["spreadsheet"],
            linked=options["lemma"] and options["document"],
        ),
        labels=LabelSettings(
            scheme=options["scheme"],
            mapping=options["mapping"],
            only=options["only"],
            scores=options["scores"],
            min_score=options["min_score"],
        ),
        model=model,
        device=options["device"],
        threads=options["threads"],
        batch_tokens=options["batch_tokens"],
        line_buffered=options["line_buffered"],
        own_names=name_lists(options["names"], options["forbid"]),
        document=options["document"],
    )


def _form(options: Mapping[str, Any]) -> str:
    if not options["count"]:
        form: str = options["output_format"]
        return form
    if not options["lemma"]:
        return COUNT
    return NAMES_OF_RUN if options["link"] == "run" else NAMES


def batch_settings(options: Mapping[str, Any]) -> BatchSettings:
    """Return the settings for annotating files one by one."""
    return BatchSettings(
        paths=options["files"],
        recursive=options["recursive"],
        include=options["include"],
        output_dir=options["output_dir"],
        backup=options["in_place"] or "",
        resume=options["resume"],
        jobs=options["jobs"],
        verbose=options["verbose"],
    )
