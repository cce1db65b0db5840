"""Batches of a corpus by tokens, in random order."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from tagger.train.student.dataset import Arrays


@dataclass(slots=True)
class Batch:
    """Tensors of one batch.

    :param features: feature ids of the batch's distinct words.
        *Shape:* (words, slots).
    :param index: the word at each position.
        *Shape:* (time, batch).
    :param tags: tag numbers.
        *Shape:* (time, batch).
    :param lengths: tokens of each sentence.
        *Shape:* (batch,).
    :param weights: weight of each sentence.
        *Shape:* (batch,).
    :param soft: a teacher's probabilities, or None.
        *Shape:* (time, batch, tags).
    :param hidden_states: a teacher's hidden states, or None.
        *Shape:* (time, batch, width).
    """

    features: Tensor
    index: Tensor
    tags: Tensor
    lengths: Tensor
    weights: Tensor
    soft: Tensor | None
    hidden_states: Tensor | None

    def to(self, device: torch.device) -> "Batch":
        """Return the batch on a device; the lengths stay on the CPU, where packed sequences need them."""

        def moved(tensor: Tensor) -> Tensor:
            return tensor.to(device, non_blocking=True)

        return replace(
            self,
            features=moved(self.features),
            index=moved(self.index),
            tags=moved(self.tags),
            weights=moved(self.weights),
            soft=None if self.soft is None else moved(self.soft),
            hidden_states=None if self.hidden_states is None else moved(self.hidden_states),
        )


def plan_epoch(
    lengths: np.ndarray, batch_tokens: int, batch_sentences: int | None, generator: np.random.Generator
) -> list[np.ndarray]:
    """Shuffle sentences into batches of similar length, in random order.

    :param lengths: tokens of each sentence.
        *Shape:* (sentences,).
    :param batch_tokens: largest number of tokens in a batch, padding included; a longer sentence makes a batch of its
        own.
    :param batch_sentences: if given, batches of this many sentences in plain random order instead.
    """
    if batch_sentences:
        order = generator.permutation(len(lengths))
        return [order[start : start + batch_sentences] for start in range(0, len(order), batch_sentences)]
    # a little noise on the lengths, so that the same sentences do not always share a batch
    order = np.argsort(lengths * generator.uniform(0.8, 1.2, len(lengths)), kind="stable")
    planned, start, longest = [], 0, 0
    for position, sentence in enumerate(order):
        longest = max(longest, int(lengths[sentence]))
        if position > start and longest * (position - start + 1) > batch_tokens:
            planned.append(order[start:position])
            start, longest = position, int(lengths[sentence])
    planned.append(order[start:])
    return [planned[number] for number in generator.permutation(len(planned))]


def batches(arrays: Arrays, plan: Sequence[np.ndarray], variants: np.ndarray | None = None) -> Iterator[Batch]:
    """Lay out the sentences of each planned batch as tensors.

    :param variants: which of VARIANTS each sentence of the corpus is shown in; by default as it is.
        *Shape:* (sentences,).
    """
    for chosen in plan:
        lengths = arrays.lengths[chosen]
        time = int(lengths.max())
        position = np.arange(time)[:, None]
        inside = position < lengths  # (time, batch)
        token = np.where(inside, arrays.starts[chosen] + position, 0)
        words = np.where(inside, arrays.words[token], arrays.words[arrays.starts[chosen[0]]])
        if variants is not None and arrays.variants is not None:
            words = arrays.variants[variants[chosen], words]
        distinct, index = np.unique(words, return_inverse=True)
        yield Batch(
            features=torch.from_numpy(arrays.features[distinct]),
            index=torch.from_numpy(index.reshape(words.shape)),
            tags=torch.from_numpy(np.where(inside, arrays.tags[token], 0).astype(np.int64)),
            lengths=torch.from_numpy(lengths),
            weights=torch.from_numpy(arrays.weights[chosen]),
            soft=_laid_out(arrays.soft, token, inside),
            hidden_states=_laid_out(arrays.hidden_states, token, inside),
        )


def _laid_out(values: np.ndarray | None, token: np.ndarray, inside: np.ndarray) -> Tensor | None:
    """Lay out the values of tokens as the batch has them, zero after the end of a sentence.

    *Shape:* (tokens, width), two of (time, batch) -> (time, batch, width), float32.
    """
    return None if values is None else torch.from_numpy((values[token] * inside[:, :, None]).astype(np.float32))
