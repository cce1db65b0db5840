"""uk-tag: its options, and what they ask for."""

import gc
import os
import sys
from collections.abc import Callable
from typing import Any

import click

from tagger import __version__
from tagger.cli import conflicts
from tagger.cli.manual import EPILOG, INTRODUCTION, man_page
from tagger.cli.options import Column, LabelMap, Names, invoke, wants_color, with_optional_value
from tagger.errors import printable
from tagger.formats import INPUTS, OUTPUTS
from tagger.system.streams import say
from tagger.tags import SCHEMES
from tagger.validation import DEVICES, PRECISIONS

SETTINGS = {"help_option_names": ["-h", "--help"], "max_content_width": 90, "terminal_width": 90}
SHELLS = ("bash", "zsh", "fish")


@click.command(help=INTRODUCTION, epilog=EPILOG, context_settings=SETTINGS)
@click.argument("files", nargs=-1, metavar="[FILE]...", type=click.Path())
@click.option(
    "-i",
    "--input-format",
    type=click.Choice(["auto", *INPUTS]),
    default="auto",
    show_default=True,
    help="What is read.",
)
@click.option("--pretokenized", is_flag=True, help="Text whose tokens stand between spaces.")
@click.option("--sentences", is_flag=True, help="Text whose lines are paragraphs: cut them into sentences first.")
@click.option("-0", "--null", is_flag=True, help="Text whose sentences end with NUL; so do those of the output.")
@click.option(
    "--token-column",
    type=Column(),
    default="1",
    show_default=True,
    help="CoNLL: the column of the token, from 1; negative from the end.",
)
@click.option(
    "-O", "--output-format", type=click.Choice(OUTPUTS), default="same", show_default=True, help="What is written."
)
@click.option(
    "--column", type=Column(), help="CoNLL: make the tag column N, from 1, and move the others on.  [default: the last]"
)
@click.option("--key", default="NER", show_default=True, help="CoNLL-U: the name of the tag in MISC.")
@click.option(
    "--scheme",
    type=click.Choice(SCHEMES),
    default="bio",
    show_default=True,
    help="How tags mark where names begin and end.",
)
@click.option("--scores", is_flag=True, help="Also write how probable each tag, or each entity, is.")
@click.option(
    "--count",
    is_flag=True,
    help="Write how often each entity occurs, its label, and an example; holds all different ones in memory.",
)
@click.option("--map", "mapping", type=LabelMap(), default="", help="Rename labels: PERS=PER; O drops one.")
@click.option("--only", type=Names(), default="", help="Keep these labels, as renamed, and no other.")
@click.option(
    "-m",
    "--model",
    type=click.Path(),
    help="A file, or uk-ner or uk-ner-small, which come with uk-tag.  [default: $UK_TAG_MODEL, else uk-ner]",
)
@click.option("--device", type=click.Choice(DEVICES), default="auto", show_default=True, help="Where the model runs.")
@click.option(
    "--precision",
    type=click.Choice(PRECISIONS),
    default="auto",
    help="Of figures.  [default: int8 on the CPU, float32 on CUDA]",
)
@click.option(
    "--threads", type=click.IntRange(1, 256), default=1, show_default=True, help="Threads of the model on the CPU."
)
@click.option(
    "--batch-tokens",
    type=click.IntRange(1),
    metavar="N",
    help="Padded tokens that the model takes at once; tags do not depend on it.",
)
@click.option("-u", "--line-buffered", is_flag=True, help="Write each sentence by itself.")
@click.option("--strict", is_flag=True, help="Stop at a byte that is not UTF-8, instead of warning.")
@click.option("-o", "--output", type=click.Path(), metavar="FILE", help="Write there: whole, or not at all.")
@click.option(
    "--output-dir",
    type=click.Path(),
    metavar="FOLDER",
    help="Annotate each FILE into this folder, under the same name.",
)
@click.option(
    "--in-place",
    metavar="[=SUFFIX]",
    is_flag=False,
    flag_value="",
    help="Annotate each FILE in its place; keep the old one as FILE+SUFFIX.",
)
@click.option("-r", "--recursive", is_flag=True, help="With these two: whole folders, whose shape is kept.")
@click.option(
    "--include",
    multiple=True,
    metavar="PATTERN",
    help="With -r: only files of such a name, as in *.conll (repeatable).",
)
@click.option(
    "--resume", is_flag=True, help="With these two: skip what is done already, with the same input, model and options."
)
@click.option(
    "--jobs",
    type=click.IntRange(1),
    default=1,
    show_default=True,
    help="With these two: processes that share the files.",
)
@click.option(
    "--color",
    type=click.Choice(["auto", "always", "never"]),
    default="auto",
    show_default=True,
    help="Colour entities.",
)
@click.option("-v", "--verbose", is_flag=True, help="Say on standard error what is used.")
@click.option("--completion", type=click.Choice(SHELLS), help="Print the completion script for a shell.")
@click.option("--man", is_flag=True, help="Print the manual page: uk-tag --man | man -l -")
@click.option("--version", is_flag=True, help="Print the version; with -v also the model and its licence.")
def command(**options: Any) -> Callable[[], int]:
    """Check the options, and return the work itself: click would turn a broken pipe within into exit code 1."""
    if not any(options[name] for name in ("completion", "man", "version")):
        conflicts.check(options)
    return lambda: _run(options)


def _run(options: dict[str, Any]) -> int:
    if options["completion"]:
        return _show(_completion(options["completion"]))
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

        gc.enable()  # where workers open the model, this process never does
        run = settings.run_settings(options, str(model), color=False)
        return annotate(settings.batch_settings(options), run, SignalGuard(), _warn)
    prefetch(model)
    from tagger.cli import settings
    from tagger.pipeline.filter import STANDARD_INPUT, open_filter, to_file, to_standard_output

    guard = SignalGuard()
    target = options["output"] if options["output"] != STANDARD_INPUT else None  # "-" is standard output here
    color = target is None and wants_color(options["color"], 1)
    filter_ = open_filter(settings.run_settings(options, str(model), color), guard, _warn)
    if options["verbose"]:
        session = filter_.engine.session
        _warn(f"model {session.bundle.name} under {session.bundle.licence}")
        _warn(f"{session.path.name} runs on {session.device_reason}")
    files = options["files"] or (STANDARD_INPUT,)
    fine = to_file(filter_, files, target) if target else to_standard_output(filter_, files)
    return 0 if fine else 1


def _model_facts(path: str | None) -> str:
    """Name, licence, digest and path of a model file, a line each. Raises ModelError."""
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


def _completion(shell: str) -> str:
    from click.shell_completion import get_completion_class

    return get_completion_class(shell)(command, {}, "uk-tag", "_UK_TAG_COMPLETE").source()


def _warn(line: str) -> None:
    say(f"uk-tag: {line}")


def main() -> int:
    """The work of :func:`tagger.system.start.uk_tag`. Returns the exit code; raises what :func:`tagger.system.start.run` gives another."""
    gc.disable()  # until the model is open: what is made till then stays
    os.environ.setdefault(
        "OPENBLAS_NUM_THREADS", "1"
    )  # numpy starts a thread for each core, which spins for a while and here never has work
    work = invoke(command, "uk-tag", with_optional_value(sys.argv[1:], "--in-place"))
    return work() if callable(work) else work


if __name__ == "__main__":
    from tagger.system.start import uk_tag

    uk_tag()
