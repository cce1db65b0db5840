"""The algebra of BIO tags: every other room turns tags into spans, and spans into tags, here and nowhere else.

A tag is `O` or a prefix, a hyphen and a label (`B-PERS`); a label may hold further hyphens. A span is a half-open range of token
positions with a label. Reading accepts BIO, IOB1, BIOES and BILOU at once, because their prefixes never contradict each other.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

OUTSIDE = "O"
BEGINS = frozenset("BSU")  # a span always starts here
ENDS = frozenset("ESLU")  # a span always stops behind here
PREFIXES = frozenset("BIESLU")
SCHEMES = ("bio", "bioes", "iob1")


class Span(NamedTuple):
    """Tokens `start` to `end`, `end` exclusive, that carry one label."""

    start: int
    end: int
    label: str


def parse(tag: str) -> tuple[str, str]:
    """Cut a tag into prefix and label; `O` has an empty label. Raises ValueError where the tag is of no known scheme."""
    if tag == OUTSIDE:
        return OUTSIDE, ""
    prefix, hyphen, label = tag.partition("-")
    if not hyphen or prefix not in PREFIXES or not label:
        raise ValueError(f"tag {tag!r} is not O or one of B- I- E- S- L- U- with a label behind it")
    return prefix, label


def spans(tags: Iterable[str]) -> list[Span]:
    """Read the spans out of tags of any scheme, in order.

    A continuation with nothing to continue (`O I-LOC`) starts a span, as IOB1 has it. Raises ValueError on a tag of no known scheme.
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
    """Spell spans as tags: the reverse of :func:`spans`.

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
    """Turn tags of any scheme into those of `scheme`."""
    tags = list(tags)
    return write(spans(tags), len(tags), scheme)


def tag_set(labels: Iterable[str]) -> list[str]:
    """All BIO tags of some labels: `O` first, then B- and I- of each label in the order given."""
    return [OUTSIDE, *(f"{prefix}-{label}" for label in dict.fromkeys(labels) for prefix in "BI")]


def continuations(tags: Sequence[str]) -> list[int]:
    """For each BIO tag the number of the tag that goes on with its entity, -1 for `O`."""
    numbers = {tag: number for number, tag in enumerate(tags)}
    return [-1 if tag == OUTSIDE else numbers[f"I-{parse(tag)[1]}"] for tag in tags]


def may_follow(previous: str | None, tag: str) -> bool:
    """Whether BIO allows `tag` right after `previous` (`None`: at the start of a sentence)."""
    prefix, label = parse(tag)
    return prefix != "I" or (previous is not None and parse(previous)[1] == label)


def transition_mask(tags: Sequence[str]) -> tuple[list[bool], list[list[bool]]]:
    """What BIO allows: for each tag whether it may start a sentence, and a square table `[previous][next]`."""
    return [may_follow(None, tag) for tag in tags], [[may_follow(previous, tag) for tag in tags] for previous in tags]
