"""Whether another process is alive."""

import contextlib
import ctypes
import os
from pathlib import Path
from typing import Any

# https://learn.microsoft.com/windows/win32/procthread/process-security-and-access-rights
SYNCHRONIZE, WAIT_TIMEOUT, ERROR_ACCESS_DENIED = 0x00100000, 0x102, 5


def is_alive(process: int) -> bool:
    """Return whether there is a process with this number, and it has not ended."""
    if os.name == "nt":  # where os.kill(process, 0) would be Ctrl-C, or the end of that process
        return is_alive_on_windows(process, ctypes.WinDLL("kernel32", use_last_error=True))  # type: ignore[attr-defined]
    try:
        os.kill(process, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except OSError:
        return True
    with contextlib.suppress(OSError):  # Linux: a killed process stays listed until its parent waits for it
        return not Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].lstrip().startswith("Z")
    return True


def is_alive_on_windows(process: int, kernel: Any) -> bool:
    """Do the work of :func:`is_alive` on Windows.

    :param kernel: the library kernel32.
    """
    if process >= 1 << 32:
        return False
    kernel.OpenProcess.restype = ctypes.c_void_p
    handle = kernel.OpenProcess(SYNCHRONIZE, False, process)
    if not handle:
        return bool(ctypes.get_last_error() == ERROR_ACCESS_DENIED)  # type: ignore[attr-defined]  # of another user
    try:
        return bool(kernel.WaitForSingleObject(ctypes.c_void_p(handle), 0) == WAIT_TIMEOUT)
    finally:
        kernel.CloseHandle(ctypes.c_void_p(handle))
