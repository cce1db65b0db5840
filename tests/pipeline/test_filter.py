"""The filter in a pipe: when it answers, how it ends, which messages it writes, with real processes."""

import fcntl
import os
import signal
import subprocess
import sys
import time

import pytest
from support.processes import LINE, PROGRAM, fine, read_until, shell, start, tag

from tagger import __version__

ANSWER = "Леся\tB-PERS\nУкраїнка\tI-PERS\nжила\tO\nв\tO\nКиєві\tB-LOC\n.\tO\n\n".encode()


def text(done: subprocess.CompletedProcess) -> str:
    """Return the standard error of a run that failed with one line."""
    said = done.stderr.decode()
    assert said.startswith("uk-tag: ") and said.count("\n") == 1 and "Traceback" not in said, said
    return said


def end(process: subprocess.Popen) -> tuple[int, bytes]:
    """Return exit code and standard error of a process that must end soon."""
    code = process.wait(timeout=30)
    said = process.stderr.read()
    for stream in (process.stdin, process.stdout, process.stderr):
        if stream:
            stream.close()
    return code, said


def test_the_reader_of_the_output_goes(tmp_path):
    done = shell("yes 'Київ — столиця України .' | uk_tag | head -3; echo ${PIPESTATUS[1]} >&2")
    assert done.stdout.count(b"\n") == 3 and done.stderr == b"141\n"
    reader, writer = os.pipe()
    os.close(reader)
    for arguments in ((), ("--help",), ("--man",)):
        done = tag(*arguments, stdin=LINE.encode(), stdout=writer, stderr=subprocess.PIPE, capture_output=False)
        assert (done.returncode, done.stderr) == (141, b""), arguments
    os.close(writer)


@pytest.mark.parametrize(
    ("arguments", "sent", "wanted"),
    [
        ((), LINE.encode(), ANSWER),
        (("-i", "conll"), "Київ\tx\n\n".encode(), "Київ\tx\tB-LOC\n\n".encode()),
        (("-0", "-O", "inline"), b"a\0", b"a\0"),
        (("-u", "--sentences"), LINE.encode(), ANSWER),
    ],
)
def test_answers_while_the_input_stays_open(arguments, sent, wanted):
    process = start(*arguments)
    for _ in range(2):
        process.stdin.write(sent)
        process.stdin.flush()
        assert read_until(process.stdout.fileno(), wanted) == wanted
    process.stdin.write(b"1.")  # not complete: to be answered at the end of the input
    process.stdin.close()
    process.stdin = None
    assert process.stdout.read().startswith(b"1")
    assert end(process) == (0, b"")


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_signals_while_it_waits(number, code):
    process = start("-i", "conll")
    process.stdin.write(b"a\n\nb\n\nc\n")
    process.stdin.flush()
    assert read_until(process.stdout.fileno(), b"b\tO\n\n") == b"a\tO\n\nb\tO\n\n"
    process.send_signal(number)
    assert end(process) == (code, b"")


def test_signals_while_it_works(tmp_path):
    source = tmp_path / "long.txt"
    source.write_text(LINE * 200_000, encoding="utf-8")
    for delay, number, code in ((0.15, signal.SIGTERM, 143), (1.5, signal.SIGINT, 130)):
        with open(tmp_path / "out", "wb") as file:
            process = start(source, stdout=file)
            time.sleep(delay)
            process.send_signal(number)
            started = time.monotonic()
            ended, said = end(process)
        assert (
            ended in (code, -number) and said == b"" and time.monotonic() - started < 20
        )  # before it has handlers, the signal itself ends it
        written = (tmp_path / "out").read_bytes()
        assert written == ANSWER * (len(written) // len(ANSWER))


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_signals_while_nobody_reads(number, tmp_path):
    source = tmp_path / "long.txt"
    source.write_text(LINE * 3000, encoding="utf-8")
    process = start(source)
    read_until(process.stdout.fileno(), b"\n")
    time.sleep(0.5)  # by now the pipe is full
    process.send_signal(number)
    started = time.monotonic()
    assert end(process) == (128 + number, b"") and time.monotonic() - started < 10


def test_a_signal_leaves_no_partial_file(tmp_path):
    target = tmp_path / "out"
    target.write_bytes(b"old")
    process = start("-o", target)
    process.stdin.write(LINE.encode())
    process.stdin.flush()
    while process.poll() is None and len(os.listdir(tmp_path)) == 1:
        time.sleep(0.05)
    process.send_signal(signal.SIGTERM)
    assert end(process) == (143, b"") and os.listdir(tmp_path) == ["out"] and target.read_bytes() == b"old"


@pytest.mark.parametrize(
    "arguments",
    [
        ("--no-such-option",),
        ("-i", "pdf"),
        ("--column", "0"),
        ("--column", "x"),
        ("--map", "PERS"),
        ("--key", "a|b"),
        ("--key", b"\xff"),
        ("--threads", "100000"),
        ("-i", "conll", "--sentences"),
        ("-O", "brat", "one", "two"),
        ("--jobs", "2"),
        ("-o", "x", "--output-dir", "y", "z"),
    ],
)
def test_wrong_options(arguments):
    done = subprocess.run([*PROGRAM, *arguments], input=b"", capture_output=True, timeout=60)
    assert done.returncode == 2 and done.stdout == b"" and "--help" in text(done)


def test_labels_that_the_model_lacks():
    for arguments in (("--only", "PER"), ("--map", "DOG=CAT"), ("--map", "PERS=<b>")):
        done = tag(*arguments)
        assert done.returncode == 2 and "--help" in text(done)


def test_a_missing_file_does_not_stop_the_rest(tmp_path):
    (tmp_path / "one.txt").write_text(LINE.rstrip(), encoding="utf-8")
    (tmp_path / "folder").mkdir()
    done = tag("one.txt", "none.txt", "folder", "-", "one.txt", stdin="Київ\tx".encode(), cwd=tmp_path)
    assert done.returncode == 1 and done.stdout == ANSWER + "Київ\tx\tB-LOC\n\n".encode() + ANSWER
    said = done.stderr.decode().splitlines()
    assert (
        len(said) == 2
        and said[0].startswith("uk-tag: none.txt: ")
        and said[1].startswith("uk-tag: folder: is a folder")
    )
    done = tag(b"a\nb\xff", cwd=tmp_path)
    assert (
        done.returncode == 1
        and done.stderr.startswith(b"uk-tag: a\\nb\\xff: cannot be opened")
        and done.stderr.count(b"\n") == 1
    )


def test_outputs_that_cannot_be_written():
    for arguments, stdin in (((), LINE.encode()), (("--help",), b"")):
        with open("/dev/full", "wb") as full:
            done = tag(*arguments, stdin=stdin, stdout=full, stderr=subprocess.PIPE, capture_output=False)
        assert done.returncode == 1 and "No space" in text(done)


def test_closed_streams():
    done = shell("uk_tag <&-; echo $? >&2; uk_tag --version >&-")
    said = done.stderr.decode().splitlines()
    assert said[0].startswith("uk-tag: standard input: it is closed") and said[1] == "1" and done.returncode == 1
    assert said[2].startswith("uk-tag: standard output: Bad file descriptor") and len(said) == 3
    done = shell("echo Київ | uk_tag >&-")
    assert done.returncode == 1 and "standard output" in text(done)
    done = shell("echo Київ | uk_tag - none.txt 2>&-")  # the message must not end up among the data
    assert (done.returncode, done.stdout, done.stderr) == (1, "Київ\tB-LOC\n\n".encode(), b"")


def test_streams_may_be_non_blocking():
    ends = os.pipe(), os.pipe()
    for descriptor in (ends[0][0], ends[1][1]):
        fcntl.fcntl(descriptor, fcntl.F_SETFL, fcntl.fcntl(descriptor, fcntl.F_GETFL) | os.O_NONBLOCK)
    process = start(stdin=ends[0][0], stdout=ends[1][1])
    os.close(ends[0][0])
    os.close(ends[1][1])
    os.write(ends[0][1], LINE.encode())
    assert read_until(ends[1][0], b"\n\n") == ANSWER
    for _ in range(40):
        os.write(ends[0][1], LINE.encode() * 60)
    os.close(ends[0][1])
    time.sleep(1)  # the output fills up meanwhile
    with open(ends[1][0], "rb") as stream:
        assert stream.read() == ANSWER * 2400
    assert end(process) == (0, b"")


def test_nothing_heavy_is_loaded(tmp_path):
    source = tmp_path / "in.txt"
    source.write_text(LINE, encoding="utf-8")
    script = """
import os, sys
from tagger.system.start import run
code = run("uk-tag", "tagger.cli.main")
names = {name.partition(".")[0] for name in sys.modules}
watched = {"torch", "datasets", "onnx", "onnxruntime", "numpy", "tokenize_uk", "transformers"}
os.write(2, (" ".join(sorted(names & watched)) + "|" + str(code)).encode())
os._exit(0)
"""
    loaded = {}
    for arguments in ((source,), ("-i", "conll", source), ("--help",), ("--version",), ("--column", "0")):
        command = [sys.executable, "-c", script, *map(str, arguments)]
        done = subprocess.run(
            command, capture_output=True, timeout=60, cwd=os.path.dirname(os.path.dirname(PROGRAM[1]))
        )
        loaded[str(arguments[0])] = done.stderr.decode().splitlines()[-1]
    assert loaded == {
        str(source): "numpy onnxruntime|0",
        "-i": "numpy onnxruntime|0",
        "--help": "|0",
        "--version": "|0",
        "--column": "|2",
    }


def test_locale_and_python_settings():
    plain = fine("-O", "jsonl", stdin=LINE.encode())
    assert "Леся Українка".encode() in plain
    for settings in (
        {"LC_ALL": "C"},
        {"PYTHONIOENCODING": "ascii"},
        {"LC_ALL": "POSIX", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
    ):
        environment = {**os.environ, **settings}
        assert fine("-O", "jsonl", stdin=LINE.encode(), env=environment) == plain
        assert fine("--help", env=environment) == fine("--help")


def test_colour():
    coloured = fine("--color", "always", stdin=LINE.encode(), env={**os.environ, "NO_COLOR": "1"})
    assert coloured != ANSWER and coloured.count(b"\x1b[0m") == 3
    assert fine("--color", "auto", stdin=LINE.encode()) == ANSWER == fine("--color", "never", stdin=LINE.encode())
    seen = {}
    for name, environment in (("colour", {"NO_COLOR": ""}), ("none", {"NO_COLOR": "1"}), ("dumb", {"TERM": "dumb"})):
        ours, theirs = os.openpty()
        process = start(stdout=theirs, env={**os.environ, "TERM": "xterm", "NO_COLOR": "", **environment})
        os.close(theirs)
        process.stdin.write(LINE.encode())
        process.stdin.flush()
        seen[name] = read_until(ours, b".\tO\r\n\r\n").replace(b"\r\n", b"\n")
        process.stdin.close()
        process.stdin = None
        assert end(process) == (0, b"")
        os.close(ours)
    assert seen == {"colour": coloured, "none": ANSWER, "dumb": ANSWER}


def test_version_and_help():
    assert fine("--version") == f"uk-tag {__version__}\n".encode()
    assert b"BY-NC-SA" in fine("--version", "-v")
    done = tag("-v", stdin=b"a\n")
    assert done.returncode == 0 and b"runs on" in done.stderr and done.stdout == b"a\tO\n\n"
    done = tag("--device", "cuda", stdin=b"a\n", env={**os.environ, "CUDA_VISIBLE_DEVICES": ""})
    assert done.returncode == 1 and "--device cuda" in text(done) and done.stdout == b""
