"""The program uk-tag: its options, and the choice of what to run."""

import gc
import os
import sys
from collections.abc import Callable
from typing import Any

import click

from tagger import __version__
from tagger.cli import conflicts
from tagger.cli.manual import EPILOG, INTRODUCTION, man_page
from tagger.cli.options import (
    SHELLS,
    Column,
    Encoding,
    LabelMap,
    Names,
    Probability,
    invoke,
    wants_color,
    with_optional_value,
)
from tagger.errors import printable
from tagger.formats import INPUTS, OUTPUTS
from tagger.system.streams import say
from tagger.tags import SCHEMES
from tagger.validation import DEVICES, PRECISIONS

SETTINGS = {"help_option_names": ["-h", "--help"], "max_content_width": 90, "terminal_width": 90}


@click.command(help=INTRODUCTION, epilog=EPILOG, context_settings=SETTINGS)
@click.argument("files", nargs=-1, metavar="[FILE]...", type=click.Path())
@click.option(
    "-i",
    "--input-format",
    type=click.Choice(["auto", *INPUTS]),
    default="auto",
    show_default=True,
    help="Input format.",
)
@click.option(
    "--field",
    metavar="NAME|N",
    help="jsonl, csv and tsv input: field or column with the text, by name or by number, for a table without a header "
    "row; text input: number of the column with the text, if its lines have columns.  [default: text]",
)
@click.option("--encoding", type=Encoding(), help="Encoding of the input. The output is UTF-8.  [default: utf-8]")
@click.option("--pretokenized", is_flag=True, help="Text input: tokens are separated by spaces.")
@click.option("--sentences", is_flag=True, help="Text input: lines are paragraphs; split them into sentences.")
@click.option("-0", "--null", is_flag=True, help="Text input: sentences end with NUL, in the output as well.")
@click.option(
    "--token-column",
    type=Column(),
    help="CoNLL input: column of the token, counted from 1; negative: from the end.  [default: the first with words]",
)
@click.option(
    "-O", "--output-format", type=click.Choice(OUTPUTS), default="same", show_default=True, help="Output format."
)
@click.option(
    "--column",
    type=Column(),
    help="CoNLL output: insert the tags as column N, counted from 1.  [default: as the last column]",
)
@click.option(
    "--key",
    help="CoNLL-U output: key of the tag in MISC, such as NE or ner for tools that know only that. jsonl, csv and tsv "
    "input: name of the field that is added.  [default: NER; entities or tags]",
)
@click.option("--header", is_flag=True, help="-O tsv: write the names of the columns first.")
@click.option(
    "--spreadsheet", is_flag=True, help="-O tsv: put ' before cells that a spreadsheet would run as a formula."
)
@click.option(
    "--scheme",
    type=click.Choice(SCHEMES),
    default="bio",
    show_default=True,
    help="Tagging scheme of the output.",
)
@click.option("--scores", is_flag=True, help="Also write the probability of each tag or entity.")
@click.option("--lemma", is_flag=True, help="Also write the base form of each entity: Київ for Києві.")
@click.option(
    "--link",
    type=click.Choice(["document", "run"]),
    help="With --count --lemma: where surnames alone, initials and abbreviations belong to a full name.  "
    "[default: document]",
)
@click.option(
    "--min-score",
    type=Probability(),
    default="0",
    help="Leave out entities with a probability below P, from 0 to 1; in columns their tags become O.",
)
@click.option(
    "--count",
    is_flag=True,
    help="Write a frequency table of entities with label and example; keeps distinct entities in memory.",
)
@click.option("--map", "mapping", type=LabelMap(), default="", help="Rename labels: PERS=PER; O drops a label.")
@click.option("--only", type=Names(), default="", help="Keep only these labels, under their new names.")
@click.option(
    "--names",
    type=click.Path(),
    metavar="FILE",
    help="Names that are entities wherever they stand, one per line: name TAB label, and TAB base form if known.",
)
@click.option(
    "--forbid",
    type=click.Path(),
    metavar="FILE",
    help="Names that are no entities, one per line: name, or name TAB label to forbid it under this label only.",
)
@click.option(
    "-m",
    "--model",
    type=click.Path(),
    help="A model file, or the included uk-ner, uk-ner-small or uk-ner-13.  [default: $UK_TAG_MODEL, else uk-ner]",
)
@click.option("--device", type=click.Choice(DEVICES), default="auto", show_default=True, help="Where the model runs.")
@click.option(
    "--precision",
    type=click.Choice(PRECISIONS),
    default="auto",
    help="Numeric precision of the model.  [default: int8 on the CPU, float32 on CUDA]",
)
@click.option("--threads", type=click.IntRange(1, 256), default=1, show_default=True, help="CPU threads of the model.")
@click.option(
    "--batch-tokens",
    type=click.IntRange(1),
    metavar="N",
    help="Maximum batch size in tokens, padding included. Does not change the output.",
)
@click.option(
    "--document",
    is_flag=True,
    help="Tag each document as a whole, with what it says about its names elsewhere; writes when it ends.",
)
@click.option("-u", "--line-buffered", is_flag=True, help="Tag and write each sentence separately.")
@click.option("--strict", is_flag=True, help="Stop at invalid UTF-8 instead of warning.")
@click.option("-o", "--output", type=click.Path(), metavar="FILE", help="Write to FILE atomically.")
@click.option(
    "--output-dir",
    type=click.Path(),
    metavar="FOLDER",
    help="Write each annotated FILE into this folder, with the ending of what it is.",
)
@click.option(
    "--in-place",
    metavar="[=SUFFIX]",
    is_flag=False,
    flag_value="",
    help="Replace each FILE by its annotation; with SUFFIX, keep the original as FILE+SUFFIX.",
)
@click.option(
    "-r",
    "--recursive",
    is_flag=True,
    help="With --output-dir or --in-place: recurse into folders and keep their structure. With --count: count over all "
    "files in folders.",
)
@click.option(
    "--include",
    multiple=True,
    metavar="PATTERN",
    help="With -r: only files whose name matches, such as *.conll (repeatable).",
)
@click.option(
    "--resume",
    is_flag=True,
    help="With --output-dir or --in-place: skip files already annotated with the same input, model and options.",
)
@click.option(
    "--jobs",
    type=click.IntRange(1),
    default=1,
    show_default=True,
    help="With --output-dir or --in-place: number of processes.",
)
@click.option(
    "--color",
    type=click.Choice(["auto", "always", "never"]),
    default="auto",
    show_default=True,
    help="Highlight entities in colour.",
)
@click.option("-v", "--verbose", is_flag=True, help="Report the model and the device on standard error.")
@click.option("--completion", type=click.Choice(SHELLS), help="Print the completion script of a shell.")
@click.option("--man", is_flag=True, help="Print the manual page: uk-tag --man | man -l -")
@click.option("--version", is_flag=True, help="Print the version; with -v also the model and its licence.")
def command(**options: Any) -> Callable[[], int]:
    """Check the options, and return the function that does the work.

    It is called after click has returned: click would turn a broken pipe into exit code 1.
    """
    if not any(options[name] for name in ("completion", "man", "version")):
        conflicts.check(options)
    return lambda: _run(options)


def _run(options: dict[str, Any]) -> int:
    if options["completion"]:
        from tagger.cli.man_page import completion

        return _show(completion(command, "uk-tag", options["completion"]))
    if options["man"]:
        return _show(man_page(command, __version__))
    if options["version"]:
        lines = [f"uk-tag {__version__}"]
        if options["verbose"]:
            lines.append(_model_facts(options["model"]))
        return _show("\n".join(lines))
    from tagger.inference.model_path import model_file
    from tagger.model_file.content import prefetch
    from tagger.system.memory import keep_memory_small
    from tagger.system.signals import SignalGuard

    keep_memory_small()
    model = model_file(options["model"], options["precision"], options["device"])
    if conflicts.is_by_file(options):
        from tagger.cli import settings
        from tagger.pipeline.batch import annotate

        gc.enable()  # main() disables it until a model is open; with workers, this process never opens one
        run = settings.run_settings(options, str(model), color=False)
        _remark_on_names(run.own_names)
        return annotate(settings.batch_settings(options), run, SignalGuard(), _warn)
    prefetch(model)
    from tagger.cli import settings
    from tagger.pipeline.filter import STANDARD_INPUT, open_filter, to_file, to_standard_output
    from tagger.pipeline.progress import Progress

    guard = SignalGuard()
    target = options["output"] if options["output"] != STANDARD_INPUT else None  # -o - means standard output
    color = target is None and wants_color(options["color"], 1)
    files, complete = options["files"] or (STANDARD_INPUT,), True
    if options["recursive"]:
        from tagger.pipeline.files import files_in

        files, complete = files_in(settings.batch_settings(options), target, _warn)
    progress = Progress.of_stream(files, target is not None or not os.isatty(1))

    def warn(line: str) -> None:
        progress.clear()
        _warn(line)

    run = settings.run_settings(options, str(model), color)
    _remark_on_names(run.own_names)
    filter_ = open_filter(run, guard, warn)
    filter_.progress = progress
    for line in filter_.used() if options["verbose"] else ():
        warn(line)
    try:
        succeeded = to_file(filter_, files, target) if target else to_standard_output(filter_, files)
    finally:
        progress.clear()
    return 0 if succeeded and complete else 1


def _remark_on_names(lists: object) -> None:
    if lists:
        from tagger.own_names.forms import are_installed

        if not are_installed():
            _warn("names are found as they are listed; to find all their case forms: pip install 'uk-tag[lemma]'")


def _model_facts(path: str | None) -> str:
    """Return the name, licence, digest and path of a model file, one per line.

    :raises ModelError: the file cannot be used.
    """
    from tagger.inference.model_path import model_file
    from tagger.model_file.bundle import graph_of, read_bundle
    from tagger.model_file.content import read_model
    from tagger.model_file.digest import read as read_digest
    from tagger.validation import of_file

    file = model_file(path)
    content = read_model(file)
    with of_file(file):
        bundle = read_bundle(content, graph_of(content))
    facts = {"model": bundle.name, "licence": bundle.licence, "digest": read_digest(content), "file": file}
    return "\n".join(printable(f"{key}: {value}") for key, value in facts.items())


def _show(text: str) -> int:
    sys.stdout.write(text.rstrip("\n") + "\n")
    return 0


def _warn(line: str) -> None:
    say(f"uk-tag: {line}")


def main() -> int:
    """Do the work of :func:`tagger.system.start.uk_tag`, and return the exit code.

    Errors are raised, for :func:`tagger.system.start.run` to report.
    """
    gc.disable()  # until the model is open: objects made before that live to the end, so collecting finds nothing
    # numpy would start a thread per core, which spins for a while; there is no work for them here
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    work = invoke(command, "uk-tag", with_optional_value(sys.argv[1:], "--in-place"))
    code: int = work() if callable(work) else work  # click itself handles --help and returns 0
    return code


if __name__ == "__main__":
    from tagger.system.start import uk_tag

    uk_tag()
