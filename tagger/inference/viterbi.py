"""From emissions to the best legal tag sequence, for all sequences of a batch at once.

Every step is element by element along the sentences, so a sequence gets the same result whatever stands beside it.
"""

import numpy as np

from tagger.inference.packing import Packing
from tagger.model_file.transitions import Transitions


def viterbi(emissions: np.ndarray, packing: Packing, transitions: Transitions) -> np.ndarray:
    """The best tag sequence of each sentence (Viterbi 1967; ties go to the lower tag number).

    *Shape:* emissions (tokens, tags), as they are packed -> (tokens,), intp.
    """
    counts, offsets = packing.counts, packing.offsets
    scores = np.array(emissions.T, order="C")  # (tags, tokens), a copy: sums and maxima run along the sentences
    before = scores[:, : counts[0]]
    before += transitions.start[:, None]
    between = transitions.between[:, :, None]
    room = np.empty((*transitions.between.shape, counts[0]), np.float32)
    for start, count in zip(offsets[1:], counts[1:], strict=True):
        sums = np.add(before[:, None, :count], between, out=room[:, :, :count])
        before = scores[:, start : start + count]
        before += np.maximum.reduce(sums, 0)
    path = np.empty(len(emissions), np.intp)
    path[packing.lasts] = (transitions.end[:, None] + scores[:, packing.lasts]).argmax(0)
    by_token, into = scores.T, np.ascontiguousarray(transitions.between.T)  # [next, previous]
    for start, behind, count in zip(offsets[-2::-1], offsets[:0:-1], counts[:0:-1], strict=True):
        # sums as above, so the same previous tag is found best
        (by_token[start : start + count] + into.take(path[behind : behind + count], 0)).argmax(
            1, out=path[start : start + count]
        )
    return path


def viterbi_padded(emissions: np.ndarray, lengths: np.ndarray, transitions: Transitions) -> np.ndarray:
    """The same as :func:`viterbi` of a padded batch. *Shape:* (time, batch, tags), (batch,) -> (time, batch), int32; 0 behind a sentence's end."""
    packing = Packing(lengths)
    path = np.zeros(emissions.shape[:2], np.int32)
    path[packing.steps, packing.sentences] = viterbi(emissions[packing.steps, packing.sentences], packing, transitions)
    return path
