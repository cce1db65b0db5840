"""The documents: examples run, commands name programs and options that exist, links lead somewhere."""

import ast
import functools
import importlib.util
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from support.processes import ROOT, bash, run_program

FRONT = ROOT / "README.md"
FRONT_BYTES = 10_000  # a longer front page is not read
DOCUMENTS = sorted(
    [*ROOT.glob("*.md"), *(ROOT / "tagger").rglob("*.md"), *(ROOT / "tests" / "benchmarks").rglob("*.md")]
)
READMES = [path for path in DOCUMENTS if path.name == "README.md"]
PROGRAMS = ("uk-tag", "uk-tag-train", "uk-tag-export")
SCRIPT = re.compile(r"tests/benchmarks/\w+\.py")
LINK = re.compile(r"\]\(([^)\s]+)\)")
SPARK = "pyspark"  # needs Java as well, and is tested in test_integrations


def name(path: Path) -> str:
    """Return the path of a document within the project."""
    return path.relative_to(ROOT).as_posix()


def blocks(path: Path, language: str) -> list[str]:
    """Return the code blocks of a document in a language."""
    return re.findall(rf"^```{language}\n(.*?)^```", path.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)


def prose(path: Path) -> str:
    """Return a document without its code blocks."""
    return re.sub(r"^```.*?^```", "", path.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE)


def commands(path: Path) -> list[list[str]]:
    """Return the words of each command in the shell blocks and inline code of a document, from the program name on."""
    lines = [line for block in blocks(path, "sh") for line in block.replace("\\\n", " ").splitlines()]
    inline = re.findall(r"`([^`\n]+)`", prose(path))
    lines += [f"python tests/benchmarks/{code}" if re.match(r"\w+\.py ", code) else code for code in inline]
    found = []
    for line in lines:
        for part in re.split(r"[|<>;]|&&|\$\(", line.split(" #")[0]):
            words = [word.rpartition("bin/")[2] for word in part.split()]
            starts = [at for at, word in enumerate(words) if word in PROGRAMS or SCRIPT.fullmatch(word)]
            if starts and not re.search(r"\bpip install\b", part):
                found.append(words[starts[-1] :])
    return found


@functools.cache
def help_of(*words: str) -> str:
    """Return the help of a program or one of its commands, or the source of a script."""
    if words[0].endswith(".py"):
        return (ROOT / words[0]).read_text(encoding="utf-8")
    return run_program(words[0], *words[1:], "--help", check=True).stdout.decode()


def command_of(words: list[str]) -> tuple[str, ...]:
    """Return the program and its commands: the leading words that are listed in the help of those before."""
    known = words[:1]
    for word in words[1:]:
        listed = help_of(*known).partition("\nCommands:\n")[2]
        if not re.search(rf"^  {re.escape(word)}(?:\s|$)", listed, re.MULTILINE):
            break
        known.append(word)
    return tuple(known)


def has_option(text: str, option: str) -> bool:
    """Return whether a help text, or the source of a script, has an option."""
    return bool(re.search(rf"(?<![\w-]){re.escape(option)}(?![\w-])", text))


def slugs(path: Path) -> set[str]:
    """Return the anchors of a document's headings, in the style of Markdown hosts."""
    headings = re.findall(r"^#+ (.+)$", prose(path), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_all_readmes_are_looked_at():
    folders = ("", "tagger/", "tagger/integrations/", "tagger/models/", "tagger/train/", "tests/benchmarks/")
    assert {f"{folder}README.md" for folder in folders} <= set(map(name, READMES))


def test_the_front_page_is_short():
    assert len(FRONT.read_bytes()) <= FRONT_BYTES
    assert len((ROOT / "tagger" / "README.md").read_text(encoding="utf-8").splitlines()) < 120


def test_the_front_page_can_be_read_on_a_package_index():
    """Relative links do not work there: no image may use one, and the text names the path of each linked file."""
    text = FRONT.read_text(encoding="utf-8")
    assert not re.findall(r"!\[[^\]]*\]\((?!https://)", text)
    assert "<img" not in text
    shown = LINK.sub("]", text)
    for target in set(LINK.findall(text)):
        assert target.startswith("https://") or target.partition("#")[0] in shown, target


@pytest.mark.parametrize("path", DOCUMENTS, ids=name)
def test_relative_links_lead_somewhere(path):
    text = prose(path)
    for target in LINK.findall(text):
        if re.match(r"[a-z]+:", target):
            assert target.startswith("https://"), target
            continue
        file, _, anchor = target.partition("#")
        linked = (path.parent / file).resolve() if file else path
        assert linked.is_file() and linked.is_relative_to(ROOT), target
        assert not anchor or anchor in slugs(linked), target


@pytest.mark.parametrize("path", DOCUMENTS, ids=name)
def test_every_option_that_is_shown_exists(path):
    for words in commands(path):
        if words[0].endswith(".py"):
            assert (ROOT / words[0]).is_file(), words
        command = command_of(words)
        for option in [word.split("=")[0] for word in words[1:] if re.match(r"--?[a-zA-Z]", word)]:
            assert has_option(help_of(*command), option), f"{option} of: {' '.join(words)}"


def test_commands_are_found():
    """The check of options covers all programs, in shell blocks and in inline code."""
    seen = [words for path in READMES for words in commands(path)]
    assert {words[0] for words in seen} >= {*PROGRAMS, "tests/benchmarks/speed.py", "tests/benchmarks/peers.py"}
    assert sum(word.startswith("-") for words in seen for word in words) > 80
    assert command_of(["uk-tag-train", "teacher", "label", "text.npz"]) == ("uk-tag-train", "teacher", "label")
    assert ["uk-tag", "--help"] in commands(FRONT) and ["uk-tag", "-i", "conll"] in commands(FRONT)


def test_options_in_tables_exist():
    """The options in the tables of the training document exist in the command of the section."""
    text = (ROOT / "tagger" / "train" / "README.md").read_text(encoding="utf-8")
    for heading, command in (("Train", "fit"), ("Evaluate", "evaluate")):
        section = text.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
        rows = re.findall(r"^\| (`--[^|]+) \|", section, re.MULTILINE)
        options = re.findall(r"--[\w-]+", " ".join(rows))
        assert len(options) > 5
        for option in options:
            assert has_option(help_of("uk-tag-train", command), option), option


def test_the_session_shown_is_what_happens():
    (shown,) = blocks(FRONT, "console")
    command, _, output = shown.partition("\n")
    text = re.fullmatch(r"\$ echo '(.*)' \| uk-tag", command)[1]
    assert run_program("uk-tag", stdin=f"{text}\n".encode(), check=True).stdout.decode() == output


def front_commands() -> list[str]:
    """Return the commands of the front page that tag something."""
    (block,) = [block for block in blocks(FRONT, "sh") if "corpus.conllu" in block]
    return [line.partition(" #")[0].rstrip() for line in block.splitlines()]


@pytest.mark.parametrize("line", front_commands())
def test_the_commands_of_the_front_page_run(line, examples_folder):
    if not shutil.which(line.split()[0]) and not line.startswith("uk-tag"):
        pytest.skip(f"{line.split()[0]} is not installed")
    done = bash(line, examples_folder)
    assert done.returncode == 0 and b"Traceback" not in done.stderr, done
    if "--output-dir" in line:
        assert b"\tO\n" in (examples_folder / "tagged" / "one.conll").read_bytes()
        return
    page = examples_folder / "page.html"
    found = page.read_bytes() if page.exists() else done.stdout
    assert any(label in found for label in (b"LOC", b"PER")), done


def python_blocks() -> list:
    """Return each block of Python in the documents, with an id."""
    found = [(path, number, code) for path in READMES for number, code in enumerate(blocks(path, "python"), 1)]
    return [pytest.param(code, id=f"{name(path)}-{number}") for path, number, code in found]


@pytest.mark.parametrize("code", python_blocks())
def test_python_examples_run(code, tmp_path):
    modules = {
        alias.name if isinstance(node, ast.Import) else node.module
        for node in ast.walk(ast.parse(code))
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
    }
    for module in sorted({module.partition(".")[0] for module in modules}):
        if module == SPARK or not importlib.util.find_spec(module):
            pytest.skip(f"{module} is not installed, or needs more than Python")
    if "spacy" in modules:  # in a checkout there is no entry point through which spaCy finds the component
        code = f"import tagger.integrations.spacy\n{code}"
    if "datasets" in modules:  # its results are checked as well
        code += "\nfor rows in (dataset, frame.to_dict('list'), table.to_pydict()):\n"
        code += "    print([entity['text'] for row in rows['entities'] for entity in row or ()])\n"
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "HF_HOME": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, cwd=tmp_path, env=environment, timeout=120)
    assert done.returncode == 0, done.stderr.decode()
    assert done.stdout.decode().count("Києві") >= (3 if "datasets" in modules else 1)
    assert "tagger.stream(" not in code or "['B-LOC']" in done.stdout.decode()
