"""Trees annotated by runs that are stopped in every way: each file is tagged once, and nothing is lost or left over."""

import contextlib
import os
import random
import shutil
import signal
import subprocess
import time

import pytest
from support.processes import PROGRAM
from support.trees import RECORD, faulty, make, run, tree, wait_for

SIGNALS = [signal.SIGKILL, signal.SIGTERM, signal.SIGHUP, signal.SIGINT, signal.SIGQUIT]
for deaf in (signal.SIGHUP, signal.SIGQUIT):  # nohup and background jobs ignore them, and so would their children
    signal.signal(deaf, signal.SIG_DFL)


def is_gone(group: int) -> bool:
    """Return whether no process of a group is left."""
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return True
    return False


def stop(command: list[str], begun, delay: float, number: int, whole_group: bool, **settings) -> tuple[int, str]:
    """Start a command, stop it by a signal, and wait until all its processes are gone.

    :param begun: returns whether the command has begun its work.
    :param delay: seconds from then to the signal.
    :returns: exit code and standard error.
    """
    process = subprocess.Popen(command, stderr=subprocess.PIPE, start_new_session=True, text=True, **settings)
    wait_for(lambda: begun() or process.poll() is not None)
    time.sleep(delay)
    with contextlib.suppress(ProcessLookupError):
        (os.killpg if whole_group else os.kill)(process.pid, number)
    said = process.communicate(timeout=60)[1]
    wait_for(lambda: is_gone(process.pid), 10)
    return process.returncode, said


def storm(base, model, kills, seed, *, into, include, faults=(), size=20):
    """Annotate trees from several folders until `kills` runs were stopped. Check each tree when it is done."""
    base.mkdir()
    top, elsewhere, out = base / "texts", base / "elsewhere", base / "elsewhere" / "out"
    environment = faulty(base / "faults", *faults)
    options = [*PROGRAM, "-m", str(model), "--jobs", "2", "--resume", *(["--include", "*.conll"] if include else [])]
    target, mode = (out, ["--output-dir", str(out)]) if into else (top, ["--in-place=.bak"])
    folders = [(elsewhere, str(top)), (top, "."), (base, "texts")]
    generator = random.Random(seed)

    def fresh() -> None:
        shutil.rmtree(top, ignore_errors=True)
        shutil.rmtree(elsewhere, ignore_errors=True)
        elsewhere.mkdir()
        make(top, 12, 40, size)

    def look() -> None:
        for _ in range(2):  # once more: it is known that all is done
            done = subprocess.run(
                [*options, "-r", str(top), *mode],
                cwd=elsewhere,
                env=environment,
                capture_output=True,
                text=True,
                timeout=120,
            )
            assert done.returncode == 0 and done.stderr.count("\n") <= (not into), done.stderr
        found = {key: data for key, data in tree(target).items() if not faults or not key.endswith(RECORD)}
        if into:
            assert found == expected and tree(top) == originals
        else:
            assert found == {**originals, **expected, **{key + ".bak": originals[key] for key in expected}}

    fresh()
    originals = tree(top)
    subprocess.run([*options, "-r", str(top), "--output-dir", str(base / "whole")], check=True)
    expected = tree(base / "whole")
    if not into:  # there files keep their names, while in a folder .md becomes .conll
        expected = {key if key in originals else f"{key[:-6]}.md": data for key, data in expected.items()}
    stopped = 0
    while stopped < kills:
        cwd, name = generator.choice(folders)
        number, group = generator.choice(SIGNALS), generator.random() < 0.5
        early = generator.random() < 0.25  # before there is anything to see
        delay = generator.uniform(0.1, 0.5) if early else generator.uniform(0, 0.3)

        # Left by a SIGKILL: a run that is stopped while it starts does not remove them.
        before = set(target.rglob("*.tmp"))

        def begun(early=early, before=before) -> bool:
            return early or bool(set(target.rglob("*.tmp")) - before)

        code, said = stop([*options, "-r", name, *mode], begun, delay, number, group, cwd=cwd, env=environment)
        assert code in (0, 128 + number, -number) or (number, code) == (signal.SIGINT, 1), said
        if code == 128 + number and number != signal.SIGINT:  # early in its start Ctrl-C may be told otherwise
            assert said.count("\n") <= 1 and "Traceback" not in said
        if code != -number and target.exists():
            assert not set(target.rglob("*.tmp")) - before, "a signal that it hears leaves nothing"
        stopped += code != 0
        if code == 0:
            look()
            fresh()
    look()


CASES = [
    pytest.param({"into": False, "include": False}, id="in place"),
    pytest.param({"into": True, "include": True}, id="into a folder"),
    pytest.param(
        {"into": False, "include": True, "faults": ["no attributes", "no links"]},
        id="in place, with nothing but a record file",
    ),
    pytest.param({"into": True, "include": False, "faults": ["no attributes"]}, id="into a folder, with a record file"),
]


@pytest.mark.parametrize("case", CASES)
def test_stopped_a_few_times(case, tmp_path, tiny_model):
    storm(tmp_path / "storm", tiny_model, 2, len(case), **case)


@pytest.mark.slow
@pytest.mark.parametrize("case", CASES)
def test_stopped_many_times(case, tmp_path, tiny_model):
    storm(tmp_path / "storm", tiny_model, 15, 1, **case, size=60)


@pytest.mark.parametrize(
    ("number", "whole_group"),
    [
        (signal.SIGTERM, False),
        (signal.SIGTERM, True),
        (signal.SIGHUP, True),
        (signal.SIGINT, True),
        (signal.SIGQUIT, False),
    ],
)
def test_a_signal_leaves_no_files_and_no_workers(number, whole_group, tmp_path, tiny_model):
    top = make(tmp_path / "texts", 2, 100, 1000)
    before = tree(top)
    command = [
        *PROGRAM,
        "-m",
        str(tiny_model),
        "--jobs",
        "2",
        "--in-place=.bak",
        "-r",
        str(top),
        "--include",
        "*.conll",
    ]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, start_new_session=True, text=True)
    wait_for(lambda: len(list(top.rglob("*.tmp"))) == 2)
    (os.killpg if whole_group else os.kill)(process.pid, number)
    said = process.communicate(timeout=60)[1]
    assert process.returncode == 128 + number and said == "uk-tag: stopped after 0 of 2 files; --resume goes on there\n"
    assert tree(top) == before
    wait_for(lambda: is_gone(process.pid), 5)


@pytest.mark.parametrize("number", SIGNALS[1:], ids=str)
def test_a_signal_leaves_no_partial_output(number, tmp_path, tiny_model):
    command = [*PROGRAM, "-m", str(tiny_model), "-o", str(tmp_path / "out")]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.PIPE)
    wait_for(lambda: os.listdir(tmp_path))
    process.send_signal(number)
    assert process.wait(30) == 128 + number and process.stderr.read() == b"" and os.listdir(tmp_path) == []
    process.stdin.close()


def test_two_signals_at_once(tmp_path, tiny_model):
    """Jobs get the hang-up from the terminal, and again from the shell."""
    source = make(tmp_path / "texts", 1, 100, 1000) / "deep" / "0.conll"
    (tmp_path / "out").mkdir()
    process = subprocess.Popen([*PROGRAM, "-m", str(tiny_model), str(source), "-o", str(tmp_path / "out" / "file")])
    wait_for(lambda: os.listdir(tmp_path / "out"))
    process.send_signal(signal.SIGHUP)
    process.send_signal(signal.SIGHUP)
    assert process.wait(30) == 129 and os.listdir(tmp_path / "out") == []


@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGQUIT], ids=str)
def test_ignored_signals_stay_ignored(number, tmp_path, tiny_model):
    command = [*PROGRAM, "-m", str(tiny_model), "-o", str(tmp_path / "out")]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, preexec_fn=lambda: signal.signal(number, signal.SIG_IGN))
    wait_for(lambda: os.listdir(tmp_path))
    process.send_signal(number)
    time.sleep(0.2)
    process.communicate("Київ\n".encode(), timeout=30)
    assert process.returncode == 0 and os.listdir(tmp_path) == ["out"]


def test_the_next_run_cleans_up_after_a_kill(tmp_path, tiny_model):
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
    assert running.returncode == 0 and sorted(os.listdir(tmp_path)) == ["other", "out"], (
        "what is being written is left alone"
    )
