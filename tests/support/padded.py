"""Marginals of a padded batch, the layout of the network's output."""

import numpy as np

from tagger.inference.marginals import marginals
from tagger.inference.packing import Packing


def marginals_padded(emissions, lengths, transitions, inside, temperature=1.0):
    """Return the result of :func:`tagger.inference.marginals.marginals`, padded.

    :param emissions:
        *Shape:* (time, batch, tags).
    :param lengths:
        *Shape:* (batch,).
    :returns: two arrays, 0 after the end of a sentence.
        *Shape:* (time, batch, tags).
    """
    packing = Packing(lengths)
    indices = packing.steps, packing.sentences
    padded = []
    for packed in marginals(emissions[indices], packing, transitions, inside, temperature):
        padded.append(np.zeros(emissions.shape, np.float32))
        padded[-1][indices] = packed
    return tuple(padded)
