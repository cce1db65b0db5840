"""Tags as columns of CoNLL and CoNLL-U, sentence by sentence: added to the input's own lines, or in new lines."""

import re

from tagger.formats.labels import LabelView
from tagger.formats.lined.conllu import COLUMNS
from tagger.formats.sentence import Sentence, encode, one_line, running_text
from tagger.tags import OUTSIDE

CARRIAGE_RETURN = ord("\r")
DIGITS = 4  # decimals of a score
NO_LEMMA = "_"  # where no entity begins, as CoNLL writes what is empty
# How a value in MISC is escaped: https://universaldependencies.org/misc.html
MISC_ESCAPES = str.maketrans({"\\": r"\\", " ": r"\s", "|": r"\p", "\t": r"\t", "\n": r"\n", "\r": r"\r"})
SENT_ID = re.compile(rb"#\s*sent_id\s*=\s*([^\t\r]*[^\s])")
FIELD = re.compile(rb"[^ \t\r\f\v]+")


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
        lines[row] = head + b"\t" + set_misc(misc, key, tag, score, lemma) + end
    return sentence.prefix + b"\n".join(lines) + sentence.ending


def set_misc(misc: bytes, key: str, tag: str, score: str, lemma: str = "") -> bytes:
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
            misc = set_misc(b"SpaceAfter=No" if glued else b"_", self._key, tag, score, lemma).decode(
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
