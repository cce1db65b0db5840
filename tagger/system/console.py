"""The console of Windows, which shows bytes in a code page of its own, such as 866 or 1251, unless it is told."""

import ctypes
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

UTF8 = 65001  # https://learn.microsoft.com/windows/win32/intl/code-page-identifiers


@contextmanager
def utf8(kernel: Any = None) -> Iterator[None]:
    """Have the console read and show UTF-8 for the duration of the block. Does nothing where there is no console.

    :param kernel: the library kernel32; by default that of the system.
    """
    kernel = kernel or ctypes.windll.kernel32  # type: ignore[attr-defined]  # Windows only
    before = kernel.GetConsoleCP(), kernel.GetConsoleOutputCP()  # 0: no console
    try:
        if all(before):
            kernel.SetConsoleCP(UTF8)
            kernel.SetConsoleOutputCP(UTF8)
        yield
    finally:
        if all(before):  # it stays set after the program, and other programs may not expect that
            kernel.SetConsoleCP(before[0])
            kernel.SetConsoleOutputCP(before[1])
