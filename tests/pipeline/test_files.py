"""Selection of files and targets: links, names, and targets that would do harm."""

import os
from pathlib import Path

import pytest
from support.trees import RECORD, WORD, columns, run

from tagger.pipeline.files import Left, tasks_in_place, tasks_into
from tagger.pipeline.marks import Marks
from tagger.pipeline.settings import BatchSettings


def test_links(words, tmp_path, tiny_model):
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "c.conll").write_text(WORD, encoding="utf-8")
    (words / "link.conll").symlink_to(outside / "c.conll")
    (words / "folder").symlink_to(outside)
    (words / ".hidden").touch()
    os.mkfifo(words / "pipe.conll")
    done = run("-m", tiny_model, "-i", "conll", "--in-place", "-r", words)
    assert (done.returncode, done.stderr) == (0, "uk-tag: passed over links (2; name one to follow it)\n")
    done = run("-m", tiny_model, "-i", "conll", "--in-place", "--resume", "-v", "-r", words, "--include", "*.conll")
    assert (
        "passed over files not named by --include (1), links (2; name one to follow it), "
        "pipes, devices or broken links (1)" in done.stderr
    )
    assert (outside / "c.conll").read_text(encoding="utf-8") == WORD and (words / "link.conll").is_symlink()
    done = run("-m", tiny_model, "-i", "conll", "--in-place=.bak", words / "link.conll", outside / "c.conll")
    assert (
        (done.returncode, done.stderr) == (0, "")
        and columns(outside / "c.conll") == 3
        and (words / "link.conll").is_symlink()
    )
    assert sorted(os.listdir(outside)) == ["c.conll", "c.conll.bak"]


def batch(*paths: Path, recursive: bool = False, include: tuple[str, ...] = ()) -> BatchSettings:
    """Settings for annotation in place without backups."""
    return BatchSettings(
        paths=[str(path) for path in paths],
        recursive=recursive,
        include=include,
        output_dir=None,
        backup="",
        resume=False,
        jobs=1,
        verbose=False,
    )


def targets(*paths: Path, folder: Path, form: str = "same", recursive: bool = False) -> tuple[list[str], list[str]]:
    """Return the targets, relative to the folder, and the problems."""
    left = Left()
    tasks = tasks_into(batch(*paths, recursive=recursive), str(folder), form, Marks(), left)
    return [os.path.relpath(task.target, folder) for task in tasks], [str(problem) for problem in left.problems]


def test_harmful_targets_are_refused(words, tmp_path):
    out, outside = tmp_path / "out", tmp_path / "outside"
    for folder in (out, outside, words / "deep"):
        folder.mkdir()
    (words / "deep" / "a.conll").write_text(WORD, encoding="utf-8")
    a, b = words / "a.conll", words / "b.conll"
    assert targets(a, a, words / "." / "a.conll", folder=out) == (["a.conll"], []), "given twice, done once"
    (out / "a.conll").symlink_to(outside / "a.conll")
    (out / "b.conll").mkdir()
    found, (link, place) = targets(a, b, folder=out)
    assert found == [] and "by a link" in link and "not a regular file" in place
    (out / "deep").symlink_to(outside)
    assert any(
        "deep/a.conll leads there by a link" in problem for problem in targets(words, folder=out, recursive=True)[1]
    )
    found, (problem, _) = targets(words / "deep" / "a.conll", a, folder=words)
    assert found == [] and "which is also an input" in problem
    with open(b, "rb") as file:
        Marks().set_backup(str(b), file.fileno())
    (outside / "b.conll").touch()
    assert "which is a backup" in targets(outside / "b.conll", folder=words)[1][0]


@pytest.mark.parametrize(
    ("names", "form"), [(("a/x.txt", "b/x.txt"), "same"), (("x.txt", "x.txt.gz"), "same"), (("x.a", "x.b"), "jsonl")]
)
def test_inputs_with_the_same_output_name(names, form, tmp_path):
    paths = [tmp_path / name for name in names]
    for path in paths:
        path.parent.mkdir(exist_ok=True)
        path.touch()
    found, (problem,) = targets(*paths, folder=tmp_path / "o", form=form)
    assert len(found) == 1 and "annotate it in a separate run, into another --output-dir" in problem
    assert targets(paths[1], folder=tmp_path / "p", form=form)[1] == []


@pytest.mark.parametrize(
    ("name", "form", "target"),
    [
        (".gz", "same", ".gz"),
        (".gz", "jsonl", ".gz.jsonl"),
        ("..gz", "same", "..gz"),
        ("a.gz", "same", "a"),
        ("a.txt.gz", "jsonl", "a.jsonl"),
        ("a.txt", "same", "a.conll"),
        ("a.TXT.gz", "same", "a.conll"),
        ("a.iob", "same", "a.iob"),
        ("a.txt", "records", "a.txt"),
        ("a.txt", "inline", "a.txt"),
        ("a.conll", "conllu", "a.conllu"),
        ("a.tsv", "conll", "a.conll"),
    ],
)
def test_names_of_outputs(name, form, target, tmp_path):
    (tmp_path / name).touch()
    assert targets(tmp_path / name, folder=tmp_path / "o", form=form) == ([target], [])


def test_own_files_are_not_inputs(tmp_path):
    for name in (RECORD, ".uk-tag-1-x.tmp", "a.jsonl", "b.tmp"):
        (tmp_path / name).write_text("x\n")
    left = Left()
    tasks = tasks_in_place(batch(tmp_path, recursive=True, include=("*.jsonl", "*.tmp")), Marks(), left)
    assert [os.path.basename(task.source) for task in tasks] == ["a.jsonl", "b.tmp"]
    tasks = tasks_in_place(batch(tmp_path / RECORD), Marks(), left)
    assert tasks == [] and "uk-tag's own" in str(left.problems[0])
