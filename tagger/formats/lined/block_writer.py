"""Tags as columns of CoNLL and CoNLL-U, a block of regular sentences at a time."""

import re
from collections.abc import Sequence
from typing import Any

import numpy as np

from tagger.formats.labels import Labels
from tagger.formats.lined.conll_writer import DIGITS, set_misc
from tagger.formats.sentence import ConllBlock, ConlluBlock, TextBlock
from tagger.tags import OUTSIDE

SCALE = 10**DIGITS
# Numbers of words without a tag, counted from the number after the last tag's. The engine gives NO_TAG to words
# outside of sentences: their lines stay as they are. Lines with NO_LINE are left out.
NO_TAG, NO_LINE = 0, 1

AnyBlock = ConllBlock | ConlluBlock | TextBlock
Kind = type[bytes] | type[str]


def add_miscs(block: ConlluBlock, numbers: np.ndarray, tags: Sequence[str], key: str) -> bytes:
    """Add tags to the lines of a block, as :func:`tagger.formats.lined.conll_writer.add_misc` does for a sentence.

    There are no scores and no lemmas.

    :param numbers: number of each word's tag.
        *Shape:* (words,).
    :param tags: the text to write for each number.
    """
    visited = np.array([tag != OUTSIDE for tag in tags])[numbers]
    # Lines that may have an older value. A match in a line without a token selects the next word's line, which then
    # stays as it is.
    older = [
        found.start() for found in re.finditer(rb"[\t|]" + re.escape(key.encode()) + b"(Score|Lemma)?=", block.content)
    ]
    if older:
        visited[np.minimum(np.searchsorted(block.ends, older), len(visited) - 1)] = True
    parts: list[bytes] = []
    done = 0
    for word in np.flatnonzero(visited).tolist():
        begin, end = int(block.miscs[word]), int(block.ends[word])
        parts += block.content[done:begin], set_misc(block.content[begin:end], key, tags[numbers[word]], "")
        done = end
    parts.append(block.content[done:])
    return b"".join(parts)


class BlockWriter:
    """Writes blocks: byte for byte what :class:`tagger.formats.writer.Writer` writes for each of their sentences.

    :param form, column, key: see :class:`tagger.formats.writer.WriterSettings`.
    """

    def __init__(self, form: str, column: int | None, key: str, labels: Labels) -> None:
        self._form, self._column, self._key, self._labels = form, column, key, labels
        self._tags = labels.by_number or ()
        # by the type of the words, the separator and the line end
        self._columns: dict[tuple[Kind, bytes, bytes], list[np.ndarray]] = {}

    @property
    def forms(self) -> tuple[str, ...]:
        """Input formats whose blocks :meth:`write` accepts: lines just get a tag and a score, or are made anew."""
        if not self._tags:
            return ()
        miscs = () if self._labels.scored else ("conllu",)
        return {
            "same": ("text", *(("conll",) if self._column is None else ()), *miscs),
            "conll": ("text", "conll", "conllu"),
            "conllu": miscs,
        }.get(self._form, ())

    def write(self, block: AnyBlock, numbers: np.ndarray, probabilities: np.ndarray | None = None) -> bytes:
        """Return the bytes of a block.

        :param numbers: number of each word's tag; `len(tags) + NO_TAG` for words outside of sentences.
            *Shape:* (words,).
        :param probabilities: probability of each tag, needed if scores are shown.
            *Shape:* (words, tags), float32.
        """
        fresh = self._form == "conll" or isinstance(block, TextBlock)
        if isinstance(block, ConlluBlock) and not fresh:
            return block.prefix + add_miscs(block, numbers, self._tags, self._key)
        words: Sequence[Any] = block.words
        kind: Kind = bytes
        separator, line_end = b"\t", b"\n"
        if isinstance(block, TextBlock):
            kind, line_end = str, block.line_end
        elif isinstance(block, ConllBlock) and not fresh:
            words, separator, line_end = block.lines, block.separator, block.line_end
        elif isinstance(block, ConllBlock) and len(block.passing):
            numbers = numbers.copy()
            numbers[block.passing] = len(self._tags) + NO_LINE
        added = self._added(numbers, probabilities, kind, separator, line_end)
        if isinstance(block, ConlluBlock):
            for last in (block.starts + block.lengths - 1).tolist():
                added[-1][last] += b"\n"
        columns = [words, *added]
        parts: list[Any] = [None] * (len(columns) * len(words))
        for index, column in enumerate(columns):
            parts[index :: len(columns)] = column
        data = kind().join(parts)
        if isinstance(data, str):
            return data.encode("utf-8")
        return data if fresh else block.prefix + data

    def _added(
        self, numbers: np.ndarray, probabilities: np.ndarray | None, kind: Kind, separator: bytes, line_end: bytes
    ) -> list[list[Any]]:
        """Return the texts after each word, to the end of its line: its tag, and its score if scores are shown."""
        key = kind, separator, line_end
        if key not in self._columns:
            self._columns[key] = self._texts(*key)
        texts = self._columns[key]
        if probabilities is None or not self._labels.scored:
            return [texts[0][numbers].tolist()]
        tags = len(self._tags)
        scores = self._labels.scores(np.minimum(numbers, tags - 1), probabilities)
        # float32 has 24 bits, and its product with SCALE fits in a float64, so it is rounded like the score itself
        rounded = np.rint(scores.astype(np.float64) * SCALE).astype(np.int64)
        indexes = np.where(numbers < tags, rounded, SCALE + 1 + (numbers - tags))  # after the scores: NO_TAG, NO_LINE
        return [texts[0][numbers].tolist(), texts[1][indexes].tolist()]

    def _texts(self, kind: Kind, separator: bytes, line_end: bytes) -> list[np.ndarray]:
        """Return the texts of each column: by tag number, and by score times SCALE; then for NO_TAG and NO_LINE."""
        columns = [[separator + tag.encode() for tag in self._tags]]
        if self._labels.scored:
            columns.append([b"%s%.*f" % (separator, DIGITS, number / SCALE) for number in range(SCALE + 1)])
        for column in columns[:-1]:
            column += [b"", b""]
        columns[-1] = [*(text + line_end for text in columns[-1]), line_end, b""]
        return [np.array([text.decode() for text in column] if kind is str else column, object) for column in columns]
