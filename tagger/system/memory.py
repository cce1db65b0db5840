"""How the C library hands out memory, for a program that runs for long beside others."""

import contextlib
import ctypes

# Of malloc.h; units are bytes.
TRIM_THRESHOLD, MMAP_THRESHOLD, ARENA_MAX = -1, -3, -8
SETTINGS = {
    ARENA_MAX: 1,  # else each thread keeps what the largest batch took, and the start what the model file took
    MMAP_THRESHOLD: 4 << 20,  # else it grows with each larger block, and the heap keeps what such blocks took
    TRIM_THRESHOLD: 2 << 20,  # free at the heap's end, beyond which it is given back
}


def keep_memory_small() -> None:
    """Have malloc give back what is free. Before any thread is started; where the C library is not GNU's, nothing happens.

    Source: https://man7.org/linux/man-pages/man3/mallopt.3.html
    """
    with contextlib.suppress(OSError, AttributeError, TypeError):
        library = ctypes.CDLL(None)
        library.gnu_get_libc_version  # noqa: B018 - elsewhere mallopt's numbers may mean something else
        for parameter, value in SETTINGS.items():
            library.mallopt(parameter, value)
