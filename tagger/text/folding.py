"""A line as the tokenizer should see it: without the characters that cut a word but belong to it.

The tokenizer and the sentence splitter get the line with these characters folded, and their offsets are turned into
those of the user's line. Usual text has none of them, so a line is searched once, and most are left at that.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator
from functools import cache

from tagger.text.fast_words import Offsets
from tagger.text.normalize import CUTTING, INITIALS, INVISIBLE, LATIN_LOOKALIKES, REFERENCE, unescape

HIDDEN = "".join(map(chr, sorted(point for point in INVISIBLE if point > 0x301)))  # without the two stress marks
SIGNS = f"{HIDDEN}{CUTTING}‘&#"
# A Latin initial, or one of the other signs. Written so that the search need look at a character once only.
ODD = re.compile(rf"[{SIGNS}{INITIALS}](?:(?<=[{SIGNS}])|(?<=\b[{INITIALS}])\.)")
CAPITAL, SMALL = "А-ЯЄІЇҐ", "а-яєіїґ"
LETTER = r"[^\W\d_]"
EDITS = {
    "hidden": rf"(?<=\S)[{HIDDEN}]+(?=\S)",
    "apostrophe": rf"(?<={LETTER})[{CUTTING}‘](?={LETTER})",
    "reference": f"(?i:{REFERENCE})",
    "quotes": "``+",
    "hashtag": rf"(?<![^\W_]|[#&/])#(?={LETTER})",
    "initials": rf"(?<!\w)(?:[{INITIALS}{CAPITAL}]\. ?){{1,3}}",
}
NEAR = 60  # characters before and after initials in which a word is looked for
LATIN_INITIAL = re.compile(rf"[{INITIALS}](?=\.)")
NAME = re.compile(rf"[{CAPITAL}][{SMALL}'’ʼ-]*[{SMALL}]|[{CAPITAL}]{{3,}}")
BEFORE = re.compile(r"(\w[\w'’ʼ-]*)?([^\w\s]*)\s*\Z")
GOES_ON = re.compile(rf"[,;)]|[{SMALL}]")
# I, C, M and X alone may also be numbers. After one of these they are.
NUMBERS = "ICMX"
NUMBERED = frozenset(
    """
    том тому томі томи розділ розділу розділі глава глави главі частина частини частині частину книга книги книзі книгу
    стаття статті пункт пункту рівень рівня рівні група групи групі ступінь ступеня категорія категорії клас класу класі
    тип типу типі етап етапу етапі квартал кварталу кварталі курс курсу курсі сезон сезону додаток додатка додатку блок
    фаза фази фазі фазу тур туру турі ліга ліги лізі лігу секція секції вік віку віці століття тисячоліття і й та або чи
    """.split()
)


def is_odd(text: str) -> bool:
    """Tell whether a text has characters that :class:`FoldedLine` may fold."""
    return ODD.search(text) is not None


class FoldedLine:
    """A line with characters folded that would cut a word, or would not be cut from one.

    :ivar text: the line with them folded.
    """

    def __init__(self, text: str) -> None:
        parts: list[str] = []
        # of each edit: the offsets of its text in the folded line, and in the user's
        self._folded: list[tuple[int, int]] = []
        self._own: list[tuple[int, int]] = []
        offset = size = 0
        for start, end, new in _edits(text):
            parts += text[offset:start], new
            size += start - offset
            self._folded.append((size, size + len(new)))
            self._own.append((start, end))
            size += len(new)
            offset = end
        parts.append(text[offset:])
        self.text = "".join(parts)

    def own(self, offset: int) -> int:
        """Return the offset in the user's line. What was dropped there belongs to the text before it."""
        edit = bisect_right(self._folded, (offset, len(self.text))) - 1
        if edit < 0:
            return offset
        (first, last), (start, end) = self._folded[edit], self._own[edit]
        return start if offset == first < last else end + max(offset - last, 0)

    def restore(self, offsets: Offsets) -> Offsets:
        """Turn ranges of :attr:`text` into ranges of the user's line."""
        own = self.own
        return [(own(start), own(end)) for start, end in offsets] if self._own else offsets


@cache
def _pattern() -> re.Pattern[str]:
    return re.compile("|".join(f"(?P<{name}>{pattern})" for name, pattern in EDITS.items()))


def _edits(text: str) -> Iterator[tuple[int, int, str]]:
    """Yield the ranges to replace, in order, and the new text of each."""
    for found in _pattern().finditer(text):
        start, end = found.span()
        match found.lastgroup:
            case "hidden":  # between two emoji it makes one of them
                if text[start - 1].isalnum() or text[end].isalnum():
                    yield start, end, ""
            case "apostrophe":
                yield start, end, "'"
            case "reference":
                new = unescape(found[0])
                if new != "'" or (text[max(start - 1, 0) : start].isalpha() and text[end : end + 1].isalpha()):
                    yield start, end, new
            case "quotes":
                yield start, end, "«" if text[end : end + 1].isalpha() else "»"
            case "hashtag":
                yield start, end, "# "
            case "initials":
                if _is_name(text, start, end):
                    for letter in LATIN_INITIAL.finditer(text, start, end):
                        yield letter.start(), letter.end(), letter[0].translate(LATIN_LOOKALIKES)


def _is_name(text: str, start: int, end: int) -> bool:
    """Tell whether initials, some of them Latin, belong to a Cyrillic name, and are no number."""
    letters = text[start:end].replace(" ", "").split(".")[:-1]
    before = BEFORE.search(text[max(start - NEAR, 0) : start])
    word, marks = (before[1] or "", before[2]) if before else ("", "")
    after = text[end : end + NEAR]
    follows, precedes = bool(NAME.fullmatch(word)) and not marks, bool(NAME.match(after))
    if len(letters) > 1:
        return follows or precedes or not all(letter in INITIALS for letter in letters)
    if letters[0] not in NUMBERS:
        return follows or precedes
    if word.lower() in NUMBERED:
        return False
    if precedes and (text[end - 1] == "." or marks == "," or (word.islower() and not marks)):
        return True
    return follows and bool(GOES_ON.match(after))
