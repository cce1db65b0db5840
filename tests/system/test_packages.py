"""Missing or broken packages: one line names the command that fixes it, in the programs and from Python."""

import os
import subprocess
import sys

import pytest
from support.missing_packages import environment
from support.processes import ROOT, run_program

from tagger import PackageError, TaggerError

OWN = "pip install --force-reinstall "
MISSING = [
    ("uk-tag", "click", f"click is not installed; run: {OWN}click"),
    ("uk-tag", "numpy", f"numpy is not installed; run: {OWN}numpy"),
    ("uk-tag", "tokenize_uk", f"tokenize-uk is not installed; run: {OWN}tokenize-uk"),
    ("uk-tag", "onnxruntime", f"is not installed; run: {OWN}onnxruntime"),
    ("uk-tag-train fit", "torch", "torch is not installed; run: pip install 'uk-tag[train]'"),
    ("uk-tag-train evaluate", "torch", "torch is not installed; run: pip install 'uk-tag[train]'"),
    ("uk-tag-train describe", "datasets", "datasets is not installed; run: pip install 'uk-tag[train]'"),
    ("uk-tag-train study", "matplotlib", "matplotlib is not installed; run: pip install 'uk-tag[study]'"),
    ("uk-tag-train teacher", "tokenizers", "tokenizers is not installed; run: pip install 'uk-tag[train]'"),
    ("uk-tag-train gazetteer", "pymorphy3", "pip install 'uk-tag[lemma]'"),
    ("uk-tag-train", "click", f"click is not installed; run: {OWN}click"),
    ("uk-tag-export", "onnx", "onnx is not installed; run: pip install 'uk-tag[export]'"),
    ("uk-tag-export", "torch", "torch is not installed; run: pip install 'uk-tag[export]'"),
    ("uk-tag-export", "onnxruntime", f"is not installed; run: {OWN}onnxruntime"),
    ("uk-tag-export", "numpy", f"numpy is not installed; run: {OWN}numpy"),
]


def arguments_of(command: str, tmp_path, corpus, checkpoint) -> list:
    return {
        "uk-tag": ["-i", "text", "--sentences"],
        "uk-tag-train fit": [corpus, "-o", tmp_path / "x.pt"],
        "uk-tag-train evaluate": [checkpoint, corpus],
        "uk-tag-train describe": ["some/set"],
        "uk-tag-train study": ["--train", corpus, "--test", corpus, "-o", tmp_path / "report"],
        "uk-tag-train teacher": ["fit", corpus, "--encoder", corpus, "-o", tmp_path / "x.pt"],
        "uk-tag-train gazetteer": ["-o", tmp_path / "x.tsv"],
        "uk-tag-train": ["--help"],
        "uk-tag-export": [checkpoint, tmp_path / "x.onnx"],
    }[command]


@pytest.mark.parametrize(("command", "package", "line"), MISSING)
def test_missing_packages(command, package, line, tmp_path, tiny_corpus, tiny_checkpoint):
    program, *words = command.split()
    arguments = arguments_of(command, tmp_path, tiny_corpus, tiny_checkpoint)
    done = run_program(
        program, *words, *arguments, stdin="Він пр. Київ.\n".encode(), **environment(tmp_path, MISSING=package)
    )
    said = done.stderr.decode()
    assert (
        done.returncode == 1
        and done.stdout == b""
        and said.startswith(f"{program}: ")
        and said.count("\n") == 1
        and line in said
    ), done


BROKEN = {
    "a missing library": "raise OSError('libx.so.9: cannot open shared object file: No such file or directory')",
    "another version of Python": "raise ImportError('\\n\\nIMPORTANT: PLEASE READ THIS\\nno module for this Python')",
    "half of the files": "from . import nothing",
    "a dependency": "import there_is_no_such_package",
    "a mistake": "None.x",
}


@pytest.mark.parametrize("package", ["click", "numpy", "onnxruntime", "tokenize_uk"])
@pytest.mark.parametrize("how", BROKEN)
def test_broken_packages(package, how, tmp_path):
    (tmp_path / package).mkdir()
    (tmp_path / package / "__init__.py").write_text(BROKEN[how], encoding="utf-8")
    done = run_program("uk-tag", "-i", "text", "--sentences", stdin="Він пр. Київ.\n".encode(), **environment(tmp_path))
    said = done.stderr.decode()
    assert done.returncode == 1 and said.count("\n") == 1, done
    assert f"{package.replace('_', '-')}" in said and "is broken (" in said and OWN in said, done


@pytest.mark.parametrize("package", ["click", "numpy", "onnxruntime", "tokenize_uk"])
def test_a_package_without_files(package, tmp_path):
    done = run_program(
        "uk-tag", "-i", "text", "--sentences", stdin="Він пр. Київ.\n".encode(), **environment(tmp_path, EMPTY=package)
    )
    assert (
        done.returncode == 1 and done.stderr.count(b"\n") == 1 and OWN.encode() + package[:5].encode() in done.stderr
    ), done


def test_a_broken_package_in_a_worker(tmp_path):
    for name in "abc":
        (tmp_path / f"{name}.txt").write_text("Київ", encoding="utf-8")
    files = [tmp_path / f"{name}.txt" for name in "abc"]
    done = run_program(
        "uk-tag", *files, "--output-dir", tmp_path / "o", "--jobs", 2, **environment(tmp_path, MISSING="onnxruntime")
    )
    assert done.returncode == 1 and b"Traceback" not in done.stderr and OWN.encode() in done.stderr, done
    assert all(line.startswith(b"uk-tag: ") for line in done.stderr.splitlines())


INTERFACE = [
    ("import tagger; tagger.Tagger.load()", "MISSING", "onnxruntime", OWN),
    ("import tagger; tagger.Tagger.load()", "EMPTY", "onnxruntime", OWN),
    ("import tagger.integrations.spacy", "MISSING", "spacy", "pip install 'uk-tag[spacy]'"),
    (
        "from tagger.integrations.spark import Annotator; Annotator().schema(type('F', (), {'schema': 1}))",
        "MISSING",
        "pyspark",
        "pip install 'uk-tag[spark]'",
    ),
    (
        "from tagger.formats.tables import arrow_type; arrow_type('tags')",
        "MISSING",
        "pyarrow",
        "pip install 'uk-tag[spark]'",
    ),
]


@pytest.mark.parametrize(("program", "how", "package", "mend"), INTERFACE)
def test_from_python(program, how, package, mend, tmp_path):
    lines = ["try:", f"    {program}", "except ImportError as error:", "    from tagger import PackageError"]
    lines += ["    assert isinstance(error, PackageError) and str(error).count(chr(10)) == 0", "    print(error)"]
    variables = {**os.environ, **environment(tmp_path, **{how: package})}
    done = subprocess.run(
        [sys.executable, "-c", "\n".join(lines)], cwd=ROOT, env=variables, capture_output=True, text=True, timeout=100
    )
    assert mend in done.stdout and done.stderr == "", done


def test_package_error_is_an_import_error():
    assert issubclass(PackageError, TaggerError) and issubclass(PackageError, ImportError)
