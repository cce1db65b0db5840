"""The student network: sums of feature embeddings, recurrent layers over the sentence, one score per tag.

Padding has no influence: recurrent layers run over packed sequences, so a sentence gets the same scores alone and in a
batch.
"""

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from tagger.train.student.crf import LinearChain

CELLS = {"rnn": nn.RNN, "gru": nn.GRU, "lstm": nn.LSTM}
OUTPUTS = ("softmax", "crf")


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
        packed_lengths = lengths.cpu()
        for layer in self.layers:
            packed = pack_padded_sequence(self.dropout(states), packed_lengths, enforce_sorted=False)
            states = pad_packed_sequence(layer(packed)[0], total_length=len(index))[
                0
            ]  # (time, batch, width x directions)
        top: Tensor = self.dropout(self.norm(states))
        return top

    def parameter_count(self) -> int:
        """Count the trained parameters; those of the chain only if it is trained."""
        return sum(parameter.numel() for parameter in self.parameters() if parameter.requires_grad)
