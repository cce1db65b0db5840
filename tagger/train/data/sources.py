"""Where annotated data comes from, by the word that a user gives: a CoNLL file, or a hub data set by name or as a local folder."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from tagger.errors import DataError
from tagger.train.data.corpus import Document, Sentence, read_conll, relabel
from tagger.train.data.hub import read_hub

FEWEST_DOCUMENTS = 5
BLOCK_SENTENCES = 50


def read(
    source: str, *, column: int = -1, token_column: int = 0, mapping: Mapping[str, str] | None = None, part: str | None = None
) -> dict[str, list[Document]]:
    """Read annotated documents, by part. A file has the one part `train`.

    :param source: a CoNLL file; a folder with `train`, `validation`, `test` parquet files; or the name of a hub data set.
    :param mapping: labels to rename, as :func:`tagger.train.data.corpus.relabel` takes them.
    :param part: keep this part alone.
    :raises DataError: the source cannot be read, or has no such part.
    """
    path = Path(source)
    # a name such as benjamin/ner-uk is a hub's unless something of that name is here
    named = source.count("/") == 1 and not source.startswith((".", "/")) and not path.suffix
    by_hub = path.is_dir() or (named and not path.exists() and not path.parent.exists())
    parts = read_hub(source) if by_hub else {"train": read_conll(source, column, token_column)}
    if part is not None:
        if part not in parts:
            raise DataError(f"there is no part {part!r}, only {', '.join(parts)}", path=source)
        parts = {part: parts[part]}
    if mapping:
        parts = {name: relabel(documents, mapping) for name, documents in parts.items()}
    return parts


def in_blocks(documents: Sequence[Document]) -> list[Document]:
    """Cut documents into blocks of sentences where there are too few documents to cut a development set from."""
    if len(documents) >= FEWEST_DOCUMENTS:
        return list(documents)
    blocks = []
    for document in documents:
        starts = range(0, len(document.sentences), max(1, min(BLOCK_SENTENCES, len(document.sentences) // 20)))
        ends = [*starts[1:], len(document.sentences)]
        blocks += [Document(f"{document.name}#{start + 1}", document.sentences[start:end]) for start, end in zip(starts, ends, strict=True)]
    return blocks


def fingerprint(documents: Iterable[Document]) -> str:
    """SHA-256 over all tokens and tags, in order: what a model was trained on, told in 64 digits."""
    digest = hashlib.sha256()
    for document in documents:
        for sentence in document.sentences:
            digest.update("\n".join(map("\t".join, zip(sentence.tokens, sentence.tags, strict=True))).encode("utf-8", "surrogatepass"))
            digest.update(b"\n\n")
    return digest.hexdigest()


def all_sentences(documents: Iterable[Document]) -> list[Sentence]:
    """The sentences of all documents, in order."""
    return [sentence for document in documents for sentence in document.sentences]
