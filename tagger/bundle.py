"""What a model file carries beside its graph: tags, transitions, vocabulary and card, as texts under fixed keys in the ONNX metadata.

The exporter writes them with :func:`to_metadata`, the runtime reads them with :func:`from_metadata`; both live here so that they cannot drift apart.
"""

import json
import math
from dataclasses import dataclass, field

import numpy as np

from tagger.decode import Transitions
from tagger.errors import ModelError
from tagger.vocabulary import Vocabulary

FORMAT = 2
COPYING_FORMAT = 1  # of versions up to 0.6, whose graphs copy all vectors that they are given, and take figures of four bytes alone
FORMAT_KEY = "uk_tag_format"

# Names of the graph's inputs and outputs, as the exporter writes them. The graph has two halves, so that what is known of a word is worked out
# once and not in each batch: from features to vectors, and from vectors (given back as an input) to emissions.
FEATURES, EMBEDDED = "features", "embedded"
VECTORS, INDEX, LENGTHS, EMISSIONS = "vectors", "index", "lengths", "emissions"


@dataclass(slots=True)
class Bundle:
    """All that turns tokens into tags, but for the network itself.

    :param tags: the tag of each number, `O` first.
    :param card: where the model comes from: `name`, `licence`, `data`, `settings`, `scores`; JSON types only.
    :param temperature: what scores are divided by before they become probabilities; it changes no tag.
    :param takes_table: whether the graph leaves vectors alone that its index does not name, so that they may be those of all words known.
    """

    tags: list[str]
    vocabulary: Vocabulary
    transitions: Transitions
    card: dict = field(default_factory=dict)
    temperature: float = 1.0
    takes_table: bool = True


def to_metadata(bundle: Bundle) -> dict[str, str]:
    """The bundle as texts by key."""
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


def from_metadata(texts: dict[str, str]) -> Bundle:
    """The reverse of :func:`to_metadata`. Raises ModelError where the texts are of another format version or damaged."""
    version = texts.get(FORMAT_KEY)
    if version is None:
        raise ModelError("this is an ONNX file, but not one of uk-tag's; make one with uk-tag-export")
    if version not in (str(FORMAT), str(COPYING_FORMAT)):
        known = f"versions {COPYING_FORMAT} and {FORMAT}"
        raise ModelError(f"the model has format version {version}, this uk-tag reads {known}; export it again or install the uk-tag that wrote it")
    try:
        tags = json.loads(texts["tags"])
        chain = json.loads(texts["transitions"])
        transitions = Transitions(*(np.array(chain[key], np.float32) for key in ("start", "between", "end")))
        card = json.loads(texts["card"])
        temperature = float(texts.get("temperature", 1.0))  # models of earlier versions have none
    except (KeyError, TypeError, ValueError) as error:
        raise ModelError(f"the model's metadata cannot be read ({error!r}); export it again") from None
    if transitions.between.shape != (len(tags), len(tags)):
        raise ModelError(f"the model has {len(tags)} tags and transitions of shape {transitions.between.shape}; export it again")
    if not 0 < temperature < math.inf:
        raise ModelError(f"the model has temperature {temperature}, which is not above 0; export it again")
    return Bundle(tags, Vocabulary.from_texts(texts), transitions, card, temperature, version == str(FORMAT))
