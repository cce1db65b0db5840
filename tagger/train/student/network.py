"""The student network: sums of feature embeddings, recurrent layers over the sentence, one score per tag.

Padding has no influence: it is after the end of a sentence in both directions, so a sentence gets the same scores alone
and in a batch.
"""

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from tagger.train.student.crf import LinearChain

CELLS = {"rnn": nn.RNN, "gru": nn.GRU, "lstm": nn.LSTM}
# What the modules call. *Shape:* input (time, batch, size) -> output (time, batch, width), and the last states.
LAYERS: dict[str, Callable[..., tuple[Tensor, ...]]] = {"rnn": torch.rnn_tanh, "gru": torch.gru, "lstm": torch.lstm}
OUTPUTS = ("softmax", "crf")

# cuDNN wants the weights of a call in one piece. Here a call has one direction of a layer, so they are copied: 2 MB.
warnings.filterwarnings("ignore", "RNN module weights are not part of single contiguous chunk", UserWarning)


@dataclass(frozen=True, slots=True)
class NetworkSettings:
    """The shape of the network.

    :param cell: `rnn`, `gru` or `lstm`.
    :param layers: number of recurrent layers.
    :param width: hidden units of one direction of one layer.
    :param embedding: width of a feature's embedding.
    :param dropout: share of activations zeroed in training, before each recurrent layer and before the output.
    :param bidirectional: whether layers read the sentence in both directions.
    :param layer_norm: normalize the top layer's output (Ba et al. 2016).
    :param output: `softmax` (an argmax restricted to legal BIO) or `crf`.
    :param clamp: word vectors are clipped to [-clamp, clamp], so that their range is known when the model is quantized.
    """

    cell: str = "lstm"
    layers: int = 1
    width: int = 200
    embedding: int = 128
    dropout: float = 0.4
    bidirectional: bool = True
    layer_norm: bool = False
    output: str = "crf"
    clamp: float = 4.0


class Network(nn.Module):
    """Computes emissions for batches of sentences.

    :param vocabulary_size: rows of the embedding table; row 0 is zero and stays zero.
    :param tags: BIO tags by number.
    """

    def __init__(self, settings: NetworkSettings, vocabulary_size: int, tags: list[str]) -> None:
        super().__init__()
        self.settings = settings
        self.embedding = nn.Embedding(vocabulary_size, settings.embedding, padding_idx=0)
        nn.init.normal_(self.embedding.weight, std=0.1)
        with torch.no_grad():
            self.embedding.weight[0] = 0
        self.dropout = nn.Dropout(settings.dropout)
        cell = CELLS[settings.cell]
        out = settings.width * (2 if settings.bidirectional else 1)
        widths = [settings.embedding] + [out] * (settings.layers - 1)
        self.layers = nn.ModuleList(
            cell(width, settings.width, bidirectional=settings.bidirectional) for width in widths
        )
        self.norm = nn.LayerNorm(out) if settings.layer_norm else nn.Identity()
        self.output = nn.Linear(out, len(tags))
        self.chain = LinearChain(tags)
        self.chain.requires_grad_(settings.output == "crf")

    def forward(self, features: Tensor, index: Tensor, lengths: Tensor) -> Tensor:
        """Compute the score of each tag at each position; values after the end of a sentence are undefined.

        :param features: feature ids of the distinct words.
            *Shape:* (words, slots).
        :param index: the word at each position.
            *Shape:* (time, batch).
        :param lengths: tokens of each sentence.
            *Shape:* (batch,).
        :returns: emissions. *Shape:* (time, batch, tags).
        """
        return self.score(self.embed(features), index, lengths)

    def embed(self, features: Tensor) -> Tensor:
        """Compute the vectors of words. *Shape:* (words, slots) -> (words, embedding)."""
        words = F.embedding_bag(features, self.embedding.weight, mode="sum", padding_idx=0)
        return words.clamp(-self.settings.clamp, self.settings.clamp)

    def score(self, vectors: Tensor, index: Tensor, lengths: Tensor) -> Tensor:
        """Compute the score of each tag at each position.

        *Shape:* vectors (words, embedding), index (time, batch), lengths (batch,) -> (time, batch, tags).
        """
        scores: Tensor = self.output(self.encode(vectors, index, lengths))
        return scores

    def encode(self, vectors: Tensor, index: Tensor, lengths: Tensor) -> Tensor:
        """Compute the hidden states that the output layer reads.

        *Shape:* vectors (words, embedding), index (time, batch), lengths (batch,) -> (time, batch, width x directions).
        """
        states = vectors[index]  # (time, batch, embedding)
        backward = _backward_order(lengths.to(index.device), len(index))
        for layer in self.layers:
            states = self._read(
                cast(nn.RNNBase, layer), self.dropout(states), backward
            )  # (time, batch, width x directions)
        top: Tensor = self.dropout(self.norm(states))
        return top

    def _read(self, layer: nn.RNNBase, states: Tensor, backward: Tensor) -> Tensor:
        """Run a recurrent layer, one direction after the other.

        oneDNN computes an LSTM in one call if the sequences are not packed: training on a CPU takes a third less time.

        *Shape:* states (time, batch, size), backward (time, batch) -> (time, batch, width x directions).
        """
        zero = states.new_zeros(1, states.shape[1], self.settings.width)
        initial = (zero, zero) if self.settings.cell == "lstm" else zero
        run = LAYERS[self.settings.cell]
        forward_weights, *backward_weights = layer.all_weights
        read = [run(states, initial, forward_weights, True, 1, 0.0, self.training, False, False)[0]]
        for weights in backward_weights:
            turned = _reordered(states, backward)
            turned = run(turned, initial, weights, True, 1, 0.0, self.training, False, False)[0]
            read.append(_reordered(turned, backward))
        return torch.cat(read, 2)

    def parameter_count(self) -> int:
        """Count the trained parameters; those of the chain only if it is trained."""
        return sum(parameter.numel() for parameter in self.parameters() if parameter.requires_grad)


def _backward_order(lengths: Tensor, time: int) -> Tensor:
    """Return the order in which each sentence is read from its last token to its first, and then its padding.

    *Shape:* (batch,) -> (time, batch), indexes of the flattened (time x batch). Applied twice, it gives the first order
    again.
    """
    positions = torch.arange(time, device=lengths.device)[:, None]
    turned = torch.where(positions < lengths, lengths - 1 - positions, positions)
    return turned * len(lengths) + torch.arange(len(lengths), device=lengths.device)


def _reordered(states: Tensor, order: Tensor) -> Tensor:
    """Reorder states. *Shape:* (time, batch, size), (time, batch) -> (time, batch, size)."""
    return states.flatten(0, 1).index_select(0, order.flatten()).view_as(states)
