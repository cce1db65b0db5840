"""The sentences of a spaCy document: those that it has, or else those of its text."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from tagger.text.tokenizer import sentence_ranges

if TYPE_CHECKING:
    from spacy.tokens import Doc


def ranges(doc: "Doc", split_lines: bool) -> Iterator[tuple[int, int]]:
    """Yield start and end of each sentence in the text, in code points, end exclusive.

    :param split_lines: if the document has no sentences: split its lines into sentences; otherwise each line is one.
    """
    if doc.has_annotation("SENT_START"):
        return ((span.start_char, span.end_char) for span in doc.sents)
    return sentence_ranges(doc.text, split_lines)


def positions(doc: "Doc", split_lines: bool) -> Iterator[list[int]]:
    """Yield the token indices of each sentence, without white-space tokens, which the model does not know.

    :param split_lines: see :func:`ranges`.
    """
    words = [token for token in doc if not token.is_space and token.text]
    starts = [start for start, _ in ranges(doc, split_lines)]
    index = 0
    for end in [*starts[1:], len(doc.text) + 1]:
        found = []
        while index < len(words) and words[index].idx < end:
            found.append(words[index].i)
            index += 1
        if found:
            yield found
