"""uk-tag-train: the group of its commands, and the entry point."""

import sys

import click

from tagger import __version__
from tagger.cli.options import add_manual, invoke
from tagger.system.signals import Interrupted
from tagger.system.streams import say
from tagger.train.cli.common import SETTINGS, hidden_alias
from tagger.train.cli.compose import compose
from tagger.train.cli.data import describe, gazetteer, retokenize, split
from tagger.train.cli.evaluate import card, evaluate
from tagger.train.cli.fit import average, fit
from tagger.train.cli.lemmas import evaluate_lemmas
from tagger.train.cli.recipe import recipe
from tagger.train.cli.select import select
from tagger.train.cli.study import study
from tagger.train.cli.teacher import teacher


@click.group(context_settings=SETTINGS)
@click.version_option(__version__, prog_name="uk-tag-train")
def command() -> None:
    """Train a named-entity tagger and score it.

    DATA is a CoNLL file (one token and its tag per line, an empty line between sentences; BIO, IOB1 or BIOES), a JSON
    file with entities as offsets (doccano, Prodigy, Label Studio), a folder of parquet files, or the name of a Hugging
    Face data set.

    \b
        uk-tag-train describe train.conll
        uk-tag-train fit train.conll --output model.pt
        uk-tag-train evaluate model.pt test.conll

    `evaluate-lemmas` scores base forms. `split` and `retokenize` write data: the development documents that `fit`
    cuts off, and data with the tokens and sentences of running text; `compose` makes sentences from templates and name
    lists. `teacher` trains an encoder that labels plain text for `fit`. `recipe` makes the models of the package.
    `study` compares cells, schedules and sizes on NER-UK.
    """


SCORING = (evaluate, evaluate_lemmas, card)
DATA = (describe, split, retokenize, gazetteer, compose, select)
for member in (fit, average, *SCORING, *DATA, study, teacher, recipe):
    command.add_command(member)
add_manual(command, "uk-tag-train")
command.add_command(hidden_alias(retokenize), "recut")  # its name until 0.8


def main() -> None:
    """Do the work of :func:`tagger.system.start.uk_tag_train`. Raises what :func:`tagger.system.start.run` ends with.

    After Ctrl-C, the last epoch's state is kept.
    """
    try:
        invoke(command, "uk-tag-train")
    except Interrupted:
        if sys.argv[1:2] == ["fit"]:
            say("uk-tag-train: stopped; --resume goes on after the last whole epoch")
        raise
