"""Plain Ukrainian text as tokenised documents, and the one file format that carries it, with or without a teacher's probabilities.

Text that shares a sentence with held-out documents never gets in: :func:`without_held_out` compares letters and digits only, so that it
does not matter how either side was tokenised.
"""

import lzma
import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path

import numpy as np

from tagger.errors import DataError
from tagger.train.data.corpus import DISTINCTIVE_TOKENS, Document

MAXIMUM_SENTENCE = 400  # tokens; longer "sentences" of raw text are tables and lists, and are cut


@dataclass(slots=True)
class TextDocument:
    """Tokenised sentences under a name, with the collection that they come from.

    :param probabilities: for each sentence an array of *shape* (tokens, tags), float16; empty where nobody labelled the document.
    :param states: what a teacher holds at each token, *shape* (tokens, width), float16; `None` where nobody asked for it.
    """

    name: str
    source: str
    sentences: list[tuple[str, ...]]
    probabilities: list[np.ndarray] = field(default_factory=list)
    states: np.ndarray | None = None


@dataclass(slots=True)
class RawDocument:
    """Paragraphs of untokenised text."""

    name: str
    source: str
    paragraphs: list[str]


def read_paragraphs(path: str | Path, source: str) -> list[RawDocument]:
    """Read a text file, `.xz` or plain UTF-8: one paragraph a line, an empty line between documents.

    :raises DataError: a file that cannot be read.
    """
    try:
        with lzma.open(path, "rt", encoding="utf-8") if str(path).endswith(".xz") else open(path, encoding="utf-8") as file:
            blocks = file.read().split("\n\n")
    except (OSError, UnicodeDecodeError, lzma.LZMAError) as error:
        raise DataError(f"cannot be read as text: {error}; give UTF-8 text, or such text packed by xz", path=str(path)) from None
    blocks = [[line.strip() for line in block.split("\n") if line.strip()] for block in blocks]
    return [RawDocument(f"{source}/{number}", source, block) for number, block in enumerate(block for block in blocks if block)]


def read_ua_gec() -> list[RawDocument]:
    """The corrected texts of UA-GEC (Syvokon et al. 2023; PyPI `ua-gec`, CC BY 4.0), both partitions, each document once.

    :raises DataError: the package is not installed.
    """
    try:
        module = import_module("ua_gec")
    except ImportError:
        raise DataError("the package ua-gec is not installed; run: pip install ua-gec") from None
    documents: dict[str, RawDocument] = {}
    for partition in ("train", "test"):
        for document in module.Corpus(partition, annotation_layer=module.AnnotationLayer.GecAndFluency):
            if document.doc_id not in documents:  # a second annotator's version of the same text adds nothing
                paragraphs = [line.strip() for line in document.target.split("\n") if line.strip()]
                documents[document.doc_id] = RawDocument(f"ua-gec/{document.doc_id}", "ua-gec", paragraphs)
    return list(documents.values())


def without_held_out(documents: Sequence[RawDocument], held_out: Iterable[Document]) -> tuple[list[RawDocument], list[RawDocument]]:
    """Part off the documents that hold a distinctive sentence of a held-out document.

    :returns: the documents that stay, and those that were parted off.
    """
    texts = [_letters(" ".join(document.paragraphs)) for document in documents]
    starts = np.cumsum([0, *(len(text) + 1 for text in texts)])
    everything = "\n".join(texts)
    spoiled: set[int] = set()
    for document in held_out:
        for sentence in document.sentences:
            if len(sentence.tokens) >= DISTINCTIVE_TOKENS:
                key = _letters("".join(sentence.tokens))
                found = everything.find(key) if key else -1
                while found >= 0:
                    owner = int(np.searchsorted(starts, found, "right")) - 1
                    spoiled.add(owner)
                    found = everything.find(key, int(starts[owner + 1]))
    kept = [document for number, document in enumerate(documents) if number not in spoiled]
    return kept, [documents[number] for number in sorted(spoiled)]


def _letters(text: str) -> str:
    return "".join(character for character in text.lower() if character.isalnum())


def tokenise(documents: Iterable[RawDocument]) -> Iterator[TextDocument]:
    """Cut raw documents into sentences and tokens with tokenize-uk (its default, LanguageTool-grade engines)."""
    pipeline = import_module("tokenize_uk")
    for document in documents:
        sentences: list[tuple[str, ...]] = []
        for paragraph in document.paragraphs:
            for sentence in pipeline.tokenize_sents(paragraph):
                tokens = pipeline.tokenize_words(sentence)
                sentences.extend(tuple(tokens[start : start + MAXIMUM_SENTENCE]) for start in range(0, len(tokens), MAXIMUM_SENTENCE))
        if sentences:
            yield TextDocument(document.name, document.source, sentences)


def plain_documents(documents: Iterable[Document]) -> list[TextDocument]:
    """The text of annotated documents, without their tags."""
    return [TextDocument(document.name, document.source, [sentence.tokens for sentence in document.sentences]) for document in documents]


def recased(documents: Iterable[TextDocument], change: Callable[[str], str], share: float, seed: int) -> list[TextDocument]:
    """Copies of a share of the documents with every token changed (`str.lower`, say) and the probabilities of the original."""
    generator = random.Random(seed)
    return [
        TextDocument(document.name, document.source, [tuple(map(change, tokens)) for tokens in document.sentences], document.probabilities)
        for document in documents
        if generator.random() < share
    ]


def save_text(path: str | Path, documents: Sequence[TextDocument], tags: Sequence[str] = (), basis: str = "") -> None:
    """Write documents to a compressed `.npz`.

    `tokens`: UTF-8 of all tokens, joined by line feeds, as uint8; `lengths`: int32, tokens of each sentence; `document`: int32, the document
    of each sentence; `name`, `source`: strings, by document. With tags also `tags` and `probabilities`, float16, *shape* (tokens, tags);
    with a basis also `basis` and `states`, float16, *shape* (tokens, width).
    """
    sentences = [tokens for document in documents for tokens in document.sentences]
    arrays = {
        "tokens": np.frombuffer("\n".join(token for tokens in sentences for token in tokens).encode(), np.uint8),
        "lengths": np.array([len(tokens) for tokens in sentences], np.int32),
        "document": np.repeat(np.arange(len(documents), dtype=np.int32), [len(document.sentences) for document in documents]),
        "name": np.array([document.name for document in documents]),
        "source": np.array([document.source for document in documents]),
    }
    if tags:
        arrays["tags"] = np.array(list(tags))
        arrays["probabilities"] = np.concatenate([rows for document in documents for rows in document.probabilities]).astype(np.float16)
    if basis:
        arrays["basis"] = np.array(basis)
        arrays["states"] = np.concatenate([document.states for document in documents])
    with open(path, "wb") as file:  # given a name, numpy would put .npz behind one that ends otherwise
        np.savez_compressed(file, **arrays)


def load_text(path: str | Path) -> tuple[list[TextDocument], list[str]]:
    """Read what :func:`save_text` wrote.

    :returns: the documents, and the tags that their probabilities are over (none where nobody labelled them).
    :raises DataError: a file that cannot be read or is not of this format.
    """
    try:
        with np.load(path, allow_pickle=False) as file:
            arrays = {key: file[key] for key in file.files}
        tokens = arrays["tokens"].tobytes().decode().split("\n")
        ends = np.cumsum(arrays["lengths"])
        if len(ends) and ends[-1] != len(tokens):
            raise DataError(f"{len(tokens)} tokens, but sentences of {ends[-1]} in all; make the file anew", path=str(path))
        documents = [TextDocument(str(name), str(source), []) for name, source in zip(arrays["name"], arrays["source"], strict=True)]
        tags = [str(tag) for tag in arrays.get("tags", ())]
        for end, length, owner in zip(ends, arrays["lengths"], arrays["document"], strict=True):
            documents[owner].sentences.append(tuple(tokens[end - length : end]))
            if tags:
                documents[owner].probabilities.append(arrays["probabilities"][end - length : end])
    except (OSError, ValueError, KeyError, IndexError, UnicodeDecodeError) as error:
        raise DataError(f"not a file of tokenised text: {error}; make it with the teacher's prepare or label command", path=str(path)) from None
    return documents, tags


def load_labelled(paths: Iterable[str | Path]) -> tuple[list[TextDocument], list[str]]:
    """The documents of several files, and the tags that their probabilities are over.

    :raises DataError: a file that cannot be read, that nobody labelled, or that has other tags than the one before.
    """
    documents: list[TextDocument] = []
    tags: list[str] = []
    for path in paths:
        more, own = load_text(path)
        if not own or (tags and own != tags):
            raise DataError("other tags than the files before" if own else "no probabilities in it; label it first", path=str(path))
        documents += more
        tags = own
    return documents, tags
