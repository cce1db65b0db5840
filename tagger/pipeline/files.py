"""Selection of the files to read, and of the target for each annotation."""

import contextlib
import fnmatch
import os
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tagger.errors import DataError, OptionError
from tagger.pipeline import archives
from tagger.pipeline.marks import Marks, is_own
from tagger.pipeline.settings import BatchSettings

# Suffixes of output formats that are a different kind of file from the input.
SUFFIXES = {
    "conll": ".conll",
    "conllu": ".conllu",
    "jsonl": ".jsonl",
    "brat": ".ann",
    "html": ".html",
    "tsv": ".tsv",
    "count": ".tsv",
}
TEXT_SUFFIXES = (".txt", ".text", ".md")  # of files that become CoNLL unless another output is asked for

LINKS = "links"
BACKUPS = "backups"
HIDDEN = "hidden files or folders"
UNNAMED = "files not named by --include"
SPECIAL = "pipes, devices or broken links"
EXPECTED = (LINKS, BACKUPS)  # kinds that users might expect to be annotated, so they are reported without -v as well


@dataclass(frozen=True, slots=True)
class Task:
    """One file to annotate.

    :param source, target: paths as they were given; the same for annotation in place.
    :param real: the target's real path, with links resolved.
    :param size: size of the source in bytes.
    """

    source: str
    target: str
    real: str
    size: int

    @property
    def in_place(self) -> bool:
        """True if the source itself is replaced."""
        return self.source == self.target


@dataclass(slots=True)
class Left:
    """Files that are not annotated.

    :param problems: an error for each file that should have been annotated.
    :param passed: number of files that were skipped, by kind.
    """

    problems: list[DataError] = field(default_factory=list)
    passed: Counter[str] = field(default_factory=Counter)

    def told(self, verbose: bool) -> str:
        """Return one line about the skipped files; empty if there is nothing to report."""
        hints = {LINKS: "; name one to follow it"}
        kinds = [kind for kind, count in self.passed.items() if count and (verbose or kind in EXPECTED)]
        return ", ".join(f"{kind} ({self.passed[kind]}{hints.get(kind, '')})" for kind in sorted(kinds))


def input_folders(batch: BatchSettings) -> set[str]:
    """Return the real paths of the folders to walk, and of the folders of single files."""
    found = set()
    for path in batch.paths:
        if os.path.isdir(path):
            found |= {os.path.realpath(path)} if batch.recursive else set()
        elif os.path.exists(path):
            found.add(os.path.dirname(os.path.realpath(path)))
    return found


def tasks_into(batch: BatchSettings, folder: str, form: str, marks: Marks, left: Left) -> list[Task]:
    """Return tasks that write into a folder: files keep their names, folders keep their structure.

    A final `.gz`, `.xz`, `.bz2` or `.zst` is removed, as output is not compressed.

    :param folder: the output folder.
    :param form: the output format; some have their own suffixes, see SUFFIXES. `same`, for an input that may be text,
        has that of CoNLL for text, and for other files the suffix that they have.
    :param left: receives the files that cannot be annotated.
    """
    tasks: list[Task] = []
    taken: dict[str, str] = {}
    top = os.path.realpath(folder)
    chosen = list(_selected(batch, left, top, lambda path: False))
    inputs = {os.path.realpath(source): source for source, _ in chosen}
    for source, name in chosen:
        relative = _output_name(name, form)
        target = os.path.join(folder, relative)
        real, given = os.path.realpath(target), os.path.realpath(source)
        problem = None
        if real == given:
            problem = "would be overwritten by its annotation; choose another --output-dir, or --in-place"
        elif real in inputs:
            problem = (
                f"its annotation would overwrite {inputs[real]}, which is also an input; choose another --output-dir"
            )
        elif taken.get(real) == given:
            continue  # given twice
        elif real in taken:
            problem = (
                f"would be written to {target}, as {taken[real]} is; annotate it in a separate run, "
                "into another --output-dir"
            )
        elif os.path.commonpath([top, real]) != top:
            problem = (
                f"would be written to {real}, as {target} leads there by a link; remove the link, "
                "or choose another --output-dir"
            )
        elif os.path.lexists(real) and not os.path.isfile(real):
            problem = (
                f"would be written to {target}, which is not a regular file; move that away, "
                "or choose another --output-dir"
            )
        elif marks.is_backup(real):
            problem = f"would be written to {target}, which is a backup; move that away, or choose another --output-dir"
        if problem:
            left.problems.append(DataError(problem, path=source))
        else:
            taken[real] = given
            _add(tasks, left, source, target, real)
    return tasks


def tasks_in_place(batch: BatchSettings, marks: Marks, left: Left) -> list[Task]:
    """Return tasks that replace their files, each file once. Links found in folders, and backups, are skipped.

    :param left: receives the files that cannot be annotated.
    """

    def is_backup(path: str) -> bool:
        return bool(batch.backup and path.endswith(batch.backup)) or marks.is_backup(path)

    tasks: list[Task] = []
    found: set[str] = set()
    for source, _ in _selected(batch, left, None, os.path.islink):
        real = os.path.realpath(source)
        if real in found:
            continue
        found.add(real)
        if is_backup(real):
            left.passed[BACKUPS] += 1
        else:
            _add(tasks, left, source, source, real)
    return tasks


def _add(tasks: list[Task], left: Left, source: str, target: str, real: str) -> None:
    try:
        tasks.append(Task(source, target, real, os.path.getsize(source)))
    except OSError as error:
        left.problems.append(
            DataError(f"cannot be opened: {error.strerror}; check the name and your rights", path=source)
        )


def _output_name(name: str, form: str) -> Path:
    stem, suffix = os.path.splitext(name)  # a file named `.gz` has no suffix
    relative = Path(stem if suffix in archives.SUFFIXES else name)
    if form == "same" and relative.suffix.lower() in TEXT_SUFFIXES:
        form = "conll"
    return relative.with_suffix(SUFFIXES[form]) if form in SUFFIXES else relative


def _selected(
    batch: BatchSettings,
    left: Left,
    skipped: str | None,
    avoid: Callable[[str], bool],
    paths: Sequence[str] | None = None,
) -> Iterator[tuple[str, str]]:
    """Yield the path of each source, and its name relative to the folder that was given.

    :param skipped: real path of a folder that is not walked.
    :param avoid: returns whether to skip a path found in a folder as a link; links to folders are always skipped.
    :param paths: some of the paths that were given; `None`: all.
    """
    for path in batch.paths if paths is None else paths:
        if os.path.isdir(path):
            if batch.recursive:
                yield from _walk(path, batch.include, skipped, avoid, left)
            else:
                left.problems.append(DataError("is a folder; add -r to annotate its files", path=path))
        elif is_own(os.path.basename(path)):
            left.problems.append(DataError("is a file of uk-tag's own, not an input; leave it out", path=path))
        elif os.path.isfile(path):
            yield path, os.path.basename(path)
        elif os.path.exists(path):
            left.problems.append(DataError("is not a regular file; pipe it through uk-tag instead", path=path))
        else:
            left.problems.append(DataError("cannot be opened: No such file or directory; check the name", path=path))


def files_in(batch: BatchSettings, target: str | None, warn: Callable[[str], None]) -> tuple[list[str], bool]:
    """Return the files to read, those in a folder in the order of their names, each file once.

    :param batch: the paths that were given, and which files of folders are meant.
    :param target: the output file, which is no input although it may be in one of the folders.
    :param warn: called with a line for each path that cannot be read, and for the files that were passed over.
    :returns: the files, and whether all paths could be read.
    """
    left = Left()
    found: dict[str, str] = {}
    given = {os.path.realpath(path) for path in batch.paths}
    for path in batch.paths:
        if path == "-":  # standard input
            found[path] = path
            continue
        for source, _ in _selected(batch, left, None, lambda path: False, (path,)):
            own = os.path.realpath(source)
            with contextlib.suppress(OSError):
                if target and own not in given and os.path.samefile(source, target):
                    continue
            found.setdefault(own, source)
    for problem in left.problems:
        warn(str(problem))
    if told := left.told(batch.verbose):
        warn(f"passed over {told}")
    return list(found.values()), not left.problems


def _walk(
    top: str, include: Sequence[str], skipped: str | None, avoid: Callable[[str], bool], left: Left
) -> Iterator[tuple[str, str]]:
    def trouble(error: OSError) -> None:
        left.problems.append(DataError(f"cannot be read: {error.strerror}; check your rights", path=error.filename))

    for folder, folders, files in os.walk(top, onerror=trouble):
        for name in sorted(folders):
            path = os.path.join(folder, name)
            hidden, link = name.startswith("."), os.path.islink(path)
            left.passed[HIDDEN] += hidden
            left.passed[LINKS] += link and not hidden
            if hidden or link or os.path.realpath(path) == skipped:
                folders.remove(name)
        folders.sort()
        for name in sorted(files):
            path = os.path.join(folder, name)
            kind = None
            if include and not any(fnmatch.fnmatch(name, pattern) for pattern in include):
                kind = UNNAMED
            elif is_own(name) or (name.startswith(".") and not include):
                kind = HIDDEN
            elif not os.path.isfile(path):
                kind = SPECIAL
            elif avoid(path):
                kind = LINKS
            if kind:
                left.passed[kind] += 1
            else:
                yield path, os.path.relpath(path, top)


def check_folder(folder: str) -> None:
    """Create the output folder if there is none.

    :raises OptionError: it cannot be created.
    """
    try:
        os.makedirs(folder, exist_ok=True)
    except OSError as error:
        raise OptionError(f"--output-dir {folder}: {error.strerror}") from None
