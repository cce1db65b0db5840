"""Cutting text into tokens, and paragraphs into sentences.

No character of the text is lost but white space: the tokens, joined, are the text without it, and each token is the user's own slice of the text.
"""

import re
from collections.abc import Iterator

from tagger.text.fast_words import (
    LONGEST,
    PIECE,
    TOKEN,
    Offsets,
    has_addresses,
    regular_token_spans,
    split_regular,
    stretches,
)

# To ask the engine takes as long as so many characters more would, of words and of sentences (15 of 0.7 us, and 25 of 0.5, and what stands about a part).
WORDS_CALL, SENTENCES_CALL = 20, 80
WINDOW = 2000  # characters in which sentences are looked for at once: some of LanguageTool's rules look as far as a run without spaces goes
AROUND = 200  # characters on each side of them that the rules see as well; they look at a few words in ordinary text
BEHIND = 20  # characters behind a sentence's end that are shown to the engine with it
SPACED = re.compile(r"[^ \t\r\n\f\v]+")


def token_spans(text: str) -> Offsets:
    """Cut a line of running text into tokens as tokenize-uk's default engine does.

    Characters that the engine drops though they are not white space (zero-width ones) join the token that they touch. The time is linear in the length:
    where a line has no ordinary words for thousands of characters, the engine gets it in pieces.

    :returns: start and end of each token, in code points, end exclusive, in order, without overlap.
    """
    if len(text) > LONGEST:
        return [
            (start + first, start + last)
            for start, end in stretches(text, 0, len(text), LONGEST)
            for first, last in token_spans(text[start:end])
        ]
    if has_addresses(text):
        from tagger.text.reference_tokenizer import Hidden

        hidden = Hidden(text)
        return hidden.restore(_cut(hidden.text))
    return _cut(text)


def tokenize(text: str) -> list[str]:
    """The tokens that :func:`cut` finds, in less time."""
    if len(text) > LONGEST or has_addresses(text):
        return [text[first:last] for first, last in token_spans(text)]
    found: list[str] = []
    for start, end, usual in _parts(text):
        found += (
            TOKEN.findall(text, start, end)
            if usual
            else [text[first:last] for first, last in _cut_by_engine(text, start, end)]
        )
    return found


def _cut(text: str) -> Offsets:
    """The tokens of a line that is not too long, and has no addresses."""
    offsets: Offsets = []
    for start, end, usual in _parts(text):
        offsets += regular_token_spans(text, start, end) if usual else _cut_by_engine(text, start, end)
    return offsets


def _cut_by_engine(text: str, start: int, end: int) -> Offsets:
    from tagger.text.reference_tokenizer import (
        part_spans,
    )  # importing tokenize-uk takes as long as a third of the whole start-up, and only some lines need it

    return part_spans(text, start, end)


def _parts(text: str) -> Iterator[tuple[int, int, bool]]:
    """As :func:`tagger.text.fast_words.split_regular`, but those next to each other as one, of PIECE characters at most, where that is done sooner."""
    group: list[tuple[int, int, bool]] = []
    for part in split_regular(text):
        if group and part[1] - group[0][0] > PIECE:
            yield from _together(group)
            group = []
        group.append(part)
    yield from _together(group)


def _together(group: list[tuple[int, int, bool]]) -> list[tuple[int, int, bool]]:
    size = group[-1][1] - group[0][0] if group else 0
    if sum(end - start + WORDS_CALL for start, end, usual in group if not usual) >= size > 0:
        return [(group[0][0], group[-1][1], False)]
    return group


def sentence_spans(text: str) -> Offsets:
    """Cut a paragraph into sentences by LanguageTool's rules, as tokenize-uk has them.

    :returns: ranges that cover the text, each with the white space behind it; one range where there is nothing to cut.
    """
    from tagger.text.fast_sentences import sentence_starts  # start-up does without what most runs have no use for

    found = sentence_starts(text)
    if found is None or sum(end - begin + SENTENCES_CALL for begin, end in found[1]) >= len(text):
        return reference_sentence_spans(text)
    starts, open_ranges = found
    for begin, end in open_ranges:
        # with the last word in front, and what follows
        near = text[max(begin - AROUND, 0) : begin]
        starts += _starts_within(text, begin, end, begin - len(near) + near.rstrip(" ").rfind(" ") + 1, end + BEHIND)
    starts.sort()
    return list(zip([0, *starts], [*starts, len(text)], strict=True))


def reference_sentence_spans(text: str) -> Offsets:
    """The same as :func:`cut_sentences` of any paragraph, by the engine alone."""
    starts = _starts_within(text, 0, len(text), 0, len(text))
    return list(zip([0, *starts], [*starts, len(text)], strict=True))


def _starts_within(text: str, begin: int, end: int, first: int, last: int) -> list[int]:
    """Where sentences begin behind `begin` and in front of `end`, as the engine says that sees the text from `first` to `last`, by the WINDOW."""
    from tagger.text.reference_tokenizer import sentence_places

    starts: list[int] = []
    for place in range(begin, end, WINDOW):
        stop = min(place + WINDOW, end)
        seen = max(place - AROUND, first)
        found = sentence_places(text[seen : min(stop + AROUND, last)])[1:]
        starts += [seen + start for start in found if place < seen + start <= stop and seen + start < end]
    return starts


def whitespace_spans(text: str) -> Offsets:
    """Cut pretokenized text: tokens are what stands between spaces and tabs. Returns the same as :func:`cut`."""
    return [match.span() for match in SPACED.finditer(text)]


def whitespace_tokens(text: str) -> list[str]:
    """The tokens that :func:`cut_spaces` finds."""
    return SPACED.findall(text)


def sentence_ranges(text: str, cut_lines: bool = True) -> Iterator[tuple[int, int]]:
    """Ranges of sentences: no line feed is within one, as for the filter, whose sentences stand in lines."""
    start = 0
    for line in text.split("\n"):
        for first, last in sentence_spans(line) if cut_lines else [(0, len(line))]:
            yield start + first, start + last
        start += len(line) + 1
