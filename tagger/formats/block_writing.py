"""Usual sentences to bytes, all of a block together."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from tagger.formats.block import ConllBlock, ConlluBlock, TextBlock
from tagger.formats.columns import DIGITS, add_miscs
from tagger.labels import Labels

AnyBlock = ConllBlock | ConlluBlock | TextBlock
SCALE = 10**DIGITS


class BlockWriter:
    """Writes blocks: byte for byte what :class:`tagger.formats.writing.Writing` writes of each of their sentences.

    :param form: one of :data:`tagger.formats.OUTPUTS`.
    :param column: CoNLL in, the same out: the column that the tag becomes, from 0; `None`: the last.
    :param key: the name of the tag in CoNLL-U's MISC.
    """

    def __init__(self, form: str, column: int | None, key: str, labels: Labels) -> None:
        self._form, self._column, self._key, self._labels = form, column, key, labels
        self._tags = labels.by_number or ()
        self._columns: dict[tuple[type, bytes, bytes], tuple[np.ndarray, ...]] = {}  # by what they are of, separator and line end

    @property
    def forms(self) -> tuple[str, ...]:
        """The forms whose blocks it writes: those in which a line only gets its tag, and score, or no line but tags is written."""
        if not self._tags:
            return ()
        miscs = () if self._labels.scored else ("conllu",)
        return {
            "same": ("text", *(("conll",) if self._column is None else ()), *miscs),
            "conll": ("text", "conll", "conllu"),
            "conllu": miscs,
        }.get(self._form, ())

    def write(self, block: AnyBlock, numbers: np.ndarray, probabilities: np.ndarray | None = None) -> bytes:
        """The bytes of a block, given the numbers of the model's tags at its words, and where scores are shown the probability of each tag.

        Words of no sentence have the number behind that of the last tag. *Shape:* (words,), (words, tags).
        """
        fresh = self._form == "conll" or isinstance(block, TextBlock)
        if isinstance(block, ConlluBlock) and not fresh:
            return block.prefix + add_miscs(block, numbers, self._tags, self._key)
        words: Sequence[Any] = block.words
        kind, separator, line_end = bytes, b"\t", b"\n"
        if isinstance(block, TextBlock):
            kind, line_end = str, block.line_end
        elif isinstance(block, ConllBlock) and not fresh:
            words, separator, line_end = block.lines, block.separator, block.line_end
        elif isinstance(block, ConllBlock) and len(block.passing):
            numbers = numbers.copy()
            numbers[block.passing] = len(self._tags) + 1
        columns = [words, *self._added(numbers, probabilities, kind, separator, line_end)]
        if isinstance(block, ConlluBlock):
            for last in (block.starts + block.lengths - 1).tolist():
                columns[-1][last] += b"\n"
        parts: list[Any] = [None] * (len(columns) * len(words))
        for place, column in enumerate(columns):
            parts[place :: len(columns)] = column
        data = kind().join(parts)
        return data.encode("utf-8") if isinstance(data, str) else data if fresh else block.prefix + data

    def _added(self, numbers: np.ndarray, probabilities: np.ndarray | None, kind: type, separator: bytes, line_end: bytes) -> list[list[Any]]:
        """What stands behind each word: its tag, and its score where it is shown, to the end of the line."""
        key = kind, separator, line_end
        if key not in self._columns:
            self._columns[key] = tuple(self._texts(*key))
        texts = self._columns[key]
        if probabilities is None or not self._labels.scored:
            return [texts[0][numbers].tolist()]
        tags = len(self._tags)
        scores = self._labels.scores(np.minimum(numbers, tags - 1), probabilities)
        # float32 has 24 bits, and their product with SCALE fits in a float64: it is rounded as the figure itself would be
        digits = np.where(numbers < tags, np.rint(scores.astype(np.float64) * SCALE).astype(np.int64), SCALE + 1 - tags + numbers)
        return [texts[0][numbers].tolist(), texts[1][digits].tolist()]

    def _texts(self, kind: type, separator: bytes, line_end: bytes) -> list[np.ndarray]:
        """For each column what it has, by number: of the tag, or of the digits. Behind these what ends a line without one, and what leaves it out."""
        columns = [[separator + tag.encode() for tag in self._tags]]
        if self._labels.scored:
            columns.append([b"%s%.*f" % (separator, DIGITS, number / SCALE) for number in range(SCALE + 1)])
        for column in columns[:-1]:
            column += [b"", b""]
        columns[-1] = [*(text + line_end for text in columns[-1]), line_end, b""]
        return [np.array([text.decode() for text in column] if kind is str else column, object) for column in columns]
