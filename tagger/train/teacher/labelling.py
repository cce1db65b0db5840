"""Labelling of plain text for the student, in parts that are kept on disk: what was stopped goes on."""

import hashlib
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from tagger.train.data.labelled_text import PlainDocument, read_text, write_text
from tagger.train.teacher.hidden_states import HiddenStateReader
from tagger.train.teacher.label import CORE, MARGIN, TOGETHER, Labeller, check_tags

PART = 20 * TOGETHER  # documents


def label(
    teachers: Sequence[Labeller], documents: Sequence[PlainDocument], reader: HiddenStateReader | None = None
) -> list[PlainDocument]:
    """Return copies of documents with the teachers' mean probabilities.

    :param reader: also give them the hidden states of its teacher, one of the teachers.
    :raises ModelError: the teachers have different tags.
    """
    check_tags(teachers)
    labelled = []
    for start in range(0, len(documents), TOGETHER):
        some = documents[start : start + TOGETHER]
        total = [np.zeros((document.tokens, len(teachers[0].tags)), np.float32) for document in some]
        states: Sequence[np.ndarray | None] = [None] * len(some)
        for teacher in teachers:
            if reader and teacher is reader.teacher:
                states, probabilities = reader.read(some)
                for sums, own in zip(total, probabilities, strict=True):
                    sums += own
            else:
                teacher.add_probabilities(some, total, CORE, MARGIN)
        for document, sums, own_states in zip(some, total, states, strict=True):
            ends = np.cumsum([len(tokens) for tokens in document.sentences])
            rows = np.split((sums / len(teachers)).astype(np.float16), ends[:-1])
            labelled.append(PlainDocument(document.name, document.source, document.sentences, rows, own_states))
    return labelled


def label_in_parts(
    teachers: Sequence[Labeller],
    documents: Sequence[PlainDocument],
    output: Path,
    identity: str,
    log: Callable[[str], None],
    reader: HiddenStateReader | None = None,
) -> None:
    """Label documents and write them to `output`. Until then each part is kept in `output` + `.parts`.

    :param identity: identifies teachers and text; parts of others are not used.
    :raises ModelError: the teachers have different tags.
    :raises DataError: a file cannot be written.
    """
    folder = output.with_name(f"{output.name}.parts")
    projection_id = reader.projection_id if reader else ""
    digest = hashlib.sha256(f"{identity} {projection_id}".encode()).hexdigest()[:16]
    folder.mkdir(exist_ok=True)
    labelled: list[PlainDocument] = []
    for number, start in enumerate(range(0, len(documents), PART), 1):
        path = folder / f"{digest}-{number:04}.npz"
        if not path.exists():
            write_text(path, label(teachers, documents[start : start + PART], reader), teachers[0].tags, projection_id)
        labelled += read_text(path, hidden_states=True).documents
        log(f"{len(labelled):,}/{len(documents):,} documents labelled")
    write_text(output, labelled, teachers[0].tags, projection_id)
    shutil.rmtree(folder)
