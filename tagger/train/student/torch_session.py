"""A checkpoint's network behind the interface of an open model file, so that the same Tagger tags with either."""

from collections.abc import Callable

import numpy as np
import torch

from tagger.bundle import Bundle
from tagger.train.student.network import Network
from tagger.vocabulary import Vocabulary


class LocalSession:
    """What :class:`tagger.session.Session` is for a model file, for a network in memory.

    The network is not copied; a Tagger remembers vectors of words, so make a new one when the weights have changed.
    """

    def __init__(self, network: Network, vocabulary: Vocabulary, tags: list[str], temperature: float = 1.0) -> None:
        self._network = network
        self._vocabulary = vocabulary
        self._tags = tags
        self._temperature = temperature

    @property
    def bundle(self) -> Bundle:
        """Tags, vocabulary, and the chain as it stands."""
        return Bundle(self._tags, self._vocabulary, self._network.chain.transitions(), temperature=self._temperature)

    @property
    def device(self) -> str:
        """`cpu` or `cuda`: where the network's weights are."""
        return self._network.output.weight.device.type

    @property
    def width(self) -> int:
        """Figures of a word's vector."""
        return self._network.settings.embedding

    kind = np.dtype(np.float32)  # of these figures

    @property
    def takes_table(self) -> bool:
        """As of :class:`tagger.session.Session`."""
        return self.device == "cpu"

    def embed(self, features: np.ndarray) -> np.ndarray:
        """As :meth:`tagger.session.Session.embed`. *Shape:* (words, slots) -> (words, width)."""
        return self._run(self._network.embed, features)

    def emissions(self, vectors: np.ndarray, index: np.ndarray, lengths: np.ndarray) -> np.ndarray:
        """As :meth:`tagger.session.Session.emissions`. *Shape:* (words, width), (time, batch), (batch,) -> (time, batch, tags)."""
        return self._run(self._network.score, vectors, index.astype(np.int64), lengths.astype(np.int64))

    def _run(self, half: Callable[..., torch.Tensor], *arrays: np.ndarray) -> np.ndarray:
        device = self.device
        was_training = self._network.training
        self._network.eval()
        with torch.inference_mode():
            found = half(*(torch.from_numpy(np.ascontiguousarray(array)).to(device) for array in arrays)).float().cpu().numpy()
        self._network.train(was_training)
        return found
