"""The README's examples do what it shows, and name only options that exist."""

import re
import subprocess
import sys

from conftest import ROOT, run_program

README = (ROOT / "README.md").read_text(encoding="utf-8")
PROGRAMS = ("uk-tag", "uk-tag-train", "uk-tag-export")


def blocks(language: str) -> list[str]:
    """The README's code blocks in a language."""
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


def test_the_session_shown_is_what_happens():
    (shown,) = blocks("console")
    command, _, output = shown.partition("\n")
    text = re.fullmatch(r"\$ echo '(.*)' \| uk-tag", command)[1]
    assert run_program("uk-tag", stdin=f"{text}\n".encode(), check=True).stdout.decode() == output


def test_the_python_example_runs():
    example = next(block for block in blocks("python") if "Tagger.load()" in block)
    done = subprocess.run([sys.executable, "-c", example], capture_output=True, cwd=ROOT, check=True)
    assert "Києві" in done.stdout.decode() and "['B-LOC']" in done.stdout.decode()


def test_every_option_that_is_shown_exists():
    helps = {}
    for program in PROGRAMS:
        helps[program] = run_program(program, "--help", check=True).stdout.decode()
    further = [(name,) for name in ("describe", "fit", "average", "evaluate", "card", "split", "retokenize", "recut", "gazetteer", "study")]
    for group in (*further, *(("teacher", name) for name in ("prepare", "pretrain", "fit", "label", "evaluate", "rename"))):
        helps[" ".join(("uk-tag-train", *group))] = run_program("uk-tag-train", *group, "--help", check=True).stdout.decode()
    lines = [line for block in blocks("sh") for line in block.replace("\\\n", " ").splitlines()]
    seen = 0
    for line in lines:
        for part in re.split(r"[|<>]|&&", line.split(" #")[0]):
            words = part.split()
            programs = [word for word in words if word in PROGRAMS]
            if not programs:
                continue
            at = words.index(programs[-1])
            name = next(" ".join(words[at : at + size]) for size in (3, 2, 1) if " ".join(words[at : at + size]) in helps)
            for option in [word.split("=")[0] for word in words[at:] if re.match(r"--?[a-zA-Z]", word)]:
                assert re.search(rf"(?<![\w-]){re.escape(option)}(?![\w-])", helps[name]), f"{option} of: {line}"
                seen += 1
    assert seen > 30


def test_the_study_is_told_as_its_report_tells_it():
    section = README.partition("## The study")[2].partition("\n## ")[0]
    report = (ROOT / "tests" / "benchmarks" / "study" / "report.md").read_text(encoding="utf-8")
    told = [line for line in section.splitlines() if line.startswith("|") or re.match(r"\d\. ", line)]
    assert len(told) >= 10 and [line for line in told if line not in report.splitlines()] == []
    for image in re.findall(r"\]\((tests/benchmarks/study/[^)]+)\)", section):
        assert (ROOT / image).is_file(), image
