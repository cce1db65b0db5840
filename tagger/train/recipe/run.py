"""Running of a recipe: what is there is skipped, what was stopped goes on.

`recipe.json` in the work folder records each stage that is done, with its key: a digest of its commands, of the corpora
that it reads, and of the keys of the stages whose files it reads. A stage whose key or files are others is done again.
"""

import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any

from tagger.errors import DataError, TaggerError
from tagger.system.signals import SIGNALS, Interrupted
from tagger.train.data.labelled_text import file_digest
from tagger.train.data.writing import whole_file
from tagger.train.recipe.stages import Recipe, Stage

RECORDS = "recipe.json"
# torch on CPUs: its allocator otherwise loses more than half of the time to page faults, and threads that wait spin
ENVIRONMENT = {
    "MALLOC_MMAP_MAX_": "0",
    "MALLOC_TRIM_THRESHOLD_": "100000000000",
    "MALLOC_TOP_PAD_": "268435456",
    "OMP_WAIT_POLICY": "PASSIVE",
}
ENTRY = {"uk-tag-train": "uk_tag_train", "uk-tag-export": "uk_tag_export"}


@dataclass(slots=True)
class Record:
    """What is known of a stage.

    :param key: see the module.
    :param commands_done: commands that are done.
    :param seconds: wall-clock time of these.
    :param sizes: bytes of the files that it made, by name; empty until it is done.
    """

    key: str
    commands_done: int = 0
    seconds: float = 0.0
    sizes: dict[str, int] = field(default_factory=dict)


class Run:
    """A recipe in a work folder: what is done, and what is to do.

    :param folder: the work folder; made if it does not exist.
    :param data: folder of the corpora.
    :param compute: options for commands that compute, such as `--threads 2`.
    """

    def __init__(self, recipe: Recipe, folder: Path, data: Path, compute: Sequence[str] = ()) -> None:
        self.recipe, self.folder, self.data, self.compute = recipe, folder, data, list(compute)
        self._records = _read_records(folder / RECORDS)
        self._keys: dict[str, str] = {}

    def check(self, stages: Sequence[Stage]) -> None:
        """Raise DataError if a corpus that one of these stages reads is missing."""
        for stage in stages:
            for name in self.recipe.corpora_of(stage):
                if not (self.data / name).exists():
                    origin = self.recipe.corpora[name]
                    raise DataError(
                        f"missing, and stage {stage.name} needs it; it is: {origin}", path=str(self.data / name)
                    )

    def key(self, stage: Stage) -> str:
        """Return the key of a stage."""
        if stage.name not in self._keys:
            parts: list[Any] = [stage.commands, stage.makes]
            parts += [file_digest(self.data / name) for name in self.recipe.corpora_of(stage)]
            parts += [self.key(own) for own in self.recipe.needed_by(stage)]
            self._keys[stage.name] = hashlib.sha256(json.dumps(parts).encode()).hexdigest()
        return self._keys[stage.name]

    def record(self, stage: Stage) -> Record:
        """Return what is known of a stage with its present key."""
        found = self._records.get(stage.name)
        return found if found and found.key == self.key(stage) else Record(self.key(stage))

    def is_done(self, stage: Stage) -> bool:
        """Tell whether a stage is done and its files are as it left them."""
        sizes = self.record(stage).sizes
        paths = {name: self.folder / name for name in stage.makes}
        return bool(sizes) and all(path.exists() and path.stat().st_size == sizes[name] for name, path in paths.items())

    def run(self, stage: Stage, log: Callable[[str], None]) -> None:
        """Run the commands of a stage that are not done.

        :raises TaggerError: a command failed, or did not make a file that it should.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        record = self.record(stage)
        if record.sizes:  # its files are gone: all over again
            record = Record(record.key)
        for number, command in enumerate(stage.commands, 1):
            if number <= record.commands_done:
                continue
            words = self._expanded(command)
            log(f"{stage.name}: {' '.join(words)}")
            began = time.monotonic()
            code = _call(words, self.folder)
            record.seconds += time.monotonic() - began
            if code:
                message = f"stage {stage.name}: {command[0]} {command[1]} ended with exit code {code}"
                raise TaggerError(f"{message}; what is done is kept: run the same command again to go on")
            record.commands_done = number
            self._keep(stage, record)
        if missing := [name for name in stage.makes if not (self.folder / name).exists()]:
            raise TaggerError(f"stage {stage.name} did not make {', '.join(missing)}; correct `makes` in the recipe")
        record.sizes = {name: (self.folder / name).stat().st_size for name in stage.makes}
        self._keep(stage, record)

    def _expanded(self, command: Sequence[str]) -> list[str]:
        words: list[str] = []
        for word in command:
            words += self.compute if word == "{compute}" else [word.replace("{data}", str(self.data.absolute()))]
        return words

    def _keep(self, stage: Stage, record: Record) -> None:
        self._records[stage.name] = record
        content = {name: asdict(own) for name, own in self._records.items()}
        with whole_file(self.folder / RECORDS) as file:
            file.write(json.dumps(content, indent=1).encode())


def _read_records(path: Path) -> dict[str, Record]:
    if not path.exists():
        return {}
    try:
        return {name: Record(**own) for name, own in json.loads(path.read_bytes()).items()}
    except (OSError, ValueError, TypeError, AttributeError) as error:
        message = f"not the record of a recipe ({str(error).partition(chr(10))[0]}); delete it to run all stages again"
        raise DataError(message, path=str(path)) from None


def _call(words: Sequence[str], folder: Path) -> int:
    """Run a program of this package in a folder, with the interpreter at hand. Returns the exit code."""
    root = str(Path(__file__).parents[3])
    code = f"import sys; sys.path.insert(0, {root!r}); from tagger.system.start import {ENTRY[words[0]]} as run; run()"
    line = [sys.executable, "-c", code, *words[1:]]
    with signals_raise():
        process = subprocess.Popen(line, cwd=folder, env={**ENVIRONMENT, **os.environ}, stdin=subprocess.DEVNULL)
        try:
            return process.wait()
        except BaseException:  # a signal to this process: the program ends first
            process.terminate()
            process.wait()
            raise


@contextmanager
def signals_raise() -> Iterator[None]:
    """Let signals that would end this process, and leave its program running, raise Interrupted within the block."""

    def stop(number: int, frame: FrameType | None) -> None:
        raise Interrupted(number)

    before = {number: signal.getsignal(number) for number in SIGNALS}
    for number, handler in before.items():
        if handler is signal.SIG_DFL:
            signal.signal(number, stop)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
