"""uk-tag-export: turns a checkpoint into an ONNX model file, shows such a file, or turns it back into a checkpoint."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from tagger import __version__
from tagger.cli.options import add_manual, invoke
from tagger.errors import printable
from tagger.tags import labels_of
from tagger.validation import is_plain

if TYPE_CHECKING:
    from tagger.train.student.checkpoint import Checkpoint

PRECISION_HELP = "int8: smaller and faster on a CPU; uk-tag finds MODEL.int8.onnx beside MODEL.onnx."
TEMPERATURE_HELP = (
    "Divide scores by it before the softmax; `uk-tag-train evaluate --calibration` finds one. "
    "[default: the checkpoint's, 1.0]"
)
CARD_HELP = "Add KEY=VALUE to the model's card: name, licence, description, label.PERS=what it means, ... (repeatable)."
REVERSE_HELP = "Turn a float32 model, by path or by its name in the package, into a checkpoint for further training."


@click.command(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.argument("source", metavar="CHECKPOINT", type=click.Path())
@click.argument("target", metavar="MODEL.onnx", type=click.Path(), required=False)
@click.option("--show", is_flag=True, help="Print what is in a model file, or in a model of the package.")
@click.option("--reverse", "back", is_flag=True, help=REVERSE_HELP)
@click.option(
    "--check",
    "checks",
    multiple=True,
    type=click.Path(),
    metavar="CONLL",
    help="Also compare on the sentences of this file (repeatable).",
)
@click.option(
    "--precision",
    type=click.Choice(["float32", "int8"]),
    default="float32",
    show_default=True,
    help=PRECISION_HELP,
)
@click.option("--temperature", type=click.FloatRange(0, 100, min_open=True), help=TEMPERATURE_HELP)
@click.option(
    "--calibrate",
    multiple=True,
    type=click.Path(),
    metavar="CONLL",
    help="Find the temperature on these development documents (repeatable), instead of --temperature.",
)
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
    calibrate: tuple[str, ...],
) -> None:
    """Turn a checkpoint of uk-tag-train into one ONNX file, vocabulary included.

    Before the file is written, graph and checkpoint tag the same sentences in ragged batches; it is an error if a tag
    differs, or a score by more than 0.001. With int8 it is an error if a score depends on the rest of the batch, or if
    more than one tag in a hundred differs from float32.

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
        mode = "--show" if show else "--reverse"
        _refuse(["checks", "precision", "temperature", "calibrate", "card"], f"does not go with {mode}")
    if show:
        if target:
            raise click.UsageError("--show takes one file")
        _show(source, as_json)
        return
    if not target:
        kind = "checkpoint" if back else "model file"
        raise click.UsageError(f"give the {kind} to write, or --show to look into a model")
    if back:
        _reverse(source, target)
        return
    if calibrate and temperature is not None:
        raise click.UsageError("--calibrate or --temperature, not both")
    extra = {}
    for pair in card:
        key, equals, value = pair.partition("=")
        if not equals or not key:
            raise click.UsageError(f"--card {pair}: write KEY=VALUE")
        extra[key] = value
    _export(source, target, checks, extra, precision, temperature, calibrate)


add_manual(command, "uk-tag-export")


def _refuse(parameters: Sequence[str], why: str) -> None:
    """Raise UsageError if one of these options was given: it would be ignored in silence."""
    context = click.get_current_context()
    for option in context.command.params:
        if option.name in parameters and context.get_parameter_source(str(option.name)) is not ParameterSource.DEFAULT:
            raise click.UsageError(f"{option.opts[0]} {why}")


def _export(
    source: str,
    target: str,
    checks: Sequence[str],
    extra: dict[str, str],
    precision: str,
    temperature: float | None,
    calibrate: Sequence[str],
) -> None:
    from export.graph import build
    from export.model_file import to_bytes, write_model
    from export.parity import compare, compare_int8, random_sentences
    from export.quantize import quantize
    from tagger.train.data.corpus import read_conll
    from tagger.train.student.checkpoint import load

    checkpoint = load(source)
    bundle = checkpoint.bundle()
    own = labels_of(bundle.tags)
    for key in extra:
        kind, _, label = key.partition(".")
        if kind == "label" and label not in own:
            raise click.UsageError(f"--card {key}: the model has no label {label}, only {', '.join(own)}")
    bundle.card = {**extra, **bundle.card, "exported": {"by": f"uk-tag {__version__}", "precision": precision}}
    if calibrate:
        temperature = _best_temperature(checkpoint, calibrate)
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
        told = (
            f"the same scores alone and in any batch; {share:.3%} of the tags of {found.tokens} tokens are those of "
            f"float32, which differs from {source} by at most {found.worst:.1e} in a score"
        )
    else:
        told = (
            f"same tags as {source} on {found.sentences} sentences of {found.tokens} tokens, "
            f"largest difference of a score {found.worst:.1e}"
        )
    write_model(content, target)
    _log(f"{target}: {len(content) / 1e6:.1f} MB; {told}")


def _best_temperature(checkpoint: Checkpoint, paths: Sequence[str]) -> float:
    """Find the temperature on the documents of some files, with the labels that the checkpoint knows."""
    from tagger.train.data.corpus import labels, read_conll, relabel
    from tagger.train.evaluation.calibration import best_temperature
    from tagger.train.student.torch_session import tagger_of

    mapping = checkpoint.training.get("data", {}).get("mapping", {})
    documents = relabel((document for path in paths for document in read_conll(path)), mapping)
    if unknown := sorted(set(labels(documents)) - set(labels_of(checkpoint.tags))):
        raise click.UsageError(f"--calibrate: the checkpoint does not know the labels {', '.join(unknown)}")
    tagger = tagger_of(checkpoint.network(), checkpoint.vocabulary, checkpoint.tags)
    found = best_temperature(tagger, documents).value
    _log(f"temperature {found:g}")
    return found


def _reverse(source: str, target: str) -> None:
    from export.reverse import reverse
    from tagger.inference.model_path import model_file
    from tagger.train.student.checkpoint import save

    model = model_file(source, "float32")
    save(reverse(model), target)
    _log(f"{target}: the weights, network and vocabulary of {model.name}")


def _show(path: str, as_json: bool) -> None:
    from tagger.inference.model_path import model_file
    from tagger.inference.session import Session

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
            click.echo(f"{printable(key)}:")
            for name, part in value.items():
                click.echo(f"  {_on_one_line(name):<22}{_on_one_line(part)}")
        else:
            plain = isinstance(value, list) and all(map(is_plain, value))
            click.echo(f"{key:<24}{' '.join(value) if plain else _on_one_line(value)}")


def _on_one_line(value: Any) -> str:
    """Return a plain string as it is, and any other value, or a string with control characters, as JSON."""
    if is_plain(value):
        return printable(value)
    text = json.dumps(value, ensure_ascii=False)
    return text if is_plain(text) else json.dumps(value)


def _log(line: str) -> None:
    click.echo(printable(line), err=True)


def main() -> None:
    """Do the work of :func:`tagger.system.start.uk_tag_export`.

    Errors are raised, for :func:`tagger.system.start.run` to report.
    """
    invoke(command, "uk-tag-export")


if __name__ == "__main__":
    from tagger.system.start import uk_tag_export

    uk_tag_export()
