"""Which files are annotated, and where each one's annotation goes."""

import fnmatch
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tagger.errors import DataError, OptionError

SUFFIXES = {"jsonl": ".jsonl", "brat": ".ann", "html": ".html", "count": ".tsv"}  # of output forms that are another kind of file


@dataclass(frozen=True, slots=True)
class Task:
    """One file to annotate.

    :param source, target: paths; the same for annotation in place.
    :param key: the target's name in the journal, the same wherever the output folder stands.
    :param size: bytes of the source.
    """

    source: str
    target: str
    key: str
    size: int


@dataclass(frozen=True, slots=True)
class Selection:
    """Which files of which folders.

    :param recursive: whether folders are walked through.
    :param include: patterns of file names, as the shell has them; empty: all but hidden files.
    """

    paths: Sequence[str]
    recursive: bool
    include: Sequence[str]


def tasks_into(selection: Selection, folder: str, form: str, problems: list[DataError]) -> list[Task]:
    """Tasks that write into a folder: files under their names, folders with their shape. A final `.gz` goes, as output is not packed.

    :param form: the output form; JSON Lines and brat have suffixes of their own.
    :param problems: takes what cannot be annotated.
    """
    tasks: list[Task] = []
    taken: dict[str, str] = {}
    for source, name in _selected(selection, problems, os.path.realpath(folder)):
        relative = Path(name[:-3] if name.endswith(".gz") else name)
        if form in SUFFIXES:
            relative = relative.with_suffix(SUFFIXES[form])
        target = os.path.join(folder, relative)
        if os.path.realpath(target) == os.path.realpath(source):
            problems.append(DataError("would be overwritten by its annotation; choose another --output-dir, or --in-place", path=source))
        elif target in taken:
            problems.append(DataError(f"would be written to {target}, as {taken[target]} is; give their folder with -r", path=source))
        else:
            taken[target] = source
            tasks.append(Task(source, target, relative.as_posix(), os.path.getsize(source)))
    return tasks


def tasks_in_place(selection: Selection, problems: list[DataError]) -> list[Task]:
    """Tasks that replace their files, each file once."""
    found = {os.path.realpath(source): source for source, _ in _selected(selection, problems, None)}
    return [Task(source, source, place, os.path.getsize(place)) for place, source in found.items()]


def _selected(selection: Selection, problems: list[DataError], skipped: str | None) -> Iterator[tuple[str, str]]:
    """Sources, and their names below the folder that was given."""
    for path in selection.paths:
        if os.path.isdir(path):
            if selection.recursive:
                yield from _walk(path, selection.include, skipped, problems)
            else:
                problems.append(DataError("is a folder; add -r to annotate its files", path=path))
        elif os.path.isfile(path):
            yield path, os.path.basename(path)
        elif os.path.lexists(path):
            problems.append(DataError("is no regular file; pipe it through uk-tag instead", path=path))
        else:
            problems.append(DataError("cannot be opened: No such file or directory; check the name", path=path))


def _walk(top: str, include: Iterable[str], skipped: str | None, problems: list[DataError]) -> Iterator[tuple[str, str]]:
    def trouble(error: OSError) -> None:
        problems.append(DataError(f"cannot be read: {error.strerror}; check your rights", path=error.filename))

    for folder, folders, files in os.walk(top, onerror=trouble):
        folders[:] = sorted(name for name in folders if not name.startswith(".") and os.path.realpath(os.path.join(folder, name)) != skipped)
        for name in sorted(files):
            path = os.path.join(folder, name)
            wanted = any(fnmatch.fnmatch(name, pattern) for pattern in include) if include else not name.startswith(".")
            if wanted and os.path.isfile(path):
                yield path, os.path.relpath(path, top)


def check_folder(folder: str) -> None:
    """Make the output folder. Raises OptionError where that cannot be done."""
    try:
        os.makedirs(folder, exist_ok=True)
    except OSError as error:
        raise OptionError(f"--output-dir {folder}: {error.strerror}") from None
