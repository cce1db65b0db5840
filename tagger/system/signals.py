"""Ctrl-C, SIGTERM and the like: complete output is written before the program ends. A second signal ends it at once."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from tagger.system.atomic import abandon

# Ctrl-C, kill, a terminal that is closed, Ctrl-\; Windows has only the first two.
SIGNALS = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT") if hasattr(signal, name))
GRACE = 1.0  # seconds that a blocked reader of our output has to take the complete sentences


class Interrupted(BaseException):
    """A signal arrived. Not a subclass of Exception, so that nothing catches it by accident."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.exit_code = 128 + number


@contextmanager
def held_back() -> Iterator[None]:
    """Hold back signals for the short duration of the block. Processes started in it begin with signals held back."""
    if not hasattr(signal, "pthread_sigmask"):  # Windows
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {*SIGNALS, signal.SIGALRM})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


class SignalGuard:
    """Handlers for SIGNALS.

    A signal raises Interrupted at once within :meth:`waiting`; otherwise the next :meth:`check` raises it.
    """

    def __init__(self) -> None:
        self._arrived: int | None = None
        self._waiting = False
        for number in SIGNALS:
            # nohup and background jobs ignore some signals: keep ignoring them.
            if signal.getsignal(number) is not signal.SIG_IGN:
                signal.signal(number, self._handle)

    def _handle(self, number: int, frame: FrameType | None) -> None:
        if self._arrived is not None:
            abandon()
            os._exit(128 + number)
        self._arrived = number
        if hasattr(signal, "setitimer"):
            signal.signal(signal.SIGALRM, self._expire)
            signal.setitimer(signal.ITIMER_REAL, GRACE)
        if self._waiting:
            raise Interrupted(number)

    def _expire(self, number: int, frame: FrameType | None) -> None:
        if self._arrived is not None:
            raise Interrupted(self._arrived)

    @contextmanager
    def waiting(self) -> Iterator[None]:
        """Let a signal raise Interrupted at once during the block, in which nothing may be half done.

        :raises Interrupted: a signal arrives, or has arrived before.
        """
        self._waiting = True
        try:
            self.check()
            yield
        finally:
            self._waiting = False

    def check(self) -> None:
        """Raise if a signal has arrived.

        :raises Interrupted: one has.
        """
        if self._arrived is not None:
            if hasattr(signal, "setitimer"):
                signal.setitimer(signal.ITIMER_REAL, 0)
            raise Interrupted(self._arrived)
