"""Every ending of a program has its exit code and at most one line: signals at start, no memory, unwritable output."""

import os
import resource
import shutil
import signal
import subprocess
import sys

import pytest
from support.missing_packages import environment
from support.processes import LINE, PATIENCE, PROGRAM, ROOT, run_program

from tagger.errors import printable

PROGRAMS = ("uk-tag", "uk-tag-train", "uk-tag-export")


def one_line(done: subprocess.CompletedProcess) -> str:
    """Return the standard error, which must be one line of the program."""
    lines = done.stderr.decode().splitlines()
    assert len(lines) == 1 and lines[0].startswith("uk-tag"), done
    return lines[0]


AT_START = [
    *(
        ("uk-tag", at, signal.SIGINT)
        for at in (
            "tagger.system.streams",
            "tagger.cli.main",
            "click",
            "tagger.pipeline.settings",
            "numpy",
            "onnxruntime",
        )
    ),
    *(("uk-tag-train", at, signal.SIGINT) for at in ("click", "tagger.train.cli", "torch", "torch._C")),
    *(("uk-tag-export", at, signal.SIGINT) for at in ("click", "export.cli", "numpy", "onnx")),
    ("uk-tag", "tagger.cli.main", signal.SIGTERM),
    ("uk-tag", "onnxruntime", signal.SIGTERM),
    ("uk-tag-train", "tagger.train.cli", signal.SIGTERM),
    ("uk-tag-export", "click", signal.SIGTERM),
]


@pytest.mark.parametrize(("program", "at", "number"), AT_START)
def test_a_signal_at_start_is_silent(program, at, number, tmp_path, tiny_corpus, tiny_checkpoint):
    if at.partition(".")[0] in ("torch", "onnx"):
        pytest.importorskip(at.partition(".")[0])
    arguments = {
        "uk-tag": ("-i", "text"),
        "uk-tag-train": ("fit", tiny_corpus, "-o", tmp_path / "x.pt"),
        "uk-tag-export": (tiny_checkpoint, tmp_path / "x.onnx"),
    }
    done = run_program(
        program,
        *arguments[program],
        stdin=LINE.encode(),
        **environment(tmp_path, SIGNAL=str(int(number)), SIGNAL_AT=at),
    )
    codes = (
        [128 + number] if number == signal.SIGINT else [-number, 128 + number]
    )  # before there is a handler, the kernel ends it
    assert done.returncode in codes and done.stderr == done.stdout == b"", done
    assert not list(tmp_path.glob("x.*"))


def test_ignored_ctrl_c(tmp_path):
    command = ["bash", "-c", 'trap "" INT; exec "$@"', "-", *PROGRAM, "-i", "text"]
    variables = {**os.environ, **environment(tmp_path, SIGNAL=str(int(signal.SIGINT)), SIGNAL_AT="numpy")}
    done = subprocess.run(command, input=LINE.encode(), capture_output=True, env=variables, timeout=PATIENCE)
    assert done.returncode == 0 and "Києві".encode() in done.stdout


SHOWING = [
    *(("uk-tag", options) for options in ("--help", "--version", "--man", "--completion=bash")),
    *(("uk-tag-train", options) for options in ("--version", "fit --help")),
    *(("uk-tag-export", options) for options in ("--help", "--show uk-ner")),
]


@pytest.mark.parametrize(("program", "options"), SHOWING)
def test_help_and_lists_need_an_output(program, options, tmp_path):
    command = f'"{sys.executable}" "{ROOT / "bin" / program}" {options}'
    for to, code in ((">&-", 1), (">/dev/full", 1), ("> >(exit)", 141)):
        wait = "sleep 0.3; " if code == 141 else ""  # until the reader is gone
        done = subprocess.run(["bash", "-c", f"{{ {wait}{command}; }} {to}"], capture_output=True, timeout=PATIENCE)
        assert done.returncode == code and done.stdout == b"", (to, done)
        if code == 141:
            assert done.stderr == b""
        else:
            assert "standard output: " in one_line(done)


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_wrong_option(program):
    for arguments in (
        ["--no-such"],
        ["--no-such=\x1b]0;x\x07\u2028\x9b"],
        [] if program == "uk-tag-export" else ["--version=x"],
    ):
        done = run_program(program, *arguments)
        assert done.returncode == 2 and done.stdout == b""
        assert f"see {program} --help" in one_line(done) and one_line(done).isprintable()


def test_the_help_named_is_that_of_the_command():
    told = one_line(run_program("uk-tag-train", "fit"))
    assert told.endswith("see uk-tag-train fit --help") and ".;" not in told


def limited(which: int, limit: int, user: int | None = None):
    """Return a function that limits a process before a program runs in it."""

    def set_limit():
        if user is not None:
            os.setgroups([])
            os.setgid(user)
            os.setuid(user)
        resource.setrlimit(which, (limit, limit))

    return set_limit


def python_for_anyone():
    """Skip if another user cannot read Python or the checkout."""
    probe = [sys.executable, "-c", f"open({str(ROOT / 'tagger/cli.py')!r})"]
    if (
        os.getuid()
        or subprocess.run(probe, capture_output=True, preexec_fn=limited(resource.RLIMIT_CORE, 0, 65534)).returncode
    ):
        pytest.skip("only root can run this as another user, who must be able to read the checkout")


@pytest.mark.parametrize("threads", [1, 2, 3])
def test_no_more_threads(threads, tmp_path):
    python_for_anyone()
    done = subprocess.run(
        [*PROGRAM, "-i", "text", "--threads", "2"],
        input=LINE.encode() * 3000,
        capture_output=True,
        cwd="/",
        timeout=PATIENCE,
        preexec_fn=limited(resource.RLIMIT_NPROC, threads, 65534),
    )
    if done.returncode == 0:
        assert threads > 1
    else:
        assert done.returncode == 1 and "ulimit -u" in one_line(done)


def test_no_more_processes(tmp_path):
    python_for_anyone()
    for name in "abc":
        (tmp_path / f"{name}.txt").write_text(LINE, encoding="utf-8")
    tmp_path.chmod(0o777)
    folder = shutil.copytree(tmp_path, f"/tmp/uk-tag-test-{os.getpid()}")
    try:
        os.chmod(folder, 0o777)
        limit = limited(resource.RLIMIT_NPROC, 1, 65534)
        command = [
            *PROGRAM,
            *(f"{folder}/{name}.txt" for name in "abc"),
            "--output-dir",
            f"{folder}/out",
            "--jobs",
            "2",
        ]
        done = subprocess.run(command, capture_output=True, cwd=folder, timeout=PATIENCE, preexec_fn=limit)
    finally:
        shutil.rmtree(folder)
    assert done.returncode == 1 and "ulimit -u" in one_line(done)


@pytest.mark.parametrize("mebibytes", [30, 60, 130, 150, 170, 190, 210])
def test_no_more_memory(mebibytes, tmp_path):
    done = subprocess.run(
        [*PROGRAM, "-i", "text"],
        input=LINE.encode(),
        capture_output=True,
        timeout=PATIENCE,
        preexec_fn=limited(resource.RLIMIT_AS, mebibytes << 20),
    )
    if done.returncode:
        assert done.returncode == 1 and len(done.stderr.splitlines()) == 1, done
        assert b"Traceback" not in done.stderr and (b"ulimit" in done.stderr or b"OpenBLAS" in done.stderr)
    else:
        assert mebibytes > 150


NAME = "\x1b]0;x\x07\u202e\u2066\u2028\u2029\x7f\x9b\n\r\t\udcff\udcc0"
SHOWN = r"\x1b]0;x\x07\u202e\u2066\u2028\u2029\x7f\u009b\n\r\t\xff\xc0"


@pytest.mark.parametrize(
    ("program", "arguments"),
    [
        ("uk-tag", [NAME]),
        ("uk-tag", ["-m", NAME]),
        ("uk-tag", [NAME, "--output-dir", "o"]),
        ("uk-tag", ["-o", NAME, NAME]),
        ("uk-tag", ["--only", NAME]),
        ("uk-tag-train", ["describe", f"{NAME}.conll"]),
        ("uk-tag-train", ["evaluate", NAME, "corpus"]),
        ("uk-tag-train", ["split", "corpus", "-o", NAME]),
        ("uk-tag-export", [NAME, "x"]),
        ("uk-tag-export", ["--show", NAME]),
    ],
)
def test_names_in_messages_are_escaped(program, arguments, tmp_path, tiny_corpus):
    shutil.copy(tiny_corpus, tmp_path / "corpus")
    done = subprocess.run(
        [sys.executable, ROOT / "bin" / program, *arguments],
        capture_output=True,
        cwd=tmp_path,
        timeout=PATIENCE,
        stdin=subprocess.DEVNULL,
    )
    said = done.stderr.decode()
    assert done.returncode == (0 if "split" in arguments else 2 if "--only" in arguments else 1), done
    assert all(line.isprintable() for line in said.split("\n")) and "Traceback" not in said, said
    assert SHOWN in said or "--only" in arguments, said


def test_names_in_tables_are_escaped(tmp_path, tiny_corpus):
    shutil.copy(tiny_corpus, tmp_path / NAME)
    done = run_program("uk-tag-train", "describe", tmp_path / NAME)
    assert done.returncode == 0 and all(line.isprintable() for line in done.stdout.decode().split("\n"))


def test_printable_characters_stay():
    assert printable("Київ’я – «є» 🇺🇦 é \u200d\u00a0e\u0301") == "Київ’я – «є» 🇺🇦 é \u200d\u00a0e\u0301"
