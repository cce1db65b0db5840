"""No telemetry: onnxruntime is silenced before it is imported, whatever uses it, and nothing is stored for sending."""

import os
import shutil
import subprocess
import sys

import pytest
from support.processes import ROOT

TEXT = "Олена живе в Києві.\n"
PYTHON = [sys.executable, "-c"]
LOADING = "from tagger import Tagger; Tagger.load(device='cpu')('Київ')"
USES = {
    "uk-tag": [sys.executable, ROOT / "bin" / "uk-tag", "-i", "text"],
    "processes of a batch run": [
        sys.executable,
        ROOT / "bin" / "uk-tag",
        "a.txt",
        "b.txt",
        "--output-dir",
        "out",
        "--jobs",
        "2",
    ],
    "the model's description": [sys.executable, ROOT / "bin" / "uk-tag", "--version", "-v"],
    "uk-tag-train": [sys.executable, ROOT / "bin" / "uk-tag-train", "evaluate", "uk-ner-small", "data.conll"],
    "uk-tag-export": [sys.executable, ROOT / "bin" / "uk-tag-export", "--show", "uk-ner-small"],
    "a program": [*PYTHON, LOADING],
    "a program that also uses onnxruntime": [*PYTHON, f"import tagger, onnxruntime; {LOADING}"],
    "another process of it": [
        *PYTHON,
        "import multiprocessing as m; from tagger import Tagger; "
        f"m.get_context('spawn').Pool(1).apply(exec, [{LOADING!r}])",
    ],
    "a module of the exporter": [*PYTHON, "import export.quantize"],
    "Spark": [
        *PYTHON,
        "from tagger.integrations.spark import Annotator; next(Annotator()(iter([{'text': ['Київ']}])), None)",
    ],
}


@pytest.fixture
def home(tmp_path):
    """A working folder with an empty home folder in it."""
    for name in "ab":
        (tmp_path / f"{name}.txt").write_text(TEXT, encoding="utf-8")
    (tmp_path / "data.conll").write_text("Київ\tB-LOC\n", encoding="utf-8")
    (tmp_path / "home").mkdir()
    return tmp_path / "home"


def run(command, home, **variables):
    kept = {
        name: value for name, value in os.environ.items() if name not in ("ORT_DISABLE_TELEMETRY", "XDG_CACHE_HOME")
    }
    path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
    variables = {**kept, "PYTHONPATH": path, "HOME": str(home), **variables}
    return subprocess.run(
        command, cwd=home.parent, env=variables, input=TEXT, capture_output=True, text=True, timeout=100
    )


@pytest.mark.parametrize("use", USES)
def test_nothing_is_written_to_the_home_folder(use, home):
    if use == "a module of the exporter":
        pytest.importorskip("onnx")
    if use == "Spark":
        pytest.importorskip("pyarrow")
    done = run(USES[use], home)
    assert use == "Spark" or done.returncode == 0, (
        done
    )  # a dictionary is no batch of Spark's: it is tagged, and not put together again
    assert [path.name for path in home.rglob("*") if path.is_file() and path.suffix != ".pyc"] == []


def test_an_unwritable_home_folder(home):
    done = run(USES["uk-tag"], home, HOME="/nonexistent/home")
    assert done.returncode == 0 and done.stderr == "" and "B-LOC" in done.stdout


def test_no_socket_to_another_machine(home):
    strace = shutil.which("strace")
    if strace is None or subprocess.run([strace, "-o", os.devnull, "true"], capture_output=True).returncode:
        pytest.skip("strace is not installed, or may not be used here: apt-get install strace")
    done = run([strace, "-f", "-e", "trace=socket,connect", "-o", "calls", *USES["uk-tag"]], home)
    assert done.returncode == 0 and "B-LOC" in done.stdout
    calls = (home.parent / "calls").read_text()
    assert "exited with 0" in calls and "AF_INET" not in calls


def test_the_variable_is_set_before_the_import(home):
    # In a process of its own, C's environment: what os.environ says is no proof that a library sees it.
    program = """
import ctypes, sys
seen = {}
class Finder:
    def find_spec(self, name, path=None, target=None):
        if name == "onnxruntime":
            getenv = ctypes.CDLL(None).getenv
            getenv.restype = ctypes.c_char_p
            seen[name] = getenv(b"ORT_DISABLE_TELEMETRY")
sys.meta_path.insert(0, Finder())
from tagger import Tagger
Tagger.load(device="cpu")
print(seen)
"""
    assert run([*PYTHON, program], home).stdout == "{'onnxruntime': b'1'}\n"
    assert run([*PYTHON, program], home, ORT_DISABLE_TELEMETRY="0").stdout == "{'onnxruntime': b'0'}\n", (
        "a user's own choice stays"
    )
