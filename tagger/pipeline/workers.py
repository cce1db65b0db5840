"""Processes that share the files of a batch run. Each has its own model; they end when the process that started them does."""

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
            with held_back():  # until it ignores what is meant for the process that starts it
                self.process.start()
        except OSError as error:
            raise TaggerError(
                f"no more processes can be started: {error.strerror}; try fewer --jobs, or raise the limit (ulimit -u)"
            ) from None
        theirs.close()
        self.connection.send(
            (make, setup)
        )  # not above: what they import may fail, and that is then told as any failure is
        self.task: Any = None

    def give(self, task: Any) -> None:
        self.task = task
        with contextlib.suppress(OSError):  # it has died already: that shows when it is heard next
            self.connection.send(task)


def share(
    tasks: Sequence[Any], jobs: int, make: Callable[[Any], Work], setup: Any, waiting: Callable[[], Any]
) -> Iterator[tuple[Any, str, Any]]:
    """Have tasks done by some processes, each task by one of them, in any order.

    :param make: called once in each process with `setup`; must be importable. What it returns is called with each task and a function to send news with.
        A process that dies, or that is ended when this generator is closed early, may leave a file half written.
    :param waiting: a context in which nothing is half done.
    :returns: yields (task, kind, value): news as the work sent them; `done`; `failed` with a message where the work raised a
        TaggerError or a process died.
    :raises TaggerError: `make` raised it. It would in each process and for each task, so all of them end.
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
                break  # those that there are do the work
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
                    kind, value = (
                        "failed",
                        f"{worker.task.source}: the process that annotated it died ({_ending(worker.process.exitcode)}); try fewer --jobs",
                    )
                    workers.remove(worker)
                    yield worker.task, kind, value
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
                worker.process.kill()  # what it had begun is of no use, and the caller clears it away
            for worker in workers:
                worker.process.join()


def _serve(connection: Connection, parent: int) -> None:
    for number in SIGNALS:  # Ctrl-C and the like reach the whole group: the starting process decides
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
    os._exit(0)  # nothing is left to do; what the interpreter does at its end might be interrupted


def _end_with(parent: int) -> None:
    """Have the kernel end this process with the one that started it, where it can (Linux)."""
    with contextlib.suppress(OSError, AttributeError):
        import ctypes

        set_parent_death_signal = 1  # PR_SET_PDEATHSIG, linux/prctl.h
        ctypes.CDLL(None).prctl(set_parent_death_signal, signal.SIGKILL)
    if os.getppid() != parent:  # it was already gone
        os._exit(1)


def _ending(code: int | None) -> str:
    return f"signal {-code}" if code is not None and code < 0 else f"exit code {code}"
