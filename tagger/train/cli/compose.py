"""Command `compose`: annotated sentences from templates and name lists."""

from pathlib import Path

import click

from tagger.train.cli.common import FILE, SETTINGS, log, size


@click.command(context_settings=SETTINGS)
@click.option("-o", "--output", required=True, type=FILE, help="The file to write.")
@click.option("--gazetteer", required=True, type=FILE, help="Names, from `uk-tag-train gazetteer --places`.")
@click.option(
    "--sentences",
    "count",
    default=5000,
    type=click.IntRange(1),
    help="Texts in all, spread evenly over the kinds; a text has one sentence, seldom more.",
)
@click.option("--seed", default=42, help="Other seed, other sentences.")
@click.option(
    "--kind", "kinds", multiple=True, metavar="KIND", help="Compose this kind; may be repeated. [default: all]"
)
@click.option(
    "--part",
    type=click.Choice(["training", "development"]),
    default="training",
    help="The templates and names to compose from: a fifth of them are kept for development.",
)
def compose(output: Path, gazetteer: Path, count: int, seed: int, kinds: tuple[str, ...], part: str) -> None:
    """Write annotated sentences, composed from templates and lists of names.

    They hold kinds of names that annotated text seldom has, in the thirteen classes of NER-UK 2.0: surnames that open a
    line, initials, Latin letters, weapons, military units, hashtags, dates and sums in all shapes. No template and no
    listed name is in both parts. Needs pymorphy3 and pymorphy3-dicts-uk.

    \b
        uk-tag-train gazetteer --places -o names.tsv
        uk-tag-train compose --gazetteer names.tsv -o made.conll
        uk-tag-train compose --gazetteer names.tsv --part development --kind units -o made-dev.conll
    """
    from tagger.train.data.composed.compose import compose as compose_all
    from tagger.train.data.writing import write_conll

    documents = list(compose_all(gazetteer, count, seed, kinds, part))
    write_conll(documents, output)
    log(f"{output}: {size(documents)}")
