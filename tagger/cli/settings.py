"""Conversion of command-line options to typed settings."""

from collections.abc import Mapping
from typing import Any

from tagger.cli.conflicts import TEXT_ONLY
from tagger.formats.labels import LabelSettings
from tagger.formats.reader import ReaderSettings
from tagger.formats.writer import WriterSettings
from tagger.pipeline.settings import BatchSettings, RunSettings


def run_settings(options: Mapping[str, Any], model: str, color: bool) -> RunSettings:
    """Return the settings of a run.

    :param model: path of the model file.
    :param color: whether entities are highlighted.
    """
    form = options["input_format"]
    if form == "auto":
        form = "text" if any(options[name] for name in TEXT_ONLY) else None
    return RunSettings(
        reader=ReaderSettings(
            form=form,
            column=options["token_column"],
            pretokenized=options["pretokenized"],
            sentences=options["sentences"],
            null=options["null"],
            strict=options["strict"],
        ),
        writer=WriterSettings(
            form="count" if options["count"] else options["output_format"],
            column=options["column"],
            key=options["key"],
            color=color,
            header=options["header"],
            spreadsheet=options["spreadsheet"],
        ),
        labels=LabelSettings(
            scheme=options["scheme"], mapping=options["mapping"], only=options["only"], scores=options["scores"]
        ),
        model=model,
        device=options["device"],
        threads=options["threads"],
        batch_tokens=options["batch_tokens"],
        line_buffered=options["line_buffered"],
        document=options["document"],
    )


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
