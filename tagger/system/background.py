"""Work that starts early, in a thread, while other work runs outside the interpreter's lock.

Not `concurrent.futures`, as its import takes about 9 ms (it imports logging).
"""

import threading
from collections.abc import Callable
from typing import Any


class Background:
    """The pending result of a function.

    :param work: called once, in a thread of its own.
    """

    def __init__(self, work: Callable[[], Any]) -> None:
        self._work = work
        self._value: Any = None
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name="uk-tag early")
        self._thread.start()

    def _run(self) -> None:
        try:
            self._value = self._work()
        except BaseException as error:
            self._error = error

    def result(self) -> Any:
        """Wait for the function. Returns its result, or raises its error."""
        self._thread.join()
        if self._error is not None:
            raise self._error
        return self._value
