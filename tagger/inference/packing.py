"""Tokens of sentences of different lengths, ordered step by step without padding."""

import numpy as np


class Packing:
    """The order of tokens in which an algorithm walks along many sentences at once.

    First comes the first token of each sentence, from the longest sentence to the shortest, then the second token of
    each sentence that has one, and so on. So the sentences of a step are always the leading ones of the step before.

    :param lengths: lengths of sentences, at least 1 each. *Shape:* (sentences,).
    :ivar sentences: index of each token's sentence. *Shape:* (tokens,).
    :ivar steps: index of each token in its sentence. *Shape:* (tokens,).
    :ivar counts: number of tokens of each step.
    :ivar offsets: index of the first token of each step.
    :ivar order: indices of the sentences from the longest to the shortest. *Shape:* (sentences,).
    :ivar lasts: index of the last token of each sentence, in that order. *Shape:* (sentences,).
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
