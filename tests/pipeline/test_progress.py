"""The status line on a terminal, and what -v tells in every mode."""

import os
import re
import subprocess
import threading

import pytest
from support.processes import LINE, PROGRAM, fine, tag

from tagger.pipeline import progress as module
from tagger.pipeline.progress import Progress


def on_terminal(arguments, **streams):
    """Run uk-tag with a terminal as standard error. Return the exit code and what was written to the terminal."""
    ours, theirs = os.openpty()
    written = []

    def read():
        try:
            while block := os.read(ours, 1 << 16):
                written.append(block)
        except OSError:  # the other end is closed
            return

    reader = threading.Thread(target=read)
    reader.start()
    done = subprocess.run([*PROGRAM, *map(str, arguments)], stderr=theirs, timeout=300, **streams)
    os.close(theirs)
    reader.join()
    os.close(ours)
    return done.returncode, b"".join(written).decode()


@pytest.fixture(scope="module")
def large(tmp_path_factory):
    """Text that takes well over a second, with a line that is warned about."""
    path = tmp_path_factory.mktemp("large") / "large.txt"
    path.write_bytes(LINE.encode() * 60_000 + b"\xff\n" + LINE.encode() * 60_000)
    return path


@pytest.mark.parametrize("how", ["file", "redirected", "-o"])
def test_a_large_file_shows_its_progress(how, large, tiny_model, tmp_path):
    arguments, streams = ["-m", tiny_model, "-v"], {"stdout": subprocess.DEVNULL}
    if how == "redirected":
        streams["stdin"] = large.open("rb")
    else:
        arguments += [large] if how == "file" else [large, "-o", tmp_path / "out"]
    code, shown = on_terminal(arguments, **streams)
    drawn = re.findall(r"\r\x1b\[K(\d+)% of [\d.]+ MB  [\d,]+ tokens/s  (?:[\d:]+ left)?", shown)
    assert code == 0 and drawn and drawn == sorted(drawn, key=int)
    assert re.search(r"uk-tag: .*UTF-8", shown)  # a warning has a line of its own
    assert not re.search(r"tokens/s[^\r\n]*uk-tag: ", shown)
    assert not shown.rstrip("\r\n").rpartition("\x1b[K")[2].count("tokens/s")  # the line is gone at the end


def test_short_runs_and_runs_without_a_terminal_show_none(large, tiny_model):
    assert on_terminal(["-m", tiny_model], input=LINE.encode(), stdout=subprocess.DEVNULL) == (0, "")
    assert b"tokens/s" not in tag("-m", tiny_model, large).stderr


def test_output_on_the_terminal_is_not_mixed_with_it(large, tiny_model):
    ours, theirs = os.openpty()
    shown = []

    def read():
        try:
            while block := os.read(ours, 1 << 16):
                shown.append(b"tokens/s" in block)
        except OSError:
            return

    reader = threading.Thread(target=read)
    reader.start()
    subprocess.run([*PROGRAM, "-m", str(tiny_model), str(large)], stdout=theirs, stderr=theirs, timeout=300, check=True)
    os.close(theirs)
    reader.join()
    os.close(ours)
    assert shown and not any(shown)


def test_it_is_only_for_regular_files_with_something_in_them(tmp_path, monkeypatch):
    monkeypatch.setattr(module.os, "isatty", lambda descriptor: True)
    (tmp_path / "one").write_bytes(b"a" * 1000)
    (tmp_path / "empty").touch()
    os.mkfifo(tmp_path / "pipe")
    for names, on, shown in (
        (["one", "one"], True, True),
        (["one", "empty"], True, True),
        (["empty"], True, False),
        (["one", "pipe"], True, False),
        (["one", "none"], True, False),
        (["one"], False, False),
    ):
        made = Progress.of_stream([str(tmp_path / name) for name in names], on)
        assert made._on is shown, names


@pytest.mark.parametrize("mode", ["text", "jsonl", "count", "-o", "folder", "in place", "jobs"])
def test_v_says_what_it_used_in_every_mode(mode, tiny_model, tmp_path):
    for name in "ab":
        (tmp_path / f"{name}.txt").write_text(LINE, encoding="utf-8")
    options = {
        "text": [],
        "jsonl": ["-O", "jsonl"],
        "count": ["--count"],
        "-o": ["-o", tmp_path / "out"],
        "folder": ["--output-dir", tmp_path / "out"],
        "in place": ["--in-place"],
        "jobs": ["--output-dir", tmp_path / "out", "--jobs", "2"],
    }[mode]
    arguments = ["-m", tiny_model, *options, tmp_path / "a.txt", tmp_path / "b.txt"]
    done = tag("-v", *arguments)
    told = done.stderr.decode()
    assert done.returncode == 0 and told.count("uk-tag: model ") == 1
    assert told.count(f"uk-tag: {tiny_model.name} runs on ") == 1 and told.count("; 1 thread\n") == 1
    if mode not in ("-o", "folder", "in place", "jobs"):
        fine(*arguments)  # which checks that nothing is said without it
