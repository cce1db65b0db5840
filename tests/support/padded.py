"""Marginals of a padded batch, as the network gives it."""

import numpy as np

from tagger.inference.marginals import marginals
from tagger.inference.packing import Packing


def marginals_padded(emissions, lengths, transitions, inside, temperature=1.0):
    """The same as :func:`tagger.inference.marginals.marginals`. *Shape:* (time, batch, tags), (batch,) -> two of (time, batch, tags), 0 behind a sentence's end."""
    packing = Packing(lengths)
    places = packing.steps, packing.sentences
    padded = []
    for packed in marginals(emissions[places], packing, transitions, inside, temperature):
        padded.append(np.zeros(emissions.shape, np.float32))
        padded[-1][places] = packed
    return tuple(padded)
