"""Sentences of any lengths beside each other without padding, for what goes along all of them step by step."""

import numpy as np


class Packing:
    """The tokens of some sentences by step: the first token of each, the longest sentence first, then the second of each that has one, and so on.

    At each step the sentences that go on are the first ones of those at the step before, and nothing is padded.

    :param lengths: at least 1 each. *Shape:* (sentences,).
    :ivar sentences, steps: which sentence each token is of, and which of its tokens it is, from 0. *Shape:* (tokens,).
    :ivar counts, offsets: how many tokens there are of each step, and where they begin.
    :ivar order, lasts: the sentences from the longest to the shortest, and where the last token of each stands. *Shape:* (sentences,).
    """

    def __init__(self, lengths: np.ndarray) -> None:
        self.order = np.argsort(-lengths, kind="stable")
        ordered = lengths[self.order]
        counts = np.searchsorted(-ordered, -np.arange(int(ordered[0])))  # of sentences longer than each step
        offsets = counts.cumsum() - counts
        self.counts: list[int] = counts.tolist()
        self.offsets: list[int] = offsets.tolist()
        self.steps = np.repeat(np.arange(len(counts)), counts)
        self.sentences = self.order[np.arange(len(self.steps)) - np.repeat(offsets, counts)]
        self.lasts = offsets[ordered - 1] + np.arange(len(ordered))
