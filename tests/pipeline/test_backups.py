"""Backups of files annotated in place: never overwritten, never an input, and nothing else is lost."""

import os
import subprocess

import pytest
from support.processes import PROGRAM
from support.trees import WORD, columns, faulty, make, run, wait_for

from tagger.errors import DataError
from tagger.pipeline import backups
from tagger.pipeline.marks import Marks

SYSTEMS = [(), ("no attributes",), ("no functions", "no links"), ("no room",)]


@pytest.mark.parametrize("faults", SYSTEMS[:2], ids=str)
def test_a_backup_is_not_an_input(faults, words, tmp_path, tiny_model):
    environment = faulty(tmp_path / "faults", *faults)
    arguments = ["-m", tiny_model, "-i", "conll", "-r", words]
    assert run(*arguments, "--in-place=.bak", env=environment).stderr == ""
    kept = (words / "a.conll.bak").read_bytes()
    for option in ("--in-place", "--in-place=.orig"):
        done = run(*arguments, option, env=environment)
        assert done.returncode == 0 and "uk-tag: passed over backups (" in done.stderr
        assert (words / "a.conll.bak").read_bytes() == kept and not (words / "a.conll.bak.orig").exists()
    assert columns(words / "a.conll") == 5
    done = run("-m", tiny_model, "-i", "conll", "--in-place", words / "a.conll.bak", env=environment)
    assert (done.returncode, done.stderr) == (0, "uk-tag: passed over backups (1)\n")


@pytest.mark.parametrize("kind", ["file", "folder", "link", "broken link"])
@pytest.mark.parametrize("faults", [(), ("no links",)], ids=str)
def test_a_backup_never_overwrites(kind, faults, words, tmp_path, tiny_model):
    backup, other = words / "a.conll.bak", tmp_path / "other"
    other.write_text("other\n")
    make_it = {
        "file": lambda: backup.write_text("mine\n"),
        "folder": backup.mkdir,
        "link": lambda: backup.symlink_to(other),
        "broken link": lambda: backup.symlink_to("nowhere"),
    }
    make_it[kind]()
    before, names = (words / "a.conll").read_bytes(), sorted(os.listdir(words))
    done = run(
        "-m", tiny_model, "-i", "conll", "--in-place=.bak", words / "a.conll", env=faulty(tmp_path / "faults", *faults)
    )
    assert (
        done.returncode == 1
        and done.stderr.count("\n") == 1
        and "move that away, or choose another suffix" in done.stderr
    )
    assert (
        (words / "a.conll").read_bytes() == before
        and sorted(os.listdir(words)) == names
        and other.read_text() == "other\n"
    )


def test_a_backup_made_at_the_last_moment_is_kept(words):
    path, marks = str(words / "a.conll"), Marks()
    with open(path, "rb") as file:
        digest = "0" * 64
        assert not backups.check(path, ".bak", path)
        (words / "a.conll.bak").write_text("mine\n")
        with pytest.raises(DataError, match="would overwrite"):
            backups.keep(path, file.fileno(), ".bak", path, digest, marks)
    assert (words / "a.conll.bak").read_text() == "mine\n"


def test_a_backup_of_the_same_content_is_accepted(words, tiny_model):
    os.link(words / "a.conll", words / "a.conll.bak")  # as after a kill between the two steps
    (words / "b.conll.bak").write_text(WORD, encoding="utf-8")  # as after one where files cannot be linked
    done = run("-m", tiny_model, "-i", "conll", "--in-place=.bak", words / "a.conll", words / "b.conll")
    assert (done.returncode, done.stderr) == (0, "")
    assert sorted(os.listdir(words)) == ["a.conll", "a.conll.bak", "b.conll", "b.conll.bak"]
    for name in ("a.conll", "b.conll"):
        assert (words / f"{name}.bak").read_text(encoding="utf-8") == WORD and columns(words / name) == 3
    assert run("-m", tiny_model, "-i", "conll", "--in-place", "-r", words).returncode == 0
    assert all((words / f"{name}.bak").read_text(encoding="utf-8") == WORD for name in ("a.conll", "b.conll")), (
        "no inputs from now on"
    )


def test_a_suffix_is_not_a_path(words, tiny_model):
    done = run("-m", tiny_model, "--in-place=/../b", words / "a.conll")
    assert done.returncode == 2 and "suffix" in done.stderr and done.stderr.count("\n") == 1


def test_a_file_replaced_by_an_editor_is_kept(tmp_path, tiny_model):
    top = make(tmp_path / "texts", 1, 100, 1000)
    path = top / "deep" / "0.conll"
    process = subprocess.Popen(
        [*PROGRAM, "-m", str(tiny_model), "--in-place=.bak", str(path)], stderr=subprocess.PIPE, text=True
    )
    wait_for(lambda: len(os.listdir(path.parent)) == 2)
    (path.parent / "new").write_text("edited\n")
    os.replace(path.parent / "new", path)
    said = process.communicate(timeout=60)[1]
    assert process.returncode == 1 and "0.conll: changed while it was read" in said and said.count("\n") == 1
    assert os.listdir(path.parent) == ["0.conll"] and path.read_text() == "edited\n"
