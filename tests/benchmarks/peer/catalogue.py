"""The peers: the packages to install, the module that runs each, and the state of its weights."""

from dataclasses import dataclass

# A plain torch would bring gigabytes of CUDA. Pinned and installed first, it satisfies the requirements of the others.
TORCH = ("torch==2.13.0",)


@dataclass(frozen=True, slots=True)
class Environment:
    """A virtual environment.

    :param name: name of its folder.
    :param installs: arguments of `pip install`, call by call.
    """

    name: str
    installs: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Peer:
    """A tagger to compare with.

    :param key: name of its files in the cache.
    :param name: name in the table.
    :param module: module in `taggers`; `taggers.worker` describes its contents.
    :param options: options of the module.
    :param trained: whether its weights are learned; with random weights, only its speed is meaningful.
    """

    key: str
    name: str
    environment: Environment
    module: str
    options: tuple[str, ...] = ()
    trained: bool = True


SPACY = Environment("spacy", (("spacy>=3.8,<3.9",),))
CRFSUITE = Environment("crfsuite", (("python-crfsuite", "pymorphy3", "pymorphy3-dicts-uk"),))
STANZA = Environment("stanza", (TORCH, ("stanza",)))
FLAIR = Environment("flair", (TORCH, ("flair",)))

PEERS = (
    Peer("crfsuite", "CRFsuite, classic features", CRFSUITE, "crfsuite_tagger"),
    Peer("crfsuite-morphology", "CRFsuite, and pymorphy3's morphology", CRFSUITE, "crfsuite_tagger", ("morphology",)),
    Peer("spacy", "spaCy efficiency NER", SPACY, "spacy_ner"),
    Peer("stanza-scratch", "Stanza BiLSTM-CRF, no language model", STANZA, "stanza_ner", ("scratch", "6000")),
    Peer(
        "stanza-published",
        "Stanza with character language models (as its Ukrainian model)",
        STANZA,
        "stanza_ner",
        ("published",),
        trained=False,
    ),
    Peer(
        "flair-published",
        "Flair with character language models (as flair-uk-ner)",
        FLAIR,
        "flair_ner",
        ("1024",),
        trained=False,
    ),
)
