"""What an encoder holds at each token, in few figures, for a student to come close to: far more than nine probabilities say, and of every word.

Taken are the mean of the layers from the middle to three quarters of the way up, which know most of words in their sentences (Mukherjee and Awadallah
2020), and the top layer, which knows most of the tags; each cut down to its principal components. Sentences are read one by one, as a student reads them.
"""

import hashlib
from collections.abc import Callable, Sequence

import numpy as np
import torch

from tagger.errors import DataError
from tagger.train.teacher.label import TOGETHER, Teacher
from tagger.train.teacher.plain_text import TextDocument

SAMPLE = 40_000  # tokens that the principal components are found from
TOP_SHARE = 4  # one figure in so many is of the top layer, whose states vary in few directions


class StateReader:
    """Reads states.

    :param documents: the principal components are those of a part of their tokens.
    :param width: figures a token.
    :raises DataError: so few tokens have no so many principal components.
    """

    def __init__(self, teacher: Teacher, documents: Sequence[TextDocument], width: int) -> None:
        self._teacher = teacher
        sentences = [tokens for document in documents for tokens in document.sentences if tokens]
        order = np.random.default_rng(1).permutation(len(sentences))
        ends = np.cumsum([len(sentences[place]) for place in order])
        some = [sentences[place] for place in order[: int(np.searchsorted(ends, SAMPLE)) + 1]]
        if sum(map(len, some)) <= width:
            raise DataError(f"{sum(map(len, some))} tokens are too few for states of {width} figures; give more text, or fewer figures")
        sample = self._layers([TextDocument("", "", some)])
        top = width // TOP_SHARE
        self._projections = [_components(states, count, width / 2) for states, count in zip(sample[0], (width - top, top), strict=True)]

    @property
    def basis(self) -> str:
        """A digest of the principal components: states of two bases cannot be compared."""
        return hashlib.sha256(b"".join(part.tobytes() for projection in self._projections for part in projection)).hexdigest()

    def read(self, documents: Sequence[TextDocument]) -> list[np.ndarray]:
        """For each document an array of *shape* (tokens, width), float16. The squares of all figures have a mean of about 1, those of each layer one sum."""
        return [
            np.concatenate([(layer - mean) @ matrix for layer, (mean, matrix) in zip(layers, self._projections, strict=True)], 1).astype(np.float16)
            for layers in self._layers(documents)
        ]

    def _layers(self, documents: Sequence[TextDocument]) -> list[list[np.ndarray]]:
        """Of each document the middle and the top. *Shape:* two of (tokens, encoder's width), float32."""
        shape = self._teacher.encoder.settings
        middle = slice(max(shape.layers // 2 - 1, 0), max(shape.layers * 3 // 4, 1))
        found = [np.zeros((sum(map(len, document.sentences)), 2 * shape.width), np.float32) for document in documents]
        # each sentence a window, with nothing around it
        self._teacher.add(documents, found, 1, 0, lambda layers: torch.cat([torch.stack(layers[middle]).float().mean(0), layers[-1].float()], 1))
        return [np.split(states, 2, axis=1) for states in found]


def _components(states: np.ndarray, count: int, total: float) -> tuple[np.ndarray, np.ndarray]:
    """Mean and projection to the first principal components of states whose figures are first brought to one spread,
    and which then have variances of this sum.

    *Shape:* (tokens, width) -> (width,), (width, count), float32.
    """
    mean, spread = states.mean(0), states.std(0) + 1e-6
    values, vectors = np.linalg.eigh(np.cov(((states - mean) / spread).T))
    values, vectors = values[::-1][:count], vectors[:, ::-1][:, :count]
    signs = np.sign(vectors[np.abs(vectors).argmax(0), np.arange(vectors.shape[1])])  # either sign is right: one, so that a basis is made again the same
    return mean, (vectors * signs / spread[:, None] * np.sqrt(total / max(values.sum(), 1e-12))).astype(np.float32)


def add_states(teacher: Teacher, documents: Sequence[TextDocument], width: int, log: Callable[[str], None]) -> str:
    """Give documents the states of a teacher. Returns their basis."""
    reader = StateReader(teacher, documents, width)
    for start in range(0, len(documents), TOGETHER):
        some = documents[start : start + TOGETHER]
        for document, states in zip(some, reader.read(some), strict=True):
            document.states = states
        log(f"{min(start + TOGETHER, len(documents))}/{len(documents)} documents have states")
    return reader.basis
