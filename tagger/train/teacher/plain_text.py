"""Plain Ukrainian text: reading, removal of held-out text, and tokenization.

Text that shares a sentence with held-out documents is removed: :func:`without_held_out` compares letters and digits
only, so that it does not matter how either side was tokenized.
"""

import lzma
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

import numpy as np

from tagger.errors import DataError
from tagger.train.data.corpus import DISTINCTIVE_TOKENS, Document, letters_and_digits
from tagger.train.data.labelled_text import PlainDocument

LONGEST_SENTENCE = 400  # tokens; longer "sentences" of raw text are tables and lists, and are cut


@dataclass(slots=True)
class RawDocument:
    """Paragraphs of text before tokenization."""

    name: str
    source: str
    paragraphs: list[str]


def read_paragraphs(path: str | Path, source: str) -> list[RawDocument]:
    """Read a text file, `.xz` or plain UTF-8: one paragraph per line, an empty line between documents.

    In a file without an empty line each paragraph is a document.

    :raises DataError: the file cannot be read.
    """
    packed = str(path).endswith(".xz")
    try:
        with lzma.open(path, "rt", encoding="utf-8") if packed else open(path, encoding="utf-8") as file:
            content = file.read()
    except (OSError, EOFError, UnicodeDecodeError, lzma.LZMAError) as error:
        what = getattr(error, "strerror", None) or error
        message = f"cannot be read as text: {what}; give UTF-8 text, or such text packed by xz"
        raise DataError(message, path=str(path)) from None
    blocks = content.split("\n\n" if "\n\n" in content.strip("\n") else "\n")
    texts = [[line.strip() for line in block.split("\n") if line.strip()] for block in blocks]
    return [RawDocument(f"{source}/{number}", source, lines) for number, lines in enumerate(filter(None, texts))]


def read_ua_gec() -> list[RawDocument]:
    """Read the corrected texts of UA-GEC (Syvokon et al. 2023.

    PyPI `ua-gec`, CC BY 4.0), both partitions, each document once.

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


def without_held_out(
    documents: Sequence[RawDocument], held_out: Iterable[Document]
) -> tuple[list[RawDocument], list[RawDocument]]:
    """Separate the documents that contain a distinctive sentence of a held-out document.

    :returns: the documents that stay, and those that were removed.
    """
    texts = [letters_and_digits(" ".join(document.paragraphs)) for document in documents]
    starts = np.cumsum([0, *(len(text) + 1 for text in texts)])
    everything = "\n".join(texts)
    removed: set[int] = set()
    for document in held_out:
        for sentence in document.sentences:
            if len(sentence.tokens) >= DISTINCTIVE_TOKENS:
                key = letters_and_digits("".join(sentence.tokens))
                found = everything.find(key) if key else -1
                while found >= 0:
                    owner = int(np.searchsorted(starts, found, "right")) - 1
                    removed.add(owner)
                    found = everything.find(key, int(starts[owner + 1]))
    kept = [document for number, document in enumerate(documents) if number not in removed]
    return kept, [documents[number] for number in sorted(removed)]


def tokenize(documents: Iterable[RawDocument]) -> Iterator[PlainDocument]:
    """Split raw documents into sentences and tokens with tokenize-uk's default engines."""
    tokenizer = import_module("tokenize_uk")
    for document in documents:
        sentences: list[tuple[str, ...]] = []
        for paragraph in document.paragraphs:
            for sentence in tokenizer.tokenize_sents(paragraph):
                tokens = tokenizer.tokenize_words(sentence)
                starts = range(0, len(tokens), LONGEST_SENTENCE)
                sentences.extend(tuple(tokens[start : start + LONGEST_SENTENCE]) for start in starts)
        if sentences:
            yield PlainDocument(document.name, document.source, sentences)


def plain_documents(documents: Iterable[Document]) -> list[PlainDocument]:
    """Return the text of annotated documents, without their tags."""
    return [
        PlainDocument(document.name, document.source, [sentence.tokens for sentence in document.sentences])
        for document in documents
    ]
