"""Linear-chain CRF over BIO tags; illegal transitions are masked (Lafferty et al. 2001; Lample et al. 2016).

If its scores are not trained, the chain is only the mask.
"""

import torch
from torch import Tensor, nn

from tagger.model_file.transitions import FORBIDDEN, Transitions
from tagger.tags import transition_mask


class LinearChain(nn.Module):
    """Transition scores between tags.

    :param tags: BIO tags by number.
    """

    may_start: Tensor
    may_follow: Tensor

    def __init__(self, tags: list[str]) -> None:
        super().__init__()
        count = len(tags)
        self.tags = tags
        self.start = nn.Parameter(torch.zeros(count))
        self.between = nn.Parameter(torch.zeros(count, count))
        self.end = nn.Parameter(torch.zeros(count))
        may_start, may_follow = transition_mask(tags)
        self.register_buffer("may_start", torch.tensor(may_start), persistent=False)
        self.register_buffer("may_follow", torch.tensor(may_follow), persistent=False)

    def transitions(self) -> Transitions:
        """Return the scores for the decoder, detached."""
        scores = (scores.detach().cpu().numpy() for scores in (self.start, self.between, self.end))
        return Transitions.legal(self.tags, *scores)

    def negative_log_likelihood(self, emissions: Tensor, tags: Tensor, lengths: Tensor) -> Tensor:
        """Compute -log p(tags | emissions) of each sentence.

        :param emissions: scores of each tag.
            *Shape:* (time, batch, tags).
        :param tags: gold tag numbers.
            *Shape:* (time, batch), int64.
        :param lengths: tokens of each sentence.
            *Shape:* (batch,).
        :returns: the loss of each sentence. *Shape:* (batch,).
        """
        start = self.start.masked_fill(~self.may_start, FORBIDDEN)
        between = self.between.masked_fill(~self.may_follow, FORBIDDEN)
        time, batch, _ = emissions.shape
        sentence = torch.arange(batch, device=emissions.device)
        inside = torch.arange(time, device=emissions.device)[:, None] < lengths  # (time, batch)

        picked = emissions.gather(2, tags[:, :, None]).squeeze(2) * inside
        moves = (between[tags[:-1], tags[1:]] * inside[1:]).sum(0)
        gold = start[tags[0]] + picked.sum(0) + moves + self.end[tags[lengths - 1, sentence]]

        first = start + emissions[0]  # (batch, tags)
        last = forward_steps if emissions.device.type == "cpu" else forward_tree
        return torch.logsumexp(last(first, between, emissions[1:], inside[1:]) + self.end, 1) - gold


def forward_steps(total: Tensor, between: Tensor, emissions: Tensor, inside: Tensor) -> Tensor:
    """Compute the log sums over all sequences that end in each tag, position by position.

    :param total: log sums at the first position.
        *Shape:* (batch, tags).
    :param between: transition scores.
        *Shape:* (tags, tags).
    :param emissions: scores at the other positions.
        *Shape:* (time, batch, tags).
    :param inside: whether a position is within its sentence.
        *Shape:* (time, batch).
    :returns: log sums at the last position of each sentence. *Shape:* (batch, tags).
    """
    for step in range(len(emissions)):
        stepped = torch.logsumexp(total[:, :, None] + between, 1) + emissions[step]
        total = torch.where(inside[step, :, None], stepped, total)
    return total


def forward_tree(total: Tensor, between: Tensor, emissions: Tensor, inside: Tensor) -> Tensor:
    """Do the same as :func:`forward_steps` by joining neighbouring positions pairwise (Rush 2020).

    That takes far fewer kernel launches, which dominate the time on a GPU.
    """
    tags = len(between)
    identity = torch.full((tags, tags), FORBIDDEN, dtype=between.dtype, device=between.device).fill_diagonal_(0)
    steps = torch.where(
        inside[:, :, None, None], between + emissions[:, :, None, :], identity
    )  # (time, batch, tags, tags)
    while len(steps) > 1:
        if len(steps) % 2:
            steps = torch.cat([steps, identity.expand(1, *steps.shape[1:])])
        steps = torch.logsumexp(steps[0::2, :, :, :, None] + steps[1::2, :, None], 3)
    return torch.logsumexp(total[:, :, None] + steps[0], 1) if len(steps) else total
