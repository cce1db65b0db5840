"""The lists of names: reading them, and drawing from a part of them.

A list is a TSV file: category, gender (`m`, `f`, `n`, `p` for plural, `-` where it does not matter), name. Lines that
begin with `#` are comments. A name that is inflected has a mark, see :mod:`tagger.train.data.composed.inflection`.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources import files

from tagger.errors import DataError
from tagger.train.data.composed.inflection import plain
from tagger.train.data.composed.parts import part_of

FIELDS = 3


@dataclass(frozen=True, slots=True)
class Entry:
    """A listed name: its category, its gender and its text with the mark of its head."""

    category: str
    gender: str
    name: str


@dataclass
class Pool:
    """Names of one part, by category."""

    by_category: dict[str, list[Entry]] = field(default_factory=dict)

    def add(self, entry: Entry) -> None:
        """Add a name to its category and to all names (the category with an empty name)."""
        for category in (entry.category, ""):
            self.by_category.setdefault(category, []).append(entry)

    def of(self, *categories: str) -> list[Entry]:
        """Return the names of the categories, or all.

        :raises DataError: there are none.
        """
        found = [entry for category in categories or [""] for entry in self.by_category.get(category, [])]
        if not found:
            raise DataError(f"there is no name of the category {' or '.join(categories)!r}; correct the template")
        return found


@lru_cache
def entries(name: str) -> tuple[Entry, ...]:
    """Read a list of the package.

    :param name: name of the file without its ending.
    :raises DataError: a line is malformed.
    """
    path = f"lists/{name}.tsv"
    return tuple(_parse((files(__package__) / path).read_text(encoding="utf-8"), path))


def _parse(text: str, path: str) -> Iterator[Entry]:
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        columns = line.split("\t")
        if len(columns) != FIELDS or not all(columns):
            message = "category, gender and name are expected, with tabs between; correct the line"
            raise DataError(message, path=path, line=number)
        yield Entry(*columns)


@lru_cache
def pool(name: str, part: str) -> Pool:
    """Return the names of a list that belong to a part."""
    found = Pool()
    for entry in entries(name):
        if part_of(plain(entry.name)) == part:
            found.add(entry)
    return found
