"""Composition of annotated sentences: a template is filled, tokenized like running text, and annotated."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from random import Random

from tagger import tags as bio
from tagger.errors import DataError
from tagger.text.tokenizer import sentence_spans, token_spans
from tagger.train.data.composed.euphony import preposition
from tagger.train.data.composed.names import Names, read_names
from tagger.train.data.composed.parts import TRAINING, own_templates
from tagger.train.data.composed.people import Person
from tagger.train.data.composed.slots import Drawn, Source, draw
from tagger.train.data.composed.template import CAPITALS, Literal, Slot, parse, templates
from tagger.train.data.corpus import Document, Sentence

NONE = "none"  # the kind without names, whose sentences also follow others as distractors
FOLLOWED, UNSTOPPED, REQUOTED = 0.12, 0.12, 0.35  # shares: followed by a distractor, without full stop, other quotes
WHOLE = 0.3  # share of texts that are not split into sentences: uk-tag splits lines only where it is told to
QUOTES = ("„“", "“”", '""')
PAST = "^"  # stands for the ending of a verb in the past
ENDINGS = {"m": "в", "f": "ла", "n": "ло", "p": "ли"}
GENDERS = "mfnp"
LATIN_NAME = re.compile("[a-z]")
TRIES = 20  # for another name where one is in the text already


@dataclass(frozen=True, slots=True)
class Composed:
    """A text and its entities: start and end in code points, label, and the name by which it belongs to a part.

    It is split into sentences unless it is `whole`.
    """

    text: str
    spans: tuple[tuple[int, int, str, str], ...]
    whole: bool = False


def compose(
    gazetteer: str | Path, count: int, seed: int, kinds: Sequence[str] = (), part: str = TRAINING
) -> Iterator[Document]:
    """Yield documents of one composed text each, the kinds in turn.

    Deterministic: what a kind yields depends on the seed, the part, the gazetteer and the number alone.

    :param gazetteer: file of names, see :mod:`tagger.train.data.name_lists`.
    :param count: number of texts in all; a text has one sentence, seldom two or three.
    :param kinds: the kinds to compose; all if empty.
    :param part: see :mod:`tagger.train.data.composed.parts`.
    :raises DataError: a kind is unknown, a template or a list is malformed, or the gazetteer cannot be read.
    """
    known = templates()
    for kind in kinds:
        if kind not in known:
            raise DataError(f"there is no kind {kind!r}; give one of {', '.join(known)}")
    kinds = list(dict.fromkeys(kinds)) or list(known)
    names = read_names(gazetteer, part)
    streams = [composed_texts(kind, names, seed, part) for kind in kinds]
    numbers = [0] * len(kinds)
    for position in range(count):
        turn = position % len(kinds)
        numbers[turn] += 1
        yield Document(f"made-{kinds[turn]}/{numbers[turn]:05}", annotated(next(streams[turn])))


def composed_texts(kind: str, names: Names, seed: int, part: str) -> Iterator[Composed]:
    """Yield texts of a kind without end."""
    rng = Random(f"{seed}/{kind}/{part}")
    own, distractors = (own_templates(templates()[name], part) for name in (kind, NONE))
    source = Source(names, part, rng)
    while True:
        composed = fill(rng.choice(own), source)
        if kind != NONE and rng.random() < FOLLOWED and ends_sentence(composed):
            composed = Composed(f"{composed.text} {fill(rng.choice(distractors), source).text}", composed.spans)
        yield varied(composed, rng)


def fill(template: str, source: Source) -> Composed:
    """Fill a template.

    :raises DataError: it is malformed.
    """
    pieces = list(parse(template, source.rng, source.part))
    people: dict[int, Person] = {}
    for piece in pieces:
        if isinstance(piece, Slot) and piece.is_person and piece.number not in people:
            people[piece.number] = source.person()
    genders = {number: person.gender for number, person in people.items()}
    drawn: list[Drawn | Slot] = []
    for piece in pieces:
        if isinstance(piece, Literal):
            drawn.append(Drawn(piece.text, piece.label))
        elif piece.is_person:
            person = people[piece.number]
            drawn.append(Drawn(person.written(piece.body, piece.case), "PERS", person.gender, person.surname))
        elif PAST in piece.body or "~" in piece.body or piece.body.lower() in ("у", "з"):
            drawn.append(piece)
        else:
            found = draw(piece.body, piece.case, source, people.get(piece.number))
            for _ in range(TRIES):
                if not found.key or all(found.key != own.key for own in drawn if isinstance(own, Drawn)):
                    break
                found = draw(piece.body, piece.case, source, people.get(piece.number))
            if found.gender and not piece.body.lower().startswith("job"):
                genders.setdefault(piece.number, found.gender)
            drawn.append(found)
    try:
        agreed = [
            own if isinstance(own, Drawn) or own.body.lower() in ("у", "з") else _agree(own, genders) for own in drawn
        ]
    except DataError as error:
        raise DataError(f"{error}; correct the template {template!r}") from None
    composed = _joined(agreed)
    if template.startswith(CAPITALS):
        return Composed(composed.text.upper(), composed.spans)
    if LATIN_NAME.match(composed.text):  # a nickname as it is: dimon2000
        return composed
    return Composed(composed.text[:1].upper() + composed.text[1:], composed.spans)


def _agree(slot: Slot, genders: dict[int, str]) -> Drawn:
    gender = genders.get(slot.number, "")
    if gender not in ENDINGS:
        raise DataError(f"{{{slot.body}}} has no name of number {slot.number} to agree with")
    if PAST in slot.body:
        return Drawn(slot.body.replace(PAST, ENDINGS[gender]))
    forms = slot.body.split("~")
    position = GENDERS.index(gender)
    return Drawn((forms[position] if position < len(forms) else "") or forms[0])


def _joined(drawn: Sequence[Drawn | Slot]) -> Composed:
    """Join the pieces, with the form of each preposition that its neighbours ask for."""
    text, spans = "", []
    for position, piece in enumerate(drawn):
        if isinstance(piece, Slot):
            after = "".join(own.text for own in drawn[position + 1 : position + 4] if isinstance(own, Drawn))
            text += preposition(piece.body, text, after)
            continue
        start, words = len(text), piece.text
        text += words
        if piece.label:
            inner = _without_quotes(words)
            spans.append((start + inner[0], start + inner[1], piece.label, piece.key))
    return Composed(text, tuple(spans))


def _without_quotes(words: str) -> tuple[int, int]:
    """Return the range of a name without the quotes that it wholly stands in."""
    wholly = words.startswith("«") and words.endswith("»") and "»" not in words[:-1]
    return (1, len(words) - 1) if wholly else (0, len(words))


def varied(composed: Composed, rng: Random) -> Composed:
    """Vary the punctuation: other quotes and dashes, no full stop at the end."""
    text = composed.text
    if rng.random() < REQUOTED:
        text = text.translate(str.maketrans("«»", rng.choice(QUOTES)))
    text = text.replace(" — ", rng.choice((" — ", " – ", " – ", " - ")))
    if text.endswith(".") and ends_sentence(composed) and rng.random() < UNSTOPPED:
        text = text[:-1]
    return Composed(text, composed.spans, rng.random() < WHOLE)


def ends_sentence(composed: Composed) -> bool:
    """Tell whether a text ends with a mark that is not part of a name or an abbreviation."""
    last = max((end for _, end, _, _ in composed.spans), default=0)
    return len(composed.text) > last and bool(re.search(r"(?<!\b\w)(?<!\b\w\w)[.!?]$", composed.text))


def annotated(composed: Composed) -> list[Sentence]:
    """Split a text into sentences and tokens as `uk-tag` does, never within an entity, and annotate them.

    :raises DataError: an entity does not begin and end where tokens do.
    """
    cuts = [] if composed.whole else [start for start, _ in sentence_spans(composed.text)[1:]]
    cuts = [cut for cut in cuts if not any(start < cut < end for start, end, _, _ in composed.spans)]
    return [_sentence(composed, first, last) for first, last in pairwise([0, *cuts, len(composed.text)])]


def _sentence(composed: Composed, first: int, last: int) -> Sentence:
    text = composed.text[first:last]
    tokens = token_spans(text)
    starts = {start: position for position, (start, _) in enumerate(tokens)}
    ends = {end: position for position, (_, end) in enumerate(tokens, 1)}
    found = []
    for start, end, label, _ in composed.spans:
        if not first <= start < last:
            continue
        start, end = start - first, end - first
        if text[start] == "#" and start + 1 in starts:  # the entity of a hashtag is the word
            start += 1
        if end not in ends and text[end : end + 1] == ".":  # left on the word by the tokenizer: Т-62М. Далі
            end += 1
        if start not in starts or end not in ends:
            raise DataError(f"{text[start:end]!r} is no sequence of whole tokens in {text!r}; correct the template")
        found.append(bio.Span(starts[start], ends[end], label))
    return Sentence(tuple(text[start:end] for start, end in tokens), tuple(bio.write(found, len(tokens))))
