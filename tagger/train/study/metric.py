"""The metric that the original comparison reported, and the accuracies beside it.

For each sentence and each tag of the tag set: the F1 of that tag over the sentence's tokens, 0 where the sentence has the tag neither in gold nor in
the prediction. The metric is the mean over sentences of the mean over tags. A sentence rarely holds more than three of nine tags, so perfect tags
score far below 1.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np

from tagger import tags as bio


@dataclass(frozen=True, slots=True)
class SentenceMeans:
    """Scores from 0 to 1.

    :param mean_f1: mean over sentences of the mean over tags of F1.
    :param mean_accuracy: mean over sentences of the share of right tokens.
    :param token_accuracy: share of right tokens.
    """

    mean_f1: float
    mean_accuracy: float
    token_accuracy: float

    def as_dict(self) -> dict[str, float]:
        """For JSON."""
        return asdict(self)


def sentence_means(gold: Sequence[Sequence[str]], predicted: Sequence[Sequence[str]], tags: Sequence[str]) -> SentenceMeans:
    """Score tags of sentences, pair by pair.

    :param tags: the tag set over which F1 is averaged, whether a tag occurs or not.
    :raises ValueError: no sentence, a sentence without a token, lists or sentences of different lengths, or a tag that is not in `tags`.
    """
    lengths = np.array([len(sentence) for sentence in gold])
    if not len(lengths) or not lengths.all():
        raise ValueError("there is no sentence, or one without a token, to score")
    if [len(sentence) for sentence in predicted] != lengths.tolist():
        raise ValueError("gold and predicted sentences differ in number or length")
    numbers = {tag: number for number, tag in enumerate(tags)}
    if strange := {tag for some in (gold, predicted) for sentence in some for tag in sentence} - set(numbers):
        raise ValueError(f"tags that are not in the tag set: {', '.join(sorted(strange))}")
    sentence = np.repeat(np.arange(len(lengths)), lengths)  # (tokens,)
    true, guess = (np.fromiter((numbers[tag] for tags in some for tag in tags), np.int64, len(sentence)) for some in (gold, predicted))
    right = true == guess

    def count(which: np.ndarray, mask: slice | np.ndarray = slice(None)) -> np.ndarray:
        return np.bincount((sentence * len(tags) + which)[mask], minlength=len(lengths) * len(tags)).reshape(-1, len(tags))

    there = count(true) + count(guess)  # (sentences, tags)
    f1 = np.divide(2 * count(true, right), there, out=np.zeros(there.shape), where=there > 0)
    accuracy = np.bincount(sentence, weights=right) / lengths
    return SentenceMeans(float(f1.mean()), float(accuracy.mean()), float(right.mean()))


def bounds(gold: Sequence[Sequence[str]], tags: Sequence[str]) -> dict[str, SentenceMeans]:
    """What the metric gives without any tagger: `perfect` tags, and `O` everywhere (`outside`)."""
    outside = [[bio.OUTSIDE] * len(sentence) for sentence in gold]
    return {"perfect": sentence_means(gold, gold, tags), "outside": sentence_means(gold, outside, tags)}


def bounds_table(parts: dict[str, dict[str, SentenceMeans]]) -> str:
    """:func:`bounds` of several parts for people."""
    lines = [f"{'':<14}{'tags':<16}{'mean F1':>10}{'mean accuracy':>16}{'token accuracy':>16}"]
    names = {"perfect": "perfect", "outside": "O everywhere"}
    for part, found in parts.items():
        for key, scores in found.items():
            lines.append(f"{part:<14}{names[key]:<16}{scores.mean_f1:>10.5f}{scores.mean_accuracy:>16.5f}{scores.token_accuracy:>16.5f}")
    return "\n".join(lines)
