"""The best legal tag sequence for given emissions, of all sentences of a batch at once.

All operations are element-wise across sentences, so a sentence's result does not depend on its neighbours.
"""

import numpy as np

from tagger.inference.packing import Packing
from tagger.model_file.transitions import Transitions


def viterbi(emissions: np.ndarray, packing: Packing, transitions: Transitions) -> np.ndarray:
    """Find the best tag sequence of each sentence (Viterbi 1967). Ties go to the lower tag number.

    :param emissions: emissions in the order of `packing`; they are not changed. *Shape:* (tokens, tags).
    :returns: tag numbers, intp. *Shape:* (tokens,).
    """
    counts, offsets = packing.counts, packing.offsets
    scores = np.array(emissions.T, order="C")  # (tags, tokens), a copy: sums and maxima run along the sentences
    previous = scores[:, : counts[0]]
    previous += transitions.start[:, None]
    between = transitions.between[:, :, None]
    buffer = np.empty((*transitions.between.shape, counts[0]), np.float32)
    for start, count in zip(offsets[1:], counts[1:], strict=True):
        sums = np.add(previous[:, None, :count], between, out=buffer[:, :, :count])
        previous = scores[:, start : start + count]
        previous += np.maximum.reduce(sums, 0)
    path = np.empty(len(emissions), np.intp)
    path[packing.lasts] = (transitions.end[:, None] + scores[:, packing.lasts]).argmax(0)
    by_token, into = scores.T, np.ascontiguousarray(transitions.between.T)  # [next, previous]
    for start, following, count in zip(offsets[-2::-1], offsets[:0:-1], counts[:0:-1], strict=True):
        # The sums of the loop above, computed again bit for bit, so their maximum is at the same previous tag.
        sums = by_token[start : start + count] + into.take(path[following : following + count], 0)
        sums.argmax(1, out=path[start : start + count])
    return path


def viterbi_padded(emissions: np.ndarray, lengths: np.ndarray, transitions: Transitions) -> np.ndarray:
    """Find the best tag sequence of each sentence of a padded batch.

    :param emissions: emissions. *Shape:* (time, batch, tags).
    :param lengths: lengths of the sentences, at least 1 each. *Shape:* (batch,).
    :returns: tag numbers, int32, 0 after a sentence's end. *Shape:* (time, batch).
    """
    packing = Packing(lengths)
    path = np.zeros(emissions.shape[:2], np.int32)
    path[packing.steps, packing.sentences] = viterbi(emissions[packing.steps, packing.sentences], packing, transitions)
    return path
