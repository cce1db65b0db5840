"""A file that replaces another keeps its owner, permissions and attributes."""

import os
import shutil
import stat
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from support.processes import ROOT
from support.trees import WORD, columns, run

NOBODY = {"user": 65534, "group": 65534, "extra_groups": []}
is_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")


@is_root
def test_attributes_are_kept(words, tmp_path, tiny_model):
    path, out = words / "a.conll", tmp_path / "out"
    out.mkdir()
    outputs = [out / "a.conll", tmp_path / "whole"]
    access = bytes.fromhex(
        "0200000001000600ffffffff020004000100000004000400ffffffff10000400ffffffff20000000ffffffff"
    )  # user 1 may read
    for number, file in enumerate([path, *outputs]):
        if file != path:
            file.write_text("old\n")
        os.chown(file, 12 + number, 34)
        file.chmod(0o640)
        os.setxattr(file, "user.comment", b"a word")
        os.setxattr(file, "system.posix_acl_access", access)
    assert run("-m", tiny_model, "-i", "conll", path, "--output-dir", out).returncode == 0
    assert run("-m", tiny_model, "-i", "conll", path, "-o", outputs[1]).returncode == 0
    assert run("-m", tiny_model, "-i", "conll", "--in-place=.bak", path).returncode == 0
    for number, file in enumerate([path, *outputs]):
        status = file.stat()
        assert columns(file) == 3 and (status.st_uid, status.st_gid, stat.S_IMODE(status.st_mode)) == (
            12 + number,
            34,
            0o640,
        )
        assert os.getxattr(file, "user.comment") == b"a word" and os.getxattr(file, "system.posix_acl_access") == access
    assert (words / "a.conll.bak").stat().st_uid == 12


@pytest.fixture
def public():
    """A folder that any user can write to."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o777)
    yield folder
    shutil.rmtree(folder)


@is_root
def test_permissions_never_widen(public):
    """A file of another group, replaced by an unprivileged user, does not become readable for the user's own group."""
    old, new = public / "old", public / "new"
    old.touch()
    os.chown(old, 12, 34)
    old.chmod(0o2664)
    script = """
import os, sys
from tagger.system.attributes import lend, set_mode
old, new = sys.argv[1:]
with open(os.open(new, os.O_RDWR | os.O_CREAT, 0o600), "wb") as file:
    set_mode(new, file.fileno(), lend(old, file.fileno()))
"""
    done = subprocess.run([sys.executable, "-c", script, old, new], cwd=ROOT, capture_output=True, **NOBODY)
    if not new.exists():
        pytest.skip(f"this Python is for root alone: {done.stderr}")
    assert stat.S_IMODE(new.stat().st_mode) == 0o644 and new.stat().st_uid == 65534


@is_root
def test_an_unwritable_working_directory(public, tiny_model):
    path, model = public / "a.conll", public / "tiny.onnx"
    path.write_text(WORD, encoding="utf-8")
    os.chown(path, 65534, 65534)
    model.write_bytes(tiny_model.read_bytes())
    if subprocess.run([sys.executable, "-c", "import tagger"], cwd=ROOT, capture_output=True, **NOBODY).returncode:
        pytest.skip("this Python is for root alone")
    environment = {**os.environ, "ORT_DISABLE_TELEMETRY": "1"}
    done = run("-m", model, "-i", "conll", "--in-place", path, cwd="/", env=environment, **NOBODY)
    assert (done.returncode, done.stderr) == (0, "") and columns(path) == 3
