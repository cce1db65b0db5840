"""The Python interface: load a model once, pass text or sentences, get entities or tags in order.

A tagger may be shared between threads, and sent to other processes, which open the same model again.
"""

import os
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from tagger import validation
from tagger.entity import Entity
from tagger.errors import ModelError
from tagger.formats.labels import Labels, LabelSettings
from tagger.inference.engine import Engine
from tagger.inference.model_path import SHIPPED_MODEL, model_file
from tagger.inference.session import Session
from tagger.inference.window import Annotation, Window, delayed, windows
from tagger.model_file.bundle import Bundle
from tagger.text.fast_words import Offsets
from tagger.text.tokenizer import bounded, sentence_ranges, token_spans

if TYPE_CHECKING:
    from tagger.formats.tables import Column

REOPENED = 4  # unpickled taggers kept open


class _Piece(NamedTuple):
    """A sentence of a text: its offset there, its tokens, and the list that takes its entities."""

    text: str
    start: int
    offsets: Offsets
    found: list[Entity]

    def tokens(self) -> list[str]:
        return [self.text[self.start + start : self.start + end] for start, end in self.offsets]


# The sentences of a window, and the lists of entities that are complete once the window has been collected.
_Pieces = tuple[list[_Piece], list[list[Entity]]]


class Tagger:
    """Tag sentences. A sentence gets the same tags whatever else is tagged with it.

    :param session: an open model.
    :param batch_tokens: maximum size of a batch in tokens, padding included; by default the size that suits the device.
    :param threads: number of batches that go through the network side by side.
    :raises OptionError: `batch_tokens` or `threads` is not a whole number of at least 1.
    """

    def __init__(self, session: Session, *, batch_tokens: int | None = None, threads: int = 1) -> None:
        self.engine = Engine(session, batch_tokens=batch_tokens, threads=threads)
        self.session = session
        self.batch_tokens, self.threads = self.engine.batch_tokens, self.engine.threads
        self._labels = Labels(session.bundle.tags, LabelSettings())

    @property
    def bundle(self) -> Bundle:
        """Tags, vocabulary, transitions and card of the model."""
        return self.engine.bundle

    @classmethod
    def load(
        cls,
        path: str | Path | None = None,
        *,
        device: str = "auto",
        precision: str = "auto",
        threads: int = 1,
        batch_tokens: int | None = None,
    ) -> "Tagger":
        """Open a model file.

        :param path: a file, or the bare name of a model in the package; by default $UK_TAG_MODEL, else `uk-ner`.
        :param device: `auto`, `cpu` or `cuda`.
        :param precision: `float32`, `int8`, or `auto`: the file as it is; of a model in the package int8 on the CPU,
            float32 on CUDA.
        :param threads, batch_tokens: see :class:`Tagger`.
        :raises ModelError: the file cannot be used.
        :raises DeviceError: the device cannot be used.
        :raises OptionError: there is no such device or precision, or a number is less than 1.
        :raises PackageError: onnxruntime is missing or broken.
        """
        session = Session(model_file(path, precision, device), device=device)
        return cls(session, batch_tokens=batch_tokens, threads=threads)

    def __call__(self, text: str, *, sentences: bool = True, document: bool = False) -> list[Entity]:
        """Find the entities of a text, in order, with their offsets in this string.

        :param sentences: split lines into sentences, as `uk-tag --sentences` does; else each line is one sentence. No
            entity extends over the end of a line.
        :param document: tag the text as a whole, as `uk-tag --document` does: a name that is found in one sentence
            helps to find it in others.
        :raises DataError: the text is not a string.
        """
        validation.check_text(text)
        return next(self.stream_entities([text], sentences=sentences, document=document))

    def stream_entities(
        self,
        texts: Iterable[str],
        *,
        sentences: bool = True,
        document: bool = False,
        window_tokens: int | None = None,
    ) -> Iterator[list[Entity]]:
        """Find the entities of any number of texts, lazily, in order.

        :param sentences, document: as for one text; each text is a document.
        :param window_tokens: as in :meth:`stream`.
        :raises DataError: a text is not a string. This error, and any error that `texts` raises, comes after the
            entities of all texts before it.
        """
        validation.check_source(texts, "texts", "tagger(text)")
        wanted = self._window_tokens(window_tokens)
        if document:
            return self._document_entities(texts, sentences)
        return self._entities(texts, sentences, wanted)

    def map_batch(
        self,
        columns: Any,
        *,
        tokens: str = "tokens",
        text: str = "text",
        tags: str = "tags",
        entities: str = "entities",
        document: bool = False,
    ) -> "dict[str, Column]":
        """Compute new columns for a batch of rows.

        For `datasets.Dataset.map(tagger.map_batch, batched=True)`, for data frames and for Arrow tables. A missing row
        (None, NaN) stays missing.

        :param columns: a dictionary of columns, a data frame, an Arrow table or record batch; it is not changed.
        :param tokens: name of the column of token lists, if there is one; its new column is `tags`, lists of BIO tags.
        :param text: name of the column of strings, if there is one; its new column is `entities`, lists of
            dictionaries with the fields of :class:`Entity`.
        :param document: tag each text as a whole, as in :meth:`stream_entities`.
        :raises DataError: there is neither column, or a row contains something else.
        """
        from tagger.formats.tables import tag_columns

        find = partial(self.stream_entities, document=document)
        return tag_columns(columns, self.stream, find, tokens=tokens, text=text, tags=tags, entities=entities)

    def tag(self, tokens: Sequence[str]) -> list[str]:
        """Return the BIO tags of one sentence.

        :raises DataError: it is not a sequence of strings.
        """
        validation.check_sentence(tokens)
        validation.check_tokens([tokens])
        return next(self.engine.annotations(self.engine.submit_sentences([tokens]))).tags

    def stream(
        self, sentences: Iterable[Sequence[str]], *, document: bool = False, window_tokens: int | None = None
    ) -> Iterator[list[str]]:
        """Yield the BIO tags of any number of sentences, lazily, in order.

        :param document: tag the sentences as one document, which is read to its end first.
        :param window_tokens: number of tokens to read ahead, by default the number that suits the device. Up to twice
            as many are read if a window has several batches and there are several threads or processors.
        :raises DataError: a sentence is not a sequence of strings. This error, and any error that `sentences` raises,
            comes after the tags of all sentences before it.
        """
        validation.check_source(sentences, "sentences", "tagger(text)")
        tokens = self._window_tokens(window_tokens)
        if document:
            return (found.tags for found in self._document(chain.from_iterable(windows(sentences, tokens))))
        submitted = ((self.engine.submit_sentences(window, ahead=True), None) for window in windows(sentences, tokens))
        return (annotation.tags for window, _ in delayed(submitted) for annotation in self.engine.annotations(window))

    def annotate(
        self, sentences: Sequence[Sequence[str]], *, probabilities: bool = False, document: bool = False
    ) -> list[Annotation]:
        """Tag a list of sentences, with all results in memory. A sentence without tokens gets no tags.

        :param probabilities: also compute marginal probabilities.
        :param document: tag the sentences as one document, see :meth:`stream`; always with probabilities.
        :raises DataError: `sentences` is not a sequence of sequences of strings.
        """
        validation.check_sentences(sentences)
        if document:
            return list(self._document(sentences))
        return list(self.engine.annotations(self.engine.submit_sentences(sentences, probabilities=probabilities)))

    def __reduce__(self) -> tuple[Any, ...]:
        path = self.session.path
        # Where the pickle is loaded, the package may be installed in another folder. The digest tells whether its model
        # is the same.
        name = path.name if path.parent == SHIPPED_MODEL.parent else str(path)
        return reopen, (name, self.session.digest, self.session.wanted_device, self.threads, self.batch_tokens)

    def _window_tokens(self, wanted: int | None) -> int:
        return self.engine.window_tokens if wanted is None else validation.at_least_one("window_tokens", wanted)

    def _document(self, sentences: Iterable[Sequence[str]]) -> Iterator[Annotation]:
        from tagger.inference.document import annotate_document  # seldom used

        return annotate_document(self.engine, sentences)

    def _document_entities(self, texts: Iterable[str], sentences: bool) -> Iterator[list[Entity]]:
        for number, text in enumerate(texts, 1):
            validation.check_text(text, f"text {number}")
            found: list[Entity] = []
            ranges = bounded(text, sentence_ranges(text, sentences))
            pieces = [_Piece(text, start, token_spans(text[start:end]), found) for start, end in ranges]
            for piece, annotation in zip(pieces, self._document(piece.tokens() for piece in pieces), strict=True):
                self._find(piece, annotation)
            yield found

    def _find(self, piece: _Piece, annotation: Annotation) -> None:
        """Add the entities of a sentence to its text's."""
        for span in self._labels.view(annotation).spans:
            start = piece.start + piece.offsets[span.start][0]
            end = piece.start + piece.offsets[span.end - 1][1]
            piece.found.append(Entity(start, end, span.label, piece.text[start:end], span.score or 0.0))

    def _entities(self, texts: Iterable[str], sentences: bool, window_tokens: int) -> Iterator[list[Entity]]:
        for window, (pieces, complete) in delayed(self._submitted(texts, sentences, window_tokens)):
            for piece, annotation in zip(pieces, self.engine.annotations(window), strict=True):
                self._find(piece, annotation)
            yield from complete

    def _submitted(self, texts: Iterable[str], sentences: bool, window_tokens: int) -> Iterator[tuple[Window, _Pieces]]:
        """Split texts into sentences, submit windows of them, and yield each window with its sentences.

        Any error is raised after the last window of the texts that were read before it.
        """
        pieces: list[_Piece] = []
        complete: list[list[Entity]] = []
        held = number = 0
        trouble: Exception | None = None
        source = iter(texts)
        while True:
            try:
                text = next(source)
                number += 1
                validation.check_text(text, f"text {number}")
            except StopIteration:
                break
            except Exception as error:
                trouble = error
                break
            found: list[Entity] = []
            for start, end in bounded(text, sentence_ranges(text, sentences)):
                offsets = token_spans(text[start:end])
                if offsets:
                    pieces.append(_Piece(text, start, offsets, found))
                held += len(offsets) + 1
                if held >= window_tokens:
                    yield self._submit(pieces), (pieces, complete)
                    pieces, complete, held = [], [], 0
            complete.append(found)
        yield self._submit(pieces), (pieces, complete)
        if trouble is not None:
            raise trouble

    def _submit(self, pieces: list[_Piece]) -> Window:
        return self.engine.submit_sentences([piece.tokens() for piece in pieces], probabilities=True, ahead=True)


_reopened: dict[tuple[Any, ...], Tagger] = {}


def reopen(path: str, digest: str, device: str, threads: int, batch_tokens: int) -> Tagger:
    """Open the model of a pickled tagger, once per process however often the pickle is loaded.

    Frameworks such as Spark send a pickle with every task.

    :param path: the model file; a bare name for a model of the package.
    :param digest: digest of the pickled tagger's model.
    :raises ModelError: there is no such file, or it is not the same model.
    """
    # By process, since a forked process must not use its parent's tagger.
    key = (os.getpid(), path, digest, device, threads, batch_tokens)
    tagger = _reopened.get(key)
    if tagger is None:
        tagger = Tagger.load(SHIPPED_MODEL.parent / path, device=device, threads=threads, batch_tokens=batch_tokens)
        if tagger.session.digest != digest:
            where = tagger.session.path
            mend = "give all processes the same file and the same version of uk-tag"
            raise ModelError(f"{where}: is not the model that was pickled; {mend}")
        while len(_reopened) >= REOPENED:
            _reopened.pop(next(iter(_reopened)), None)
        _reopened[key] = tagger
    return tagger
