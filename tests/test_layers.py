"""Who may import whom: lower rooms know nothing of higher ones, and running a model needs nothing that training needs."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
HEAVY = {"torch", "datasets", "onnx", "transformers", "matplotlib"}
# From the lowest to the highest; a room may import those in front of it, and what stands in its own line.
ORDER = """
errors allocator attributes background choices given hashing packages packing protobuf shapes standard
checks failures
tags tokens usual engine boundaries cutting atomic entity metadata graph
features checksums
gazetteer
forms slots
rows
decode vocabulary
digest
content bundle
device
precision
session
marginals
batches
window
tagger
labels describe
texts columns
integrations
formats archives
binaries
source interrupts
stream
filter
options
run marks backups files locks annotate progress workers batch
manual start
cli
""".split("\n")
LEVELS = {room: level for level, line in enumerate(ORDER) for room in line.split()}
FILES = sorted(path.relative_to(ROOT) for top in ("tagger", "export") for path in (ROOT / top).rglob("*.py"))


# What a user asks of a Tagger is in rooms above it, which it opens when asked.
ON_DEMAND = {"tagger.formats.tables.tag_columns", "tagger.texts.EntityFinder"}


def is_for_types(statement: ast.stmt) -> bool:
    """Whether a statement is `if TYPE_CHECKING:`, which is never run."""
    return isinstance(statement, ast.If) and isinstance(statement.test, ast.Name) and statement.test.id == "TYPE_CHECKING"


def imports(path: Path) -> set[str]:
    """Full names of all that a file imports, at its top or within a function."""
    found = set()
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    for node in [node for statement in tree.body if not is_for_types(statement) for node in ast.walk(statement)]:
        if isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: say the full name in `from {'.' * node.level}{node.module or ''} import`"
            found |= {f"{node.module}.{name.name}" for name in node.names}
    return found


def is_runtime(path: Path) -> bool:
    """Whether a file belongs to what `uk-tag` itself needs."""
    return path.parts[0] == "tagger" and path.parts[1] != "train"


def test_every_room_has_its_level():
    rooms = {Path(path.parts[1]).stem for path in FILES if is_runtime(path)} - {"__init__", "models"}
    assert rooms == set(LEVELS)


@pytest.mark.parametrize("path", [path for path in FILES if is_runtime(path)], ids=str)
def test_runtime_imports_point_down_and_are_light(path):
    own = LEVELS.get(Path(path.parts[1]).stem, -1)
    for name in imports(path) - (ON_DEMAND if own == LEVELS["tagger"] else set()):
        top, _, rest = name.partition(".")
        assert top not in HEAVY | {"export"}, name
        if top == "tagger":
            room = rest.partition(".")[0]
            assert room != "train", name
            assert LEVELS.get(room, -1) <= own, f"{path} is below {name}"


@pytest.mark.parametrize("path", [path for path in FILES if not is_runtime(path)], ids=str)
def test_training_does_not_know_the_exporter(path):
    tops = {name.partition(".")[0] for name in imports(path)}
    if path.parts[0] == "tagger":
        assert not tops & {"export", "onnx"}
    else:
        assert "datasets" not in tops


# Folders of tagger/train from the lowest to the highest; those with the same level do not import each other.
TRAINING_LEVELS = {"data": 0, "evaluation": 1, "student": 2, "teacher": 2, "study": 3, "recipe": 3, "cli": 4}


@pytest.mark.parametrize("path", [path for path in FILES if path.parts[:2] == ("tagger", "train")], ids=str)
def test_training_imports_point_down(path):
    own = path.parts[2] if len(path.parts) > 3 else ""
    for name in imports(path):
        if name.startswith("tagger.train."):
            folder = name.split(".")[2]
            assert folder == own or TRAINING_LEVELS[folder] < TRAINING_LEVELS[own], f"{path} imports {name}"


@pytest.mark.parametrize("folder", [path for path in (ROOT / "tagger" / "train").rglob("*") if path.is_dir() and path.name != "__pycache__"], ids=str)
def test_folders_of_training_are_small(folder):
    assert len([path for path in folder.iterdir() if path.name != "__pycache__"]) <= 14
