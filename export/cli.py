"""uk-tag-export: from a checkpoint to one ONNX file, and a look into such a file."""

import json
import sys

import click
from click.core import ParameterSource

from tagger import __version__
from tagger.errors import TaggerError

PRECISION_HELP = "int8: smaller and faster on a CPU; uk-tag finds MODEL.int8.onnx beside MODEL.onnx."
TEMPERATURE_HELP = "Divide scores by it before they become probabilities: `uk-tag-train evaluate --calibration` finds one. [default: the checkpoint's, 1.0]"
CARD_HELP = "Also put KEY=VALUE into the model's card: name, licence, description, ... (repeatable)."


@click.command(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.argument("source", metavar="CHECKPOINT", type=click.Path())
@click.argument("target", metavar="MODEL.onnx", type=click.Path(), required=False)
@click.option("--show", is_flag=True, help="Print what is inside a model file, or a model in the package, instead.")
@click.option(
    "--reverse", "back", is_flag=True, help="Turn a float32 model, or one in the package by its name, into a checkpoint instead, to train it further."
)
@click.option("--check", "checks", multiple=True, type=click.Path(), metavar="CONLL", help="Compare on the sentences of this file, too (repeatable).")
@click.option("--precision", type=click.Choice(["float32", "int8"]), default="float32", show_default=True, help=PRECISION_HELP)
@click.option("--temperature", type=click.FloatRange(0, 100, min_open=True), help=TEMPERATURE_HELP)
@click.option("--card", multiple=True, metavar="KEY=VALUE", help=CARD_HELP)
@click.option("--json", "as_json", is_flag=True, help="With --show: print JSON.")
@click.version_option(__version__, prog_name="uk-tag-export")
def command(
    source: str,
    target: str | None,
    show: bool,
    back: bool,
    checks: tuple[str, ...],
    card: tuple[str, ...],
    as_json: bool,
    precision: str,
    temperature: float | None,
) -> None:
    """Turn a checkpoint of uk-tag-train into one ONNX file, vocabulary and all.

    Before anything is written, the graph and the checkpoint tag the same sentences in ragged batches; a difference in a tag, or of more than 0.001
    in a score, is an error. So it is with int8 if a score depends on the rest of the batch, or more than one tag in a hundred differs from float32's.

    \b
        uk-tag-export model.pt model.onnx --card licence='CC BY-NC-SA 4.0'
        uk-tag-export model.pt model.int8.onnx --precision int8 --check train.conll
        uk-tag-export --show model.onnx
        uk-tag-export --reverse uk-ner model.pt
    """
    if show and back:
        raise click.UsageError("--show or --reverse, not both")
    if not show:
        _refuse(["as_json"], "goes with --show only")
    if show or back:
        _refuse(["checks", "precision", "temperature", "card"], f"does not go with {'--show' if show else '--reverse'}")
    if show:
        if target:
            raise click.UsageError("--show takes one file")
        _show(source, as_json)
        return
    if not target:
        raise click.UsageError(f"give the {'checkpoint' if back else 'model file'} to write, or --show to look into a model")
    if back:
        _reverse(source, target)
        return
    extra = {}
    for pair in card:
        key, equals, value = pair.partition("=")
        if not equals or not key:
            raise click.UsageError(f"--card {pair}: write KEY=VALUE")
        extra[key] = value
    _export(source, target, checks, extra, precision, temperature)


def _refuse(parameters: list[str], why: str) -> None:
    """Raise UsageError where one of these was given: it would be passed over in silence."""
    context = click.get_current_context()
    for option in context.command.params:
        if option.name in parameters and context.get_parameter_source(option.name) is not ParameterSource.DEFAULT:
            raise click.UsageError(f"{option.opts[0]} {why}")


def _export(source: str, target: str, checks: tuple[str, ...], extra: dict[str, str], precision: str, temperature: float | None) -> None:
    from export.bundle import to_bytes, write_model
    from export.graph import build
    from export.parity import compare, compare_int8, random_sentences
    from export.quantize import quantize
    from tagger.train.data.corpus import read_conll
    from tagger.train.student.checkpoint import load

    checkpoint = load(source)
    bundle = checkpoint.bundle()
    bundle.card = {**extra, **bundle.card, "exported": {"by": f"uk-tag {__version__}", "precision": precision}}
    if temperature is not None:
        bundle.temperature = temperature
    graph = build(checkpoint.network(), pinned=precision == "int8")
    content = to_bytes(graph, bundle)
    words = [entry[2:] for entry in checkpoint.vocabulary.entries if entry.startswith("w:")]
    sentences = random_sentences(300, seed=1, words=words)
    for path in checks:
        sentences += [list(sentence.tokens) for document in read_conll(path) for sentence in document.sentences]
    found = compare(content, checkpoint, sentences)
    if precision == "int8":
        exact, content = content, to_bytes(quantize(graph), bundle)
        share = compare_int8(content, exact, sentences)
        write_model(content, target)
        click.echo(
            f"{target}: {len(content) / 1e6:.1f} MB; the same scores alone and in any batch; {share:.3%} of the tags of {found.tokens} tokens "
            f"as in float32, which differs from {source} by at most {found.worst:.1e} in a score",
            err=True,
        )
        return
    write_model(content, target)
    click.echo(
        f"{target}: {len(content) / 1e6:.1f} MB; same tags as {source} on {found.sentences} sentences of {found.tokens} tokens, "
        f"largest difference of a score {found.worst:.1e}",
        err=True,
    )


def _reverse(source: str, target: str) -> None:
    from export.reverse import reverse
    from tagger.precision import model_file
    from tagger.train.student.checkpoint import save

    model = model_file(source, "float32")
    checkpoint = reverse(model)
    save(checkpoint, target)
    click.echo(f"{target}: the weights, network and vocabulary of {model.name}", err=True)


def _show(path: str, as_json: bool) -> None:
    from tagger.precision import model_file
    from tagger.session import Session

    file = model_file(path, device="cpu")
    session = Session(file, device="cpu")
    bundle = session.bundle
    content = {
        "file": str(file),
        "bytes": file.stat().st_size,
        "tags": bundle.tags,
        "vocabulary": len(bundle.vocabulary),
        "digest": session.digest,
        "temperature": bundle.temperature,
        **bundle.card,
    }
    if as_json:
        click.echo(json.dumps(content, ensure_ascii=False, indent=2))
        return
    for key, value in content.items():
        if isinstance(value, dict):
            click.echo(f"{key}:")
            for name, part in value.items():
                click.echo(f"  {name:<22}{part if isinstance(part, str) else json.dumps(part, ensure_ascii=False)}")
        else:
            click.echo(f"{key:<24}{' '.join(value) if isinstance(value, list) else value}")


def main() -> None:
    """Entry point: errors of ours are one line on standard error and exit code 1."""
    try:
        command.main(prog_name="uk-tag-export", standalone_mode=True)
    except TaggerError as error:
        click.echo(f"uk-tag-export: {error}", err=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
