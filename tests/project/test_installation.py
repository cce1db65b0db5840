"""What is installed: manual pages and completions of all programs, and the runtime that is asked for."""

import os
import shutil
import subprocess
import sys

import pytest
from support.processes import ROOT, run_program

from tagger.cli.man_page import PAGES, completion, install_paths
from tagger.cli.options import SHELLS

PROGRAMS = ["uk-tag", *PAGES]
SETUP = "import setuptools; setuptools.setup = lambda **given: print(given); import runpy; runpy.run_path('setup.py')"


@pytest.mark.parametrize("program", PAGES)
def test_every_program_has_a_manual_page(program):
    page = run_program(program, "--man", check=True).stdout
    assert page.startswith(f".TH {program.upper()} 1 ".encode())
    if shutil.which("groff"):
        done = subprocess.run(["groff", "-man", "-Tutf8", "-ww"], input=page, capture_output=True, timeout=60)
        assert (done.returncode, done.stderr) == (0, b"")
    if program == "uk-tag-train":
        assert rb".SH UK\-TAG\-TRAIN TEACHER FIT" in page and rb"\-\-layer\-decay" in page and b"RECUT" not in page


@pytest.mark.parametrize("program", PAGES)
@pytest.mark.parametrize("shell", SHELLS)
def test_every_program_completes_in_every_shell(program, shell):
    script = run_program(program, "--completion", shell, check=True).stdout
    assert program.encode() in script and f"_{program.replace('-', '_').upper()}_COMPLETE".encode() in script
    if shutil.which(shell):
        subprocess.run([shell, "-n"], input=script, check=True, timeout=60)


def test_options_complete():
    environment = {"COMP_WORDS": "uk-tag-train fit --hidden", "COMP_CWORD": "2"}
    done = run_program("uk-tag-train", **environment, _UK_TAG_TRAIN_COMPLETE="bash_complete")
    assert done.stdout == b"plain,--hidden-state-weight\n"


def setup_arguments(folder, **environment):
    command = [sys.executable, "-c", SETUP]
    return subprocess.run(command, cwd=folder, env={**os.environ, **environment}, capture_output=True, timeout=100)


@pytest.fixture
def checkout(tmp_path):
    """A checkout in which files may be made: links to the folders of code."""
    for name in ("tagger", "export"):
        (tmp_path / name).symlink_to(ROOT / name)
    for name in ("setup.py", "setup.cfg"):
        shutil.copyfile(ROOT / name, tmp_path / name)
    return tmp_path


def test_the_files_of_man_and_the_shells_are_installed(checkout):
    done = setup_arguments(checkout, SOURCE_DATE_EPOCH="0")
    assert done.returncode == 0, done.stderr
    for program in PROGRAMS:
        for kind, path in install_paths(program).items():
            text = (checkout / "build" / path).read_text(encoding="utf-8")
            assert program in text.replace("\\", "")
            assert f"('{path.parent.as_posix()}', ['build/{path.as_posix()}'])" in done.stdout.decode(), kind
    assert '1 "1970-01-01"' in (checkout / "build/share/man/man1/uk-tag.1").read_text(encoding="utf-8")


def test_the_runtime_can_be_chosen(checkout):
    default = setup_arguments(checkout).stdout.decode()
    assert "onnxruntime-gpu >=" in default and "'onnxruntime >=" in default
    for runtime, other in (("onnxruntime", "onnxruntime-gpu"), ("onnxruntime-gpu", "'onnxruntime ")):
        chosen = setup_arguments(checkout, UK_TAG_RUNTIME=runtime).stdout.decode()
        assert f"'{runtime} >= 1." in chosen and other not in chosen and "tokenize-uk" in chosen
    done = setup_arguments(checkout, UK_TAG_RUNTIME="directml")
    assert done.returncode == 1 and b"give onnxruntime-gpu or onnxruntime" in done.stderr


def test_completions_start_no_shell(monkeypatch):
    from tagger.cli.main import command

    monkeypatch.setattr(subprocess, "run", lambda *arguments, **options: pytest.fail("a process was started"))
    for shell in SHELLS:
        assert completion(command, "uk-tag", shell)
