"""The distributions: a wheel that is complete and reproducible, and a source archive that builds the same wheel."""

import configparser
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import zipfile
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import pytest
from support.processes import ROOT

import tagger

PARTS = [
    "tagger",
    "export",
    "bin",
    "tests",
    "setup.cfg",
    "setup.py",
    "pyproject.toml",
    "README.md",
    "CHANGELOG.md",
    "MANIFEST.in",
    "LICENSE",
    "LICENSE.model",
]
LARGEST = 90_000_000  # bytes; a package index refuses files of more than 100 MB
NEEDED = [
    "tagger/models/uk-ner.onnx",
    "tagger/models/uk-ner-small.int8.onnx",
    "tagger/models/uk-ner-13.int8.onnx",
    "tagger/py.typed",
    "tagger/integrations/spacy.py",
    "export/cli.py",
]
NEEDED += ["tagger/train/evaluation/model_card.md", "tagger/train/cli/__main__.py"]
TEXT = "Президент України Володимир Зеленський прибув до Львова."


def test_the_changelog_starts_with_this_version():
    versions = re.findall(r"^## (\S+)", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert versions[0] == tagger.__version__


def test_every_package_is_found():
    setuptools = pytest.importorskip("setuptools", reason="setuptools is not installed")
    settings = configparser.ConfigParser()
    settings.read(ROOT / "setup.cfg", encoding="utf-8")
    found = setuptools.find_packages(str(ROOT), include=settings["options.packages.find"]["include"].split())
    assert {
        path.parent.relative_to(ROOT).as_posix().replace("/", ".")
        for name in ("tagger", "export")
        for path in (ROOT / name).rglob("*.py")
    } == set(found)


def test_packages_that_are_relied_on_in_detail_are_bounded_and_the_installed_ones_are_within():
    requirements = pytest.importorskip("packaging.requirements", reason="packaging is not installed")
    settings = configparser.ConfigParser()
    settings.read(ROOT / "setup.cfg", encoding="utf-8")
    lines = [
        line
        for line in settings["options"]["install_requires"].splitlines()
        if line.strip() and not line.startswith("#")
    ]
    bounds = {
        own.name: own for own in map(requirements.Requirement, lines) if own.marker is None or own.marker.evaluate()
    }
    assert {"click", "numpy", "tokenize-uk", "choppa-srx"} < set(bounds)
    for name, own in bounds.items():
        if name not in ("click", "numpy", "regex"):  # only documented features of these are used
            assert any(part.operator in ("<", "~=", "==") for part in own.specifier), (
                f"{name}: another version may change tags unnoticed"
            )
        try:
            installed = version(name)
        except PackageNotFoundError:
            assert name.startswith("onnxruntime"), name  # another distribution of it may be installed
            continue
        assert installed in own.specifier, f"{name} {installed} was not tried; setup.cfg says how to raise the bound"


def build(source: Path, target: Path, what: str) -> Path:
    """Build like pip, but without build isolation, which would need a network. Return the path of the result."""
    target.mkdir(exist_ok=True)
    program = f"from setuptools import build_meta; print(build_meta.build_{what}({str(target)!r}))"
    environment = {**os.environ, "SOURCE_DATE_EPOCH": "1700000000"}
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=source, env=environment, capture_output=True, text=True, timeout=200
    )
    assert done.returncode == 0, done.stderr
    return target / done.stdout.split()[-1]


@pytest.fixture(scope="module")
def source(tmp_path_factory) -> Path:
    """A copy of the checkout, so that build files are not left in it."""
    if int(version("setuptools").split(".")[0]) < 77:
        pytest.skip("setuptools is too old to build: pip install 'uk-tag[test]'")
    folder = tmp_path_factory.mktemp("source")
    for part in PARTS:
        copy = shutil.copytree if (ROOT / part).is_dir() else shutil.copyfile
        copy(
            ROOT / part,
            folder / part,
            **({"ignore": shutil.ignore_patterns("__pycache__")} if copy is shutil.copytree else {}),
        )
    return folder


@pytest.mark.slow
def test_the_source_archive_builds_the_same_wheel(source, tmp_path):
    archive = build(source, tmp_path / "sdist", "sdist")
    with tarfile.open(archive) as file:
        names = {name.partition("/")[2] for name in file.getnames()}
        assert {*NEEDED, "LICENSE", "LICENSE.model", "CHANGELOG.md", "tests/conftest.py", "bin/uk-tag"} <= names
        documents = {
            path.relative_to(ROOT).as_posix() for top in ("tagger", "tests") for path in (ROOT / top).rglob("*.md")
        }
        assert {
            "README.md",
            "tests/benchmarks/peers.svg",
            *documents,
        } <= names  # the targets of all links in the documents
        safe = {"filter": "data"} if hasattr(tarfile, "data_filter") else {}  # Python 3.11.4 and later
        file.extractall(tmp_path / "unpacked", **safe)
    (unpacked,) = (tmp_path / "unpacked").iterdir()
    wheels = [build(source, tmp_path / "one", "wheel"), build(unpacked, tmp_path / "two", "wheel")]
    assert wheels[0].read_bytes() == wheels[1].read_bytes()
    assert wheels[0].stat().st_size < LARGEST


@pytest.mark.slow
def test_the_wheel_tags_in_a_clean_environment(source, tmp_path):
    wheel = build(source, tmp_path / "wheel", "wheel")
    with zipfile.ZipFile(wheel) as file:
        names = file.namelist()
        assert set(NEEDED) <= set(names)
        assert {name.rpartition("/")[2] for name in names if "/licenses/" in name} == {"LICENSE", "LICENSE.model"}
        assert not [name for name in names if name.startswith("tests")]
        (metadata,) = [file.read(name).decode() for name in names if name.endswith(".dist-info/METADATA")]
        assert metadata.partition("\n\n")[2].strip() == (ROOT / "README.md").read_text(encoding="utf-8").strip()
        assert file.read("tagger/models/uk-ner.onnx") == (ROOT / "tagger/models/uk-ner.onnx").read_bytes()
    subprocess.run([sys.executable, "-m", "venv", tmp_path / "clean"], check=True, timeout=200)
    python = tmp_path / "clean" / "bin" / "python"
    command = [
        python,
        "-m",
        "pip",
        "install",
        "--quiet",
        "--no-index",
        "--no-deps",
        "--disable-pip-version-check",
        wheel,
    ]
    subprocess.run(command, check=True, timeout=200, cwd=tmp_path)
    # dependencies of the wheel come from the environment of the tests: no network is needed
    (site,) = (tmp_path / "clean").glob("lib/python*/site-packages")
    paths = [path for path in sys.path if "site-packages" in path] or [sysconfig.get_paths()["purelib"]]
    (site / "dependencies.pth").write_text("\n".join(paths), encoding="utf-8")
    environment = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "UK_TAG_MODEL")}
    environment["PATH"] = f"{python.parent}:{environment['PATH']}"
    done = subprocess.run(
        ["uk-tag"], input=TEXT, cwd=tmp_path, env=environment, capture_output=True, encoding="utf-8", timeout=100
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "Львова\tB-LOC" in done.stdout
    program = f"import tagger; print(tagger.__file__, tagger.__version__, len(tagger.Tagger.load()({TEXT!r})))"
    done = subprocess.run(
        [python, "-c", program],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        encoding="utf-8",
        timeout=100,
        check=True,
    )
    path, own_version, found = done.stdout.split()
    assert (Path(path).is_relative_to(site), own_version) == (True, tagger.__version__)
    assert int(found) > 0
