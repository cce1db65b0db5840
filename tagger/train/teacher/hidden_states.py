"""Teacher hidden states reduced to a few dimensions: the regression targets of the student.

They are the mean of the layers from the middle to three quarters of the way up, which know most about words in their
sentences (Mukherjee and Awadallah 2020), and the top layer, which knows most about the tags; each is reduced to its
principal components. Sentences are read one by one, as the student reads them.
"""

import hashlib
from collections.abc import Callable, Sequence

import numpy as np
import torch
from torch import Tensor

from tagger.errors import DataError
from tagger.train.data.labelled_text import PlainDocument
from tagger.train.teacher.label import TOGETHER, Teacher

SAMPLE = 40_000  # tokens from which the principal components are computed
TOP_SHARE = 4  # one dimension in four is of the top layer, whose states vary in few directions


class HiddenStateReader:
    """Reads the hidden states of a teacher.

    :param documents: the principal components are those of a sample of their tokens.
    :param width: dimensions per token.
    :raises DataError: there are too few tokens for as many principal components.
    """

    def __init__(self, teacher: Teacher, documents: Sequence[PlainDocument], width: int) -> None:
        self._teacher = teacher
        sentences = [tokens for document in documents for tokens in document.sentences if tokens]
        order = np.random.default_rng(1).permutation(len(sentences))
        ends = np.cumsum([len(sentences[number]) for number in order])
        some = [sentences[number] for number in order[: int(np.searchsorted(ends, SAMPLE)) + 1]]
        if sum(map(len, some)) <= width:
            message = f"{sum(map(len, some))} tokens are too few for hidden states of {width} dimensions"
            raise DataError(f"{message}; give more text or fewer dimensions")
        [sample] = self._layers([PlainDocument("", "", some)])
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

    def read(self, documents: Sequence[PlainDocument]) -> list[np.ndarray]:
        """Read the hidden states of documents.

        :returns: one array per document. The squares of all values have a mean of about 1; both parts have the same
            sum.
            *Shape:* each (tokens, width), float16.
        """
        read = []
        for layers in self._layers(documents):
            pairs = zip(layers, self._projections, strict=True)
            projected = [(states - mean) @ matrix for states, (mean, matrix) in pairs]
            read.append(np.concatenate(projected, 1).astype(np.float16))
        return read

    def _layers(self, documents: Sequence[PlainDocument]) -> list[list[np.ndarray]]:
        """Return the states of the middle and of the top of each document.

        *Shape:* two of (tokens, encoder's width), float32.
        """
        shape = self._teacher.encoder.settings
        middle = slice(max(shape.layers // 2 - 1, 0), max(shape.layers * 3 // 4, 1))

        def take(layers: list[Tensor]) -> Tensor:
            return torch.cat([torch.stack(layers[middle]).float().mean(0), layers[-1].float()], 1)

        found = [np.zeros((document.tokens, 2 * shape.width), np.float32) for document in documents]
        self._teacher.add(documents, found, 1, 0, take)  # each sentence is a window without context
        return [np.split(states, 2, axis=1) for states in found]


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


def add_hidden_states(
    teacher: Teacher, documents: Sequence[PlainDocument], width: int, log: Callable[[str], None]
) -> str:
    """Store a teacher's hidden states in documents.

    :param width: dimensions per token.
    :returns: the id of their projection.
    """
    reader = HiddenStateReader(teacher, documents, width)
    for start in range(0, len(documents), TOGETHER):
        some = documents[start : start + TOGETHER]
        for document, states in zip(some, reader.read(some), strict=True):
            document.hidden_states = states
        log(f"{min(start + TOGETHER, len(documents))}/{len(documents)} documents have hidden states")
    return reader.projection_id
