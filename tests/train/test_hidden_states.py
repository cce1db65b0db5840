"""A teacher's states: what they are, how they are written, and a student that is drawn towards them."""

import numpy as np
import pytest
from click import UsageError
from support.processes import run_program
from support.tiny_encoder import WIDTH, run

from tagger.errors import DataError
from tagger.train.cli.teacher import teacher
from tagger.train.data import labelled_text
from tagger.train.data.labelled_text import PlainDocument
from tagger.train.student.checkpoint import load
from tagger.train.teacher import labelling
from tagger.train.teacher.hidden_states import HiddenStateReader
from tagger.train.teacher.label import Teacher
from tagger.train.teacher.labelling import label, label_in_parts


def test_states_are_those_of_the_layers_and_come_with_the_probabilities(teacher_pipeline):
    folder, _ = teacher_pipeline
    text = labelled_text.read_text(folder / "text.npz").documents
    encoder = Teacher.load(folder / "teacher.pt")
    reader = HiddenStateReader(encoder, text, 6)
    for document, plain in zip(label([encoder], text[:3], reader), label([encoder], text[:3]), strict=True):
        assert document.hidden_states.shape == (document.tokens, 6) and document.hidden_states.dtype == np.float16
        for rows, same in zip(document.probabilities, plain.probabilities, strict=True):
            assert np.allclose(rows, same, atol=1e-3)
    everything = np.concatenate(reader.read(text)[0]).astype(np.float32)
    assert all(
        2 < (part**2).sum(1).mean() < 4.5 for part in (everything[:, :5], everything[:, 5:])
    )  # the middle and the top, alike
    assert np.abs(np.corrcoef(everything[:, :5].T) - np.eye(5)).max() < 0.2
    assert (
        reader.projection_id
        == HiddenStateReader(encoder, text, 6).projection_id
        != HiddenStateReader(encoder, text, 5).projection_id
    )


def test_a_student_is_drawn_towards_the_states(teacher_pipeline, tmp_path):
    folder, _ = teacher_pipeline
    teachers = ["--teacher", folder / "teacher.pt", "--threads", 1]
    run("label", folder / "text.npz", *teachers, "--hidden-states", 8, "-o", tmp_path / "states.npz")
    assert labelled_text.read_text(tmp_path / "states.npz", hidden_states=True).hidden_states.shape[1] == 8
    options = ["--epochs", "4", "--width", "16", "--threads", "1", "--dev-share", "0.2", "--rate", "1e-2"]

    def train(*more, soft=("states.npz",)):
        files = [part for name in soft for part in ("--soft", str(tmp_path / name))]
        return run_program(
            "uk-tag-train", "fit", folder / "train.conll", *files, *options, "-o", tmp_path / "student.pt", *more
        )

    digests = []
    for more in ([], ["--hidden-state-weight", "1"], ["--guidance", "1"]):
        done = train(*more)
        assert done.returncode == 0, done.stderr
        digests.append(load(tmp_path / "student.pt").weights["output.weight"].numpy().tobytes())
    assert digests[0] != digests[1] == digests[2]
    run("label", folder / "text.npz", *teachers, "-o", tmp_path / "plain.npz")
    run("label", folder / "text.npz", *teachers, "--states", 6, "-o", tmp_path / "other.npz")
    assert train("--hidden-state-weight", "1", soft=("states.npz", "plain.npz")).returncode == 0
    content = dict(np.load(tmp_path / "states.npz"))
    np.savez(tmp_path / "short.npz", **{**content, "states": content["states"][:-1]})
    for soft, message in [
        ((), b"no text has a teacher's hidden states"),
        (("plain.npz",), b"plain.npz: no text has a teacher's hidden states"),
        (("states.npz", "other.npz"), b"other.npz: hidden states of different teachers or runs"),
        (("short.npz",), b"short.npz: "),
    ]:
        done = train("--hidden-state-weight", "1", soft=soft)
        assert done.returncode == 1 and message in done.stderr.splitlines()[-1] and b"Traceback" not in done.stderr


def test_states_that_cannot_be_had_are_refused(teacher_pipeline, tiny_model, tmp_path):
    folder, _ = teacher_pipeline
    labelled_text.write_text(tmp_path / "few.npz", [PlainDocument("a", "", [("Так", ".")])])
    for text, by, count, error, message in [
        (folder / "text.npz", tiny_model, 8, UsageError, "must be an encoder's checkpoint"),
        (folder / "text.npz", folder / "teacher.pt", WIDTH + 1, UsageError, f"no more than {WIDTH}"),
        (tmp_path / "few.npz", folder / "teacher.pt", 8, DataError, "too few"),
    ]:
        arguments = ["label", text, "--teacher", by, "--hidden-states", count, "--threads", 1, "-o", tmp_path / "x.npz"]
        with pytest.raises(error, match=message):
            teacher.main([*map(str, arguments)], standalone_mode=False)
    assert not (tmp_path / "x.npz").exists()


def test_a_labelling_that_was_stopped_goes_on_with_the_same_result(teacher_pipeline, tmp_path, monkeypatch):
    folder, _ = teacher_pipeline
    text = labelled_text.read_text(folder / "text.npz").documents
    teachers = [Teacher.load(folder / "teacher.pt")]
    monkeypatch.setattr(labelling, "PART", 2)
    reader = HiddenStateReader(teachers[0], text, 6)
    label_in_parts(teachers, text, tmp_path / "whole.npz", "one", lambda line: None, reader)
    seen = []

    def stop_at_the_third(line):
        seen.append(line)
        if len(seen) == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        label_in_parts(teachers, text, tmp_path / "cut.npz", "one", stop_at_the_third, reader)
    assert not (tmp_path / "cut.npz").exists() and len(list((tmp_path / "cut.npz.parts").iterdir())) == 3
    done = []
    monkeypatch.setattr(labelling, "label", lambda *some: done.append(1) or label(*some))
    label_in_parts(teachers, text, tmp_path / "cut.npz", "one", lambda line: None, reader)
    assert len(done) == -(-len(text) // 2) - 3 and not (tmp_path / "cut.npz.parts").exists()
    assert (tmp_path / "cut.npz").read_bytes() == (tmp_path / "whole.npz").read_bytes()
