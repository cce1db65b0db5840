"""A checkpoint's network behind the interface of an open model file, so that the same Tagger tags with either."""

import numpy as np
import torch

from tagger.bundle import Bundle
from tagger.train.network import Network
from tagger.vocabulary import Vocabulary


class LocalSession:
    """What :class:`tagger.session.Session` is for a model file, for a network in memory.

    The network is not copied: tagging with it sees its weights of that moment.
    """

    def __init__(self, network: Network, vocabulary: Vocabulary, tags: list[str]) -> None:
        self._network = network
        self._vocabulary = vocabulary
        self._tags = tags

    @property
    def bundle(self) -> Bundle:
        """Tags, vocabulary, and the chain as it stands."""
        return Bundle(self._tags, self._vocabulary, self._network.chain.transitions())

    def emissions(self, features: np.ndarray, index: np.ndarray, lengths: np.ndarray) -> np.ndarray:
        """As :meth:`tagger.session.Session.emissions`. *Shape:* (words, slots), (time, batch), (batch,) -> (time, batch, tags)."""
        device = self._network.output.weight.device
        was_training = self._network.training
        self._network.eval()
        with torch.inference_mode():
            tensors = (torch.from_numpy(np.ascontiguousarray(part)).to(device) for part in (features, index.astype(np.int64), lengths.astype(np.int64)))
            scores = self._network(*tensors).float().cpu().numpy()
        self._network.train(was_training)
        return scores
