"""A student's top layer drawn towards what its teacher holds at each token: words of which nine probabilities say next to nothing teach something, too.

As in XtremeDistil (Mukherjee and Awadallah 2020), but together with the labels, not before them, and less and less: at the end the labels alone count.
"""

import torch
from torch import Tensor, nn


class Guide(nn.Module):
    """A linear layer from the student's states to the teacher's, in use only while the student is trained.

    :param width: figures of the student's states.
    :param states: figures of the teacher's.
    :param weight: of a token's squared distance, a mean over the figures, in the first step.
    """

    def __init__(self, width: int, states: int, weight: float) -> None:
        super().__init__()
        self.weight = weight
        self.layer = nn.Linear(width, states)

    def distance(self, held: Tensor, states: Tensor, inside: Tensor) -> Tensor:
        """The mean squared distance over a batch's tokens; one whose states are all zero has no teacher, and counts as no distance.

        *Shape:* held (time, batch, width), states (time, batch, states), inside (time, batch) -> ().
        """
        taught = inside & (states != 0).any(2)
        return ((self.layer(held) - states).square().mean(2) * taught).sum() / inside.sum()

    def loss(self, distance: Tensor, done: float) -> Tensor:
        """What a distance adds to the loss when so large a share of all steps is done."""
        return self.weight * (1 - done) * distance


def guide_for(width: int, states: int, weight: float, seed: int) -> Guide:
    """A guide whose first weights depend on the seed alone; the generator of all others is left as it was."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return Guide(width, states, weight)
