"""A model of `uk-tag` as a teacher: beside encoders, or for a student that is smaller or reads other text."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from tagger.precision import model_file
from tagger.tagger import Tagger
from tagger.train.teacher.label import Teacher, Teaching
from tagger.train.teacher.plain_text import TextDocument


class ModelTeacher:
    """A model file, which reads each sentence by itself.

    :param path: a model file, or the bare name of a model in the package.
    """

    def __init__(self, path: str | Path) -> None:
        self._tagger = Tagger.load(path, device="cpu")
        self.tags = list(self._tagger.bundle.tags)

    def add_probabilities(self, documents: Sequence[TextDocument], total: Sequence[np.ndarray], core: int, margin: int) -> None:
        """As :meth:`tagger.train.teacher.label.Teacher.add_probabilities`; there are no windows."""
        for document, sums in zip(documents, total, strict=True):
            place = 0
            for annotation in self._tagger.annotate(document.sentences, probabilities=True):
                sums[place : place + len(annotation.tags)] += annotation.probabilities
                place += len(annotation.tags)


def load_teacher(path: str, device: str = "cpu") -> Teaching:
    """A teacher's checkpoint, on a device of torch, or a model that teaches, which works on the CPU. Raises ModelError."""
    return ModelTeacher(path) if model_file(path).suffix == ".onnx" else Teacher.load(path, device)
