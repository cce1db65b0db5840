"""Commands that score a tagger: `evaluate` and `card`."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tagger.errors import DataError
from tagger.tags import OUTSIDE, labels_of, rename
from tagger.train.cli.common import FILE, SETTINGS, Command, RenamedOption, options, read_documents, reading
from tagger.train.data.corpus import Document
from tagger.validation import DEVICES

if TYPE_CHECKING:
    from tagger.tagger import Tagger


def scoring(command: Command) -> Command:
    """Add the options of commands that score."""
    against = (
        "Also score names by how often this training data has them; its copies of documents in DATA do not count "
        "(repeatable)."
    )
    return options(
        reading,
        click.option("--against", multiple=True, metavar="DATA", help=against),
        click.option("--device", type=click.Choice(DEVICES), default="auto"),
        click.option("--threads", default=1, type=click.IntRange(1)),
    )(command)


@click.command(context_settings=SETTINGS)
@click.argument("model", type=click.Path())
@click.argument("data", nargs=-1, required=True)
@click.option("--part", help="Score this split of a hub data set. [default: test, if there is one]")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option("--intervals", is_flag=True, help="Add the 95% interval of each F1 (bootstrap over documents).")
@click.option("--breakdown", is_flag=True, help="Also score sentences by length.")
@click.option(
    "--robustness",
    cls=RenamedOption,
    old="--sturdiness",
    is_flag=True,
    help="Also score stress-marked, e-mail-like and unpunctuated copies; show the drop in F1 on each copy.",
)
@click.option(
    "--calibration",
    is_flag=True,
    help="Also compare the scores of entities with the share that is correct, and find the best temperature.",
)
@click.option(
    "--errors", type=FILE, metavar="FILE", help="Write every error to this tab-separated file, and count the kinds."
)
@scoring
def evaluate(
    model: str,
    data: tuple[str, ...],
    part: str | None,
    as_json: bool,
    intervals: bool,
    breakdown: bool,
    robustness: bool,
    calibration: bool,
    errors: Path | None,
    against: tuple[str, ...],
    device: str,
    threads: int,
    **read_as: Any,
) -> None:
    """Score a checkpoint or a model file on annotated data: strict entity precision, recall and F1.

    \b
        uk-tag-train evaluate model.pt test.conll
        uk-tag-train evaluate model.onnx dev.conll --intervals --breakdown --robustness --errors errors.tsv
        uk-tag-train evaluate model.onnx test.conll --against train.conll

    --map renames the labels of DATA and those that the model finds: a model of many classes can be scored on data of
    few.
    """
    from tagger.train.data.perturbations import ALL_PERTURBATIONS, STANDARD_PERTURBATIONS
    from tagger.train.evaluation import evaluate as evaluation
    from tagger.train.evaluation.calibration import best_temperature, bins, calibration_table, score_entities
    from tagger.train.evaluation.error_analysis import by_kind, entity_errors, error_table, write_errors
    from tagger.train.student.torch_session import open_tagger

    documents = read_documents(data, part=part, **read_as)
    tagger = open_tagger(model, device, threads)
    mapping = read_as["mapping"]
    documents, not_scored = _known(documents, _labels(tagger, mapping), " ".join(data))
    counts = _name_counts(_training(against, read_as), documents)
    perturbations = ALL_PERTURBATIONS if robustness else STANDARD_PERTURBATIONS
    found = evaluation.measure(tagger, documents, perturbations, lengths=breakdown, counts=counts, mapping=mapping)
    ranges = evaluation.intervals(found) if intervals else None
    content = evaluation.as_dict(found, ranges)
    if not_scored:
        content["not_scored"] = not_scored
    blocks = [evaluation.table({name: subset.report() for name, subset in found.named().items()}, ranges)]
    if robustness:
        blocks.append(evaluation.drop_table(found.drops()))
    if errors:
        made = list(entity_errors(documents, found.whole.predicted))
        write_errors(made, errors)
        kinds = by_kind(made)
        content["errors"] = {kind: dict(own) for kind, own in kinds.items()}
        blocks.append(error_table(kinds))
    if calibration:
        own = score_entities(tagger, documents, mapping)
        best = best_temperature(tagger, documents, mapping=mapping)
        temperature = tagger.bundle.temperature
        content["calibration"] = {
            "error": own.error(),
            "log_loss": own.log_loss(),
            "temperature": temperature,
            "best": asdict(best),
            "bins": [asdict(entry) for entry in bins(own)],
        }
        blocks.append(calibration_table(bins(own), own.error(), best, temperature))
    click.echo(json.dumps(content, ensure_ascii=False, indent=2) if as_json else "\n\n".join(blocks))


@click.command(context_settings=SETTINGS)
@click.argument("models", nargs=-1, required=True, metavar="MODEL.onnx...", type=click.Path())
@click.option(
    "--development",
    multiple=True,
    metavar="DATA",
    help="The data that the model was chosen by (repeatable; `split` writes it).",
)
@click.option(
    "--test", multiple=True, metavar="DATA", help="Data not used for training or for any choice (repeatable)."
)
@click.option("--hub", is_flag=True, help="Begin with the metadata block of the Hugging Face hub.")
@click.option("-o", "--output", type=FILE, help="The Markdown file to write. [default: standard output]")
@scoring
def card(
    models: tuple[str, ...],
    development: tuple[str, ...],
    test: tuple[str, ...],
    hub: bool,
    output: Path | None,
    against: tuple[str, ...],
    device: str,
    threads: int,
    **read_as: Any,
) -> None:
    """Write a model card: the metadata of model files, and scores measured now, with intervals and known weaknesses.

    \b
        uk-tag-train card uk-ner.int8.onnx uk-ner.onnx --development dev.conll --test test.conll -o CARD.md

    The first model is scored in full, the others (the same network in another precision) on their overall F1. --map
    renames the labels of the data and those that the models find.
    """
    from tagger.train.data.sources import fingerprint
    from tagger.train.data.writing import whole_file
    from tagger.train.evaluation.model_card import DEVELOPMENT, TEST, ModelFile, make_card, report_on
    from tagger.train.student.torch_session import open_tagger

    if not development and not test:
        raise click.UsageError("nothing to score on: give --test or --development")
    training, mapping = _training(against, read_as), read_as["mapping"]
    files = [ModelFile.open(path, open_tagger(path, device, threads)) for path in models]
    sets, held_out = [], []
    for kind, sources in ((DEVELOPMENT, development), (TEST, test)):
        for source in sources:
            documents = read_documents((source,), part=None, **read_as)
            held_out += documents if kind == DEVELOPMENT else []
            documents, _ = _known(documents, _labels(files[0].tagger, mapping), source)
            counts = _name_counts(training, documents)
            sets.append(report_on(files, Path(source).name, kind, documents, counts, mapping))
    command = _command_line(models, development, test, against, mapping, hub)
    text = make_card(files, sets, command, hub=hub, development=fingerprint(held_out))
    if output:
        with whole_file(output) as file:
            file.write(text.encode("utf-8"))
    else:
        sys.stdout.write(text)


def _labels(tagger: Tagger, mapping: Mapping[str, str]) -> list[str]:
    """Return the labels of a tagger after renaming."""
    return labels_of(rename(tagger.bundle.tags, mapping))


def _known(documents: list[Document], known: Sequence[str], source: str) -> tuple[list[Document], dict[str, int]]:
    """Leave out the entities of labels that a tagger does not have, and say so: it cannot find them.

    :returns: the documents, and how many entities of each label were left out.
    :raises DataError: there are entities, and the tagger has none of their labels.
    """
    from tagger.train.data.corpus import label_counts, relabel

    counts = label_counts(documents)
    unknown = {label: count for label, count in counts.items() if label not in known}
    if not unknown:
        return documents, {}
    few = ", ".join(f"{label} ({count:,})" for label, count in unknown.items())
    if len(unknown) == len(counts):
        raise DataError(
            f"the tagger has none of the labels of this data: {few}; it has {', '.join(known)}; rename them with --map",
            path=source,
        )
    click.echo(f"{source}: not scored, since the tagger does not have these labels: {few}", err=True)
    return relabel(documents, dict.fromkeys(unknown, OUTSIDE)), unknown


def _command_line(
    models: Sequence[str],
    development: Sequence[str],
    test: Sequence[str],
    against: Sequence[str],
    mapping: Mapping[str, str],
    hub: bool,
) -> str:
    """Repeat the command line, with the names of files but not their folders."""
    words = ["uk-tag-train card", *(Path(path).name for path in models)]
    for option, sources in (("--development", development), ("--test", test), ("--against", against)):
        words += [f"{option} {Path(source).name}" for source in sources]
    if mapping:
        words.append("--map " + ",".join(f"{old}={new}" for old, new in mapping.items()))
    return " ".join([*words, "--hub"] if hub else words)


def _training(against: Sequence[str], read_as: Mapping[str, Any]) -> list[Document]:
    """Read the training documents of some sources."""
    from tagger.train.data.sources import read

    splits = [read(source, **read_as) for source in against]
    return [document for own in splits for document in own.get("train") or next(iter(own.values()))]


def _name_counts(training: Sequence[Document], documents: Sequence[Document]) -> Counter[tuple[str, ...]] | None:
    """Count the names of training documents, without copies of `documents` or of one another.

    None if there are none.
    """
    from tagger.train.data.corpus import without_copies
    from tagger.train.data.sources import all_sentences
    from tagger.train.evaluation.subsets import name_counts

    if not training:
        return None
    sentences = all_sentences(without_copies(training, documents))
    return name_counts([sentence.tokens for sentence in sentences], [sentence.tags for sentence in sentences])
