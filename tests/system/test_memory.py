"""The settings of the C library's malloc."""

import os
import platform
import subprocess
import sys

import pytest

from tagger.system import memory

# Blocks of a megabyte from four threads at once, all of which are free in the end.
PROGRAM = """
import ctypes, threading
from tagger.system.memory import MMAP_THRESHOLD, keep_memory_small

library = ctypes.CDLL(None)
library.malloc.restype, library.free.argtypes = ctypes.c_void_p, [ctypes.c_void_p]
library.mallopt(MMAP_THRESHOLD, 64 << 20)  # it grows up to 32 MB in a program that has freed large blocks
keep_memory_small()
barrier = threading.Barrier(4)

def work():
    blocks = [library.malloc(1 << 20) for _ in range(20)]
    for block in blocks:
        ctypes.memset(block, 1, 1 << 20)
    barrier.wait()
    for block in blocks:
        library.free(block)

def resident():
    return int(open("/proc/self/statm").read().split()[1]) * 4096

before = resident()
threads = [threading.Thread(target=work) for _ in range(4)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(resident() - before)
"""


@pytest.mark.skipif(
    platform.libc_ver()[0] != "glibc" or not sys.platform.startswith("linux"), reason="needs GNU's C library on Linux"
)
def test_free_memory_is_returned():
    plain = {name: value for name, value in os.environ.items() if not name.startswith("MALLOC_")}
    kept = int(subprocess.run([sys.executable, "-c", PROGRAM], stdout=subprocess.PIPE, check=True, env=plain).stdout)
    assert kept < 16 << 20, f"{kept >> 20} MB of 80 are still held"


class Library:
    """A C library that records its calls."""

    def __init__(self, gnu):
        self.asked = {}
        if gnu:
            self.gnu_get_libc_version = None

    def mallopt(self, parameter, value):
        self.asked[parameter] = value


@pytest.mark.parametrize("gnu", [True, False])
def test_only_the_gnu_library_is_set(monkeypatch, gnu):
    library = Library(gnu)
    monkeypatch.setattr(memory.ctypes, "CDLL", lambda name: library)
    memory.keep_memory_small()
    assert library.asked == (memory.SETTINGS if gnu else {})


def test_other_libraries_are_left_alone(monkeypatch):
    def fail(name):
        raise OSError

    monkeypatch.setattr(memory.ctypes, "CDLL", fail)
    memory.keep_memory_small()
