"""uk-tag: its options, and what they ask for."""

import gc
import os
import sys
from collections.abc import Callable

import click

from tagger import __version__
from tagger.cli.manual import EPILOG, INTRODUCTION, man_page
from tagger.cli.options import Column, LabelMap, Names, invoke, wants_color, with_optional_value
from tagger.formats import INPUTS, OUTPUTS
from tagger.system.streams import say
from tagger.tags import SCHEMES
from tagger.validation import DEVICES, PRECISIONS

SETTINGS = {"help_option_names": ["-h", "--help"], "max_content_width": 90, "terminal_width": 90}
SHELLS = ("bash", "zsh", "fish")


@click.command(help=INTRODUCTION, epilog=EPILOG, context_settings=SETTINGS)
@click.argument("files", nargs=-1, metavar="[FILE]...", type=click.Path())
@click.option("-i", "--input-format", type=click.Choice(["auto", *INPUTS]), default="auto", show_default=True, help="What is read.")
@click.option("--pretokenized", is_flag=True, help="Text whose tokens stand between spaces.")
@click.option("--sentences", is_flag=True, help="Text whose lines are paragraphs: cut them into sentences first.")
@click.option("-0", "--null", is_flag=True, help="Text whose sentences end with NUL; so do those of the output.")
@click.option("--token-column", type=Column(), default="1", show_default=True, help="CoNLL: the column of the token, from 1; negative from the end.")
@click.option("-O", "--output-format", type=click.Choice(OUTPUTS), default="same", show_default=True, help="What is written.")
@click.option("--column", type=Column(), help="CoNLL: make the tag column N, from 1, and move the others on.  [default: the last]")
@click.option("--key", default="NER", show_default=True, help="CoNLL-U: the name of the tag in MISC.")
@click.option("--scheme", type=click.Choice(SCHEMES), default="bio", show_default=True, help="How tags mark where names begin and end.")
@click.option("--scores", is_flag=True, help="Also write how probable each tag, or each entity, is.")
@click.option("--count", is_flag=True, help="Write how often each entity occurs, its label, and an example; holds all different ones in memory.")
@click.option("--map", "mapping", type=LabelMap(), default="", help="Rename labels: PERS=PER; O drops one.")
@click.option("--only", type=Names(), default="", help="Keep these labels, as renamed, and no other.")
@click.option("-m", "--model", type=click.Path(), help="A file, or uk-ner or uk-ner-small, which come with uk-tag.  [default: $UK_TAG_MODEL, else uk-ner]")
@click.option("--device", type=click.Choice(DEVICES), default="auto", show_default=True, help="Where the model runs.")
@click.option("--precision", type=click.Choice(PRECISIONS), default="auto", help="Of figures.  [default: int8 on the CPU, float32 on CUDA]")
@click.option("--threads", type=click.IntRange(1, 256), default=1, show_default=True, help="Threads of the model on the CPU.")
@click.option("--batch-tokens", type=click.IntRange(1), metavar="N", help="Padded tokens that the model takes at once; tags do not depend on it.")
@click.option("-u", "--line-buffered", is_flag=True, help="Write each sentence by itself.")
@click.option("--strict", is_flag=True, help="Stop at a byte that is not UTF-8, instead of warning.")
@click.option("-o", "--output", type=click.Path(), metavar="FILE", help="Write there: whole, or not at all.")
@click.option("--output-dir", type=click.Path(), metavar="FOLDER", help="Annotate each FILE into this folder, under the same name.")
@click.option("--in-place", metavar="[=SUFFIX]", is_flag=False, flag_value="", help="Annotate each FILE in its place; keep the old one as FILE+SUFFIX.")
@click.option("-r", "--recursive", is_flag=True, help="With these two: whole folders, whose shape is kept.")
@click.option("--include", multiple=True, metavar="PATTERN", help="With -r: only files of such a name, as in *.conll (repeatable).")
@click.option("--resume", is_flag=True, help="With these two: skip what is done already, with the same input, model and options.")
@click.option("--jobs", type=click.IntRange(1), default=1, show_default=True, help="With these two: processes that share the files.")
@click.option("--color", type=click.Choice(["auto", "always", "never"]), default="auto", show_default=True, help="Colour entities.")
@click.option("-v", "--verbose", is_flag=True, help="Say on standard error what is used.")
@click.option("--completion", type=click.Choice(SHELLS), help="Print the completion script for a shell.")
@click.option("--man", is_flag=True, help="Print the manual page: uk-tag --man | man -l -")
@click.option("--version", is_flag=True, help="Print the version; with -v also the model and its licence.")
def command(**options) -> Callable[[], int]:
    """Check the options, and return the work itself: click would turn a broken pipe within into exit code 1."""
    if not any(options[name] for name in ("completion", "man", "version")):
        _check(options)
    return lambda: _run(options)


def _run(options: dict) -> int:
    if options["completion"]:
        return _show(_completion(options["completion"]))
    if options["man"]:
        return _show(man_page(command, __version__))
    if options["version"]:
        lines = [f"uk-tag {__version__}"]
        if options["verbose"]:
            from tagger.describe import describe_model

            lines.append(describe_model(options["model"]))
        return _show("\n".join(lines))
    from tagger.inference.model_path import model_file
    from tagger.model_file.content import prefetch
    from tagger.system.memory import keep_memory_small

    keep_memory_small()
    model = model_file(options["model"], options["precision"], options["device"])
    if options["output_dir"] is None and options["in_place"] is None:  # there it is opened later, or by others
        prefetch(model)
    from tagger.pipeline.settings import run

    return run(options | {"model": str(model)}, _warn, color=wants_color(options["color"], 1))


def _show(text: str) -> int:
    sys.stdout.write(text.rstrip("\n") + "\n")
    return 0


def _check(options: dict) -> None:
    """Refuse options that do not fit together."""
    by_file = options["output_dir"] is not None or options["in_place"] is not None
    targets = [name for name in ("output", "output_dir", "in_place") if options[name] is not None]
    if len(targets) > 1:
        raise click.UsageError(f"--{targets[0].replace('_', '-')} and --{targets[1].replace('_', '-')} exclude each other")
    if by_file and not options["files"]:
        raise click.UsageError("--output-dir and --in-place need files")
    if by_file and "-" in options["files"]:
        raise click.UsageError("--output-dir and --in-place cannot take standard input")
    if not by_file:
        for name in ("recursive", "include", "resume"):
            if options[name]:
                raise click.UsageError(f"--{name} goes with --output-dir or --in-place")
        if options["jobs"] > 1:
            raise click.UsageError("--jobs goes with --output-dir or --in-place; to share one stream, see parallel --pipe in the README")
    if options["include"] and not options["recursive"]:
        raise click.UsageError("--include goes with -r")
    text_only = [name for name in ("pretokenized", "sentences", "null") if options[name]]
    if text_only and options["input_format"] in ("conll", "conllu"):
        raise click.UsageError(f"--{text_only[0]} is for text, not for -i {options['input_format']}")
    if options["count"] and (options["output_format"] != "same" or options["scores"] or options["in_place"] is not None):
        raise click.UsageError("--count writes a table of its own: leave out -O, --scores and --in-place")
    if options["pretokenized"] and options["sentences"]:
        raise click.UsageError("--pretokenized and --sentences exclude each other")
    if text_only and options["input_format"] == "auto":
        options["input_format"] = "text"
    if not options["key"].strip() or set(options["key"]) & set("|= ") or not options["key"].isprintable():
        raise click.UsageError("--key: a name without |, = and white space")
    if options["output_format"] == "brat" and not by_file and len(options["files"]) > 1:
        raise click.UsageError("-O brat numbers the entities of one input; for several use --output-dir")


def _completion(shell: str) -> str:
    from click.shell_completion import get_completion_class

    return get_completion_class(shell)(command, {}, "uk-tag", "_UK_TAG_COMPLETE").source()


def _warn(line: str) -> None:
    say(f"uk-tag: {line}")


def main() -> int:
    """The work of :func:`tagger.system.start.uk_tag`. Returns the exit code; raises what :func:`tagger.system.start.run` gives another."""
    gc.disable()  # until the model is open: what is made till then stays
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # numpy starts a thread for each core, which spins for a while and here never has work
    work = invoke(command, "uk-tag", with_optional_value(sys.argv[1:], "--in-place"))
    return work() if callable(work) else work


if __name__ == "__main__":
    from tagger.system.start import uk_tag

    uk_tag()
