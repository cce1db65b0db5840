"""Helpers that run uk-tag as a process with real pipes."""

import os
import select
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SHARED = ROOT.parent / "shared"
PROGRAM = [sys.executable, str(ROOT / "bin" / "uk-tag")]
LINE = "Леся Українка жила в Києві .\n"
PATIENCE = 30  # seconds after which a process counts as hanging


def run_program(
    name: str, *arguments: object, stdin: bytes = b"", check: bool = False, **environment: str
) -> subprocess.CompletedProcess:
    """Run one of the launchers in bin/ as a process."""
    command = [sys.executable, str(ROOT / "bin" / name), *map(str, arguments)]
    return subprocess.run(
        command, input=stdin, capture_output=True, check=check, env={**os.environ, **environment}, timeout=300
    )


def start(*arguments: object, **settings) -> subprocess.Popen:
    """Start uk-tag with pipes on all three standard streams, unless `settings` say otherwise."""
    streams = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    return subprocess.Popen(
        [*PROGRAM, *(argument if isinstance(argument, bytes) else str(argument) for argument in arguments)],
        **{**streams, **settings},
    )


def tag(*arguments: object, stdin: bytes = b"", **settings) -> subprocess.CompletedProcess:
    """Run uk-tag until it ends."""
    command = [*PROGRAM, *(argument if isinstance(argument, bytes) else str(argument) for argument in arguments)]
    return subprocess.run(command, **{"input": stdin, "capture_output": True, "timeout": 300, **settings})


def fine(*arguments: object, stdin: bytes = b"", **settings) -> bytes:
    """Return the output of a run that must succeed and write nothing on standard error."""
    done = tag(*arguments, stdin=stdin, **settings)
    assert (done.returncode, done.stderr) == (0, b""), done
    return done.stdout


def shell(script: str, **environment: str) -> subprocess.CompletedProcess:
    """Run a script in bash, in which `uk_tag` is the program."""
    define = f'uk_tag() {{ "{PROGRAM[0]}" "{PROGRAM[1]}" "$@"; }}\nset -o pipefail\n'
    return subprocess.run(
        ["bash", "-c", define + script], capture_output=True, timeout=300, env={**os.environ, **environment}
    )


def bash(script: str, folder: Path) -> subprocess.CompletedProcess:
    """Run a script in a folder; any failing command fails it. Programs in the subfolder `programs` are found first."""
    path = f"{folder}/programs:{os.environ['PATH']}"
    command = ["bash", "-o", "pipefail", "-c", script]
    return subprocess.run(command, capture_output=True, cwd=folder, env={**os.environ, "PATH": path}, timeout=120)


def read_until(descriptor: int, wanted: bytes, seconds: float = PATIENCE) -> bytes:
    """Read until the output contains `wanted`, and return it; fail if it does not in time."""
    seen, end = b"", time.monotonic() + seconds
    while wanted not in seen:
        ready, _, _ = select.select([descriptor], [], [], max(0, end - time.monotonic()))
        assert ready, f"waited {seconds} s, got {seen!r}"
        block = os.read(descriptor, 1 << 16)
        assert block, f"the output ended with {seen!r}"
        seen += block
    return seen
