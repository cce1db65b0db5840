"""How a template is written, and its pieces.

========================  ==============================================================================================
`%does%`                  a fragment of `fragments.toml`, at random
`<a;b;>`                  one of the texts between the semicolons, at random; the last one here is empty
`[директор|JOB]`          this text, annotated
`{S F P:gen}`             a person: surname, first name and patronymic; `SS` is a surname in capitals, `f.` and `p.` are
                          initials, `f`, `p` and `fp` initials without full stops; a person is annotated as one name
`{org company/2:dat}`     a slot of :mod:`tagger.train.data.composed.slots`, with an argument, a number and a case;
                          `{Org}` begins with a capital letter
`{пода^}` `{зверну^ся}`   a verb in the past: подав, подала, подало, подали, as the first name of the number (1 if none
                          is given, `{пода^/2}` for the second) asks for
`{міг~могла~могло}`       a form for each gender: masculine, feminine, neuter, plural; missing ones are like the first
`{у}` `{з}`               the preposition in the form that the words around ask for; `{У}` begins a sentence
`^^` in front             all letters of the text are capitals
========================  ==============================================================================================

Persons of one number are one person: `{S F P}` and later `{S}`.
"""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from random import Random

from tagger.errors import DataError
from tagger.train.data.composed.parts import own_templates

CAPITALS = "^^"
FRAGMENT = re.compile(r"%([a-z]+)%")
FRAGMENTS = "%"  # begins the names of tables of fragments
CHOICE = re.compile(r"<([^<>]*;[^<>]*)>")
PIECE = re.compile(r"\[([^\[\]|]+)\|([A-Z]+)\]|\{([^{}]+)\}")
SLOT = re.compile(r"(?P<body>[^/:]+)(?:/(?P<number>\d))?(?::(?P<case>[a-z]+))?")
PERSON = re.compile(r"(SS|S|F|P|f\.|p\.|fp|f|p)( ?(SS|S|F|P|f\.|p\.|fp|f|p))*")


@dataclass(frozen=True, slots=True)
class Literal:
    """Text as it stands, with a label or an empty string."""

    text: str
    label: str = ""


@dataclass(frozen=True, slots=True)
class Slot:
    """A place for a name, a verb or a preposition: what stands between the braces, its number and its case."""

    body: str
    number: int = 1
    case: str = ""

    @property
    def is_person(self) -> bool:
        """Whether a person's name goes here."""
        return bool(PERSON.fullmatch(self.body))


def parse(template: str, rng: Random, part: str) -> Iterator[Literal | Slot]:
    """Choose among the alternatives of a template and yield its pieces.

    :raises DataError: the template is malformed.
    """
    text = FRAGMENT.sub(lambda match: rng.choice(_fragments(match[1], part)), template.removeprefix(CAPITALS))
    text = CHOICE.sub(lambda match: rng.choice(match[1].split(";")), text)
    position = 0
    for match in PIECE.finditer(text):
        yield from _literal(text[position : match.start()], template)
        position = match.end()
        if match[1]:
            yield Literal(match[1], match[2])
            continue
        slot = SLOT.fullmatch(match[3])
        if not slot:
            raise DataError(f"{{{match[3]}}} is no slot; correct the template {template!r}")
        yield Slot(slot["body"], int(slot["number"] or 1), slot["case"] or "")
    yield from _literal(text[position:], template)


def _literal(text: str, template: str) -> Iterator[Literal]:
    if set(text) & set("{}[]<>"):
        raise DataError(f"{text!r} has a bracket without its pair; correct the template {template!r}")
    if text:
        yield Literal(text)


@lru_cache
def _fragments(name: str, part: str) -> list[str]:
    found = _tables().get(FRAGMENTS + name)
    if not found:
        raise DataError(f"there is no fragment {FRAGMENTS}{name}; correct the template")
    return own_templates(found, part)


def templates() -> dict[str, list[str]]:
    """Return the templates of all kinds, in the order of the files' names."""
    return {kind: own for kind, own in _tables().items() if not kind.startswith(FRAGMENTS)}


@lru_cache
def _tables() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for file in sorted((files(__package__) / "templates").iterdir(), key=lambda path: path.name):
        if file.name.endswith(".toml"):
            for kind, text in tomllib.loads(file.read_text(encoding="utf-8")).items():
                if kind in found:
                    raise DataError(f"the kind {kind!r} is in two files; join them", path=file.name)
                found[kind] = [line.strip() for line in text.splitlines() if line.strip()]
    return found
