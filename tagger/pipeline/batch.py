"""Annotation of files one by one, into a folder or in place, by one or several processes. Runs can be resumed."""

import contextlib
import hashlib
import json
import os
from collections.abc import Callable, Generator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from tagger import __version__
from tagger.errors import DataError, OptionError, TaggerError
from tagger.formats import RECORDS
from tagger.model_file import digest
from tagger.model_file.content import read_model
from tagger.own_names.forms import are_installed
from tagger.pipeline.annotate import annotate_file, is_done
from tagger.pipeline.files import Left, Task, check_folder, input_folders, tasks_in_place, tasks_into
from tagger.pipeline.filter import open_filter
from tagger.pipeline.marks import Marks
from tagger.pipeline.progress import Progress
from tagger.pipeline.settings import BatchSettings, RunSettings
from tagger.pipeline.workers import share
from tagger.system.atomic import remove_left_over
from tagger.system.locks import locked
from tagger.system.signals import Interrupted, SignalGuard, held_back

News = Callable[[str, Any], None]
Warn = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Setup:
    """Everything that a process needs once.

    :param run: digest of the run, see :func:`run_digest`.
    """

    settings: RunSettings
    batch: BatchSettings
    run: str


def annotate(batch: BatchSettings, settings: RunSettings, guard: SignalGuard, warn: Warn) -> int:
    """Annotate files one by one.

    :param warn: called with each line for standard error.
    :returns: the exit code: 0 if all files were annotated, else 1.
    :raises TaggerError: nothing can be annotated: an option, the model or the output folder is unfit.
    :raises Interrupted: a signal arrived; files that are done stay done.
    """
    folder, suffix = batch.output_dir, batch.backup
    if "/" in suffix or os.sep in suffix:
        raise OptionError(f"--in-place={suffix}: backups stay next to their files; give a suffix without {os.sep}")
    if folder is not None:
        check_folder(folder)
    setup = Setup(settings, batch, run_digest(settings))
    with locked(input_folders(batch) if folder is None else {os.path.realpath(folder)}):
        marks, left = Marks(), Left()
        if folder is None:
            tasks = tasks_in_place(batch, marks, left)
        else:
            form = settings.writer.form
            if form == "same" and settings.reader.form in RECORDS:
                form = "records"  # has no suffix of its own: files keep theirs
            tasks = tasks_into(batch, folder, form, marks, left)
        targets = sorted({os.path.dirname(task.real) for task in tasks})
        for target in targets:
            with contextlib.suppress(OSError):
                remove_left_over(target)
                marks.tidy(target)
        try:
            return _annotate(tasks, setup, marks, left, guard, warn)
        finally:
            with held_back():
                for target in targets:  # temporary files of processes that died or were killed
                    remove_left_over(target)


def _annotate(tasks: Sequence[Task], setup: Setup, marks: Marks, left: Left, guard: SignalGuard, warn: Warn) -> int:
    batch = setup.batch
    failures = [str(problem) for problem in left.problems]
    if batch.resume:
        tasks = _rest(tasks, setup.run, marks, failures, guard, warn if batch.verbose else None)
    done = 0
    used: set[str] = set()  # each process says what it uses
    progress = Progress(len(tasks), sum(task.size for task in tasks))
    try:
        with contextlib.closing(_news(tasks, min(batch.jobs, len(tasks)), setup, guard, progress)) as news:
            for task, kind, value in news:
                if kind == "tokens":
                    progress.tokens(value)
                elif kind == "used" and value in used:
                    continue
                elif kind in ("warning", "used"):
                    progress.clear()
                    warn(value)
                    used |= {value} if kind == "used" else set()
                else:
                    progress.file(task.size)
                    done += kind == "done"
                    failures += [value] if kind == "failed" else []
    except Interrupted:
        progress.clear()
        warn(f"stopped after {done} of {len(tasks)} files; --resume goes on there")
        raise
    progress.clear()
    for failure in failures:
        warn(failure)
    if told := left.told(batch.verbose):
        warn(f"passed over {told}")
    if len(failures) > 1:
        warn(f"{len(failures)} inputs failed; {done} are done")
    return 1 if failures else 0


def _rest(
    tasks: Sequence[Task], run: str, marks: Marks, failures: list[str], guard: SignalGuard, warn: Warn | None
) -> list[Task]:
    """Return the tasks that are not done yet. Tasks done by a different run are added to the failures."""
    rest = []
    done = 0
    for task in tasks:
        guard.check()
        try:
            if is_done(task, marks, run):
                done += 1
            else:
                rest.append(task)
        except DataError as error:
            failures.append(str(error))
    if warn:
        warn(f"{done} of {len(tasks)} files are done already")
    return rest


def run_digest(settings: RunSettings) -> str:
    """Return the SHA-256 of everything that the output for an input depends on: version, model, formats, labels
    and lists of names.

    :raises ModelError: the model file cannot be read.
    """
    model = digest.read(read_model(settings.model))
    parts: list[object] = [__version__, model, asdict(settings.reader), asdict(settings.writer)]
    parts += [asdict(settings.labels), asdict(settings.own_names), are_installed() if settings.own_names else None]
    parts += ["document"] if settings.document else []  # so that the digests of other runs stay as they are
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


class FileAnnotator:
    """An open model that annotates files.

    :param guard: the signal handlers of this process; made here if not given.
    :raises TaggerError: the model cannot be opened, or the settings do not fit it.
    """

    def __init__(self, setup: Setup, guard: SignalGuard | None = None) -> None:
        self._setup = setup
        self._send: News
        self._filter = open_filter(setup.settings, guard or SignalGuard(), lambda line: self._send("warning", line))
        self._marks = Marks()
        self._used = self._filter.used() if setup.batch.verbose else []

    def __call__(self, task: Task, send: News) -> None:
        """Annotate one file.

        :param send: called with ("tokens", count) and ("warning", line) on the way, and before all if verbose with
            ("used", line).
        :raises TaggerError: see :func:`tagger.pipeline.annotate.annotate_file`.
        """
        self._send = send
        while self._used:
            send("used", self._used.pop(0))
        setup = self._setup
        annotate_file(self._filter, task, setup.batch, setup.run, self._marks, lambda tokens: send("tokens", tokens))


def _news(
    tasks: Sequence[Task], jobs: int, setup: Setup, guard: SignalGuard, progress: Progress
) -> Generator[tuple[Task, str, Any], None, None]:
    if jobs > 1:
        yield from share(tasks, jobs, FileAnnotator, setup, guard.waiting)
    elif tasks:
        annotator = FileAnnotator(setup, guard)
        sent: list[tuple[str, Any]] = []

        def send(kind: str, value: Any) -> None:
            if kind == "tokens":
                progress.tokens(value)  # at once: one file may take an hour
            else:
                sent.append((kind, value))

        for task in tasks:
            guard.check()
            sent.clear()
            try:
                annotator(task, send)
                sent.append(("done", None))
            except TaggerError as error:
                sent.append(("failed", str(error)))
            for kind, value in sent:
                yield task, kind, value
