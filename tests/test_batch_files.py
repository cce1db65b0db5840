"""Annotation of files: trees, in place, failures, kills and resumption, with the real program."""

import json
import os
import random
import resource
import signal
import subprocess
import sys
import time

import corpus_maker
import pytest
from conftest import ROOT, run_program

JOURNAL = ".uk-tag-journal.jsonl"
PROGRAM = [sys.executable, str(ROOT / "bin" / "uk-tag")]


def tree(top):
    """All files below a folder with their contents."""
    return {path.relative_to(top).as_posix(): path.read_bytes() for path in sorted(top.rglob("*")) if path.is_file()}


@pytest.fixture
def texts(tmp_path):
    """A folder with CoNLL files in two levels, a hidden one and one of another kind."""
    top = tmp_path / "texts"
    (top / "deep").mkdir(parents=True)
    for number in range(6):
        folder = top if number % 2 else top / "deep"
        (folder / f"{number}.conll").write_text(corpus_maker.conll(20, seed=number), encoding="utf-8")
    (top / ".hidden").write_text("Київ\n", encoding="utf-8")
    (top / "notes.md").write_text("Леся Українка\n", encoding="utf-8")
    return top


def test_a_tree_keeps_its_shape_for_any_number_of_processes(texts, tmp_path, tiny_model):
    one, two = tmp_path / "one", tmp_path / "two"
    run_program("uk-tag", "-m", tiny_model, "-r", texts, "--output-dir", one, "--include", "*.conll", check=True)
    assert set(tree(one)) == {JOURNAL, "1.conll", "3.conll", "5.conll", "deep/0.conll", "deep/2.conll", "deep/4.conll"}
    source = texts / "deep" / "2.conll"
    assert (one / "deep" / "2.conll").read_bytes() == run_program("uk-tag", "-m", tiny_model, source, check=True).stdout
    done = run_program("uk-tag", "-m", tiny_model, "-r", texts, "--output-dir", two, "--include", "*.conll", "--jobs", 2, check=True)
    assert done.stderr == b"" and tree(one) == tree(two)


def test_resume_skips_by_content_not_by_name(texts, tmp_path, tiny_model):
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


def test_in_place_once_and_not_twice(texts, tiny_model):
    path = texts / "1.conll"
    path.chmod(0o640)
    before = path.read_bytes()
    expected = run_program("uk-tag", "-m", tiny_model, path, check=True).stdout
    subprocess.run([*PROGRAM, "-m", tiny_model, "--in-place=.bak", "1.conll", "3.conll"], cwd=texts, check=True)
    assert path.read_bytes() == expected and (texts / "1.conll.bak").read_bytes() == before
    assert path.stat().st_mode & 0o777 == 0o640
    assert not (texts / JOURNAL).exists(), "nothing is left to be resumed"
    link = texts / "link.conll"
    link.symlink_to("5.conll")
    subprocess.run([*PROGRAM, "-m", tiny_model, "--in-place", "link.conll"], cwd=texts, check=True)
    assert link.is_symlink() and (texts / "5.conll").read_bytes().split(b"\n")[1].count(b"\t") == 2


def test_failures_are_told_at_the_end_and_the_rest_is_done(texts, tmp_path, tiny_model):
    (texts / "bad.conllu").write_bytes(b"1\tone\n")
    (texts / "packed.txt").write_bytes(b"\x1f\x8b\x08cut short")
    (texts / "locked").mkdir()
    out = tmp_path / "out"
    for jobs in (1, 2):
        done = run_program(
            "uk-tag", "-m", tiny_model, "-i", "conllu", "--jobs", jobs, texts / "bad.conllu", texts / "packed.txt", "absent", texts, "--output-dir", out
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
        assert set(tree(out)) == {JOURNAL}, "nothing half written"


def test_collisions_and_overwriting_are_refused(texts, tmp_path, tiny_model):
    out = tmp_path / "out"
    (texts / "deep" / "1.conll").write_bytes((texts / "1.conll").read_bytes())
    done = run_program("uk-tag", "-m", tiny_model, texts / "1.conll", texts / "deep" / "1.conll", "--output-dir", out)
    assert done.returncode == 1 and b"give their folder with -r" in done.stderr and (out / "1.conll").exists()
    before = tree(texts)
    done = run_program("uk-tag", "-m", tiny_model, texts / "1.conll", "--output-dir", texts)
    assert done.returncode == 1 and b"would be overwritten" in done.stderr
    assert {name: data for name, data in tree(texts).items() if name != JOURNAL} == before
    for arguments in (["--resume", "x"], ["-r", "x"], ["--output-dir", out], ["--in-place", "-o", "y", "x"], ["--in-place", "-"]):
        assert run_program("uk-tag", *arguments).returncode == 2


def test_a_full_disk_leaves_the_old_file(texts, tiny_model):
    path = texts / "1.conll"
    path.write_text(corpus_maker.conll(400), encoding="utf-8")
    before = path.read_bytes()

    def limit():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, 10_000))

    command = [*PROGRAM, "-m", tiny_model, "--in-place", str(path)]
    done = subprocess.run(command, cwd=texts, preexec_fn=limit, capture_output=True)
    assert done.returncode == 1 and str(path).encode() in done.stderr and b"cannot be written" in done.stderr and done.stderr.count(b"\n") == 1
    assert path.read_bytes() == before
    assert not [name for name in os.listdir(texts) if name.endswith(".tmp")]


def test_a_file_that_grows_while_it_is_read_is_left_alone(texts, tiny_model):
    path = texts / "1.conll"
    path.write_text(corpus_maker.conll(3000), encoding="utf-8")
    process = subprocess.Popen([*PROGRAM, "-m", tiny_model, "--in-place", str(path)], cwd=texts, stderr=subprocess.PIPE)
    grown = 0
    while process.poll() is None:
        with open(path, "ab") as file:
            grown += file.write("Київ\tB-LOC\n".encode())
        time.sleep(0.02)
    assert process.returncode == 1 and b"changed while it was read" in process.stderr.read()
    assert len(path.read_bytes()) == grown + len(corpus_maker.conll(3000).encode())


def kill_and_resume(texts, tmp_path, model, kills, seed):
    whole, out = tmp_path / "whole", tmp_path / "out"
    base = [*PROGRAM, "-m", str(model), "-r", str(texts), "--jobs", "2"]
    began = time.monotonic()
    subprocess.run([*base, "--output-dir", str(whole)], check=True)
    taken = time.monotonic() - began
    generator = random.Random(seed)
    for _ in range(kills):
        process = subprocess.Popen([*base, "--output-dir", str(out), "--resume"], stderr=subprocess.DEVNULL)
        time.sleep(generator.uniform(0.2, taken))
        process.kill()
        process.wait()
    time.sleep(0.3)  # its processes end with it, but not within no time
    subprocess.run([*base, "--output-dir", str(out), "--resume"], check=True)
    assert tree(whole) == tree(out)


def test_killed_and_resumed_is_as_if_unbroken(texts, tmp_path, tiny_model):
    kill_and_resume(texts, tmp_path, tiny_model, 5, 1)


@pytest.mark.slow
def test_killed_a_hundred_times(texts, tmp_path, tiny_model):
    for number in range(60):
        (texts / f"more{number}.conll").write_text(corpus_maker.conll(60, seed=number), encoding="utf-8")
    kill_and_resume(texts, tmp_path, tiny_model, 100, 2)


def test_in_place_killed_and_resumed_has_each_tag_once(texts, tmp_path, tiny_model):
    expected = {}
    for path in sorted(texts.rglob("*.conll")):
        expected[path.relative_to(texts).as_posix()] = run_program("uk-tag", "-m", tiny_model, path, check=True).stdout
    untouched = tree(texts)
    generator = random.Random(3)
    command = [*PROGRAM, "-m", str(tiny_model), "-r", ".", "--include", "*.conll", "--in-place", "--resume"]
    for _ in range(4):
        process = subprocess.Popen(command, cwd=texts, stderr=subprocess.DEVNULL)
        time.sleep(generator.uniform(0.2, 0.8))
        process.kill()
        process.wait()
        if not (texts / JOURNAL).exists() and tree(texts) != untouched:
            break  # it was done before it was killed: once more would tag the tags
    else:
        subprocess.run(command, cwd=texts, check=True)
    found = tree(texts)
    assert {name: found[name] for name in expected} == expected
    assert not [name for name in found if name.endswith(".tmp") or name == JOURNAL]


def test_interrupted_says_how_to_go_on(texts, tmp_path, tiny_model):
    for number in range(200):
        (texts / f"more{number}.conll").write_text(corpus_maker.conll(30, seed=number), encoding="utf-8")
    out = tmp_path / "out"
    process = subprocess.Popen([*PROGRAM, "-m", str(tiny_model), "-r", str(texts), "--output-dir", str(out)], stderr=subprocess.PIPE)
    while not (out / "1.conll").exists():
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    assert process.wait(20) == 130
    message = process.stderr.read().decode()
    assert message.startswith("uk-tag: stopped after") and message.count("\n") == 1
    assert not list(out.rglob("*.tmp"))
    records = [json.loads(line) for line in (out / JOURNAL).read_text().splitlines() if line]
    assert records and all((out / record["key"]).exists() for record in records[:-1])


def test_two_runs_at_once_are_refused(texts, tmp_path, tiny_model):
    fcntl = pytest.importorskip("fcntl")
    out = tmp_path / "out"
    out.mkdir()
    with open(out / JOURNAL, "ab") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        done = run_program("uk-tag", "-m", tiny_model, "-r", texts, "--output-dir", out)
    assert done.returncode == 1 and b"another uk-tag is at work" in done.stderr
