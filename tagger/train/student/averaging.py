"""The mean of the weights of networks that were trained on from the same weights: often better than each of them, and as fast (Wortsman et al. 2022)."""

from collections.abc import Sequence
from dataclasses import replace

import torch

from tagger.errors import ModelError
from tagger.train.data.provenance import behind, mean_of, own_data
from tagger.train.student.checkpoint import Checkpoint
from tagger.train.student.embedding_quantization import round_table


def mean(checkpoints: Sequence[Checkpoint], shares: Sequence[float]) -> Checkpoint:
    """A checkpoint whose weights are a weighted mean of those of others.

    :param shares: the weight of each; they are made to sum to 1.
    :raises ModelError: they have other tags, another network or another vocabulary, so their weights do not mean the same.
    """
    first = checkpoints[0]
    for other in checkpoints[1:]:
        shape = replace(other.settings, dropout=first.settings.dropout)  # which a weight knows nothing of
        if (other.tags, shape, other.vocabulary.to_texts()) != (first.tags, first.settings, first.vocabulary.to_texts()):
            raise ModelError("these checkpoints differ in tags, network or vocabulary, so their weights have no mean; train all of them on from one")
    shares = [share / sum(shares) for share in shares]
    weights = {
        name: sum((share * own.weights[name] for share, own in zip(shares, checkpoints, strict=True)), torch.zeros_like(tensor))
        for name, tensor in first.weights.items()
    }
    weights["embedding.weight"] = round_table(weights["embedding.weight"])
    soft = list(dict.fromkeys(digest for own in checkpoints for digest in own.data.get("soft", [])))
    data = {**own_data(first.data), "soft": soft, **behind((own.data, own.training) for own in checkpoints)}
    training = mean_of(data["from"], shares)
    return Checkpoint(first.settings, first.vocabulary, first.tags, weights, data, training, temperature=first.temperature)
