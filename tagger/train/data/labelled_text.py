"""Tokenized text, with or without a teacher's labels: the documents, and the one `.npz` format that carries them.

A file holds `tokens` (uint8: UTF-8 tokens joined by line feeds), `lengths` (int32, tokens of each sentence), `document`
(int32, index of each sentence's document), `name` and `source` (texts, per document). Labelled text also has `tags` and
`probabilities` (tokens, tags) float16; on request `states` (tokens, width) float16, the teacher's hidden states, and
`basis`, the id of their projection.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from tagger.errors import DataError
from tagger.inference.viterbi import viterbi_padded
from tagger.model_file.transitions import Transitions
from tagger.tags import OUTSIDE
from tagger.train.data.corpus import DISTINCTIVE_TOKENS, Document
from tagger.train.data.writing import whole_file

CHUNK = 512  # sentences decoded at once
# Lowest probability that is distinguished from zero. It is a floor and not a term that is added, so that no other
# probability changes; float16 rounds probabilities below 6e-8 to zero, whose logarithm would rule a tag out for good.
FLOOR = 1e-6


@dataclass(slots=True)
class PlainDocument:
    """Tokenized sentences under a name, with the collection that they come from.

    :param probabilities: one array per sentence; empty if the document is not labelled.
        *Shape:* each (tokens, tags), float16, rows sum to about 1.
    :param hidden_states: the teacher's hidden states, if the file has them and they were asked for.
        *Shape:* (tokens, width), float16.
    """

    name: str
    source: str
    sentences: list[tuple[str, ...]]
    probabilities: list[np.ndarray] = field(default_factory=list)
    hidden_states: np.ndarray | None = None

    @property
    def tokens(self) -> int:
        """Number of tokens in all sentences."""
        return sum(map(len, self.sentences))


@dataclass(slots=True)
class LabelledText:
    """The content of a file of tokenized text.

    :param tags: tags of the probabilities' columns; empty if the text is not labelled.
    :param projection_id: identifies the projection of the hidden states; only those of one projection can be compared.
    :param fingerprint: SHA-256 of the file that the text was read from.
    """

    documents: list[PlainDocument]
    tags: list[str] = field(default_factory=list)
    projection_id: str = ""
    fingerprint: str = ""

    @property
    def sentences(self) -> list[tuple[str, ...]]:
        """Sentences of all documents, in order."""
        return [tokens for document in self.documents for tokens in document.sentences]

    @property
    def probabilities(self) -> np.ndarray:
        """Probabilities of all tokens. *Shape:* (tokens, tags), float16."""
        rows = [rows for document in self.documents for rows in document.probabilities]
        return np.concatenate(rows) if rows else np.zeros((0, len(self.tags)), np.float16)

    @property
    def hidden_states(self) -> np.ndarray | None:
        """Hidden states of all tokens, or None. *Shape:* (tokens, width), float16."""
        rows = [document.hidden_states for document in self.documents if document.hidden_states is not None]
        return np.concatenate(rows) if rows else None


def write_text(
    path: str | Path, documents: Sequence[PlainDocument], tags: Sequence[str] = (), projection_id: str = ""
) -> None:
    """Write documents to a compressed `.npz` file, atomically.

    :param tags: tags of the documents' probabilities; none if the documents are not labelled.
    :param projection_id: identifies the projection of the documents' hidden states; empty if there are none.
    :raises DataError: the file cannot be written.
    """
    sentences = [tokens for document in documents for tokens in document.sentences]
    counts = [len(document.sentences) for document in documents]
    arrays: dict[str, Any] = {
        "tokens": np.frombuffer("\n".join(token for tokens in sentences for token in tokens).encode(), np.uint8),
        "lengths": np.array([len(tokens) for tokens in sentences], np.int32),
        "document": np.repeat(np.arange(len(documents), dtype=np.int32), counts),
        "name": np.array([document.name for document in documents]),
        "source": np.array([document.source for document in documents]),
    }
    if tags:
        rows = [rows for document in documents for rows in document.probabilities]
        arrays["tags"] = np.array(list(tags))
        arrays["probabilities"] = np.concatenate(rows).astype(np.float16)
    if projection_id:
        arrays["basis"] = np.array(projection_id)
        arrays["states"] = np.concatenate([document.hidden_states for document in documents])
    with whole_file(path) as file:
        np.savez_compressed(file, **arrays)


def file_digest(path: str | Path) -> str:
    """Return the SHA-256 of a file. Raises DataError if it cannot be read."""
    try:
        with open(path, "rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise DataError(f"cannot be read: {error.strerror or error}", path=str(path)) from None


def read_text(path: str | Path, *, hidden_states: bool = False) -> LabelledText:
    """Read a file that :func:`write_text` wrote.

    :param hidden_states: also read the hidden states, if the file has them.
    :raises DataError: the file cannot be read, is of another format, or its arrays do not fit together.
    """
    digest = file_digest(path)
    try:
        with np.load(path, allow_pickle=False) as file:
            wanted = [name for name in file.files if hidden_states or name not in ("states", "basis")]
            arrays = {name: file[name] for name in wanted}
        tokens = arrays["tokens"].tobytes().decode().split("\n") if len(arrays["lengths"]) else []
        names, sources = arrays["name"].tolist(), arrays["source"].tolist()
        lengths, owners = arrays["lengths"].tolist(), arrays["document"].tolist()
        tags = [str(tag) for tag in arrays.get("tags", ())]
        probabilities, states = arrays.get("probabilities"), arrays.get("states")
        shapes = {name: len(arrays[name]) for name in ("probabilities", "states") if name in arrays}
        if sum(lengths) != len(tokens) or any(count != len(tokens) for count in shapes.values()):
            shapes_told = "".join(f", {count} rows of {name}" for name, count in shapes.items())
            message = f"{len(tokens)} tokens, sentences of {sum(lengths)} tokens{shapes_told}: they do not fit together"
            raise DataError(f"{message}; write the file again", path=str(path))
        if len(owners) != len(lengths) or sorted(owners) != owners:
            raise DataError("its sentences are not in the order of its documents; write the file again", path=str(path))
        if tags and (probabilities is None or probabilities.shape[1:] != (len(tags),)):
            raise DataError(f"no probabilities for {len(tags)} tags; write the file again", path=str(path))
        documents = [PlainDocument(name, source, []) for name, source in zip(names, sources, strict=True)]
        start = 0
        firsts: dict[int, int] = {}
        for length, owner in zip(lengths, owners, strict=True):
            document, end = documents[owner], start + length
            firsts.setdefault(owner, start)
            document.sentences.append(tuple(tokens[start:end]))
            if tags and probabilities is not None:
                document.probabilities.append(probabilities[start:end])
            start = end
        if states is not None:
            for number, document in enumerate(documents):
                first = firsts.get(number, 0)
                document.hidden_states = states[first : first + document.tokens]
        return LabelledText(documents, tags, str(arrays.get("basis", "")), digest)
    except DataError:
        raise
    except Exception as error:  # numpy raises many types: a truncated archive, a missing array, text that is not UTF-8
        reason = str(error).partition("\n")[0] or type(error).__name__
        message = (
            f"not a file of tokenized text ({reason}); make it with `uk-tag-train teacher prepare` or `teacher label`"
        )
        raise DataError(message, path=str(path)) from None


def read_labelled(paths: Iterable[str | Path], *, hidden_states: bool = False) -> list[LabelledText]:
    """Read files of labelled text.

    :raises DataError: a file cannot be read or is not labelled.
    """
    texts = []
    for path in paths:
        text = read_text(path, hidden_states=hidden_states)
        if not text.tags:
            message = "no probabilities in it; label it first with `uk-tag-train teacher label`"
            raise DataError(message, path=str(path))
        texts.append(text)
    return texts


def check_hidden_states(texts: Sequence[LabelledText], paths: Sequence[str]) -> None:
    """Raise DataError if no text has hidden states, or if those of two texts cannot be compared."""
    projections = {text.projection_id for text in texts if text.projection_id}
    where = ", ".join(paths) or None
    if not projections:
        raise DataError(
            "no text has a teacher's hidden states; write them with `uk-tag-train teacher label --hidden-states`, "
            "or train without --hidden-state-weight",
            path=where,
        )
    if len(projections) > 1:
        raise DataError(
            "hidden states of different teachers or runs; "
            "write all of them with one `uk-tag-train teacher label --hidden-states`",
            path=where,
        )


def relabel_text(text: LabelledText, mapping: Mapping[str, str]) -> LabelledText:
    """Rename labels like :func:`tagger.train.data.corpus.relabel`: probabilities of tags of one name are added up."""
    renamed = []
    for tag in text.tags:
        prefix, _, label = tag.partition("-")
        new = mapping.get(label, label)
        renamed.append(f"{prefix}-{new}" if label and new != OUTSIDE else OUTSIDE)
    tags = list(dict.fromkeys(renamed))
    sums = np.zeros((len(text.tags), len(tags)), np.float32)
    sums[range(len(text.tags)), [tags.index(tag) for tag in renamed]] = 1
    documents = [
        replace(document, probabilities=[(rows @ sums).astype(np.float16) for rows in document.probabilities])
        for document in text.documents
    ]
    return replace(text, documents=documents, tags=tags)


def without_sentences(text: LabelledText, held_out: Iterable[Document]) -> LabelledText:
    """Drop the sentences that occur in held-out documents, so that a development set stays unseen."""
    known = {
        sentence.tokens
        for document in held_out
        for sentence in document.sentences
        if len(sentence.tokens) >= DISTINCTIVE_TOKENS
    }
    documents = []
    for document in text.documents:
        keep = [tokens not in known for tokens in document.sentences]
        if all(keep):
            documents.append(document)
            continue
        states = document.hidden_states
        documents.append(
            replace(
                document,
                sentences=[tokens for tokens, kept in zip(document.sentences, keep, strict=True) if kept],
                probabilities=[rows for rows, kept in zip(document.probabilities, keep, strict=True) if kept],
                hidden_states=None if states is None else states[np.repeat(keep, list(map(len, document.sentences)))],
            )
        )
    return replace(text, documents=documents)


def best_tags(probabilities: np.ndarray, lengths: Sequence[int], tags: Sequence[str]) -> np.ndarray:
    """Find the best legal tags of each sentence under a teacher's probabilities.

    :param probabilities: of all tokens.
        *Shape:* (tokens, tags).
    :param lengths: tokens of each sentence.
    :returns: tag numbers. *Shape:* (tokens,), int16.
    """
    transitions = Transitions.legal(list(tags))
    counts = np.asarray(lengths, np.int64)
    starts = np.cumsum(counts) - counts
    best = np.zeros(len(probabilities), np.int16)
    order = np.argsort(counts, kind="stable")
    for begin in range(0, len(order), CHUNK):
        chosen = order[begin : begin + CHUNK]
        position = np.arange(int(counts[chosen].max()))[:, None]
        inside = position < counts[chosen]
        token = np.where(inside, starts[chosen] + position, 0)
        emissions = np.log(np.maximum(probabilities[token].astype(np.float32), FLOOR))
        best[token[inside]] = viterbi_padded(emissions, counts[chosen], transitions)[inside]
    return best
