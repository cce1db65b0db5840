"""Annotation of trees that is stopped in every way, time and again: in the end each file is tagged once, and nothing is lost or left over."""

import os
import random
import shutil
import signal
import subprocess
import time
from pipes import PROGRAM

import pytest
from trees import RECORD, faulty, make, run, tree, wait_for

SIGNALS = [signal.SIGKILL, signal.SIGTERM, signal.SIGHUP, signal.SIGINT, signal.SIGQUIT]


def is_gone(group: int) -> bool:
    """Whether no process of a group is left."""
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return True
    return False


def stop(command: list[str], delay: float, number: int, whole_group: bool, **settings) -> tuple[int, str]:
    """Start a command, and send it a signal after so many seconds. Returns its exit code and what it said, when all its processes are gone."""
    process = subprocess.Popen(command, stderr=subprocess.PIPE, start_new_session=True, text=True, **settings)
    time.sleep(delay)
    (os.killpg if whole_group else os.kill)(process.pid, number)
    said = process.communicate(timeout=60)[1]
    wait_for(lambda: is_gone(process.pid), 10)
    return process.returncode, said


def storm(top, elsewhere, model, kills, seed, *, into, include, faults=()):
    """Annotate a tree with many interruptions, from one folder and from another."""
    originals = tree(top)
    whole = elsewhere / "whole"
    elsewhere.mkdir()
    environment = faulty(elsewhere / "faults", *faults)
    options = [*PROGRAM, "-m", str(model), "--jobs", "2", "--resume", *(["--include", "*.conll"] if include else [])]
    began = time.monotonic()
    subprocess.run([*options, "-r", str(top), "--output-dir", str(whole)], check=True)
    taken = time.monotonic() - began
    for path in whole.rglob(RECORD):
        path.unlink()
    expected = tree(whole)
    target = elsewhere / "out" if into else top
    mode = ["--output-dir", str(target)] if into else ["--in-place=.bak"]
    generator = random.Random(seed)
    folders = [(elsewhere, str(top)), (top, "."), (top.parent, top.name)]
    for _ in range(kills):
        cwd, name = generator.choice(folders)
        number, group = generator.choice(SIGNALS), generator.random() < 0.5
        code, said = stop([*options, "-r", name, *mode], generator.uniform(0.1, 1.1 * taken), number, group, cwd=cwd, env=environment)
        assert code in (0, 128 + number, -number) or (number, code) == (signal.SIGINT, 1), said
        if code == 128 + number and number != signal.SIGINT:  # early in its start Ctrl-C may be told otherwise
            assert said.count("\n") <= 1 and "Traceback" not in said
        if code != -number and target.exists():
            assert not list(target.rglob("*.tmp")), "a signal that it hears leaves nothing"
    cwd, name = folders[0]
    for _ in range(2):  # once more: it is known that all is done
        done = subprocess.run([*options, "-r", name, *mode], cwd=cwd, env=environment, capture_output=True, text=True, timeout=120)
        assert done.returncode == 0 and done.stderr.count("\n") <= (not into), done.stderr
    found = {key: data for key, data in tree(target).items() if not faults or not key.endswith(RECORD)}
    if into:
        assert found == expected and tree(top) == originals
        return
    backups = {key + ".bak": originals[key] for key in expected}
    assert found == {**originals, **expected, **backups}


CASES = [
    pytest.param({"into": False, "include": False}, id="in place"),
    pytest.param({"into": True, "include": True}, id="into a folder"),
    pytest.param({"into": False, "include": True, "faults": ["no attributes", "no links"]}, id="in place, with nothing but a record file"),
    pytest.param({"into": True, "include": False, "faults": ["no attributes"]}, id="into a folder, with a record file"),
]


@pytest.mark.parametrize("case", CASES)
def test_stopped_a_few_times(case, tmp_path, tiny_model):
    storm(make(tmp_path / "texts", 12), tmp_path / "elsewhere", tiny_model, 2, len(case), **case)


@pytest.mark.slow
@pytest.mark.parametrize("case", CASES)
def test_stopped_many_times(case, tmp_path, tiny_model):
    for seed in range(3):
        top, elsewhere = tmp_path / f"texts{seed}", tmp_path / f"elsewhere{seed}"
        storm(make(top, 12, 60), elsewhere, tiny_model, 15, seed, **case)
        shutil.rmtree(elsewhere)


@pytest.mark.parametrize(
    ("number", "whole_group"),
    [(signal.SIGTERM, False), (signal.SIGTERM, True), (signal.SIGHUP, True), (signal.SIGINT, True), (signal.SIGQUIT, False)],
)
def test_a_signal_at_work_leaves_no_litter_and_no_worker(number, whole_group, tmp_path, tiny_model):
    top = make(tmp_path / "texts", 2, 100, 1000)
    before = tree(top)
    command = [*PROGRAM, "-m", str(tiny_model), "--jobs", "2", "--in-place=.bak", "-r", str(top), "--include", "*.conll"]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, start_new_session=True, text=True)
    wait_for(lambda: len(list(top.rglob("*.tmp"))) == 2)
    (os.killpg if whole_group else os.kill)(process.pid, number)
    said = process.communicate(timeout=60)[1]
    assert process.returncode == 128 + number and said == "uk-tag: stopped after 0 of 2 files; --resume goes on there\n"
    assert tree(top) == before
    wait_for(lambda: is_gone(process.pid), 5)


@pytest.mark.parametrize("number", SIGNALS[1:], ids=str)
def test_a_signal_leaves_no_half_output_file(number, tmp_path, tiny_model):
    command = [*PROGRAM, "-m", str(tiny_model), "-o", str(tmp_path / "out")]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.PIPE)
    wait_for(lambda: os.listdir(tmp_path))
    process.send_signal(number)
    assert process.wait(30) == 128 + number and process.stderr.read() == b"" and os.listdir(tmp_path) == []
    process.stdin.close()


def test_two_signals_at_once_leave_no_half_output_file(tmp_path, tiny_model):
    """A shell passes on the hang-up that its jobs get from the terminal, too."""
    source = make(tmp_path / "texts", 1, 100, 1000) / "deep" / "0.conll"
    (tmp_path / "out").mkdir()
    process = subprocess.Popen([*PROGRAM, "-m", str(tiny_model), str(source), "-o", str(tmp_path / "out" / "file")])
    wait_for(lambda: os.listdir(tmp_path / "out"))
    process.send_signal(signal.SIGHUP)
    process.send_signal(signal.SIGHUP)
    assert process.wait(30) == 129 and os.listdir(tmp_path / "out") == []


@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGQUIT], ids=str)
def test_signals_that_are_ignored_stay_so(number, tmp_path, tiny_model):
    command = [*PROGRAM, "-m", str(tiny_model), "-o", str(tmp_path / "out")]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, preexec_fn=lambda: signal.signal(number, signal.SIG_IGN))
    wait_for(lambda: os.listdir(tmp_path))
    process.send_signal(number)
    time.sleep(0.2)
    process.communicate("Київ\n".encode(), timeout=30)
    assert process.returncode == 0 and os.listdir(tmp_path) == ["out"]


def test_what_a_kill_leaves_goes_with_the_next_run(tmp_path, tiny_model):
    target = tmp_path / "out"
    process = subprocess.Popen([*PROGRAM, "-m", str(tiny_model), "-o", str(target)], stdin=subprocess.PIPE)
    wait_for(lambda: os.listdir(tmp_path))
    running = subprocess.Popen([*PROGRAM, "-m", str(tiny_model), "-o", str(tmp_path / "other")], stdin=subprocess.PIPE)
    wait_for(lambda: len(os.listdir(tmp_path)) == 2)
    process.kill()
    process.wait()
    (left,) = [name for name in os.listdir(tmp_path) if f"-{process.pid}-" in name]
    recycled = tmp_path / f".uk-tag-{os.getpid()}-0123.tmp"  # of a process whose number this one has now
    recycled.write_bytes(b"")
    os.utime(recycled, (1, 1))
    assert run("-m", tiny_model, "-o", target, input="Київ\n").returncode == 0
    assert target.exists() and not (tmp_path / left).exists() and not recycled.exists()
    running.communicate("Київ\n".encode(), timeout=30)
    assert running.returncode == 0 and sorted(os.listdir(tmp_path)) == ["other", "out"], "what is being written is left alone"
