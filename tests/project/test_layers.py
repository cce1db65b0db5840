"""Allowed imports: the order of the folders, and packages that a run of uk-tag never loads."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest
from support.processes import ROOT

HEAVY = {"torch", "datasets", "onnx", "transformers", "matplotlib"}
# From the lowest to the highest. A module imports from its own folder and from those on the lines above, not from
# others on the same line.
ORDER = """
errors tags entity
validation
system
text
own_names
features
models
model_file
inference
base_forms
formats
tagger pipeline
integrations columns cli
train
""".split("\n")
LEVELS = {folder: level for level, line in enumerate(ORDER) for folder in line.split()}
TRAINING = {"data": 0, "evaluation": 1, "student": 2, "teacher": 2, "study": 3, "recipe": 3, "cli": 4}
FILES = sorted(path.relative_to(ROOT) for top in ("tagger", "export") for path in (ROOT / top).rglob("*.py"))
FOLDERS = [path for path in (ROOT / "tagger").rglob("*") if path.is_dir() and path.name != "__pycache__"]
MOST_ENTRIES = 14


def imports(path: Path) -> set[str]:
    """Return the full names of a file's imports, also within functions, but not those for type checking only."""
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    for_types = [
        node for node in tree.body if isinstance(node, ast.If) and getattr(node.test, "id", "") == "TYPE_CHECKING"
    ]
    skipped = {id(inner) for node in for_types for inner in ast.walk(node)}
    found = set()
    for node in ast.walk(tree):
        if id(node) in skipped:
            continue
        if isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: give the full name in `from {'.' * node.level}{node.module or ''} import`"
            found |= {f"{node.module}.{name.name}" for name in node.names}
    return found


def folder_of(path: Path) -> str:
    """Return the folder or the module directly below `tagger`."""
    return Path(path.parts[1]).stem


@pytest.mark.parametrize(
    "path", [path for path in FILES if path.parts[0] == "tagger" and folder_of(path) != "__init__"], ids=str
)
def test_imports_go_down(path):
    own = folder_of(path)
    for name in imports(path):
        top, _, rest = name.partition(".")
        other = rest.partition(".")[0]
        assert top != "export" and (own == "train" or top not in HEAVY), name
        if top == "tagger" and other in LEVELS and other != own:
            assert LEVELS[other] < LEVELS[own], f"{path} imports {name}"


@pytest.mark.parametrize("path", [path for path in FILES if path.parts[:2] == ("tagger", "train")], ids=str)
def test_training_imports_go_down(path):
    own = path.parts[2] if len(path.parts) > 3 else ""
    for name in imports(path):
        assert not name.startswith("onnx."), name
        if name.startswith("tagger.train."):
            folder = name.split(".")[2]
            assert folder == own or TRAINING[folder] < TRAINING[own], f"{path} imports {name}"


@pytest.mark.parametrize("path", [path for path in FILES if path.parts[0] == "export"], ids=str)
def test_the_exporter_reads_no_data_sets(path):
    assert not {name.partition(".")[0] for name in imports(path)} & {"datasets"}


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_folders_are_small(folder):
    assert len([path for path in folder.iterdir() if path.name != "__pycache__"]) <= MOST_ENTRIES


def test_no_module_imports_one_that_imports_it():
    """No import cycles between modules, within a folder either."""
    modules = {".".join(path.with_suffix("").parts).removesuffix(".__init__"): path for path in FILES}
    known = {
        name: {found for full in imports(path) for found in (full, full.rpartition(".")[0]) if found in modules}
        - {name, "tagger"}
        for name, path in modules.items()
    }
    entries = {"tagger.cli", "tagger.train.cli"}  # their `main` imports a module of the same folder when it is called
    while known:
        free = [name for name, needed in known.items() if not needed & known.keys() - entries]
        assert free, f"import cycle: {sorted(known)}"
        for name in free:
            del known[name]


def test_a_run_loads_nothing_that_training_needs():
    code = "import sys; from tagger.system.start import run; run('uk-tag', 'tagger.cli.main'); "
    code += "print(*sorted(sys.modules), file=sys.stderr)"
    done = subprocess.run(
        [sys.executable, "-c", code], input="Олена живе в Києві.\n".encode(), capture_output=True, cwd=ROOT, check=True
    )
    loaded = done.stderr.decode().split()
    assert b"B-PERS" in done.stdout and not HEAVY & set(loaded)
    assert not [name for name in loaded if name.startswith(("tagger.train", "tagger.tagger", "tagger.integrations"))]
