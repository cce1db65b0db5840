"""Tags into columns: the input's own CoNLL and CoNLL-U lines, or fresh ones; a sentence at a time, or a block of regular ones at once."""

import re
from collections.abc import Sequence
from typing import Any

import numpy as np

from tagger.formats.conllu import COLUMNS
from tagger.formats.labels import Labels, LabelView
from tagger.formats.sentence import ConllBlock, ConlluBlock, Sentence, TextBlock, encode, one_line, running_text
from tagger.tags import OUTSIDE

DIGITS = 4  # of a score, behind the point
FIELD = re.compile(rb"[^ \t\r\f\v]+")


def tag_lines(sentence: Sentence, view: LabelView) -> bytes:
    """`token TAB tag` lines and an empty line, whatever the input; with scores, a third column.

    Lines of CoNLL that hold no token are left out, and so is a sentence without tokens; of running text it becomes an empty line.
    """
    if not sentence.tokens and sentence.form != "text":
        return b""
    end = "\r\n" if b"\r\n" in (sentence.ending, sentence.line_end) else "\n"
    if not sentence.tokens:
        if sentence.goes_on:
            return b""
        return b"\0" if sentence.line_end == b"\0" else end.encode()
    columns = [sentence.tokens, view.tags, _digits(view.scores)] if view.scores else [sentence.tokens, view.tags]
    lines = [*map("\t".join, zip(*columns, strict=True)), ""]
    body = encode(end.join(lines))
    if sentence.goes_on:
        return body
    return body + (b"\0" if sentence.line_end == b"\0" else end.encode())


def add_column(sentence: Sentence, view: LabelView, column: int | None = None) -> bytes:
    """The input's own CoNLL lines, byte for byte, with the tag as one column more (and the score as another).

    :param column: which column it becomes, from 0, the others moving to the right; `None`, or more than there are: behind the last one.
    """
    lines = sentence.lines
    if sentence.tokens:
        added = [tag.encode() for tag in view.tags]
        if view.scores:
            added = list(map(b"\t".join, zip(added, map(str.encode, _digits(view.scores)), strict=True)))
        lines = list(lines)
        for row, addition in zip(sentence.rows, added, strict=True):
            line = lines[row]
            if column is None and b" " not in line and line[-1] != 13:  # the common case
                lines[row] = line + b"\t" + addition
            else:
                lines[row] = _insert(line, addition, column)
    return sentence.prefix + b"\n".join(lines) + sentence.ending


def _insert(line: bytes, addition: bytes, column: int | None) -> bytes:
    line, end = (line[:-1], b"\r") if line.endswith(b"\r") else (line, b"")
    if b"\t" in line:
        fields = line.split(b"\t")
        fields.insert(_bounded(column, len(fields)), addition)
        return b"\t".join(fields) + end
    places = [match.start() for match in FIELD.finditer(line)]
    separator = b"\t" if len(places) == 1 else b" "
    addition = addition.replace(b"\t", separator)
    column = _bounded(column, len(places))
    if column == len(places):
        return line + separator + addition + end
    return line[: places[column]] + addition + separator + line[places[column] :] + end


def _bounded(column: int | None, columns: int) -> int:
    """Where a column goes, from 0, in a line that may be too short for it."""
    if column is None:
        return columns
    return min(column, columns) if column >= 0 else max(columns + column, 0)


def add_misc(sentence: Sentence, view: LabelView, key: str) -> bytes:
    """The input's own CoNLL-U lines with `key=tag` in the tenth column of every token that has a tag; an older value is replaced.

    With scores, `keyScore=` stands beside it.
    """
    if not sentence.tokens:
        return add_column(sentence, view)
    lines = list(sentence.lines)
    scores = _digits(view.scores) or [""] * len(view.tags)
    for row, tag, score in zip(sentence.rows, view.tags, scores, strict=True):
        line = lines[row]
        line, end = (line[:-1], b"\r") if line.endswith(b"\r") else (line, b"")
        head, _, misc = line.rpartition(b"\t")
        lines[row] = head + b"\t" + _set(misc, key, tag, score) + end
    return sentence.prefix + b"\n".join(lines) + sentence.ending


def add_miscs(block: ConlluBlock, numbers: np.ndarray, tags: Sequence[str], key: str) -> bytes:
    """The same for usual sentences.

    :param numbers: which tag each word has. *Shape:* (words,).
    :param tags: what is written for each number.
    """
    visited = np.array([tag != OUTSIDE for tag in tags])[numbers]
    # Lines that may have an older value. What is found in a line without a token leads to the next word's line, which then stays as it is.
    older = [found.start() for found in re.finditer(rb"[\t|]" + re.escape(key.encode()) + b"(Score)?=", block.content)]
    if older:
        visited[np.minimum(np.searchsorted(block.ends, older), len(visited) - 1)] = True
    parts, done = [], 0
    for place in np.flatnonzero(visited).tolist():
        begin, end = int(block.miscs[place]), int(block.ends[place])
        parts += block.content[done:begin], _set(block.content[begin:end], key, tags[numbers[place]], "")
        done = end
    parts.append(block.content[done:])
    return b"".join(parts)


def _set(misc: bytes, key: str, tag: str, score: str) -> bytes:
    new = [] if tag == OUTSIDE else [f"{key}={tag}".encode(), *([f"{key}Score={score}".encode()] if score else [])]
    old = (key.encode() + b"=", key.encode() + b"Score=")
    if not new and not any(name in misc for name in old):
        return misc
    parts = [] if misc == b"_" else misc.split(b"|")
    stale = [place for place, part in enumerate(parts) if part.startswith(old)]
    for place in reversed(stale):
        del parts[place]
    at = min(stale) if stale else len(parts)
    parts[at:at] = new
    return b"|".join(parts) if parts else b"_"


def conllu_lines(sentence: Sentence, view: LabelView, key: str) -> bytes:
    """Fresh CoNLL-U from any form: numbers, tokens, and `key=tag` and `SpaceAfter=No` in MISC."""
    if not sentence.tokens:
        return b""
    text, offsets = running_text(sentence)
    spaced = " ".join(text.split())
    rows = [f"# text = {spaced}"]
    scores = _digits(view.scores) or [""] * len(view.tags)
    for number, (token, tag, score) in enumerate(zip(sentence.tokens, view.tags, scores, strict=True), 1):
        glued = number < len(offsets) and offsets[number - 1][1] == offsets[number][0]
        misc = _set(b"SpaceAfter=No" if glued else b"_", key, tag, score).decode()
        rows.append("\t".join([str(number), one_line(token) or "_", *"_" * (COLUMNS - 3), misc]))
    return encode("\n".join(rows) + "\n\n")


def _digits(scores: list[float]) -> list[str]:
    return [f"{score:.{DIGITS}f}" for score in scores]


AnyBlock = ConllBlock | ConlluBlock | TextBlock
SCALE = 10**DIGITS


class BlockWriter:
    """Writes blocks: byte for byte what :class:`tagger.formats.writer.Writer` writes of each of their sentences.

    :param form: one of :data:`tagger.formats.OUTPUTS`.
    :param column: CoNLL in, the same out: the column that the tag becomes, from 0; `None`: the last.
    :param key: the name of the tag in CoNLL-U's MISC.
    """

    def __init__(self, form: str, column: int | None, key: str, labels: Labels) -> None:
        self._form, self._column, self._key, self._labels = form, column, key, labels
        self._tags = labels.by_number or ()
        self._columns: dict[
            tuple[type, bytes, bytes], tuple[np.ndarray, ...]
        ] = {}  # by what they are of, separator and line end

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

    def _added(
        self, numbers: np.ndarray, probabilities: np.ndarray | None, kind: type, separator: bytes, line_end: bytes
    ) -> list[list[Any]]:
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
        digits = np.where(
            numbers < tags, np.rint(scores.astype(np.float64) * SCALE).astype(np.int64), SCALE + 1 - tags + numbers
        )
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
