"""Ctrl-C, SIGTERM and the like: what is complete is written first, then the program ends; a second signal ends it at once."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager

from tagger.system.atomic import abandon

# Ctrl-C, kill, a terminal that closes, Ctrl-\; Windows has the first two.
SIGNALS = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT") if hasattr(signal, name))
GRACE = 1.0  # seconds that a blocked reader of our output has to take what is complete


class Interrupted(BaseException):
    """A signal arrived. No subclass of Exception, so that nothing catches it by accident."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.exit_code = 128 + number


@contextmanager
def held_back() -> Iterator[None]:
    """A stretch, of moments, in which no signal arrives; it does so afterwards. Processes that are started within begin so, too."""
    if not hasattr(signal, "pthread_sigmask"):  # Windows
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {*SIGNALS, signal.SIGALRM})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


class SignalGuard:
    """Handlers for SIGNALS. While :meth:`waiting`, a signal raises at once; else :meth:`check` raises when work is at a good place."""

    def __init__(self) -> None:
        self._arrived: int | None = None
        self._waiting = False
        for number in SIGNALS:
            if signal.getsignal(number) is not signal.SIG_IGN:  # nohup and background jobs ignore some: so do we
                signal.signal(number, self._handle)

    def _handle(self, number: int, frame) -> None:
        if self._arrived is not None:
            abandon()
            os._exit(128 + number)
        self._arrived = number
        if hasattr(signal, "setitimer"):
            signal.signal(signal.SIGALRM, self._expire)
            signal.setitimer(signal.ITIMER_REAL, GRACE)
        if self._waiting:
            raise Interrupted(number)

    def _expire(self, number: int, frame) -> None:
        raise Interrupted(self._arrived)

    @contextmanager
    def waiting(self):
        """A stretch in which nothing is half done."""
        self._waiting = True
        try:
            self.check()
            yield
        finally:
            self._waiting = False

    def check(self) -> None:
        """Raise Interrupted if a signal has arrived."""
        if self._arrived is not None:
            if hasattr(signal, "setitimer"):
                signal.setitimer(signal.ITIMER_REAL, 0)
            raise Interrupted(self._arrived)
