"""Annotation of files: trees, in place, failures and resumption, with the real program."""

import os
import resource
import signal
import subprocess
import sys
import time

import pytest
from support import corpora
from support.processes import ROOT, run_program

PROGRAM = [sys.executable, str(ROOT / "bin" / "uk-tag")]


def tree(top):
    """Return the contents of all files below a folder."""
    return {path.relative_to(top).as_posix(): path.read_bytes() for path in sorted(top.rglob("*")) if path.is_file()}


@pytest.fixture
def texts(tmp_path):
    """A folder with CoNLL files on two levels, a hidden file and one of another kind."""
    top = tmp_path / "texts"
    (top / "deep").mkdir(parents=True)
    for number in range(6):
        folder = top if number % 2 else top / "deep"
        (folder / f"{number}.conll").write_text(corpora.conll(20, seed=number), encoding="utf-8")
    (top / ".hidden").write_text("Київ\n", encoding="utf-8")
    (top / "notes.md").write_text("Леся Українка\n", encoding="utf-8")
    return top


def test_a_tree_with_several_processes(texts, tmp_path, tiny_model):
    one, two = tmp_path / "one", tmp_path / "two"
    run_program("uk-tag", "-m", tiny_model, "-r", texts, "--output-dir", one, "--include", "*.conll", check=True)
    assert set(tree(one)) == {"1.conll", "3.conll", "5.conll", "deep/0.conll", "deep/2.conll", "deep/4.conll"}
    source = texts / "deep" / "2.conll"
    assert (one / "deep" / "2.conll").read_bytes() == run_program("uk-tag", "-m", tiny_model, source, check=True).stdout
    done = run_program(
        "uk-tag", "-m", tiny_model, "-r", texts, "--output-dir", two, "--include", "*.conll", "--jobs", 2, check=True
    )
    assert done.stderr == b"" and tree(one) == tree(two)


def test_resume_compares_contents(texts, tmp_path, tiny_model):
    out = tmp_path / "out"
    arguments = ["-m", tiny_model, "-r", texts, "--output-dir", out, "--resume", "-v"]
    assert b"0 of 7 files are done" in run_program("uk-tag", *arguments, check=True).stderr
    whole = tree(out)
    assert b"7 of 7 files are done" in run_program("uk-tag", *arguments, check=True).stderr
    (out / "1.conll").write_bytes(b"spoilt")
    (texts / "3.conll").write_text("Київ\tB-LOC\n", encoding="utf-8")
    assert b"5 of 7 files are done" in run_program("uk-tag", *arguments, check=True).stderr
    assert (out / "1.conll").read_bytes() == whole["1.conll"] and (out / "3.conll").read_bytes() != whole["3.conll"]
    assert b"0 of 7 files are done" in run_program("uk-tag", *arguments, "--scheme", "bioes", check=True).stderr


def test_in_place_is_done_once(texts, tiny_model):
    path = texts / "1.conll"
    path.chmod(0o640)
    before = path.read_bytes()
    expected = run_program("uk-tag", "-m", tiny_model, path, check=True).stdout
    subprocess.run([*PROGRAM, "-m", tiny_model, "--in-place=.bak", "1.conll", "3.conll"], cwd=texts, check=True)
    assert path.read_bytes() == expected and (texts / "1.conll.bak").read_bytes() == before
    assert path.stat().st_mode & 0o777 == 0o640
    link = texts / "link.conll"
    link.symlink_to("5.conll")
    subprocess.run([*PROGRAM, "-m", tiny_model, "--in-place", "link.conll"], cwd=texts, check=True)
    assert link.is_symlink() and (texts / "5.conll").read_bytes().split(b"\n")[1].count(b"\t") == 2


def test_failures_do_not_stop_the_rest(texts, tmp_path, tiny_model):
    (texts / "bad.conllu").write_bytes(b"1\tone\n")
    (texts / "packed.txt").write_bytes(b"\x1f\x8b\x08cut short")
    (texts / "locked").mkdir()
    out = tmp_path / "out"
    for jobs in (1, 2):
        done = run_program(
            "uk-tag",
            "-m",
            tiny_model,
            "-i",
            "conllu",
            "--jobs",
            jobs,
            texts / "bad.conllu",
            texts / "packed.txt",
            "absent",
            texts,
            "--output-dir",
            out,
        )
        lines = done.stderr.decode().splitlines()
        assert done.returncode == 1 and len(lines) == 5
        for name in (
            "bad.conllu:1: 2 columns",
            "packed.txt: this gzip file is damaged",
            "absent: cannot be opened",
            "texts: is a folder; add -r",
            "4 inputs failed",
        ):
            assert sum(name in line for line in lines) == 1, lines
        assert tree(out) == {}, "nothing half written"


def test_collisions_are_refused(texts, tmp_path, tiny_model):
    out = tmp_path / "out"
    (texts / "deep" / "1.conll").write_bytes((texts / "1.conll").read_bytes())
    done = run_program("uk-tag", "-m", tiny_model, texts / "1.conll", texts / "deep" / "1.conll", "--output-dir", out)
    assert (
        done.returncode == 1
        and b"in a separate run, into another --output-dir" in done.stderr
        and (out / "1.conll").exists()
    )
    before = tree(texts)
    done = run_program("uk-tag", "-m", tiny_model, texts / "1.conll", "--output-dir", texts)
    assert done.returncode == 1 and b"would be overwritten" in done.stderr
    assert tree(texts) == before
    for arguments in (
        ["--resume", "x"],
        ["-r", "x"],
        ["--output-dir", out],
        ["--in-place", "-o", "y", "x"],
        ["--in-place", "-"],
    ):
        assert run_program("uk-tag", *arguments).returncode == 2


def test_full_disk(texts, tiny_model):
    path = texts / "1.conll"
    path.write_text(corpora.conll(400), encoding="utf-8")
    before = path.read_bytes()

    def limit():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, 10_000))

    command = [*PROGRAM, "-m", tiny_model, "--in-place", str(path)]
    done = subprocess.run(command, cwd=texts, preexec_fn=limit, capture_output=True)
    assert (
        done.returncode == 1
        and str(path).encode() in done.stderr
        and b"cannot be written" in done.stderr
        and done.stderr.count(b"\n") == 1
    )
    assert path.read_bytes() == before
    assert not [name for name in os.listdir(texts) if name.endswith(".tmp")]


def test_a_growing_file_is_left_alone(texts, tiny_model):
    path = texts / "1.conll"
    path.write_text(corpora.conll(3000), encoding="utf-8")
    process = subprocess.Popen([*PROGRAM, "-m", tiny_model, "--in-place", str(path)], cwd=texts, stderr=subprocess.PIPE)
    grown = 0
    while process.poll() is None:
        with open(path, "ab") as file:
            grown += file.write("Київ\tB-LOC\n".encode())
        time.sleep(0.02)
    assert process.returncode == 1 and b"changed while it was read" in process.stderr.read()
    assert len(path.read_bytes()) == grown + len(corpora.conll(3000).encode())


def test_interrupted(texts, tmp_path, tiny_model):
    for number in range(200):
        (texts / f"more{number}.conll").write_text(corpora.conll(30, seed=number), encoding="utf-8")
    out = tmp_path / "out"
    process = subprocess.Popen(
        [*PROGRAM, "-m", str(tiny_model), "-r", str(texts), "--output-dir", str(out)], stderr=subprocess.PIPE
    )
    while not (out / "1.conll").exists():
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    assert process.wait(20) == 130
    message = process.stderr.read().decode()
    assert message.startswith("uk-tag: stopped after") and message.count("\n") == 1
    assert not list(out.rglob("*.tmp"))
