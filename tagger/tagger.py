"""The Python interface: load a model once, pass text or sentences, get entities or tags in order.

A tagger may be shared between threads, and sent to other processes, which open the same model again.
"""

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any, overload

from tagger import validation
from tagger.entity import Entity
from tagger.errors import ModelError, OptionError
from tagger.formats.labels import Labels, LabelSettings
from tagger.inference.engine import Engine
from tagger.inference.model_path import SHIPPED_MODEL, model_file
from tagger.inference.session import Session
from tagger.inference.texts import Piece, Text, pieces_of, submitted, with_sentences
from tagger.inference.window import Annotation, delayed, windows
from tagger.model_file.bundle import Bundle
from tagger.own_names.lists import NameLists, name_lists

REOPENED = 4  # unpickled taggers kept open

Lemmatize = Callable[[str, int, int, str], str]  # sentence, start, end and label of an entity to its base form


class Tagger:
    """Tag sentences. A sentence gets the same tags whatever else is tagged with it.

    :param session: an open model.
    :param batch_tokens: maximum size of a batch in tokens, padding included; by default the size that suits the device.
    :param threads: number of batches that go through the network side by side.
    :param own_names: names that are, or are not, entities whatever the model says.
    :raises OptionError: there is no model, or `batch_tokens` or `threads` is not a whole number of at least 1.
    """

    def __init__(
        self,
        session: Session | None = None,
        *,
        batch_tokens: int | None = None,
        threads: int = 1,
        own_names: NameLists | None = None,
    ) -> None:
        if session is None or isinstance(session, str | Path):
            path = "" if session is None else repr(str(session))
            raise OptionError(f"Tagger takes an open model; to open a model file: Tagger.load({path})")
        self.own_names = own_names or NameLists()
        self.engine = Engine(session, batch_tokens=batch_tokens, threads=threads, own_names=own_names)
        self.session = session
        self.batch_tokens, self.threads = self.engine.batch_tokens, self.engine.threads
        self._labels = Labels(self.engine.tags, LabelSettings())

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
        names: Any = None,
        forbid: Any = None,
    ) -> "Tagger":
        """Open a model file.

        :param path: a file, or the bare name of a model in the package; by default $UK_TAG_MODEL, else `uk-ner`.
        :param device: `auto`, `cpu` or `cuda`.
        :param precision: `float32`, `int8`, or `auto`: the file as it is; of a model in the package int8 on the CPU,
            float32 on CUDA.
        :param threads, batch_tokens: see :class:`Tagger`.
        :param names: names that are entities wherever they stand, with score 1: a file as for `uk-tag --names`, a
            mapping of names to labels, or tuples of name and label, or of name, label and base form.
        :param forbid: names that are no entities: a file as for `uk-tag --forbid`, or a list of names, or of tuples of
            name and label.
        :raises ModelError: the file cannot be used.
        :raises DataError: a list of names cannot be used.
        :raises DeviceError: the device cannot be used.
        :raises OptionError: there is no such device or precision, or a number is less than 1.
        :raises PackageError: onnxruntime is missing or broken.
        """
        own_names = name_lists(names, forbid)
        session = Session(model_file(path, precision, device), device=device)
        return cls(session, batch_tokens=batch_tokens, threads=threads, own_names=own_names)

    @overload
    def __call__(  # type: ignore[overload-overlap]
        self, text: str, *, sentences: bool = True, lemma: bool = False, document: bool = False
    ) -> list[Entity]: ...

    @overload
    def __call__(
        self, text: Sequence[str], *, sentences: bool = True, lemma: bool = False, document: bool = False
    ) -> list[list[Entity]]: ...

    def __call__(
        self, text: str | Sequence[str], *, sentences: bool = True, lemma: bool = False, document: bool = False
    ) -> list[Entity] | list[list[Entity]]:
        """Find the entities of a text, or of each of several texts, in order, with their offsets in that string.

        :param text: a string, or a list of strings, whose results are all held in memory.
        :param sentences: split lines into sentences, as `uk-tag --sentences` does; else each line is one sentence. No
            entity extends over the end of a line.
        :param lemma: also find the base form of each entity.
        :param document: tag each text as a whole, as `uk-tag --document` does: a name that is found in one sentence
            helps to find it in others.
        :returns: the entities; for a list of texts a list of them for each.
        :raises DataError: the text is neither a string nor a list of strings.
        :raises PackageError: base forms are asked for, and pymorphy3 is missing.
        """
        if isinstance(text, str):
            return next(self.stream_entities([text], sentences=sentences, lemma=lemma, document=document))
        validation.check_texts(text)
        return list(self.stream_entities(text, sentences=sentences, lemma=lemma, document=document))

    def stream_entities(
        self,
        texts: Iterable[str],
        *,
        sentences: bool = True,
        lemma: bool = False,
        document: bool = False,
        window_tokens: int | None = None,
    ) -> Iterator[list[Entity]]:
        """Find the entities of any number of texts, lazily, in order.

        :param sentences, lemma, document: as for one text; each text is a document.
        :param window_tokens: as in :meth:`stream`.
        :raises DataError: a text is not a string. This error, and any error that `texts` raises, comes after the
            entities of all texts before it.
        :raises PackageError: base forms are asked for, and pymorphy3 is missing.
        """
        validation.check_source(texts, "texts", "tagger(text)")
        return self.entities_within(
            with_sentences(texts, sentences), window_tokens=window_tokens, lemma=lemma, document=document
        )

    def entities_within(
        self,
        texts: Iterable[Text],
        *,
        window_tokens: int | None = None,
        lemma: bool = False,
        document: bool = False,
    ) -> Iterator[list[Entity]]:
        """Find the entities of texts whose sentences are known, lazily, in order.

        :param texts: each text with start and end of its sentences, in code points, in order, without overlap.
        :param window_tokens: as in :meth:`stream`.
        :param lemma, document: as in :meth:`stream_entities`.
        :raises PackageError: base forms are asked for, and pymorphy3 is missing.
        """
        lemmatize = None
        if lemma:
            from tagger.base_forms.base_form import base_form, open_dictionary

            open_dictionary()
            lemmatize = base_form
        wanted = self._window_tokens(window_tokens)
        return self._document_entities(texts, lemmatize) if document else self._entities(texts, wanted, lemmatize)

    def map_batch(
        self,
        columns: Any,
        *,
        tokens: str = "tokens",
        text: str = "text",
        tags: str = "tags",
        entities: str = "entities",
        lemma: bool = False,
        sentences: bool = True,
        document: bool = False,
    ) -> dict[str, Any]:
        """Compute new columns for a batch of rows.

        For `datasets.Dataset.map(tagger.map_batch, batched=True)`, for data frames and for Arrow tables. A missing row
        (None, NaN) stays missing.

        :param columns: a dictionary of columns, a data frame of pandas or Polars, an Arrow table or record batch; it is
            not changed.
        :param tokens: name of the column of token lists, if there is one; its new column is `tags`, lists of BIO tags.
        :param text: name of the column of strings, if there is one; its new column is `entities`, lists of
            dictionaries with the fields of :class:`Entity`, `lemma` only if it is asked for.
        :param lemma: also find the base form of each entity.
        :param sentences: for texts, as for one text.
        :param document: tag each text as a whole, as in :meth:`stream_entities`.
        :returns: the new columns by name: lists, or for a Polars frame its series.
        :raises DataError: there is neither column, or a row contains something else.
        """
        from tagger.formats.tables import tag_columns

        return tag_columns(
            columns,
            self.stream,
            partial(self.stream_entities, sentences=sentences, lemma=lemma, document=document),
            tokens=tokens,
            text=text,
            tags=tags,
            entities=entities,
            lemma=lemma,
        )

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
        running = ((self.engine.submit_sentences(window, ahead=True), None) for window in windows(sentences, tokens))
        return (annotation.tags for window, _ in delayed(running) for annotation in self.engine.annotations(window))

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
        own = (self.own_names,) if self.own_names else ()
        return reopen, (name, self.session.digest, self.session.wanted_device, self.threads, self.batch_tokens, *own)

    def _window_tokens(self, wanted: int | None) -> int:
        return self.engine.window_tokens if wanted is None else validation.at_least_one("window_tokens", wanted)

    def _document(
        self, sentences: Iterable[Sequence[str]], cells: Iterable[Sequence[int]] | None = None
    ) -> Iterator[Annotation]:
        from tagger.inference.documents.document import annotate_document  # seldom used

        return annotate_document(self.engine, sentences, cells)

    def _document_entities(self, texts: Iterable[Text], lemmatize: Lemmatize | None) -> Iterator[list[Entity]]:
        for text, ranges in texts:
            pieces = pieces_of(text, ranges, [])
            found = self._document([piece.tokens() for piece in pieces], [piece.cells() for piece in pieces])
            for piece, annotation in zip(pieces, found, strict=True):
                self._find(piece, annotation, lemmatize)
            yield pieces[0].found if pieces else []

    def _find(self, piece: Piece, annotation: Annotation, lemmatize: Lemmatize | None) -> None:
        """Add the entities of a sentence to its text's."""
        for span in self._labels.view(annotation).spans:
            start, end = piece.offsets[span.start][0], piece.offsets[span.end - 1][1]
            lemma = lemmatize and (
                self.engine.own_base(piece.tokens(span.start, span.end), span.label)
                or lemmatize(piece.sentence(), start, end, span.label)
            )
            first, last = piece.start + start, piece.start + end
            piece.found.append(Entity(first, last, span.label, piece.text[first:last], span.score or 0.0, lemma))

    def _entities(
        self, texts: Iterable[Text], window_tokens: int, lemmatize: Lemmatize | None
    ) -> Iterator[list[Entity]]:
        for window, (pieces, complete) in delayed(submitted(self.engine, texts, window_tokens)):
            for piece, annotation in zip(pieces, self.engine.annotations(window), strict=True):
                self._find(piece, annotation, lemmatize)
            yield from complete


_reopened: dict[tuple[Any, ...], Tagger] = {}


def reopen(
    path: str, digest: str, device: str, threads: int, batch_tokens: int, own_names: NameLists | None = None
) -> Tagger:
    """Open the model of a pickled tagger, once per process however often the pickle is loaded.

    Frameworks such as Spark send a pickle with every task.

    :param path: the model file; a bare name for a model of the package.
    :param digest: digest of the pickled tagger's model.
    :param own_names: lists of names of the pickled tagger; pickles without any, and older ones, do not have it.
    :raises ModelError: there is no such file, or it is not the same model.
    """
    lists = own_names or NameLists()
    # By process, since a forked process must not use its parent's tagger.
    key = (os.getpid(), path, digest, device, threads, batch_tokens, lists)
    tagger = _reopened.get(key)
    if tagger is None:
        tagger = Tagger.load(
            SHIPPED_MODEL.parent / path,
            device=device,
            threads=threads,
            batch_tokens=batch_tokens,
            names=lists.names,
            forbid=lists.forbidden,
        )
        if tagger.session.digest != digest:
            where = tagger.session.path
            mend = "give all processes the same file and the same version of uk-tag"
            raise ModelError(f"{where}: is not the model that was pickled; {mend}")
        while len(_reopened) >= REOPENED:
            _reopened.pop(next(iter(_reopened)), None)
        _reopened[key] = tagger
    return tagger
