"""Distillation from a teacher: the loss of soft labels, and of hidden states.

Soft labels are the teacher's tag probabilities. In hidden-state distillation a linear projection of the student's top
layer is regressed on the teacher's hidden states, so that every token gives a training signal and not only those of
entities. It follows XtremeDistil (Mukherjee and Awadallah 2020), but runs together with the training on labels, with a
weight that falls to 0 at the end.
"""

import torch
from torch import Tensor, nn


def mixed_loss(
    hard: Tensor, emissions: Tensor, soft: Tensor, weights: Tensor, sentence_weights: Tensor, soft_share: float
) -> Tensor:
    """Mix the loss of a teacher's soft labels with that of the tags.

    :param hard: loss of the tags of each sentence.
        *Shape:* (batch,).
    :param emissions: the student's scores.
        *Shape:* (time, batch, tags).
    :param soft: the teacher's probabilities; all zero in a sentence without a teacher, whose tags then count in full.
        *Shape:* (time, batch, tags).
    :param weights: weight of each token, 0 after the end of a sentence.
        *Shape:* (time, batch).
    :param sentence_weights: weight of each sentence.
        *Shape:* (batch,).
    :param soft_share: share of the soft labels in the loss, from 0 to 1.
    :returns: weighted mean over tokens. *Shape:* ().
    """
    taught = soft.sum(2) > 0  # (time, batch)
    cross_entropy = (-(soft * emissions.log_softmax(2)).sum(2) * weights).sum()
    # a whole sentence is labelled or it is not: the loss of its tags is of the sentence
    share = torch.where(taught[0], 1 - soft_share, 1.0)
    return (soft_share * cross_entropy + (hard * sentence_weights * share).sum()) / weights.sum()


class HiddenStateDistillation(nn.Module):
    """Linear projection from the student's hidden states to the teacher's, used only in training.

    :param width: width of the student's hidden states.
    :param hidden: width of the teacher's.
    :param weight: weight of the distance in the first step; it falls linearly to 0.
    """

    def __init__(self, width: int, hidden: int, weight: float) -> None:
        super().__init__()
        self.weight = weight
        self.layer = nn.Linear(width, hidden)

    @classmethod
    def seeded(cls, width: int, hidden: int, weight: float, seed: int) -> "HiddenStateDistillation":
        """Initialize from a seed of its own; the global random generator keeps its state."""
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            return cls(width, hidden, weight)

    def distance(self, own: Tensor, hidden: Tensor, inside: Tensor) -> Tensor:
        """Compute the mean squared distance over a batch's tokens; tokens whose teacher states are all zero count as 0.

        :param own: the student's hidden states.
            *Shape:* (time, batch, width).
        :param hidden: the teacher's.
            *Shape:* (time, batch, hidden).
        :param inside: whether a position is within its sentence.
            *Shape:* (time, batch).
        :returns: the mean. *Shape:* ().
        """
        taught = inside & (hidden != 0).any(2)
        squared = (self.layer(own) - hidden).square().mean(2)
        mean: Tensor = (squared * taught).sum() / inside.sum()
        return mean

    def loss(self, distance: Tensor, done: float) -> Tensor:
        """Weight a distance.

        :param done: share of all training steps done, from 0 to 1.
        """
        return self.weight * (1 - done) * distance
