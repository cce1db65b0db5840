"""Weight averaging of networks trained from the same weights (Wortsman et al. 2022).

The average is often better than each of them, and as fast.
"""

from collections.abc import Sequence
from dataclasses import replace

import torch

from tagger.errors import ModelError
from tagger.train.data.provenance import averaging, own_data, provenance
from tagger.train.student.checkpoint import Checkpoint
from tagger.train.student.embedding_quantization import round_table


def average(checkpoints: Sequence[Checkpoint], weights: Sequence[float]) -> Checkpoint:
    """Return a checkpoint whose weights are the weighted mean of those of others.

    :param weights: weight of each checkpoint; they are scaled to sum to 1.
    :raises ModelError: the checkpoints differ in tags, network or vocabulary, so that their weights do not correspond.
    """
    first = checkpoints[0]
    for other in checkpoints[1:]:
        shape = replace(other.settings, dropout=first.settings.dropout)  # weights do not depend on dropout
        own = (first.tags, first.settings, first.vocabulary.to_texts())
        if (other.tags, shape, other.vocabulary.to_texts()) != own:
            raise ModelError(
                "these checkpoints differ in tags, network or vocabulary and cannot be averaged; "
                "train all of them from the same checkpoint"
            )
    shares = [weight / sum(weights) for weight in weights]
    mean = {
        name: sum(
            (share * other.weights[name] for share, other in zip(shares, checkpoints, strict=True)),
            torch.zeros_like(tensor),
        )
        for name, tensor in first.weights.items()
    }
    mean["embedding.weight"] = round_table(mean["embedding.weight"])
    soft = list(dict.fromkeys(digest for other in checkpoints for digest in other.data.get("soft", [])))
    origins = provenance((other.data, other.training) for other in checkpoints)
    return Checkpoint(
        settings=first.settings,
        vocabulary=first.vocabulary,
        tags=first.tags,
        weights=mean,
        data={**own_data(first.data), "soft": soft, **origins},
        training=averaging(origins["from"], shares),
        temperature=first.temperature,
    )
