"""Marks of annotated files, for runs started anywhere, with extended attributes and without."""

import errno
import os
import subprocess
import time
from pathlib import Path

import pytest
from support.processes import PROGRAM
from support.trees import RECORD, WORD, columns, faulty, run, tree

from tagger.errors import TaggerError
from tagger.pipeline.marks import Mark, Marks

SYSTEMS = [(), ("no attributes",), ("no functions", "no links"), ("no room",)]


@pytest.mark.parametrize("faults", SYSTEMS, ids=str)
def test_resumed_from_anywhere(faults, words, tmp_path, tiny_model):
    environment = faulty(tmp_path / "faults", *faults)
    before = (words / "a.conll").read_bytes()
    for cwd, name in ((words, "."), (tmp_path, "words"), (Path("/"), words)):
        done = run("-m", tiny_model, "-i", "conll", "--in-place=.bak", "--resume", "-r", name, cwd=cwd, env=environment)
        assert done.returncode == 0 and "annotated" not in done.stderr
    expected = {"a.conll", "a.conll.bak", "b.conll", "b.conll.bak"} | ({RECORD} if faults else set())
    assert (
        set(tree(words)) == expected
        and columns(words / "a.conll") == 3
        and (words / "a.conll.bak").read_bytes() == before
    )
    done = run(
        "-m",
        tiny_model,
        "-i",
        "conll",
        "--in-place=.orig",
        "--scheme",
        "bioes",
        "--resume",
        "-r",
        words,
        env=environment,
    )
    assert (
        done.returncode == 1
        and done.stderr.count("a.conll: was annotated by another version or with other options; restore it") == 1
    )
    assert (
        set(tree(words)) == expected
        and columns(words / "a.conll") == 3
        and (words / "a.conll.bak").read_bytes() == before
    )
    os.replace(words / "a.conll.bak", words / "a.conll")
    (words / "b.conll.bak").unlink()
    (words / "b.conll").write_text(WORD * 2, encoding="utf-8")
    assert (
        run("-m", tiny_model, "-i", "conll", "--in-place=.bak", "--resume", "-r", words, env=environment).returncode
        == 0
    )
    assert set(tree(words)) == expected and columns(words / "a.conll") == columns(words / "b.conll") == 3, (
        "restored, and another text"
    )


@pytest.mark.parametrize("where", ["in place", "into a folder"])
@pytest.mark.parametrize("kind", ["pipe", "link", "folder", "deep"])
def test_the_record_is_not_a_regular_file(kind, where, words, tmp_path, tiny_model):
    out = tmp_path / "out"
    out.mkdir()
    record = (words if where == "in place" else out) / RECORD
    make_it = {
        "pipe": lambda: os.mkfifo(record),
        "link": lambda: record.symlink_to(tmp_path / "elsewhere"),
        "folder": record.mkdir,
        "deep": lambda: record.write_text("[" * 200_000),
    }
    make_it[kind]()
    mode = ["--in-place"] if where == "in place" else ["--output-dir", out]
    done = run("-m", tiny_model, "-i", "conll", words / "a.conll", *mode, timeout=30)
    if kind == "deep":
        assert (done.returncode, done.stderr) == (0, "") and not record.exists()
    else:
        assert (
            done.returncode == 1
            and f"{record}: is not a regular file; move it away" in done.stderr
            and done.stderr.count("\n") == 1
        )
        assert columns(words / "a.conll") == 2 and not (tmp_path / "elsewhere").exists()


def test_a_truncated_record(words, tmp_path, tiny_model):
    for number in range(6):
        (words / f"{number}.conll").write_text(WORD, encoding="utf-8")
    environment = faulty(tmp_path / "faults", "no attributes")
    arguments = ["-m", tiny_model, "-i", "conll", "--in-place", "-r", words]
    script = 'ulimit -f 1; exec "$@"'
    done = subprocess.run(
        ["bash", "-c", script, "-", *PROGRAM, *map(str, arguments)], capture_output=True, env=environment, text=True
    )
    assert done.returncode == 1 and "cannot be written: File too large" in done.stderr
    tagged = {path.name for path in words.glob("*.conll") if columns(path) == 3}
    assert 0 < len(tagged) < 8
    assert run(*arguments, "--resume", env=environment).returncode == 0
    assert {columns(path) for path in words.glob("*.conll")} == {3}


@pytest.fixture
def no_attributes(monkeypatch):
    """A file system without extended attributes."""

    def refuse(*arguments):
        raise OSError(errno.ENOTSUP, os.strerror(errno.ENOTSUP))

    for name in ("setxattr", "getxattr", "listxattr"):
        monkeypatch.setattr(os, name, refuse, raising=False)


def test_records_stay_short(tmp_path, no_attributes):
    target, record = tmp_path / "a", tmp_path / RECORD
    target.write_bytes(b"")
    empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    marks, other = Marks(), Marks()
    for number in range(20):
        marks.set_done(str(target), -1, Mark(str(number), "0", empty))
        assert other.of(str(target)) == marks.of(str(target)) == [Mark(str(number), "0", empty)]
    with open(record, "ab") as file:
        file.write(b'\n{"name": "a", "kind": "done", "value": "{\\"run\\"')
    assert [mark.run for mark in Marks().of(str(target))] == ["19"]
    marks.set_done(str(target), -1, Mark("20", "0", empty))
    assert [mark.run for mark in Marks().of(str(target))] == [mark.run for mark in other.of(str(target))] == ["20"]
    Marks().tidy(str(tmp_path))
    assert record.read_bytes().count(b"\n") == 1 and [mark.run for mark in other.of(str(target))] == ["20"]
    marks.set_backup(str(tmp_path / "gone"), -1)
    target.unlink()
    Marks().tidy(str(tmp_path))
    assert not record.exists() and marks.of(str(target)) == []


def test_a_short_write_is_undone(tmp_path, no_attributes, monkeypatch):
    import resource

    marks, path = Marks(), str(tmp_path / "a")
    marks.set_done(path, -1, Mark("1", "2", "3"))
    size = (tmp_path / RECORD).stat().st_size
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size + 20, limits[1]))
    try:
        with pytest.raises(OSError):
            marks.set_done(path, -1, Mark("4", "5", "6"))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert (tmp_path / RECORD).stat().st_size == size


def test_an_unreadable_record(tmp_path, no_attributes, monkeypatch):
    (tmp_path / RECORD).touch()

    def refuse(*arguments):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    monkeypatch.setattr(os, "open", refuse)
    with pytest.raises(TaggerError, match="cannot be read: Permission denied"):
        Marks().of(str(tmp_path / "a"))


def test_marks_are_fast(tmp_path):
    """The time for a folder does not grow with the square of its files, even without extended attributes."""
    import unittest.mock

    refuse = unittest.mock.Mock(side_effect=OSError(errno.ENOTSUP, "no"))
    marks = Marks()
    with unittest.mock.patch.multiple(os, setxattr=refuse, getxattr=refuse), unittest.mock.patch("os.fsync"):
        started = time.monotonic()
        for number in range(2000):
            marks.set_done(str(tmp_path / str(number)), -1, Mark("1", "2", "3"))
            marks.of(str(tmp_path / str(number)))
        assert time.monotonic() - started < 10
