"""The algebra of BIO tags. Every other module converts tags to spans and back with these functions.

A tag is `O`, or a prefix, a hyphen and a label (`B-PERS`); a label may contain more hyphens. A span is a half-open
range of token indices with a label. BIO, IOB1, BIOES and BILOU are all read without being told apart, because their
prefixes never contradict each other.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

OUTSIDE = "O"
BEGINS = frozenset("BSU")  # a span always starts here
ENDS = frozenset("ESLU")  # a span always ends after this token
PREFIXES = frozenset("BIESLU")
SCHEMES = ("bio", "bioes", "iob1")
UNFIT = re.compile(r"[\s<>&|=]")  # characters that have a meaning in an output format
LABEL_RULE = "no white space, and none of < > & | ="


class Span(NamedTuple):
    """Tokens `start` to `end`, `end` exclusive, with one label."""

    start: int
    end: int
    label: str


def is_label(name: str) -> bool:
    """Tell whether every output format can hold a label; see LABEL_RULE."""
    return not UNFIT.search(name) and name.isprintable()


def parse(tag: str) -> tuple[str, str]:
    """Split a tag into prefix and label; `O` has an empty label.

    :raises ValueError: the tag belongs to no known scheme.
    """
    if tag == OUTSIDE:
        return OUTSIDE, ""
    prefix, hyphen, label = tag.partition("-")
    if not hyphen or prefix not in PREFIXES or not label:
        raise ValueError(f"tag {tag!r} is not O or one of B- I- E- S- L- U- followed by a label")
    return prefix, label


def spans(tags: Iterable[str]) -> list[Span]:
    """Read spans from tags of any scheme, in order.

    A continuation with nothing to continue (`O I-LOC`) starts a span, as in IOB1.

    :raises ValueError: a tag belongs to no known scheme.
    """
    found: list[Span] = []
    start, open_label, position = 0, "", -1
    for position, tag in enumerate(tags):
        if tag == OUTSIDE and not open_label:  # the common case
            continue
        prefix, label = parse(tag)
        if open_label and (prefix in BEGINS or label != open_label):
            found.append(Span(start, position, open_label))
            open_label = ""
        if label and not open_label:
            start, open_label = position, label
        if prefix in ENDS:
            found.append(Span(start, position + 1, open_label))
            open_label = ""
    if open_label:
        found.append(Span(start, position + 1, open_label))
    return found


def write(found: Iterable[Span], length: int, scheme: str = "bio") -> list[str]:
    """Write spans as tags: the inverse of :func:`spans`.

    :param found: spans that do not overlap, in order.
    :param length: number of tokens.
    :param scheme: one of :data:`SCHEMES`.
    """
    tags = [OUTSIDE] * length
    previous = Span(-1, -1, "")
    for span in found:
        start, end, label = span
        tags[start:end] = [f"I-{label}"] * (end - start)
        if scheme != "iob1" or (previous.end == start and previous.label == label):
            tags[start] = f"B-{label}"
        if scheme == "bioes":
            tags[end - 1] = f"E-{label}" if end - start > 1 else f"S-{label}"
        previous = span
    return tags


def convert(tags: Iterable[str], scheme: str = "bio") -> list[str]:
    """Convert tags of any scheme to `scheme`."""
    tags = list(tags)
    return write(spans(tags), len(tags), scheme)


def rename(tags: Iterable[str], mapping: Mapping[str, str]) -> list[str]:
    """Rename labels: `{"ART": "MISC", "DATE": "O"}` turns ART entities into MISC and drops DATE entities.

    Other labels stay. The tags come back as BIO.
    """
    tags = list(tags)
    renamed = [Span(start, end, mapping.get(label, label)) for start, end, label in spans(tags)]
    return write([span for span in renamed if span.label != OUTSIDE], len(tags))


def labels_of(tags: Iterable[str]) -> list[str]:
    """Return the labels of tags, each once, in the order of the tags."""
    return list(dict.fromkeys(parse(tag)[1] for tag in tags if tag != OUTSIDE))


def tag_set(labels: Iterable[str]) -> list[str]:
    """Return all BIO tags of labels: `O` first, then B- and I- of each label in the order given."""
    return [OUTSIDE, *(f"{prefix}-{label}" for label in dict.fromkeys(labels) for prefix in "BI")]


def continuations(tags: Sequence[str]) -> list[int]:
    """Return for each BIO tag the number of the tag that continues its entity, -1 for `O`."""
    numbers = {tag: number for number, tag in enumerate(tags)}
    return [-1 if tag == OUTSIDE else numbers[f"I-{parse(tag)[1]}"] for tag in tags]


def may_follow(previous: str | None, tag: str) -> bool:
    """Tell whether BIO allows `tag` right after `previous` (None: at the start of a sentence)."""
    prefix, label = parse(tag)
    return prefix != "I" or (previous is not None and parse(previous)[1] == label)


def transition_mask(tags: Sequence[str]) -> tuple[list[bool], list[list[bool]]]:
    """Return what BIO allows.

    :returns: for each tag whether it may start a sentence, and for each pair `[previous][next]` whether it may occur.
    """
    return [may_follow(None, tag) for tag in tags], [[may_follow(previous, tag) for tag in tags] for previous in tags]
