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

        total = start + emissions[0]  # (batch, tags)
        for step in range(1, time):
            stepped = torch.logsumexp(total[:, :, None] + between, 1) + emissions[step]
            total = torch.where(inside[step, :, None], stepped, total)
        return torch.logsumexp(total + self.end, 1) - gold
