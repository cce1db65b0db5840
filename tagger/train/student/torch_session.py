"""A checkpoint's network with the interface of an open model file, so that the same Tagger tags with either."""

from collections.abc import Callable
from pathlib import Path
from typing import cast

import numpy as np
import torch

from tagger.errors import ModelError
from tagger.features.vocabulary import Vocabulary
from tagger.inference.model_path import model_file
from tagger.inference.session import Session
from tagger.model_file.bundle import Bundle
from tagger.model_file.content import open_regular
from tagger.tagger import Tagger
from tagger.train.student.checkpoint import load
from tagger.train.student.network import Network


class TorchSession:
    """Counterpart of :class:`tagger.inference.session.Session` for a network in memory.

    The network is not copied. A Tagger caches vectors of words, so make a new Tagger when the weights have changed.
    """

    kind = np.dtype(np.float32)  # of a word's vector

    def __init__(self, network: Network, vocabulary: Vocabulary, tags: list[str], temperature: float = 1.0) -> None:
        self._network = network
        self._vocabulary = vocabulary
        self._tags = tags
        self._temperature = temperature

    @property
    def bundle(self) -> Bundle:
        """Tags, vocabulary, and the present transition scores."""
        transitions = self._network.chain.transitions()
        return Bundle(self._tags, self._vocabulary, transitions, temperature=self._temperature)

    @property
    def device(self) -> str:
        """Device of the weights: `cpu` or `cuda`."""
        return self._network.output.weight.device.type

    @property
    def width(self) -> int:
        """Width of a word's vector."""
        return self._network.settings.embedding

    @property
    def takes_table(self) -> bool:
        """See :class:`tagger.inference.session.Session`."""
        return self.device == "cpu"

    def embed(self, features: np.ndarray) -> np.ndarray:
        """See :meth:`tagger.inference.session.Session.embed`. *Shape:* (words, slots) -> (words, width)."""
        return self._run(self._network.embed, features)

    def emissions(self, vectors: np.ndarray, index: np.ndarray, lengths: np.ndarray) -> np.ndarray:
        """See :meth:`tagger.inference.session.Session.emissions`.

        *Shape:* (words, width), (time, batch), (batch,) -> (time, batch, tags).
        """
        return self._run(self._network.score, vectors, index.astype(np.int64), lengths.astype(np.int64))

    def _run(self, half: Callable[..., torch.Tensor], *arrays: np.ndarray) -> np.ndarray:
        device = self.device
        was_training = self._network.training
        self._network.eval()
        with torch.inference_mode():
            tensors = (torch.from_numpy(np.ascontiguousarray(array)).to(device) for array in arrays)
            found: np.ndarray = half(*tensors).float().cpu().numpy()
        self._network.train(was_training)
        return found


def tagger_of(network: Network, vocabulary: Vocabulary, tags: list[str], temperature: float = 1.0) -> Tagger:
    """Make a tagger from a network in memory."""
    session = TorchSession(network, vocabulary, tags, temperature)
    return Tagger(cast(Session, session))  # it has the same interface


def open_tagger(path: str | Path, device: str = "auto", threads: int = 1) -> Tagger:
    """Open a tagger from a model file, by path or by its name in the package, or from a checkpoint.

    The content tells which.

    :raises ModelError: the file cannot be read or is neither.
    """
    if not Path(path).exists():
        path = model_file(path, "auto", device)
    try:
        with open_regular(path) as file:
            start = file.read(2)
    except (OSError, ValueError) as error:  # ValueError: a name with NUL in it
        reason = getattr(error, "strerror", error)
        raise ModelError(f"{path}: cannot be read: {reason}; give a checkpoint or a model file") from None
    if start != b"PK":  # torch writes checkpoints as zip archives
        return Tagger.load(path, device=device, threads=threads)
    checkpoint = load(path)
    return tagger_of(checkpoint.network(), checkpoint.vocabulary, checkpoint.tags, checkpoint.temperature)
