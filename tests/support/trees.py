"""Trees of files to annotate, for the tests of annotation file by file."""

import os
import subprocess
import time
from pathlib import Path

from support import corpora
from support.processes import PROGRAM

RECORD = ".uk-tag-journal.jsonl"
WORD = "Київ\tx\n\n"
# Run by every Python started with its folder in PYTHONPATH, workers included.
FAULTS = """
import errno
import os


def refuse(number):
    def call(*arguments, **options):
        raise OSError(number, os.strerror(number))

    return call


faults = os.environ.get("UK_TAG_FAULTS", "")
if "no attributes" in faults:  # as on NFS, vfat and others
    os.setxattr = refuse(errno.ENOTSUP)
    os.getxattr = os.listxattr = refuse(errno.ENOTSUP)
if "no functions" in faults:  # as on macOS
    del os.setxattr, os.getxattr, os.listxattr
if "no room" in faults:  # as on ext4, where the attributes of a file are more than a block
    os.setxattr = refuse(errno.ENOSPC)
if "no links" in faults:  # as on vfat
    os.link = refuse(errno.EPERM)
"""


def tree(top: Path) -> dict[str, bytes]:
    """Return the contents of all files below a folder, by path."""
    return {path.relative_to(top).as_posix(): path.read_bytes() for path in sorted(top.rglob("*")) if path.is_file()}


def make(top: Path, count: int, sentences: int = 20, copies: int = 1) -> Path:
    """Make a folder with CoNLL files in two levels, a hidden file and a file of another kind.

    :param copies: number of times that each file repeats its sentences.
    """
    (top / "deep").mkdir(parents=True)
    for number in range(count):
        folder = top if number % 2 else top / "deep"
        (folder / f"{number}.conll").write_text(corpora.conll(sentences, seed=number) * copies, encoding="utf-8")
    (top / ".hidden").write_text("Київ\n", encoding="utf-8")
    (top / "notes.md").write_text("Леся Українка\n", encoding="utf-8")
    return top


def columns(path: Path) -> int:
    """Return the number of columns in the first line of a file."""
    return path.read_text(encoding="utf-8").split("\n")[0].count("\t") + 1


def faulty(folder: Path, *faults: str) -> dict[str, str]:
    """Return an environment in which system calls fail as they do on other systems."""
    folder.mkdir(exist_ok=True)
    (folder / "sitecustomize.py").write_text(FAULTS)
    path = f"{folder}:{os.environ.get('PYTHONPATH', '')}".rstrip(":")
    return {**os.environ, "PYTHONPATH": path, "UK_TAG_FAULTS": ", ".join(faults)}


def run(*arguments: object, **settings) -> subprocess.CompletedProcess:
    """Run uk-tag with streams of text."""
    settings = {"capture_output": True, "text": True, "timeout": 120, **settings}
    return subprocess.run([*PROGRAM, *map(str, arguments)], **settings)


def wait_for(condition, seconds: float = 30) -> None:
    """Wait until a condition holds; fail if it does not in time."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.005)
