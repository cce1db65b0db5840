"""Texts through the engine: the sentences of several texts share a window, and each gives its entities to its text."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from tagger.entity import Entity
from tagger.inference.engine import Engine
from tagger.inference.window import Window
from tagger.text.fast_words import Offsets
from tagger.text.tokenizer import bounded, cell_starts, sentence_ranges, token_spans
from tagger.validation import check_text

Range = tuple[int, int]  # start and end in code points, end exclusive
Text = tuple[str, Iterable[Range]]  # a text with its sentences


class Piece(NamedTuple):
    """A sentence of a text: its offset there, its tokens, and the list that takes its entities."""

    text: str
    start: int
    offsets: Offsets
    found: list[Entity]

    def sentence(self) -> str:
        """Return the sentence as it is written."""
        return self.text[self.start : self.start + self.offsets[-1][1]]

    def tokens(self, first: int = 0, last: int | None = None) -> list[str]:
        """Return its tokens from `first` to `last`, exclusive."""
        return [self.text[self.start + start : self.start + end] for start, end in self.offsets[first:last]]

    def cells(self) -> list[int]:
        """Return the indexes of the tokens, other than the first, that a TAB precedes."""
        return cell_starts(self.text, self.offsets, self.start)


# The sentences of a window, and the lists of entities that are complete once the window has been collected.
Pieces = tuple[list[Piece], list[list[Entity]]]


def with_sentences(texts: Iterable[str], split_lines: bool) -> Iterator[Text]:
    """Yield each text with its sentences.

    :param split_lines: split lines into sentences; otherwise each line is one.
    :raises DataError: a text is not a string.
    """
    for number, text in enumerate(texts, 1):
        check_text(text, f"text {number}")
        yield text, sentence_ranges(text, split_lines)


def submitted(engine: Engine, texts: Iterable[Text], window_tokens: int) -> Iterator[tuple[Window, Pieces]]:
    """Submit windows of the sentences of texts, and yield each window with its sentences.

    Any error is raised after the last window of the texts that were read before it.
    """

    def submit() -> Window:
        cells: list[int] = []
        count = 0
        for piece in pieces:
            cells += [count + cell for cell in piece.cells()]
            count += len(piece.offsets)
        sentences = [piece.tokens() for piece in pieces]
        return engine.submit_sentences(sentences, cells=cells, probabilities=True, ahead=True)

    pieces: list[Piece] = []
    complete: list[list[Entity]] = []
    held = 0
    trouble: Exception | None = None
    source = iter(texts)
    while True:
        try:
            text, ranges = next(source)
        except StopIteration:
            break
        except Exception as error:
            trouble = error
            break
        found: list[Entity] = []
        for start, end in bounded(text, ranges):
            offsets = token_spans(text[start:end])
            if offsets:
                pieces.append(Piece(text, start, offsets, found))
            held += len(offsets) + 1
            if held >= window_tokens:
                yield submit(), (pieces, complete)
                pieces, complete, held = [], [], 0
        complete.append(found)
    yield submit(), (pieces, complete)
    if trouble is not None:
        raise trouble


def pieces_of(text: str, ranges: Iterable[Range], found: list[Entity]) -> list[Piece]:
    """Return the sentences of a text that have tokens.

    :param found: the list that takes the entities of all of them.
    """
    pieces = (Piece(text, start, token_spans(text[start:end]), found) for start, end in bounded(text, ranges))
    return [piece for piece in pieces if piece.offsets]
