"""What a batch run has done, kept on disk so that a later run can tell, by digests and not by names, what need not be done again.

One JSON object a line, empty lines between: `key` (the target), `run` (digest of model, options and version), `input` and `output` (SHA-256 of the
contents). A line is written before the annotation takes its place: of an annotation in place, either the old content (do it) or the new one
(done) is then found.
"""

import contextlib
import hashlib
import json
import os
from pathlib import Path

from tagger.atomic import atomic_write
from tagger.errors import TaggerError
from tagger.files import Task

NAME = ".uk-tag-journal.jsonl"
FIELDS = ("key", "run", "input", "output")


def file_digest(path: str | Path) -> str | None:
    """SHA-256 of a file; `None` where it cannot be read."""
    try:
        with open(path, "rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return None


class Journal:
    """A journal, locked for this process: two runs on the same files would undo each other's work.

    :param run: digest of all that decides what comes out for an input.
    :raises TaggerError: another run holds it, or it cannot be written.
    """

    def __init__(self, path: str | Path, run: str) -> None:
        self._path, self._run = Path(path), run
        try:
            self._file = open(path, "ab")  # noqa: SIM115 - open as long as the run lasts
        except OSError as error:
            raise TaggerError(f"{path}: cannot be written: {error.strerror}; the journal of a batch run goes there") from None
        with contextlib.suppress(ImportError):  # not on Windows
            import fcntl

            try:
                fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                raise TaggerError(f"{path}: another uk-tag is at work here; wait for it, or stop it") from None
        self._records = _read(self._path)

    def is_done(self, task: Task) -> bool:
        """Whether the task's target holds what this run would write."""
        record = self._records.get(task.key)
        if record is None or record["run"] != self._run:
            return False
        in_place = task.source == task.target
        return file_digest(task.target) == record["output"] and (in_place or file_digest(task.source) == record["input"])

    def close(self, *, keep: bool) -> None:
        """End: the journal becomes one line a file, in order, so that it does not tell how often the run was stopped; or it goes."""
        with contextlib.suppress(OSError):
            if keep:
                records = _read(self._path)
                with atomic_write(self._path) as file:
                    file.writelines(_line(records[key]) for key in sorted(records))
            else:
                os.unlink(self._path)
        self._file.close()


def append(path: str | Path, key: str, run: str, read: str, written: str) -> None:
    """Note what is about to take its place. Several processes may do so at once. Raises OSError."""
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND)
    try:
        os.write(descriptor, _line({"key": key, "run": run, "input": read, "output": written}))  # in one piece, at the end
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _read(path: Path) -> dict[str, dict[str, str]]:
    records = {}
    for line in path.read_bytes().split(b"\n"):
        with contextlib.suppress(ValueError, KeyError, TypeError):  # a line that a crash cut short says nothing
            record = json.loads(line)
            records[record["key"]] = {name: record[name] for name in FIELDS}
    return records


def _line(record: dict[str, str]) -> bytes:
    return b"\n" + json.dumps(record).encode() + b"\n"  # a line feed in front, too, lest a line cut short spoils this one
