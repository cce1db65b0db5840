"""The manual: its examples run, it names every option, it renders, and shells can complete the options."""

import re
import shutil
import subprocess

import pytest
from support.processes import bash, fine

from tagger.cli.main import command
from tagger.cli.manual import EXAMPLES


@pytest.mark.parametrize("example", [example for _, example in EXAMPLES], ids=[title for title, _ in EXAMPLES])
def test_examples_run(example, examples_folder):
    before = (examples_folder / "corpus.conll").read_bytes()
    done = bash(example, examples_folder)
    assert done.returncode == 0 and b"Traceback" not in done.stderr, done
    if "--output-dir" in example:
        assert b"\tO\n" in (examples_folder / "tagged" / "one.conll").read_bytes()
    elif "--in-place" in example:
        assert (examples_folder / "corpus.conll.bak").read_bytes() == before and b"\tO\tO\n" in (
            examples_folder / "corpus.conll"
        ).read_bytes()
    else:
        written = examples_folder / "corpus.html"
        found = written.read_bytes() if written.exists() else done.stdout
        assert any(label in found for label in (b"LOC", b"PER"))


def test_the_help_names_every_option():
    text = fine("--help").decode()
    for parameter in command.params:
        for name in getattr(parameter, "opts", []):
            assert parameter.param_type_name == "argument" or name in text
    assert all(example in text for _, example in EXAMPLES)
    assert fine("-h").decode() == text and max(map(len, text.splitlines())) <= 120


def test_the_manual_page_renders():
    page = fine("--man")
    assert page.startswith(b".TH UK-TAG 1 ")
    if shutil.which("groff"):
        done = subprocess.run(["groff", "-man", "-Tutf8", "-ww"], input=page, capture_output=True, timeout=60)
        assert done.returncode == 0 and done.stderr == b""
        shown = re.sub("\x1b\\[[0-9;]*m|.\b", "", done.stdout.decode())  # without bold and underline, of either kind
        assert (
            "cut -f1 corpus.conll | uk-tag -i conll" in shown and "--batch-tokens" in shown and "# newdoc" not in shown
        )


def test_shells_complete(examples_folder):
    scripts = {shell: fine("--completion", shell).decode() for shell in ("bash", "zsh", "fish")}
    assert all("_UK_TAG_COMPLETE" in script and "uk-tag" in script for script in scripts.values())
    for shell, script in scripts.items():
        if shutil.which(shell):
            subprocess.run([shell, "-n"], input=script.encode(), check=True, timeout=60)
    done = bash("COMP_WORDS='uk-tag --sch' COMP_CWORD=1 _UK_TAG_COMPLETE=bash_complete uk-tag", examples_folder)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"plain,--scheme\n", b"")
