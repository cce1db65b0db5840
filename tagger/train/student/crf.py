"""The linear-chain output layer: scores of tag sequences, with what BIO forbids masked (Lafferty et al. 2001; Lample et al. 2016).

With `learned=False` the chain holds only the mask, and training with it is training over legal sequences.
"""

import torch
from torch import Tensor, nn

from tagger.decode import FORBIDDEN, Transitions
from tagger.tags import transition_mask


class LinearChain(nn.Module):
    """Transition scores between tags.

    :param tags: BIO tags by number.
    """

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
        """What the decoder needs, detached."""
        return Transitions.legal(self.tags, *(scores.detach().cpu().numpy() for scores in (self.start, self.between, self.end)))

    def negative_log_likelihood(self, emissions: Tensor, tags: Tensor, lengths: Tensor) -> Tensor:
        """-log p(tags | emissions), one figure a sentence.

        *Shape:* emissions (time, batch, tags), tags (time, batch) int64, lengths (batch,) -> (batch,).
        """
        start = self.start.masked_fill(~self.may_start, FORBIDDEN)
        between = self.between.masked_fill(~self.may_follow, FORBIDDEN)
        time, batch, _ = emissions.shape
        sentence = torch.arange(batch, device=emissions.device)
        inside = torch.arange(time, device=emissions.device)[:, None] < lengths  # (time, batch)

        picked = emissions.gather(2, tags[:, :, None]).squeeze(2) * inside
        gold = start[tags[0]] + picked.sum(0) + (between[tags[:-1], tags[1:]] * inside[1:]).sum(0) + self.end[tags[lengths - 1, sentence]]

        first = start + emissions[0]  # (batch, tags)
        last = forward_steps if emissions.device.type == "cpu" else forward_tree
        return torch.logsumexp(last(first, between, emissions[1:], inside[1:]) + self.end, 1) - gold


def forward_steps(total: Tensor, between: Tensor, emissions: Tensor, inside: Tensor) -> Tensor:
    """Log sums over all sequences that end in each tag, one position behind the other.

    *Shape:* total (batch, tags), between (tags, tags), emissions (time, batch, tags), inside (time, batch) -> (batch, tags).
    """
    for step in range(len(emissions)):
        stepped = torch.logsumexp(total[:, :, None] + between, 1) + emissions[step]
        total = torch.where(inside[step, :, None], stepped, total)
    return total


def forward_tree(total: Tensor, between: Tensor, emissions: Tensor, inside: Tensor) -> Tensor:
    """As :func:`forward_steps`, neighbouring positions joined pair by pair (Rush 2020): far fewer launches, which is what a GPU waits for."""
    tags = len(between)
    nothing = torch.full((tags, tags), FORBIDDEN, dtype=between.dtype, device=between.device).fill_diagonal_(0)
    steps = torch.where(inside[:, :, None, None], between + emissions[:, :, None, :], nothing)  # (time, batch, tags, tags)
    while len(steps) > 1:
        if len(steps) % 2:
            steps = torch.cat([steps, nothing.expand(1, *steps.shape[1:])])
        steps = torch.logsumexp(steps[0::2, :, :, :, None] + steps[1::2, :, None], 3)
    return torch.logsumexp(total[:, :, None] + steps[0], 1) if len(steps) else total
