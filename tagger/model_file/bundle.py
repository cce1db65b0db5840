"""The metadata of a model file: tags, transitions, vocabulary and card, as texts by key.

The exporter writes them with :func:`to_metadata`, the runtime reads them with :func:`from_metadata`. Both are in this
module, so that they stay in step.
"""

import json
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from tagger.errors import ModelError
from tagger.features.vocabulary import Vocabulary
from tagger.model_file.graph import Graph, read_graph
from tagger.model_file.metadata import read_metadata
from tagger.model_file.transitions import Transitions
from tagger.tags import OUTSIDE, tag_set
from tagger.validation import MEND, figure, figures, first_line, is_deep, is_plain, parse, sequence, shown, table

FORMAT = 2
# Format of versions up to 0.6. Its graphs copy all vectors that they are given, and take float32 only.
COPYING_FORMAT = 1
FORMAT_KEY = "uk_tag_format"
# Limits of a file. The decoder's memory grows with the square of the number of tags.
MOST_TAGS = 257
LARGEST_SCORE = 1e6  # of transitions
TEMPERATURES = 1e-6, 1e6
CARD_DEPTH = 20  # nested lists and objects
CARD_TABLES = ("data", "training", "scores", "network", "exported")


@dataclass(slots=True)
class Bundle:
    """Everything that turns tokens into tags, except the network.

    :param tags: the tag of each number, `O` first.
    :param card: description of the model: `name`, `licence`, `data`, `settings`, `scores`; JSON types only.
    :param temperature: divisor of scores before they become probabilities; it changes no tag.
    :param takes_table: whether the graph gathers only the vectors that its index names, so that it can be given the
        table of all known words.
    """

    tags: list[str]
    vocabulary: Vocabulary
    transitions: Transitions
    card: dict[str, Any] = field(default_factory=dict)
    temperature: float = 1.0
    takes_table: bool = True

    @property
    def name(self) -> str:
        """The model's name, on one line."""
        return str(self.card.get("name", "(no name)"))

    @property
    def licence(self) -> str:
        """The model's licence, on one line."""
        return str(self.card.get("licence", "(none said)"))


def to_metadata(bundle: Bundle) -> dict[str, str]:
    """Convert a bundle to texts by key."""
    chain = bundle.transitions
    transitions = {"start": chain.start.tolist(), "between": chain.between.tolist(), "end": chain.end.tolist()}
    return {
        FORMAT_KEY: str(FORMAT),
        "tags": json.dumps(bundle.tags, ensure_ascii=False),
        "transitions": json.dumps(transitions),
        "card": json.dumps(bundle.card, ensure_ascii=False),
        "temperature": json.dumps(bundle.temperature),
        **bundle.vocabulary.to_texts(),
    }


def graph_of(content: bytes) -> Graph:
    """Read the graph of a model file.

    :raises ModelError: the file is not a uk-tag model. The message does not name the file; it says if the whole file
        is from another program or of another format version.
    """
    try:
        return read_graph(content)
    except ModelError:
        from_metadata(read_metadata(content))
        raise


def read_bundle(content: bytes, graph: Graph) -> Bundle:
    """Read the bundle of a model file, and check that it fits the graph and that the graph's weights are finite.

    :raises ModelError: a part of the file is missing or damaged, or does not fit the others. The message does not name
        the file.
    """
    bundle = from_metadata(read_metadata(content))
    if len(bundle.tags) != graph.tags:
        raise ModelError(f"the model has {len(bundle.tags)} tags, and its network {graph.tags}; {MEND}")
    if len(bundle.vocabulary) != graph.rows:
        rows = f"{len(bundle.vocabulary)} rows of the embedding table, which has {graph.rows}"
        raise ModelError(f"the vocabulary needs {rows}; {MEND}")
    graph.check_weights()
    return bundle


def from_metadata(texts: dict[str, str]) -> Bundle:
    """Convert texts by key to a bundle.

    :raises ModelError: the texts are damaged, or of another format version.
    """
    version = texts.get(FORMAT_KEY)
    if version is None:
        raise ModelError("this is an ONNX file, but not one of uk-tag's; make one with uk-tag-export")
    if version not in (str(FORMAT), str(COPYING_FORMAT)):
        known = f"versions {COPYING_FORMAT} and {FORMAT}"
        mend = f"{MEND}, or install the uk-tag that wrote it"
        raise ModelError(f"the model has format version {shown(version)[1:-1]}, this uk-tag reads {known}; {mend}")
    tags = _tags(parse(texts, "tags"))
    temperature = 1.0
    if "temperature" in texts:  # models of early versions have none
        temperature = figure(parse(texts, "temperature"), "the temperature", *TEMPERATURES)
    transitions = _transitions(parse(texts, "transitions"), tags)
    vocabulary, card = Vocabulary.from_texts(texts), _card(parse(texts, "card"), texts["card"])
    return Bundle(tags, vocabulary, transitions, card, temperature, takes_table=version == str(FORMAT))


def _tags(value: Any) -> list[str]:
    """Check a list of BIO tags: `O`, and B- and I- of each label."""
    found = sequence(value, "the list of tags", 1, MOST_TAGS)
    for tag in found:
        label = tag[2:] if isinstance(tag, str) and tag[:2] in ("B-", "I-") else ""
        if tag != OUTSIDE and (not label or not is_plain(label) or label.split() != [label]):
            raise ModelError(f"the tag {shown(tag)} is neither O nor B- or I- with a label that can be printed; {MEND}")
    labels = [tag[2:] for tag in found if tag != OUTSIDE]
    if found[0] != OUTSIDE or sorted(found) != sorted(tag_set(labels)):
        raise ModelError(f"the tags are not O, and then B- and I- of each label once; {MEND}")
    return found


def _transitions(value: Any, tags: list[str]) -> Transitions:
    """Check transition scores: numbers that allow nothing that BIO forbids."""
    count, scores = len(tags), table(value, "the table of transitions")
    start, end = (figures(scores.get(key), f"transitions.{key}", count, LARGEST_SCORE) for key in ("start", "end"))
    between = [
        figures(row, "a row of transitions.between", count, LARGEST_SCORE)
        for row in sequence(scores.get("between"), "transitions.between", count)
    ]
    found = Transitions(*(np.array(part, np.float32) for part in (start, between, end)))
    legal = Transitions.legal(tags, found.start, found.between, found.end)
    if not np.array_equal(found.start, legal.start) or not np.array_equal(found.between, legal.between):
        raise ModelError(f"the transitions allow what BIO forbids; {MEND}")
    return found


def _card(value: Any, text: str) -> dict[str, Any]:
    """Check a card: its name and licence can be printed on one line each, and it can be shown."""
    card = table(value, "the card")
    if is_deep(card, CARD_DEPTH):
        raise ModelError(f"the card is nested more than {CARD_DEPTH} deep; {MEND}")
    for key in ("name", "licence"):
        if key in card and not is_plain(card[key]):
            raise ModelError(f"the card's {key} is {shown(card[key])}, not a text of one line; {MEND}")
    try:
        if "\\u" in text:  # which may be half of a surrogate pair
            json.dumps(card, ensure_ascii=False).encode()
    except ValueError as error:
        raise ModelError(f"the card cannot be shown ({first_line(error)}); {MEND}") from None
    for key in CARD_TABLES:
        table(card.get(key, {}), f"the card's {key}")
    if strange := [key for key in card if not is_plain(key)]:
        raise ModelError(f"the card has an entry {shown(strange[0])}, whose name is not a text of one line; {MEND}")
    return card
