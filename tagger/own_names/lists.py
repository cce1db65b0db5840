"""Lists of names, from files and from Python values.

A file has one name per line: `name TAB label`, and if it has one, `TAB base form`. A list of names to forbid needs no
labels: without one, the name is forbidden under every label. Empty lines and lines that start with `# ` and have no TAB
are passed over.
"""

import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from tagger.errors import DataError
from tagger.tags import LABEL_RULE, OUTSIDE, is_label

NAMES_FORM, FORBIDDEN_FORM = "name TAB label", "a name, or name TAB label"


@dataclass(frozen=True, slots=True)
class OwnName:
    """A name of a list.

    :param label: may be empty for a forbidden name: any label.
    :param base: its base form, if it is known.
    """

    text: str
    label: str = ""
    base: str = ""


@dataclass(frozen=True, slots=True)
class NameLists:
    """The lists of a run. They can be compared, hashed and pickled.

    :param names: names that are entities wherever they stand. If one stands in the list twice, the first counts.
    :param forbidden: names that are no entities.
    """

    names: tuple[OwnName, ...] = ()
    forbidden: tuple[OwnName, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.names or self.forbidden)


def name_lists(names: Any = None, forbid: Any = None) -> NameLists:
    """Return the lists of a run.

    :param names: a file, a mapping of names to labels, or tuples of name and label, or of name, label and base form.
    :param forbid: a file, or a list of names, or of tuples of name and label.
    :raises DataError: a file cannot be read, or a list is something else.
    """
    return NameLists(_entries(names, "names", NAMES_FORM, False), _entries(forbid, "forbid", FORBIDDEN_FORM, True))


def _entries(value: Any, what: str, form: str, bare: bool) -> tuple[OwnName, ...]:
    """Return the entries of one list.

    :param what: how messages call it.
    :param form: what an entry of it is, for messages.
    :param bare: an entry may be a name without a label.
    """
    if value is None:
        return ()
    if isinstance(value, str | os.PathLike):
        return _read(Path(value), form, bare)
    if isinstance(value, Mapping):
        value = value.items()
    if not isinstance(value, Iterable) or isinstance(value, bytes):
        raise DataError(f"{what} is a {type(value).__name__}: give the path of a file, or a list of {form}")
    entries = []
    for number, item in enumerate(value, 1):
        if isinstance(item, OwnName):
            fields: tuple[Any, ...] = (item.text, item.label, item.base)
        else:
            fields = (item,) if isinstance(item, str) else tuple(item) if isinstance(item, list | tuple) else ()
        if not all(isinstance(own, str) for own in fields):
            fields = ()
        entries.append(_entry(fields, form, bare, partial(DataError, path=f"{what}[{number - 1}]")))
    return tuple(entries)


def _read(path: Path, form: str, bare: bool) -> tuple[OwnName, ...]:
    try:
        lines = path.read_bytes().removeprefix(b"\xef\xbb\xbf").split(b"\n")
    except OSError as error:
        raise DataError(f"cannot be read: {error.strerror}", path=str(path)) from None
    entries = []
    for number, line in enumerate(lines, 1):
        try:
            text = line.removesuffix(b"\r").decode()
        except UnicodeDecodeError:
            raise DataError("is not UTF-8; convert it with: iconv -t UTF-8", path=str(path), line=number) from None
        if text.strip() and (not text.startswith("# ") or "\t" in text):
            fields = tuple(text.split("\t"))
            entries.append(_entry(fields, form, bare, partial(DataError, path=str(path), line=number)))
    return tuple(entries)


def _entry(fields: tuple[str, ...], form: str, bare: bool, error: Callable[[str], DataError]) -> OwnName:
    fields = tuple(" ".join(own.split()) for own in fields)
    least = 1 if bare else 2
    if not least <= len(fields) <= 3 or not fields[0] or not all(fields[:least]):
        raise error(f"is no entry of this list; write {form}{'' if bare else ', and a base form after a TAB if any'}")
    entry = OwnName(*fields)
    if entry.label == OUTSIDE or not is_label(entry.label):
        raise error(f"{entry.label!r} cannot be a label: not O, {LABEL_RULE}")
    return entry
