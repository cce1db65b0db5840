"""Annotated data by the name that a user gives: a CoNLL or JSON file, a hub data set, or a folder of parquet files."""

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

from tagger.errors import DataError
from tagger.train.data.corpus import (
    Document,
    Sentence,
    labels,
    read_conll,
    relabel,
    repeating,
    without_copies,
    without_sentences,
)
from tagger.train.data.hub import read_hub
from tagger.train.data.span_files import is_json, read_spans
from tagger.train.data.split import development_split

FEWEST_DOCUMENTS = 5
BLOCK_SENTENCES = 50


def read(
    source: str,
    *,
    column: int = -1,
    token_column: int = 0,
    mapping: Mapping[str, str] | None = None,
    part: str | None = None,
    log: Callable[[str], None] = lambda line: None,
) -> dict[str, list[Document]]:
    """Read annotated documents by split. A file has the single split `train`.

    :param source: a CoNLL file; a JSON file with entities as offsets (:mod:`tagger.train.data.span_files`); a folder
        with `train`, `validation` and `test` parquet files; or the name of a hub data set.
    :param mapping: labels to rename, see :func:`tagger.train.data.corpus.relabel`.
    :param part: return this split only.
    :param log: called with a line for each kind of entity of a JSON file that had to be changed.
    :raises DataError: the source cannot be read, or has no such split.
    """
    path = Path(source)
    # a name such as benjamin/ner-uk means the hub unless a file or folder of that name exists
    named = source.count("/") == 1 and not source.startswith((".", "/")) and not path.suffix
    by_hub = path.is_dir() or (named and not path.exists() and not path.parent.exists())
    if by_hub:
        splits = read_hub(source)
    else:
        splits = {"train": read_spans(source, log) if is_json(source) else read_conll(source, column, token_column)}
    if part is not None:
        if part not in splits:
            raise DataError(f"there is no split {part!r}, only {', '.join(splits)}", path=source)
        splits = {part: splits[part]}
    if mapping:
        splits = {name: relabel(documents, mapping) for name, documents in splits.items()}
    return splits


def all_documents(source: str) -> list[Document]:
    """Read the documents of all splits. Raises DataError like :func:`read`."""
    return [document for documents in read(source).values() for document in documents]


def read_training(
    sources: Sequence[str],
    development: Sequence[str] = (),
    *,
    share: float,
    seed: int,
    column: int = -1,
    token_column: int = 0,
    mapping: Mapping[str, str] | None = None,
    like: Sequence[Document] = (),
    log: Callable[[str], None] = lambda line: None,
) -> tuple[list[Document], list[Document]]:
    """Read training and development documents.

    :param sources: training data, the most trusted first: documents that repeat an earlier one are dropped.
    :param development: development data. If empty, the `validation` split of a hub data set is used, otherwise
        documents are cut off the training data. Training documents that repeat a development document are dropped, and
        so are the distinctive sentences of development documents in others.
    :param share: share of the tokens to cut off.
    :param seed: seed of that cut.
    :param like: hold out the documents that repeat one of these, whatever their labels, instead of a share.
    :returns: training and development documents.
    :raises DataError: the data cannot be read, is too small to split, has no entity, or the development data has labels
        of its own.
    """
    training: list[Document] = []
    held_out: list[Document] = []
    for source in sources:
        splits = read(source, column=column, token_column=token_column, mapping=mapping, log=log)
        training += splits.get("train") or next(iter(splits.values()))
        if not development:
            held_out += splits.get("validation", [])
    for source in development:
        splits = read(source, column=column, token_column=token_column, mapping=mapping, log=log)
        held_out += splits.get("validation") or next(iter(splits.values()))
    own = without_sentences(without_copies(training, held_out), held_out)
    if len(own) < len(training):
        log(f"{len(training) - len(own)} of {len(training)} documents repeat an earlier one and are dropped")
    if like:
        own, held_out = repeating(own, like)
        if not held_out or not own:
            raise DataError(
                "no document, or every one, repeats one of --like; give data of the same text", path=sources[0]
            )
    if not held_out:
        blocks = in_blocks(own)
        if len(blocks) > len(own):
            log(f"too few documents to cut off a development set: cut into {len(blocks)} blocks of sentences instead")
        own, held_out = development_split(blocks, share, seed)
        if not held_out or not own:
            message = "there is too little data to cut off a development set; give one with --dev"
            raise DataError(message, path=sources[0])
    if unknown := sorted(set(labels(held_out)) - set(labels(own))):
        raise DataError(
            f"the development data has labels that are not in the training data: {', '.join(unknown)}; "
            "rename or drop them with --map, or add training data",
            path=", ".join(development or sources),
        )
    if not labels(own):
        raise DataError("the training data has no entity; check --column", path=sources[0])
    return own, held_out


def in_blocks(documents: Sequence[Document]) -> list[Document]:
    """Cut documents into blocks of sentences if there are too few documents to cut off a development set."""
    if len(documents) >= FEWEST_DOCUMENTS:
        return list(documents)
    blocks = []
    for document in documents:
        starts = range(0, len(document.sentences), max(1, min(BLOCK_SENTENCES, len(document.sentences) // 20)))
        ends = [*starts[1:], len(document.sentences)]
        blocks += [
            Document(f"{document.name}#{start + 1}", document.sentences[start:end])
            for start, end in zip(starts, ends, strict=True)
        ]
    return blocks


def fingerprint(documents: Iterable[Document]) -> str:
    """Return the SHA-256 over all tokens and tags, in order: 64 hexadecimal digits that identify training data."""
    digest = hashlib.sha256()
    for document in documents:
        for sentence in document.sentences:
            rows = map("\t".join, zip(sentence.tokens, sentence.tags, strict=True))
            digest.update("\n".join(rows).encode("utf-8", "surrogatepass"))
            digest.update(b"\n\n")
    return digest.hexdigest()


def all_sentences(documents: Iterable[Document]) -> list[Sentence]:
    """List the sentences of all documents, in order."""
    return [sentence for document in documents for sentence in document.sentences]
