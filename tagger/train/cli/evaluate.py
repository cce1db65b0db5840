"""The commands of uk-tag-train that score a tagger: `evaluate` and `card`."""

import json
import sys
from dataclasses import asdict
from pathlib import Path

import click

from tagger.errors import DataError
from tagger.options import DEVICES
from tagger.train.cli.common import reading

SETTINGS = {"help_option_names": ["-h", "--help"], "max_content_width": 100, "show_default": True}
FILE = click.Path(dir_okay=False, path_type=Path)
AGAINST_HELP = "Also score names by how often this training data has them; documents that DATA repeats do not count (repeatable)."


def scoring(command):
    """The options of commands that score."""
    for option in (
        click.option("--threads", default=1, type=click.IntRange(1)),
        click.option("--device", type=click.Choice(DEVICES), default="auto"),
        click.option("--against", multiple=True, metavar="DATA", help=AGAINST_HELP),
    ):
        command = option(command)
    return reading(command)


@click.command(context_settings=SETTINGS)
@click.argument("model", type=click.Path())
@click.argument("data", nargs=-1, required=True)
@click.option("--part", help="Of a hub data set, score this part. [default: test, if there is one]")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option("--intervals", is_flag=True, help="Also give the 95% interval of each F1, by drawing documents again.")
@click.option("--breakdown", is_flag=True, help="Also score sentences by their length.")
@click.option("--sturdiness", is_flag=True, help="Also score stress-marked, e-mail-like and unpunctuated copies; say what each copy loses.")
@click.option("--calibration", is_flag=True, help="Also compare the scores of entities with how often they are right, and find the temperature that fits best.")
@click.option("--errors", type=FILE, metavar="FILE", help="Write every error to this file, with tabs between columns, and count the kinds.")
@scoring
def evaluate(
    model, data, part, as_json, intervals, breakdown, sturdiness, calibration, errors, against, device, threads, column, token_column, mapping
) -> None:
    """Score a checkpoint or a model file on annotated data: strict entity precision, recall and F1.

    \b
        uk-tag-train evaluate model.pt test.conll
        uk-tag-train evaluate model.onnx dev.conll --intervals --breakdown --sturdiness --calibration --errors errors.tsv
        uk-tag-train evaluate model.onnx test.conll --against train.conll
    """
    from tagger.train.data.perturbations import ALL_VARIANTS, VARIANTS
    from tagger.train.evaluation import evaluate as measuring
    from tagger.train.evaluation.calibration import best_temperature, bins, calibration_table, scored
    from tagger.train.evaluation.error_analysis import by_kind, mistake_table, mistakes, write_mistakes

    read_as = {"column": column, "token_column": token_column, "mapping": mapping}
    documents = _documents(data, part, read_as)
    counts = _names(_training(against, read_as), documents)
    tagger = measuring.open_tagger(model, device, threads)
    found = measuring.measure(tagger, documents, ALL_VARIANTS if sturdiness else VARIANTS, lengths=breakdown, counts=counts)
    ranges = measuring.intervals(found) if intervals else None
    content = measuring.as_dict(found, ranges)
    blocks = [measuring.table({name: own.report for name, own in found.named.items()}, ranges)]
    if sturdiness:
        blocks.append(measuring.loss_table(found.losses))
    if errors:
        made = list(mistakes(documents, found.whole.predicted))
        _write(write_mistakes, made, errors)
        kinds = by_kind(made)
        content["errors"] = {kind: dict(own) for kind, own in kinds.items()}
        blocks.append(mistake_table(kinds))
    if calibration:
        own, best = scored(tagger, documents), best_temperature(tagger, documents)
        content["calibration"] = {
            "error": own.error,
            "log_loss": own.log_loss,
            "temperature": tagger.bundle.temperature,
            "best": asdict(best),
            "bins": [asdict(entry) for entry in bins(own)],
        }
        blocks.append(calibration_table(bins(own), own.error, best, tagger.bundle.temperature))
    click.echo(json.dumps(content, ensure_ascii=False, indent=2) if as_json else "\n\n".join(blocks))


@click.command(context_settings=SETTINGS)
@click.argument("models", nargs=-1, required=True, metavar="MODEL.onnx...", type=click.Path())
@click.option("--development", multiple=True, required=True, metavar="DATA", help="What the model was chosen by (repeatable; `split` writes it).")
@click.option("--test", multiple=True, metavar="DATA", help="What had no part in training or in any choice (repeatable).")
@click.option("-o", "--output", type=FILE, help="The Markdown file to write. [default: standard output]")
@scoring
def card(models, development, test, output, against, device, threads, column, token_column, mapping) -> None:
    """Write a model card: what model files say of themselves, and scores measured now, with intervals and weak points.

    \b
        uk-tag-train card uk-ner.int8.onnx uk-ner.onnx --development dev.conll --test test.conll --against train.conll -o README.md

    The first model is scored in full, the others (the same network in another precision) on their overall F1.
    """
    from tagger.train.evaluation.evaluate import open_tagger
    from tagger.train.evaluation.model_card import ModelFile, make_card, report_on

    read_as = {"column": column, "token_column": token_column, "mapping": mapping}
    training = _training(against, read_as)
    files = [ModelFile.open(path, open_tagger(path, device, threads)) for path in models]
    sets = []
    for kind, sources in (("development", development), ("test", test)):
        for source in sources:
            documents = _documents((source,), None, read_as)
            sets.append(report_on(files, Path(source).name, kind, documents, _names(training, documents)))
    text = make_card(files, sets, _command(models, development, test, against, mapping))
    if output:
        _write(lambda content, path: path.write_text(content, encoding="utf-8"), text, output)
    else:
        sys.stdout.write(text)


def _command(models, development, test, against, mapping) -> str:
    """The command line again, with the names of files and not where they lie."""
    words = ["uk-tag-train card", *(Path(path).name for path in models)]
    for option, sources in (("--development", development), ("--test", test), ("--against", against)):
        words += [f"{option} {Path(source).name}" for source in sources]
    if mapping:
        words.append("--map " + ",".join(f"{old}={new}" for old, new in mapping.items()))
    return " ".join(words)


def _write(write, content, path: Path) -> None:
    try:
        write(content, path)
    except OSError as error:
        raise DataError(f"cannot be written: {error.strerror}", path=str(path)) from None


def _documents(data, part, read_as):
    from tagger.train.data.sources import read

    documents = []
    for source in data:
        found = read(source, part=part, **read_as)
        documents += found.get("test") or [document for own in found.values() for document in own]
    return documents


def _training(against, read_as):
    """The training documents of some sources."""
    from tagger.train.data.sources import read

    parts = [read(source, **read_as) for source in against]
    return [document for part in parts for document in part.get("train") or next(iter(part.values()))]


def _names(training, documents):
    """How often training documents have each name, those left out that repeat one of `documents` or one another; None where there is no training data."""
    from tagger.train.data.corpus import without_copies
    from tagger.train.data.sources import all_sentences
    from tagger.train.evaluation.breakdown import name_counts

    if not training:
        return None
    sentences = all_sentences(without_copies(training, documents))
    return name_counts([sentence.tokens for sentence in sentences], [sentence.tags for sentence in sentences])
