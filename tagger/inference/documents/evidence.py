"""Evidence from a document about its names: the first decoding of all its sentences changes the emissions of the next.

A name is often found in one sentence and missed in another, where it opens the sentence or where little around it
helps. So each occurrence of a word, or of a sequence of words, is given what the model found at all its other
occurrences: the tags that the document agrees on become likelier, others less likely. Words are compared by their
stems, so the cases of a name are one. (The idea: one sense per discourse, Gale et al. 1992; as a second pass over a
document, Chieu and Ng 2002, Krishnan and Manning 2006.)

The evidence at an occurrence is the log odds of a label against everything else at the other ones, smoothed and
limited, in the units of calibrated scores.
"""

from collections import defaultdict
from collections.abc import Sequence

import numpy as np

from tagger.inference.window import Window
from tagger.tags import continuations, parse, spans
from tagger.text.stems import stem

# All of these were chosen on development documents, with several models, where neighbouring values do as well.
WEIGHT = 2.0  # of the evidence, against that of the sentence itself
SMOOTHING = 0.25  # occurrences that are added on both sides
LOWEST, HIGHEST = -1.0, 4.0  # log odds
PART = 0.5  # weight of a word in a longer name, such as a surname after a first name, as evidence for the word alone
LONGEST = 6  # words of a sequence
LEAST = 0.05  # expected occurrences as a name from which on a sequence of words counts


class Evidence:
    """The evidence of one document.

    :param tokens: the tokens of all sentences.
    :param window: the sentences, decoded, with probabilities.
    :param names: the model's tags, by number.
    """

    def __init__(self, tokens: Sequence[str], window: Window, names: Sequence[str]) -> None:
        if window.probabilities is None or window.continuation is None:
            raise ValueError("the window has no probabilities")
        labels = [number for number, tag in enumerate(names) if tag.startswith("B-")]
        self._begin = np.array(labels, np.int64)
        self._inside = np.array(continuations(names), np.int64)[self._begin]
        self._label = {parse(names[number])[1]: index for index, number in enumerate(labels)}
        self._names, self._tokens, self._window = names, tokens, window
        self._probabilities, self._continuation = window.probabilities, window.continuation
        self._begins = window.probabilities[:, self._begin].astype(np.float64)
        self._goes_on = window.continuation[:, self._begin].astype(np.float64)
        self._parts = self._begins * self._goes_on + window.probabilities[:, self._inside]
        stems: defaultdict[str, int] = defaultdict(lambda: len(stems))
        keys = {word: stems[stem(word)] for word in dict.fromkeys(tokens)}
        self._keys = np.fromiter(map(keys.__getitem__, tokens), np.int64, len(tokens))
        self._capital = np.array([len(token) > 1 and token[0].isupper() for token in tokens], bool)
        self._small = np.array([token[:1].islower() for token in tokens], bool)

    def bonus(self, temperature: float) -> np.ndarray:
        """Return what to add to the emissions.

        :param temperature: divisor that makes the model's scores calibrated.
        :returns: *Shape:* (tokens, tags), float32.
        """
        scores = np.zeros((len(self._tokens), len(self._names)))
        names, apart = self._names_found()
        log_odds = self._words(apart)
        scores[:, self._begin] += log_odds
        scores[:, self._inside] += log_odds
        for position, length, own in self._sequences(names):
            scores[position, self._begin] += own
            scores[position + 1 : position + length, self._inside] += own
        return (scores * (WEIGHT * temperature)).astype(np.float32)

    def _names_found(self) -> tuple[list[tuple[int, int, int]], np.ndarray]:
        """Return the names of the first decoding, and which tokens are in names of capitalised words alone.

        :returns: start, end (exclusive) and number of the label of each name, and a mask. *Shape:* (tokens,).
        """
        found = []
        apart = np.zeros(len(self._tokens), bool)
        for start, length in zip(self._window.starts.tolist(), self._window.lengths.tolist(), strict=True):
            own = self._window.tags[start : start + length]
            if own.any():
                for span in spans([self._names[number] for number in own.tolist()]):
                    first, end = start + span.start, start + span.end
                    found.append((first, end, self._label[span.label]))
                    apart[first:end] = not self._small[first:end].any()
        return found, apart

    def _words(self, apart: np.ndarray) -> np.ndarray:
        """Return the log odds of each label at each capitalised word, 0 elsewhere. *Shape:* (tokens, labels)."""
        chosen = np.flatnonzero(self._capital)
        keys, count = self._keys[chosen], int(self._keys.max(initial=-1)) + 1
        inner = self._parts[chosen]
        own = self._begins[chosen] * (1 - self._goes_on[chosen]) + PART * inner * apart[chosen, None]
        total = np.zeros((count, len(self._begin)))
        np.add.at(total, keys, own)
        outside = self._outside(chosen)
        small = np.bincount(self._keys[self._small], minlength=count)
        others = np.bincount(keys, outside, count) + small
        log_odds = _log_odds(total[keys] - own, others[keys] - outside)
        # A word within a longer name that also has small words, such as Україна in a ministry's, is no name there.
        log_odds = log_odds * np.where(apart[chosen], 1, 1 - np.minimum(inner.sum(1), 1))[:, None]
        scores = np.zeros((len(self._tokens), len(self._begin)))
        scores[chosen] = log_odds
        return scores

    def _outside(self, chosen: np.ndarray) -> np.ndarray:
        """Return the probability that a token is in no name.

        It is 0 for the first word of a sentence: its capital says nothing, and models are often blind to names there.
        """
        opening = np.zeros(len(self._tokens), bool)
        for start, length in zip(self._window.starts.tolist(), self._window.lengths.tolist(), strict=True):
            word = next((i for i in range(start, start + length) if self._tokens[i][:1].isalnum()), start)
            opening[start : word + 1] = True
        inside = np.concatenate([self._begin, self._inside])
        outside = 1 - self._probabilities[chosen][:, inside].sum(1, dtype=np.float64)
        weighted: np.ndarray = np.where(opening[chosen], 0, np.maximum(outside, 0))
        return weighted

    def _sequences(self, names: list[tuple[int, int, int]]) -> list[tuple[int, int, np.ndarray]]:
        """Return the occurrences of names of several words: first token, number of tokens, log odds of the labels."""
        keys = self._keys.tolist()
        wanted = {tuple(keys[start:end]) for start, end, _ in names if 2 <= end - start <= LONGEST}
        lengths = sorted({len(sequence) for sequence in wanted})
        longer = {token: end - start for start, end, _ in names for token in range(start, end)}
        occurrences: dict[tuple[int, ...], list[int]] = {}
        for start, count in zip(self._window.starts.tolist(), self._window.lengths.tolist(), strict=True):
            for position in range(start, start + count - 1):
                if self._capital[position]:
                    for length in lengths:
                        sequence = tuple(keys[position : position + length])
                        # Within a longer name it is neither a name nor none, as Київ in Київ Перший.
                        within = max(longer.get(position, 0), longer.get(position + length - 1, 0)) > length
                        if position + length <= start + count and sequence in wanted and not within:
                            occurrences.setdefault(sequence, []).append(position)
        found = []
        for sequence, own in occurrences.items():
            if len(own) > 1:
                shares = np.array([self._name(position, len(sequence)) for position in own])
                outside = 1 - np.minimum(shares.sum(1), 1)
                log_odds = _log_odds(shares.sum(0) - shares, outside.sum() - outside)
                log_odds = np.where(shares.sum(0) > LEAST, np.maximum(log_odds, 0), 0)
                found += [(position, len(sequence), values) for position, values in zip(own, log_odds, strict=True)]
        return found

    def _name(self, position: int, length: int) -> np.ndarray:
        """Return for each label the probability that exactly these tokens are a name. *Shape:* (labels,)."""
        probability: np.ndarray = self._begins[position] * self._goes_on[position]
        for token in range(position + 1, position + length):
            goes_on = self._continuation[token, self._inside].astype(np.float64)
            probability *= goes_on if token < position + length - 1 else 1 - goes_on
        return probability


def _log_odds(own: np.ndarray, outside: np.ndarray) -> np.ndarray:
    """Return the log odds of each label against all others and "no name".

    :param own: expected number of occurrences with each label. *Shape:* (occurrences, labels).
    :param outside: expected number of occurrences that are no name. *Shape:* (occurrences,).
    """
    own = np.maximum(own, 0)  # what rounding left
    against = np.maximum(outside, 0)[:, None] + own.sum(1, keepdims=True) - own
    log_odds: np.ndarray = np.log((own + SMOOTHING) / (against + SMOOTHING))
    limited: np.ndarray = np.clip(log_odds, LOWEST, HIGHEST)
    return limited
