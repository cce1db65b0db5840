"""Settings of the C library's memory allocator, for a long-running program next to others."""

import contextlib
import ctypes

# From malloc.h; the thresholds are in bytes.
TRIM_THRESHOLD, MMAP_THRESHOLD, ARENA_MAX = -1, -3, -8
SETTINGS = {
    ARENA_MAX: 1,  # else each thread keeps as much as the largest batch took, and the start as much as the model file
    MMAP_THRESHOLD: 4 << 20,  # else it grows with each larger block, and the heap keeps the memory of such blocks
    TRIM_THRESHOLD: 2 << 20,  # free memory at the heap's end that is kept; the rest is returned
}


def keep_memory_small() -> None:
    """Have malloc return free memory. Call it before any thread is started. Does nothing without the GNU C library.

    Source: https://man7.org/linux/man-pages/man3/mallopt.3.html
    """
    with contextlib.suppress(OSError, AttributeError, TypeError):
        library = ctypes.CDLL(None)
        library.gnu_get_libc_version  # noqa: B018 - in other libraries the numbers of mallopt may differ
        for parameter, value in SETTINGS.items():
            library.mallopt(parameter, value)
