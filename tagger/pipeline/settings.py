"""From parsed options to the work: opens the model, and hands inputs to the filter or to the batch run."""

import gc
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from tagger.formats.labels import Labels, LabelSettings
from tagger.formats.reader import ReaderSettings
from tagger.formats.writer import WriterSettings
from tagger.inference.session import Session
from tagger.pipeline.filter import STANDARD_INPUT, Filter, to_file, to_standard_output
from tagger.system.signals import SignalGuard
from tagger.tagger import Tagger


@dataclass(frozen=True, slots=True)
class Settings:
    """All that decides what comes out for an input, and how it is worked out; can be sent to another process."""

    read: ReaderSettings
    write: WriterSettings
    view: LabelSettings
    model: str
    device: str
    threads: int
    batch_tokens: int | None
    line_buffered: bool

    @property
    def needs_probabilities(self) -> bool:
        """Whether scores are written: always in JSON, elsewhere when asked for."""
        return self.view.scores or self.write.form == "jsonl"


def settings_of(options: Mapping[str, Any], color: bool) -> Settings:
    """Sort the options of the command line."""
    form = options["input_format"]
    return Settings(
        ReaderSettings(
            None if form == "auto" else form,
            options["token_column"],
            options["pretokenized"],
            options["sentences"],
            options["null"],
            options["strict"],
        ),
        WriterSettings("count" if options["count"] else options["output_format"], options["column"], options["key"], color),
        LabelSettings(options["scheme"], options["mapping"], options["only"], options["scores"]),
        options["model"],
        options["device"],
        options["threads"],
        options["batch_tokens"],
        options["line_buffered"],
    )


def open_filter(settings: Settings, interrupts: SignalGuard, warn: Callable[[str], None]) -> Filter:
    """Open the model and make a filter. Raises ModelError, DeviceError, OptionError."""
    tagger = Tagger(Session(settings.model, device=settings.device), batch_tokens=settings.batch_tokens, threads=settings.threads)
    labels = Labels(tagger.bundle.tags, settings.view)
    gc.freeze()  # what is there now stays: no need to look it through time and again
    gc.set_threshold(10_000)  # a window is more lists than the usual 700, and all of them are in use
    gc.enable()
    return Filter(
        tagger,
        settings.read,
        settings.write,
        labels,
        interrupts,
        warn,
        line_buffered=settings.line_buffered,
        scores=settings.needs_probabilities,
    )


def run(options: Mapping[str, Any], warn: Callable[[str], None], color: bool) -> int:
    """Do what the options say. Returns the exit code; raises TaggerError, OSError, Interrupted."""
    interrupts = SignalGuard()
    by_file = options["output_dir"] is not None or options["in_place"] is not None
    target = options["output"] if options["output"] != STANDARD_INPUT else None  # "-" is standard output here
    settings = settings_of(options, color and not by_file and target is None)
    if by_file:
        from tagger.pipeline.batch import annotate

        gc.enable()  # where workers open the model, this process never does
        return annotate(options, settings, interrupts, warn)
    filter_ = open_filter(settings, interrupts, warn)
    if options["verbose"]:
        bundle = filter_.tagger.bundle
        warn(f"model {bundle.name} under {bundle.licence}")
        warn(f"{filter_.tagger.session.path.name} runs on {filter_.tagger.session.device_reason}")
    files = options["files"] or (STANDARD_INPUT,)
    fine = to_file(filter_, files, target) if target else to_standard_output(filter_, files)
    return 0 if fine else 1
