"""Processes that share the files of a batch run. Each opens the model, and ends with the process that started it."""

import contextlib
import multiprocessing
import os
import pickle
import signal
from collections.abc import Callable, Iterator, Sequence
from multiprocessing.connection import Connection, wait
from typing import Any

from tagger.errors import TaggerError
from tagger.system.failures import describe
from tagger.system.memory import keep_memory_small
from tagger.system.signals import SIGNALS, Interrupted, held_back

Work = Callable[[Any, Callable[[str, Any], None]], None]


class _Worker:
    def __init__(self, make: Callable[[Any], Work], setup: Any) -> None:
        context = multiprocessing.get_context("spawn")  # onnxruntime does not survive a fork
        self.connection, theirs = context.Pipe()
        self.process = context.Process(target=_serve, args=(theirs, os.getpid()), daemon=True)
        try:
            with held_back():  # until it ignores signals meant for its parent
                self.process.start()
        except OSError as error:
            raise TaggerError(
                f"no more processes can be started: {error.strerror}; try fewer --jobs, or raise the limit (ulimit -u)"
            ) from None
        theirs.close()
        # Not as arguments of the process: importing them may fail, and this way that is reported like any failure.
        self.connection.send((make, setup))
        self.task: Any = None

    def give(self, task: Any) -> None:
        self.task = task
        with contextlib.suppress(OSError):  # it has died already: reading from it will tell
            self.connection.send(task)


def share(
    tasks: Sequence[Any], jobs: int, make: Callable[[Any], Work], setup: Any, waiting: Callable[[], Any]
) -> Iterator[tuple[Any, str, Any]]:
    """Share tasks among processes. Each task is done by one process; the order is not kept.

    A process that dies, or is killed because this generator is closed early, may leave a temporary file.

    :param jobs: number of processes.
    :param make: called once in each process with `setup`; must be importable. It returns a function that is called
        with each task and with a function to send news.
    :param waiting: context manager entered while waiting, when a signal may safely interrupt.
    :returns: an iterator over (task, kind, value): the news that the work sends; ("done", `None`); or ("failed",
        message) if the work raised an error or its process died.
    :raises TaggerError: `make` raised it, or no process can be started. As `make` would fail for every task, all
        processes end.
    """
    rest = iter(tasks)
    workers: list[_Worker] = []
    try:
        for task in tasks[:jobs]:
            try:
                worker = _Worker(make, setup)
            except TaggerError:
                if not workers:
                    raise
                break  # the processes started so far do the work
            worker.give(task)
            workers.append(worker)
            next(rest)
        while workers:
            with waiting():
                ready = wait([worker.connection for worker in workers])
            for worker in [worker for worker in workers if worker.connection in ready]:
                try:
                    kind, value = worker.connection.recv()
                except (EOFError, OSError):
                    worker.process.join()
                    ending = _ending(worker.process.exitcode)
                    line = f"{worker.task.source}: the process that annotated it died ({ending}); try fewer --jobs"
                    workers.remove(worker)
                    yield worker.task, "failed", line
                    task = next(rest, None)
                    if task is not None:
                        worker = _Worker(make, setup)
                        worker.give(task)
                        workers.append(worker)
                    continue
                if kind == "unfit":
                    raise value
                yield worker.task, kind, value
                if kind in ("done", "failed"):
                    task = next(rest, None)
                    if task is None:
                        workers.remove(worker)
                        worker.connection.close()
                        worker.process.join()
                    else:
                        worker.give(task)
    finally:
        with held_back():
            for worker in workers:
                worker.process.kill()  # its unfinished output is useless, and the caller removes it
            for worker in workers:
                worker.process.join()


def _serve(connection: Connection, parent: int) -> None:
    for number in SIGNALS:  # Ctrl-C and the like reach the whole process group: the parent decides
        signal.signal(number, signal.SIG_DFL if number == signal.SIGTERM else signal.SIG_IGN)
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {*SIGNALS, signal.SIGALRM})
    _end_with(parent)
    keep_memory_small()
    work: Work | None = None
    with contextlib.suppress(EOFError, OSError, Interrupted):
        opening = connection.recv_bytes()
        while True:
            task = connection.recv()
            try:
                if work is None:
                    make, setup = pickle.loads(opening)
                    work = make(setup)
            except Exception as error:
                line = describe(error, "uk-tag")
                if line is None:
                    raise
                connection.send(("unfit", error if isinstance(error, TaggerError) else TaggerError(line)))
                return
            try:
                work(task, lambda kind, value: connection.send((kind, value)))
            except Exception as error:
                line = describe(error, "uk-tag")
                if line is None:
                    raise
                connection.send(("failed", line if isinstance(error, TaggerError) else f"{task.source}: {line}"))
            else:
                connection.send(("done", None))
    os._exit(0)  # nothing is left to do, and the interpreter's shutdown might be interrupted


def _end_with(parent: int) -> None:
    """Have the kernel kill this process when its parent ends, if it can (Linux)."""
    with contextlib.suppress(OSError, AttributeError, TypeError):  # TypeError: Windows
        import ctypes

        set_parent_death_signal = 1  # PR_SET_PDEATHSIG, linux/prctl.h
        ctypes.CDLL(None).prctl(set_parent_death_signal, signal.SIGKILL)
    if os.getppid() != parent:  # the parent was already gone
        os._exit(1)


def _ending(code: int | None) -> str:
    return f"signal {-code}" if code is not None and code < 0 else f"exit code {code}"
