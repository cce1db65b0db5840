"""Teacher hidden states reduced to a few dimensions: the regression targets of the student.

They are the mean of the layers from the middle to three quarters of the way up, which know most about words in their
sentences (Mukherjee and Awadallah 2020), and the top layer, which knows most about the tags; each is reduced to its
principal components. They are read together with the probabilities, in the same windows.
"""

import hashlib
from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from tagger.errors import DataError
from tagger.train.data.labelled_text import PlainDocument
from tagger.train.teacher.label import CORE, MARGIN, Teacher

SAMPLE = 40_000  # tokens from which the principal components are computed
TOP_SHARE = 4  # one dimension in four is of the top layer, whose states vary in few directions


class HiddenStateReader:
    """Reads the hidden states of a teacher.

    :param documents: the principal components are those of a sample of their tokens.
    :param width: dimensions per token.
    :raises DataError: there are too few tokens for as many principal components.
    """

    def __init__(self, teacher: Teacher, documents: Sequence[PlainDocument], width: int) -> None:
        self.teacher = teacher
        self.width = width
        sentences = [tokens for document in documents for tokens in document.sentences if tokens]
        order = np.random.default_rng(1).permutation(len(sentences))
        ends = np.cumsum([len(sentences[number]) for number in order])
        some = [sentences[number] for number in order[: int(np.searchsorted(ends, SAMPLE)) + 1]]
        if sum(map(len, some)) <= width:
            message = f"{sum(map(len, some))} tokens are too few for hidden states of {width} dimensions"
            raise DataError(f"{message}; give more text or fewer dimensions")
        [sample], _ = self._layers([PlainDocument("", "", some)])
        top = width // TOP_SHARE
        counts = (width - top, top)
        self._projections = [
            _components(states, count, width / 2) for states, count in zip(sample, counts, strict=True)
        ]

    @property
    def projection_id(self) -> str:
        """Digest of the principal components: hidden states of two projections cannot be compared."""
        parts = (array.tobytes() for projection in self._projections for array in projection)
        return hashlib.sha256(b"".join(parts)).hexdigest()

    def read(self, documents: Sequence[PlainDocument]) -> tuple[list[np.ndarray], list[np.ndarray]]:
        """Read the hidden states of documents, and the probabilities of the tags.

        :returns: one array per document of each. The squares of all values of the states have a mean of about 1; both
            parts have the same sum.
            *Shape:* each (tokens, width), float16; each (tokens, tags), float32.
        """
        states = []
        layers, probabilities = self._layers(documents)
        for parts in layers:
            pairs = zip(parts, self._projections, strict=True)
            projected = [(values - mean) @ matrix for values, (mean, matrix) in pairs]
            states.append(np.concatenate(projected, 1).astype(np.float16))
        return states, probabilities

    def _layers(self, documents: Sequence[PlainDocument]) -> tuple[list[list[np.ndarray]], list[np.ndarray]]:
        """Return the states of the middle and of the top of each document, and the probabilities.

        *Shape:* two of (tokens, encoder's width), float32; (tokens, tags), float32.
        """
        shape, tags = self.teacher.encoder.settings, len(self.teacher.tags)
        middle = slice(max(shape.layers // 2 - 1, 0), max(shape.layers * 3 // 4, 1))

        def take(layers: list[Tensor]) -> Tensor:
            mean = torch.stack(layers[middle]).float().mean(0)
            return torch.cat([mean, layers[-1].float(), self.teacher.probabilities(layers)], 1)

        found = [np.zeros((document.tokens, 2 * shape.width + tags), np.float32) for document in documents]
        self.teacher.add(documents, found, CORE, MARGIN, take)
        cut = (shape.width, 2 * shape.width)
        pieces = [np.split(values, cut, axis=1) for values in found]
        return [parts[:2] for parts in pieces], [parts[2] for parts in pieces]


def _components(states: np.ndarray, count: int, total: float) -> tuple[np.ndarray, np.ndarray]:
    """Compute the projection to the first principal components of standardized states.

    :param states: *Shape:* (tokens, width).
    :param count: number of components.
    :param total: sum of the variances of the projected states.
    :returns: mean and matrix. *Shape:* (width,), (width, count), float32.
    """
    mean, spread = states.mean(0), states.std(0) + 1e-6
    values, vectors = np.linalg.eigh(np.cov(((states - mean) / spread).T))
    values, vectors = values[::-1][:count], vectors[:, ::-1][:, :count]
    # the sign of a component is arbitrary: fixed, so that the projection is reproducible
    signs = np.sign(vectors[np.abs(vectors).argmax(0), np.arange(vectors.shape[1])])
    scale = np.sqrt(total / max(values.sum(), 1e-12))
    return mean, (vectors * signs / spread[:, None] * scale).astype(np.float32)
