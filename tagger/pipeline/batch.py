"""Annotation of files one by one, into a folder or in place, by one process or several, that can go on where it was stopped."""

import contextlib
import hashlib
import json
import os
from collections.abc import Callable, Generator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from tagger import __version__
from tagger.errors import DataError, OptionError, TaggerError
from tagger.model_file import digest
from tagger.model_file.content import read_model
from tagger.pipeline.annotate import Manner, annotate_file, is_done
from tagger.pipeline.files import Left, Selection, Task, check_folder, tasks_in_place, tasks_into
from tagger.pipeline.filter import open_filter
from tagger.pipeline.marks import Marks
from tagger.pipeline.progress import Progress
from tagger.pipeline.settings import BatchSettings, RunSettings
from tagger.pipeline.workers import Work, share
from tagger.system.atomic import remove_left_over
from tagger.system.locks import locked
from tagger.system.signals import Interrupted, SignalGuard, held_back

News = Callable[[str, Any], None]
Warn = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Setup:
    """What a process needs to know once."""

    settings: RunSettings
    manner: Manner


def annotate(batch: BatchSettings, settings: RunSettings, interrupts: SignalGuard, warn: Warn) -> int:
    """Annotate files one by one. Returns the exit code; raises TaggerError, Interrupted."""
    selection = Selection(batch.paths, batch.recursive, batch.include)
    folder, suffix = batch.output_dir, batch.backup
    if "/" in suffix or os.sep in suffix:
        raise OptionError(f"--in-place={suffix}: backups stay beside their files; give a suffix without {os.sep}")
    if folder is not None:
        check_folder(folder)
    setup = Setup(settings, Manner(run_digest(settings), suffix, batch.resume))
    with locked(selection.folders() if folder is None else {os.path.realpath(folder)}):
        marks, left = Marks(), Left()
        into = None if folder is None else (folder, settings.writer.form)
        tasks = tasks_into(selection, *into, marks, left) if into else tasks_in_place(selection, suffix, marks, left)
        places = sorted({os.path.dirname(task.real) for task in tasks})
        for place in places:
            with contextlib.suppress(OSError):
                remove_left_over(place)
                marks.tidy(place)
        try:
            return _annotate(tasks, batch, setup, marks, left, interrupts, warn)
        finally:
            with held_back():
                for place in places:  # of processes that died, or were ended
                    remove_left_over(place)


def _annotate(
    tasks: Sequence[Task],
    batch: BatchSettings,
    setup: Setup,
    marks: Marks,
    left: Left,
    interrupts: SignalGuard,
    warn: Warn,
) -> int:
    failures = [str(problem) for problem in left.problems]
    if batch.resume:
        tasks = _rest(tasks, setup, marks, failures, interrupts, warn if batch.verbose else None)
    done = 0
    progress = Progress(len(tasks), sum(task.size for task in tasks))
    try:
        with contextlib.closing(_news(tasks, min(batch.jobs, len(tasks)), setup, interrupts, progress)) as news:
            for task, kind, value in news:
                if kind == "tokens":
                    progress.tokens(value)
                elif kind == "warning":
                    progress.clear()
                    warn(value)
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
    tasks: Sequence[Task], setup: Setup, marks: Marks, failures: list[str], interrupts: SignalGuard, warn: Warn | None
) -> list[Task]:
    """Tasks that are not done yet; those that another run has done are failures."""
    rest = []
    done = 0
    for task in tasks:
        interrupts.check()
        try:
            if is_done(task, marks, setup.manner.run):
                done += 1
            else:
                rest.append(task)
        except DataError as error:
            failures.append(str(error))
    if warn:
        warn(f"{done} of {len(tasks)} files are done already")
    return rest


def run_digest(settings: RunSettings) -> str:
    """SHA-256 over all that decides what comes out for an input: version, model, and how is read and written. Raises ModelError."""
    model = digest.read(read_model(settings.model))
    parts = [__version__, model, asdict(settings.reader), asdict(settings.writer), asdict(settings.labels)]
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def make_work(setup: Setup, interrupts: SignalGuard | None = None) -> Work:
    """Open the model, and return what annotates one file and sends news: ("tokens", count) and ("warning", line)."""
    news: list[News] = []
    filter_ = open_filter(setup.settings, interrupts or SignalGuard(), lambda line: news[0]("warning", line))
    marks = Marks()

    def work(task: Task, send: News) -> None:
        news[:] = [send]
        annotate_file(filter_, task, setup.manner, marks, lambda tokens: send("tokens", tokens))

    return work


def _news(
    tasks: Sequence[Task], jobs: int, setup: Setup, interrupts: SignalGuard, progress: Progress
) -> Generator[tuple[Task, str, Any], None, None]:
    if jobs > 1:
        yield from share(tasks, jobs, make_work, setup, interrupts.waiting)
    elif tasks:
        work = make_work(setup, interrupts)
        for task in tasks:
            interrupts.check()
            sent: list[tuple[str, Any]] = []

            def send(kind: str, value: Any, sent: list[tuple[str, Any]] = sent) -> None:
                if kind == "tokens":
                    progress.tokens(value)  # at once: one file may take an hour
                else:
                    sent.append((kind, value))

            try:
                work(task, send)
                sent.append(("done", None))
            except TaggerError as error:
                sent.append(("failed", str(error)))
            for kind, value in sent:
                yield task, kind, value
