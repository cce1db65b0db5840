"""Tags as columns of CoNLL and CoNLL-U: added to the input's own lines, or in new lines.

Functions write one sentence; :class:`BlockWriter` writes a block of regular sentences at once.
"""

import re
from collections.abc import Sequence
from typing import Any

import numpy as np

from tagger.formats.labels import Labels, LabelView
from tagger.formats.lined.conllu import COLUMNS
from tagger.formats.sentence import ConllBlock, ConlluBlock, Sentence, TextBlock, encode, one_line, running_text
from tagger.tags import OUTSIDE

CARRIAGE_RETURN = ord("\r")
DIGITS = 4  # decimals of a score
SCALE = 10**DIGITS
NO_LEMMA = "_"  # where no entity begins, as CoNLL writes what is empty
# How a value in MISC is escaped: https://universaldependencies.org/misc.html
MISC_ESCAPES = str.maketrans({"\\": r"\\", " ": r"\s", "|": r"\p", "\t": r"\t", "\n": r"\n", "\r": r"\r"})
SENT_ID = re.compile(rb"#\s*sent_id\s*=\s*([^\t\r]*[^\s])")
FIELD = re.compile(rb"[^ \t\r\f\v]+")
# Numbers of words without a tag, counted from the number after the last tag's. The engine gives NO_TAG to words
# outside of sentences: their lines stay as they are. Lines with NO_LINE are left out.
NO_TAG, NO_LINE = 0, 1


def tag_lines(sentence: Sentence, view: LabelView) -> bytes:
    """Return `token TAB tag` lines and an empty line, for any input format; a column more for scores, one for lemmas.

    Text that has a name in its line gets it in a comment `# sent_id = NAME` before it. Lines of CoNLL that hold no
    token are left out, and so is a sentence without tokens. In running text it becomes an empty line.
    """
    if not sentence.tokens and sentence.form != "text":
        return b""
    end = "\r\n" if b"\r\n" in (sentence.ending, sentence.line_end) else "\n"
    comment = f"# sent_id = {sentence.sent_id}{end}" if sentence.sent_id else ""
    if not sentence.tokens:
        if sentence.goes_on:
            return encode(comment)
        return encode(comment) + (b"\0" if sentence.line_end == b"\0" else end.encode())
    columns = [sentence.tokens, *_columns(view)]
    lines = [*map("\t".join, zip(*columns, strict=True)), ""]
    body = encode(comment + end.join(lines))
    if sentence.goes_on:
        return body
    return body + (b"\0" if sentence.line_end == b"\0" else end.encode())


def add_column(sentence: Sentence, view: LabelView, column: int | None = None, key: str = "NER") -> bytes:
    """Return the input's own CoNLL lines, byte for byte, with a new column for the tag (and for score and lemma).

    In CoNLL-U Plus the column gets a name, and ranges and empty nodes get `_`.

    :param column: index of the new column, from 0; later columns move to the right. `None`, or a number greater than
        the number of columns, appends it; negative counts from the end.
    """
    lines = sentence.lines
    if sentence.tokens:
        added = list(map(encode, map("\t".join, zip(*_columns(view), strict=True))))
        lines = list(lines)
        for row, addition in zip(sentence.rows, added, strict=True):
            line = lines[row]
            if column is None and b" " not in line and line[-1] != CARRIAGE_RETURN:  # the common case
                lines[row] = line + b"\t" + addition
            else:
                lines[row] = _insert(line, addition, column)
    if sentence.others or sentence.header is not None:
        lines = list(lines)
        for row in sentence.others:
            lines[row] = _insert(lines[row], b"\t".join([b"_"] * len(_columns(view))), column)
        if sentence.header is not None:
            names = " ".join([key, *[f"{key}Score"] * bool(view.scores), *[f"{key}Lemma"] * view.lemmas])
            lines[sentence.header] = _insert_name(lines[sentence.header], names.encode(), column)
    return sentence.prefix + b"\n".join(lines) + sentence.ending


def _insert(line: bytes, addition: bytes, column: int | None) -> bytes:
    line, end = (line[:-1], b"\r") if line.endswith(b"\r") else (line, b"")
    if b"\t" in line:
        fields = line.split(b"\t")
        fields.insert(_bounded(column, len(fields)), addition)
        return b"\t".join(fields) + end
    starts = [match.start() for match in FIELD.finditer(line)]
    separator = b"\t" if len(starts) == 1 else b" "
    if separator == b" ":  # a column of a line that is split at white space holds none
        addition = addition.replace(b" ", b"_").replace(b"\t", separator)
    column = _bounded(column, len(starts))
    if column == len(starts):
        return line + separator + addition + end
    return line[: starts[column]] + addition + separator + line[starts[column] :] + end


def _insert_name(line: bytes, name: bytes, column: int | None) -> bytes:
    """Insert a name among those of the columns, in a line as :func:`named_columns` reads it."""
    start = line.index(b"=") + 1
    starts = [start + found.start() for found in FIELD.finditer(line[start:])]
    column = _bounded(column, len(starts))
    if column < len(starts):
        return line[: starts[column]] + name + b" " + line[starts[column] :]
    end = len(line.rstrip())
    return line[:end] + b" " + name + line[end:]


def _bounded(column: int | None, columns: int) -> int:
    """Return the index of a new column, from 0, in a line that may have too few columns for it."""
    if column is None:
        return columns
    return min(column, columns) if column >= 0 else max(columns + column, 0)


def add_misc(sentence: Sentence, view: LabelView, key: str) -> bytes:
    """Return the input's own CoNLL-U lines with `key=tag` in the tenth column (MISC) of every token that has a tag.

    An older value is replaced. With scores, `keyScore=` is added after it; with lemmas, `keyLemma=` at the first token
    of each entity.
    """
    if not sentence.tokens:
        return add_column(sentence, view)
    lines = list(sentence.lines)
    scores = _digits(view.scores) or [""] * len(view.tags)
    for row, tag, score, lemma in zip(sentence.rows, view.tags, scores, _lemmas(view, ""), strict=True):
        line = lines[row]
        line, end = (line[:-1], b"\r") if line.endswith(b"\r") else (line, b"")
        head, _, misc = line.rpartition(b"\t")
        lines[row] = head + b"\t" + _set(misc, key, tag, score, lemma) + end
    return sentence.prefix + b"\n".join(lines) + sentence.ending


def add_miscs(block: ConlluBlock, numbers: np.ndarray, tags: Sequence[str], key: str) -> bytes:
    """Return the lines of a block as :func:`add_misc` does for a sentence, without scores.

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
        parts += block.content[done:begin], _set(block.content[begin:end], key, tags[numbers[word]], "")
        done = end
    parts.append(block.content[done:])
    return b"".join(parts)


def _set(misc: bytes, key: str, tag: str, score: str, lemma: str = "") -> bytes:
    """Return MISC with the tag, or without the key if the tag is `O`."""
    new = [] if tag == OUTSIDE else [f"{key}={tag}".encode()]
    if new and score:
        new.append(f"{key}Score={score}".encode())
    if new and lemma:
        new.append(encode(f"{key}Lemma={lemma.translate(MISC_ESCAPES)}"))
    old = tuple(key.encode() + name for name in (b"=", b"Score=", b"Lemma="))
    if not new and not any(name in misc for name in old):
        return misc
    parts = [] if misc == b"_" else misc.split(b"|")
    stale = [index for index, part in enumerate(parts) if part.startswith(old)]
    for index in reversed(stale):
        del parts[index]
    at = min(stale) if stale else len(parts)
    parts[at:at] = new
    return b"|".join(parts) if parts else b"_"


class ConlluWriter:
    """Makes new CoNLL-U lines for any input format: numbers, tokens, and `key=tag` and `SpaceAfter=No` in MISC.

    Each sentence has its text, and an id: its own if it has one, else its number in the input.
    """

    def __init__(self, key: str) -> None:
        self._key = key
        self._count = 0  # sentences so far

    def __call__(self, sentence: Sentence, view: LabelView) -> bytes:
        """Return the lines of a sentence."""
        if not sentence.tokens:
            return b""
        self._count += 1
        text, offsets = running_text(sentence)
        own = next(filter(None, map(SENT_ID.match, sentence.lines)), None)
        name = one_line(own[1].decode("utf-8", "surrogateescape")) if own else sentence.sent_id or str(self._count)
        rows = [f"# sent_id = {name}", f"# text = {' '.join(text.split())}"]
        scores = _digits(view.scores) or [""] * len(view.tags)
        columns = zip(sentence.tokens, view.tags, scores, _lemmas(view, ""), strict=True)
        for number, (token, tag, score, lemma) in enumerate(columns, 1):
            glued = number < len(offsets) and offsets[number - 1][1] == offsets[number][0]
            misc = _set(b"SpaceAfter=No" if glued else b"_", self._key, tag, score, lemma).decode(
                "utf-8", "surrogateescape"
            )
            rows.append("\t".join([str(number), one_line(token) or "_", *"_" * (COLUMNS - 3), misc]))
        return encode("\n".join(rows) + "\n\n")


def _columns(view: LabelView) -> list[list[str]]:
    """Return the columns to add: tags, and on request scores and lemmas."""
    columns = [view.tags]
    if view.scores:
        columns.append(_digits(view.scores))
    if view.lemmas:
        columns.append(_lemmas(view, NO_LEMMA))
    return columns


def _lemmas(view: LabelView, empty: str) -> list[str]:
    """Return the base form of each entity at its first token, and `empty` at the others."""
    lemmas = [empty] * len(view.tags)
    for span in view.spans:
        lemmas[span.start] = one_line(span.lemma or "") or empty
    return lemmas


def _digits(scores: list[float]) -> list[str]:
    return [f"{score:.{DIGITS}f}" for score in scores]


AnyBlock = ConllBlock | ConlluBlock | TextBlock
Kind = type[bytes] | type[str]


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
