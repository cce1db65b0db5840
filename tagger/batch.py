"""Annotation of files one by one, into a folder or in place, by one process or several, that can go on where it was stopped."""

import hashlib
import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from tagger import __version__, digest
from tagger.annotate import annotate_file
from tagger.atomic import remove_left_over
from tagger.content import read_model
from tagger.errors import DataError, TaggerError
from tagger.files import Selection, Task, check_folder, tasks_in_place, tasks_into
from tagger.interrupts import Interrupted, Interrupts
from tagger.journal import NAME, Journal, append
from tagger.progress import Progress
from tagger.run import Settings, open_filter
from tagger.workers import Work, share

News = Callable[[str, Any], None]


@dataclass(frozen=True, slots=True)
class Setup:
    """What a process needs to know once.

    :param backup: suffix under which files annotated in place stay, too.
    :param journal: where to note what is done.
    :param run: see :func:`run_digest`.
    """

    settings: Settings
    backup: str | None
    journal: str
    run: str


def annotate(options: Mapping[str, Any], settings: Settings, interrupts: Interrupts, warn: Callable[[str], None]) -> int:
    """Annotate the files that the options name. Returns the exit code; raises TaggerError, Interrupted."""
    problems: list[DataError] = []
    selection = Selection(options["files"], options["recursive"], options["include"])
    folder = options["output_dir"]
    if folder is not None:
        check_folder(folder)
        tasks = tasks_into(selection, folder, settings.write.form, problems)
    else:
        tasks = tasks_in_place(selection, problems)
    setup = Setup(settings, options["in_place"], os.path.join(folder or ".", NAME), run_digest(settings))
    journal = Journal(setup.journal, setup.run)
    for place in sorted({os.path.dirname(os.path.realpath(task.target)) for task in tasks}):
        remove_left_over(place)
    if options["resume"]:
        rest = [task for task in tasks if not _is_done(journal, task, interrupts)]
        if options["verbose"]:
            warn(f"{len(tasks) - len(rest)} of {len(tasks)} files are done already")
        tasks = rest
    failures = [str(problem) for problem in problems]
    done = 0
    progress = Progress(len(tasks), sum(task.size for task in tasks))
    try:
        for task, kind, value in _news(tasks, min(options["jobs"], len(tasks)), setup, interrupts, progress):
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
    journal.close(keep=folder is not None or bool(failures))
    for failure in failures:
        warn(failure)
    if len(failures) > 1:
        warn(f"{len(failures)} inputs failed; {done} are done")
    return 1 if failures else 0


def run_digest(settings: Settings) -> str:
    """SHA-256 over all that decides what comes out for an input: version, model, and how is read and written. Raises ModelError."""
    model = digest.read(read_model(settings.model))
    parts = [__version__, model, asdict(settings.read), asdict(settings.write), asdict(settings.view)]
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def make_work(setup: Setup, interrupts: Interrupts | None = None) -> Work:
    """Open the model, and return what annotates one file and sends news: ("tokens", count) and ("warning", line)."""
    news: list[News] = []
    filter_ = open_filter(setup.settings, interrupts or Interrupts(), lambda line: news[0]("warning", line))

    def work(task: Task, send: News) -> None:
        news[:] = [send]
        annotate_file(
            filter_,
            task,
            setup.backup,
            record=lambda task, read, written: append(setup.journal, task.key, setup.run, read, written),
            count=lambda tokens: send("tokens", tokens),
        )

    return work


def _news(tasks: Sequence[Task], jobs: int, setup: Setup, interrupts: Interrupts, progress: Progress) -> Iterator[tuple[Task, str, Any]]:
    if jobs > 1:
        yield from share(tasks, jobs, make_work, setup, interrupts.waiting)
    elif tasks:
        work = make_work(setup, interrupts)
        for task in tasks:
            interrupts.check()
            sent: list[tuple[str, Any]] = []

            def send(kind: str, value: Any, sent: list = sent) -> None:
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


def _is_done(journal: Journal, task: Task, interrupts: Interrupts) -> bool:
    interrupts.check()
    return journal.is_done(task)
