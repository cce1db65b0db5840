"""Split text into tokens, and paragraphs into sentences.

Only white space is lost: the tokens, joined, are the text without it, and each token is a slice of the user's text.
"""

import re
from collections.abc import Iterable, Iterator
from itertools import pairwise

from tagger.text import folding
from tagger.text.fast_words import (
    CHUNK,
    LONGEST,
    TOKEN,
    Offsets,
    has_addresses,
    regular_token_spans,
    split_regular,
    stretches,
)

# The fixed cost of a call of the reference tokenizer, and of the reference sentence splitter, in characters that it
# would process in the same time: 15 at 0.7 us and 25 at 0.5 us, plus the context passed along with a segment.
WORDS_CALL, SENTENCES_CALL = 20, 80
# Characters searched for sentences at once: some of LanguageTool's rules look as far as a run without spaces goes.
WINDOW = 2000
AROUND = 200  # characters of context on each side of a window; in ordinary text the rules look at a few words
LONGEST_SENTENCE = 1 << 18  # characters of a text that are tokenized together
AFTER = 20  # characters of context after a range that may hold more sentences
TABS = re.compile("\t")
SPACED = re.compile(r"[^ \t\r\n\f\v]+")


def token_spans(text: str) -> Offsets:
    """Tokenize a line of running text as tokenize-uk's default tokenizer does.

    Characters that cut a word but belong to it are folded first, see :mod:`tagger.text.folding`, and no token goes
    over a TAB. Characters that the reference tokenizer drops though they are not white space (zero-width ones) join
    the token that they touch. The time is linear in the length: where a line has no ordinary words for thousands of
    characters, the reference tokenizer gets it in chunks.

    :returns: start and end of each token, in code points, end exclusive, in order, without overlap.
    """
    if "\t" in text:
        return [
            (start + first, start + last)
            for start, end in cell_ranges(text)
            for first, last in token_spans(text[start:end])
        ]
    if folding.is_odd(text):
        folded = folding.FoldedLine(text)
        return folded.restore(_plain_spans(folded.text))
    return _plain_spans(text)


def _plain_spans(text: str) -> Offsets:
    if len(text) > LONGEST:
        return [
            (start + first, start + last)
            for start, end in stretches(text, 0, len(text), LONGEST)
            for first, last in _plain_spans(text[start:end])
        ]
    if has_addresses(text):
        from tagger.text.reference_tokenizer import HiddenAddresses

        hidden = HiddenAddresses(text)
        return hidden.restore(_tokenize_line(hidden.text))
    return _tokenize_line(text)


def cell_ranges(text: str) -> Offsets:
    """Split a line at its TABs: the ranges between them, in code points, end exclusive."""
    ends = [match.start() for match in TABS.finditer(text)]
    return list(zip([0, *(end + 1 for end in ends)], [*ends, len(text)], strict=True))


def cell_starts(text: str, offsets: Offsets, start: int = 0) -> list[int]:
    """Return the indexes of the tokens, other than the first, that a TAB precedes.

    :param offsets: of the tokens, counted from `start`.
    """
    if not offsets or text.find("\t", start + offsets[0][0], start + offsets[-1][1]) < 0:
        return []
    gaps = pairwise((start + first, start + last) for first, last in offsets)
    return [index for index, (one, other) in enumerate(gaps, 1) if text.find("\t", one[1], other[0]) >= 0]


def tokenize(text: str) -> list[str]:
    """Return the tokens that :func:`token_spans` finds, in less time."""
    if len(text) > LONGEST or has_addresses(text) or "\t" in text or folding.is_odd(text):
        return [text[first:last] for first, last in token_spans(text)]
    tokens: list[str] = []
    for start, end, regular in _segments(text):
        tokens += (
            TOKEN.findall(text, start, end)
            if regular
            else [text[first:last] for first, last in _reference_spans(text, start, end)]
        )
    return tokens


def _tokenize_line(text: str) -> Offsets:
    """Tokenize a line of at most LONGEST characters without addresses."""
    offsets: Offsets = []
    for start, end, regular in _segments(text):
        offsets += regular_token_spans(text, start, end) if regular else _reference_spans(text, start, end)
    return offsets


def _reference_spans(text: str, start: int, end: int) -> Offsets:
    # importing tokenize-uk takes a third of the whole start-up, and only some lines need it
    from tagger.text.reference_tokenizer import segment_spans

    return segment_spans(text, start, end)


def _segments(text: str) -> Iterator[tuple[int, int, bool]]:
    """Split a line as :func:`split_regular` does, and merge neighbours, up to CHUNK characters, where that is faster.

    A merged segment is irregular.
    """
    group: list[tuple[int, int, bool]] = []
    for segment in split_regular(text):
        if group and segment[1] - group[0][0] > CHUNK:
            yield from _merged(group)
            group = []
        group.append(segment)
    yield from _merged(group)


def _merged(group: list[tuple[int, int, bool]]) -> list[tuple[int, int, bool]]:
    size = group[-1][1] - group[0][0] if group else 0
    if sum(end - start + WORDS_CALL for start, end, regular in group if not regular) >= size > 0:
        return [(group[0][0], group[-1][1], False)]
    return group


def sentence_spans(text: str) -> Offsets:
    """Split a paragraph into sentences by LanguageTool's rules, as tokenize-uk has them.

    :returns: ranges that cover the text, in code points, end exclusive, each with the white space after it; one range
        where there is a single sentence.
    """
    if folding.is_odd(text):
        folded = folding.FoldedLine(text)
        return folded.restore(_sentence_spans(folded.text))
    return _sentence_spans(text)


def _sentence_spans(text: str) -> Offsets:
    from tagger.text.fast_sentences import sentence_starts  # most runs do not need it, and start up faster without

    found = sentence_starts(text)
    if found is None or sum(end - begin + SENTENCES_CALL for begin, end in found[1]) >= len(text):
        return reference_sentence_spans(text)
    starts, open_ranges = found
    for begin, end in open_ranges:
        # shown with the last word before the range, and the text after it
        near = text[max(begin - AROUND, 0) : begin]
        starts += _starts_within(text, begin, end, begin - len(near) + near.rstrip(" ").rfind(" ") + 1, end + AFTER)
    starts.sort()
    return list(zip([0, *starts], [*starts, len(text)], strict=True))


def reference_sentence_spans(text: str) -> Offsets:
    """Return what :func:`sentence_spans` returns for any paragraph, from the reference sentence splitter alone."""
    starts = _starts_within(text, 0, len(text), 0, len(text))
    return list(zip([0, *starts], [*starts, len(text)], strict=True))


def _starts_within(text: str, begin: int, end: int, first: int, last: int) -> list[int]:
    """Find where sentences begin after `begin` and before `end`, in windows of WINDOW characters.

    The reference sentence splitter sees the text from `first` to `last`.
    """
    from tagger.text.reference_tokenizer import sentence_offsets

    starts: list[int] = []
    for window in range(begin, end, WINDOW):
        stop = min(window + WINDOW, end)
        seen = max(window - AROUND, first)
        found = sentence_offsets(text[seen : min(stop + AROUND, last)])[1:]
        starts += [seen + start for start in found if window < seen + start <= stop and seen + start < end]
    return starts


def whitespace_spans(text: str) -> Offsets:
    """Tokenize pretokenized text: the tokens are separated by spaces and tabs.

    :returns: start and end of each token, in code points, end exclusive, like :func:`token_spans`.
    """
    return [match.span() for match in SPACED.finditer(text)]


def whitespace_tokens(text: str) -> list[str]:
    """Return the tokens that :func:`whitespace_spans` finds."""
    return SPACED.findall(text)


def sentence_ranges(text: str, split_lines: bool = True) -> Iterator[tuple[int, int]]:
    """Yield the ranges of the sentences of a text of several lines, in code points, end exclusive.

    As in the filter, no sentence goes beyond a line feed.

    :param split_lines: split lines into sentences; otherwise each line is one.
    """
    start = 0
    for line in text.split("\n"):
        for first, last in sentence_spans(line) if split_lines else [(0, len(line))]:
            yield start + first, start + last
        start += len(line) + 1


def bounded(text: str, ranges: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Split ranges longer than LONGEST_SENTENCE, so that the tokens of one need not all be in memory."""
    for start, end in ranges:
        if end - start > LONGEST_SENTENCE:
            yield from stretches(text, start, end, LONGEST_SENTENCE)
        else:
            yield start, end
