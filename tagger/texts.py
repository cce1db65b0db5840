"""Entities of whole texts: cuts strings into sentences and tokens, tags many at a time, and gives each string its own entities back."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

from tagger.entity import Entity
from tagger.formats.labels import Labels, LabelSettings
from tagger.inference.window import Annotation, Window, one_behind
from tagger.text.fast_words import Offsets, stretches
from tagger.text.tokenizer import sentence_ranges, token_spans
from tagger.validation import check_text

LONGEST_SENTENCE = 1 << 18  # characters


class _Piece(NamedTuple):
    """A sentence of a text: where it starts there, its tokens, and where to put what is found in it."""

    text: str
    start: int
    offsets: Offsets
    found: list[Entity]

    def tokens(self) -> list[str]:
        return [self.text[self.start + start : self.start + end] for start, end in self.offsets]


class EntityFinder:
    """Finds entities in texts.

    :param begin: begins to tag sentences given as tokens, with probabilities.
    :param finish: gives the annotations of what was begun.
    :param tags: the model's tags, by number.
    """

    def __init__(self, begin: Callable[[Sequence[Sequence[str]]], Window], finish: Callable[[Window], Iterable[Annotation]], tags: Sequence[str]) -> None:
        self._begin, self._finish = begin, finish
        self._labels = Labels(tags, LabelSettings())

    def find(self, texts: Iterable[str], *, sentences: bool, window_tokens: int) -> Iterator[list[Entity]]:
        """The entities of each text, in the order of the texts and of their places there.

        :param sentences: cut lines into sentences; else a line is one.
        :param window_tokens: about as many tokens are held before they are tagged.
        """
        for window, (pieces, complete) in one_behind(self._begun(texts, sentences, window_tokens)):
            for piece, annotation in zip(pieces, self._finish(window), strict=True):
                for span in self._labels.view(annotation).spans:
                    start, end = piece.start + piece.offsets[span.start][0], piece.start + piece.offsets[span.end - 1][1]
                    piece.found.append(Entity(start, end, span.label, piece.text[start:end], span.score or 0.0))
            yield from complete

    def _begun(self, texts: Iterable[str], sentences: bool, window_tokens: int) -> Iterator[tuple[Window, tuple[list[_Piece], list[list[Entity]]]]]:
        """Windows of pieces, begun, with the lists of entities that will be complete once a window is finished."""
        pieces: list[_Piece] = []
        complete: list[list[Entity]] = []
        held = number = 0
        trouble: Exception | None = None
        source = iter(texts)
        while True:
            try:
                text = next(source)
                number += 1
                check_text(text, f"text {number}")
            except StopIteration:
                break
            except Exception as error:  # after the texts that were read
                trouble = error
                break
            found: list[Entity] = []
            for start, end in _bounded(text, sentence_ranges(text, sentences)):
                offsets = token_spans(text[start:end])
                if offsets:
                    pieces.append(_Piece(text, start, offsets, found))
                held += len(offsets) + 1
                if held >= window_tokens:
                    yield self._begin([piece.tokens() for piece in pieces]), (pieces, complete)
                    pieces, complete, held = [], [], 0
            complete.append(found)
        yield self._begin([piece.tokens() for piece in pieces]), (pieces, complete)
        if trouble is not None:
            raise trouble


def _bounded(text: str, ranges: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """The same, with those that are too long to be held as tokens in parts."""
    for start, end in ranges:
        yield from stretches(text, start, end, LONGEST_SENTENCE) if end - start > LONGEST_SENTENCE else [(start, end)]
