"""What a document says about its names: the first decoding of all its sentences changes the emissions of the second.

A name is often found in one sentence and missed in another, where it opens the sentence or where little around it
helps. So each place of a word, or of a sequence of words, is given what the model found at all its other places: the
tags that the document agrees on become likelier, others less likely. Places are compared by their stems, so the cases
of a name are one. (The idea: one sense per discourse, Gale et al. 1992; as a second pass over a document, Chieu and Ng
2002, Krishnan and Manning 2006.)

The evidence at a place is the log odds of a label against everything else at the other places, smoothed and limited,
in the units of calibrated scores.
"""

from collections import defaultdict
from collections.abc import Sequence

import numpy as np

from tagger.inference.window import Window
from tagger.tags import continuations, parse, spans
from tagger.text.stems import stem

# All of these were chosen on development documents, with several models, where neighbouring values do as well.
WEIGHT = 2.0  # of the evidence, against that of the sentence itself
SMOOTHING = 0.25  # places that are added on both sides
LOWEST, HIGHEST = -1.0, 4.0  # log odds
PART = 0.5  # weight of a word in a longer name, such as a surname after a first name, as evidence for the word alone
LONGEST = 6  # words of a sequence
LEAST = 0.05  # expected places with a name from which on a sequence of words counts


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
        for place, length, own in self._sequences(names):
            scores[place, self._begin] += own
            scores[place + 1 : place + length, self._inside] += own
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
        assert self._window.probabilities is not None
        opening = np.zeros(len(self._tokens), bool)
        for start, length in zip(self._window.starts.tolist(), self._window.lengths.tolist(), strict=True):
            word = next((i for i in range(start, start + length) if self._tokens[i][:1].isalnum()), start)
            opening[start : word + 1] = True
        inside = np.concatenate([self._begin, self._inside])
        outside = 1 - self._window.probabilities[chosen][:, inside].sum(1, dtype=np.float64)
        weighted: np.ndarray = np.where(opening[chosen], 0, np.maximum(outside, 0))
        return weighted

    def _sequences(self, names: list[tuple[int, int, int]]) -> list[tuple[int, int, np.ndarray]]:
        """Return the places of names of several words: the first token, the number of tokens, the labels' log odds."""
        keys = self._keys.tolist()
        wanted = {tuple(keys[start:end]) for start, end, _ in names if 2 <= end - start <= LONGEST}
        lengths = sorted({len(sequence) for sequence in wanted})
        longer = {token: end - start for start, end, _ in names for token in range(start, end)}
        places: dict[tuple[int, ...], list[int]] = {}
        for start, count in zip(self._window.starts.tolist(), self._window.lengths.tolist(), strict=True):
            for place in range(start, start + count - 1):
                if self._capital[place]:
                    for length in lengths:
                        sequence = tuple(keys[place : place + length])
                        # Within a longer name it is neither a name nor none, as Київ in Київ Перший.
                        within = max(longer.get(place, 0), longer.get(place + length - 1, 0)) > length
                        if place + length <= start + count and sequence in wanted and not within:
                            places.setdefault(sequence, []).append(place)
        found = []
        for sequence, own in places.items():
            if len(own) > 1:
                shares = np.array([self._name(place, len(sequence)) for place in own])
                outside = 1 - np.minimum(shares.sum(1), 1)
                log_odds = _log_odds(shares.sum(0) - shares, outside.sum() - outside)
                log_odds = np.where(shares.sum(0) > LEAST, np.maximum(log_odds, 0), 0)
                found += [(place, len(sequence), values) for place, values in zip(own, log_odds, strict=True)]
        return found

    def _name(self, place: int, length: int) -> np.ndarray:
        """Return for each label the probability that exactly these tokens are a name. *Shape:* (labels,)."""
        continuation = self._window.continuation
        assert continuation is not None
        probability: np.ndarray = self._begins[place] * self._goes_on[place]
        for token in range(place + 1, place + length):
            goes_on = continuation[token, self._inside].astype(np.float64)
            probability *= goes_on if token < place + length - 1 else 1 - goes_on
        return probability


def _log_odds(own: np.ndarray, outside: np.ndarray) -> np.ndarray:
    """Return the log odds of each label against all others and "no name".

    :param own: expected number of places with each label. *Shape:* (places, labels).
    :param outside: expected number of places that are no name. *Shape:* (places,).
    """
    own = np.maximum(own, 0)  # what rounding left
    against = np.maximum(outside, 0)[:, None] + own.sum(1, keepdims=True) - own
    log_odds: np.ndarray = np.log((own + SMOOTHING) / (against + SMOOTHING))
    limited: np.ndarray = np.clip(log_odds, LOWEST, HIGHEST)
    return limited
