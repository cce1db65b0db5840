"""The original comparison: the figures that it reported, its metric, and its vocabulary of whole words.

The figures of its own tables are shown beside ours and never mixed with them. `best_epoch` counts from 1; `train_f1`
and `test_f1` are its metric, losses are mean cross-entropies.

Its metric is, for each sentence and each tag of the tag set, the F1 of that tag over the sentence's tokens, 0 if the
sentence has the tag neither in gold nor in the prediction; then the mean over sentences of the mean over tags. A
sentence rarely has more than three of nine tags, so perfect tags score far below 1.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass

import numpy as np

from tagger import tags as bio
from tagger.features.names import FeatureSettings
from tagger.features.vocabulary import Vocabulary

EPOCHS = 30
WIDTH = 512
EMBEDDING = 512
VOCABULARY = 50_205
PARAMETERS = {"rnn": 29_916_681, "gru": 38_317_577, "lstm": 42_518_025}
SAVED_MODEL = {"mean_accuracy": 0.9521, "mean_f1": 0.10816, "later_mean_f1": 0.13168}
# Three schedules are reported with the same best epoch, mean F1 and loss.
SAME_FIGURES = ("schedules-cosine", "schedules-six-steps", "schedules-two-steps")
SAME_EPOCH = 16

RUNS: dict[str, dict[str, float]] = {
    "cells-rnn": {
        "best_epoch": 27,
        "train_loss": 0.00773,
        "test_loss": 0.46088,
        "train_f1": 0.16449,
        "test_f1": 0.12342,
    },
    "cells-gru": {
        "best_epoch": 27,
        "train_loss": 0.00182,
        "test_loss": 0.40403,
        "train_f1": 0.16596,
        "test_f1": 0.12778,
    },
    "cells-lstm": {
        "best_epoch": 23,
        "train_loss": 0.00147,
        "test_loss": 0.40636,
        "train_f1": 0.16608,
        "test_f1": 0.12959,
    },
    "schedules-plateau": {"best_epoch": 20, "test_f1": 0.12738, "test_loss": 0.39018},
    "schedules-plateau-late": {"best_epoch": 16, "test_f1": 0.12837, "test_loss": 0.386362},
    "schedules-plateau-then-cycle": {"best_epoch": 35, "test_f1": 0.130288, "test_loss": 0.34989},
    "schedules-one-cycle": {"best_epoch": 30, "test_f1": 0.13026, "test_loss": 0.45008},
    "schedules-cosine": {"best_epoch": 16, "test_f1": 0.13503, "test_loss": 0.35447},
    "schedules-six-steps": {"best_epoch": 16, "test_f1": 0.13503, "test_loss": 0.35447},
    "schedules-two-steps": {"best_epoch": 16, "test_f1": 0.135032, "test_loss": 0.35447},
    "batch-32": {"best_epoch": 28, "test_f1": 0.13399},
    "batch-128": {},  # interrupted
    "depth-4": {"best_epoch": 9, "test_f1": 0.13354},
    "width-half": {"best_epoch": 14, "test_f1": 0.12993},
}


@dataclass(frozen=True, slots=True)
class SentenceMeans:
    """Scores from 0 to 1.

    :param mean_f1: mean over sentences of the mean over tags of F1.
    :param mean_accuracy: mean over sentences of the share of correct tokens.
    :param token_accuracy: share of correct tokens.
    """

    mean_f1: float
    mean_accuracy: float
    token_accuracy: float

    def as_dict(self) -> dict[str, float]:
        """Return the scores for JSON."""
        return asdict(self)


def sentence_means(
    gold: Sequence[Sequence[str]], predicted: Sequence[Sequence[str]], tags: Sequence[str]
) -> SentenceMeans:
    """Score the predicted tags of sentences against gold.

    :param tags: the tag set over which F1 is averaged, whether a tag occurs or not.
    :raises ValueError: there is no sentence, a sentence has no token, two lengths differ, or a tag is not in `tags`.
    """
    lengths = np.array([len(sentence) for sentence in gold])
    if not len(lengths) or not lengths.all():
        raise ValueError("there is no sentence, or one without a token, to score")
    if [len(sentence) for sentence in predicted] != lengths.tolist():
        raise ValueError("gold and predicted sentences differ in number or length")
    numbers = {tag: number for number, tag in enumerate(tags)}
    if unknown := {tag for some in (gold, predicted) for sentence in some for tag in sentence} - set(numbers):
        raise ValueError(f"tags that are not in the tag set: {', '.join(sorted(unknown))}")
    sentence = np.repeat(np.arange(len(lengths)), lengths)  # (tokens,)
    true, guess = (
        np.fromiter((numbers[tag] for tags in some for tag in tags), np.int64, len(sentence))
        for some in (gold, predicted)
    )
    right = true == guess

    def count(which: np.ndarray, mask: slice | np.ndarray = slice(None)) -> np.ndarray:
        return np.bincount((sentence * len(tags) + which)[mask], minlength=len(lengths) * len(tags)).reshape(
            -1, len(tags)
        )

    there = count(true) + count(guess)  # (sentences, tags)
    f1 = np.divide(2 * count(true, right), there, out=np.zeros(there.shape), where=there > 0)
    accuracy = np.bincount(sentence, weights=right) / lengths
    return SentenceMeans(float(f1.mean()), float(accuracy.mean()), float(right.mean()))


def bounds(gold: Sequence[Sequence[str]], tags: Sequence[str]) -> dict[str, SentenceMeans]:
    """Compute the metric without any tagger: of `perfect` tags, and of `O` everywhere (`outside`)."""
    outside = [[bio.OUTSIDE] * len(sentence) for sentence in gold]
    return {"perfect": sentence_means(gold, gold, tags), "outside": sentence_means(gold, outside, tags)}


def bounds_table(parts: dict[str, dict[str, SentenceMeans]]) -> str:
    """Format the :func:`bounds` of several parts for reading."""
    lines = [f"{'':<14}{'tags':<16}{'mean F1':>10}{'mean accuracy':>16}{'token accuracy':>16}"]
    names = {"perfect": "perfect", "outside": "O everywhere"}
    for part, found in parts.items():
        for key, scores in found.items():
            lines.append(
                f"{part:<14}{names[key]:<16}{scores.mean_f1:>10.5f}{scores.mean_accuracy:>16.5f}{scores.token_accuracy:>16.5f}"
            )
    return "\n".join(lines)


UNKNOWN = "unknown"


class WholeWords(Vocabulary):
    """Vocabulary of whole words, as the original had it: each word in its spelling has one number.

    Other words have the number of the unknown word, or 0 if there is no such entry.

    :param words: distinct words.
    :param unknown: whether there is an unknown word. It is trained if the training text has words that were left out.
    """

    def __init__(self, words: Sequence[str], *, unknown: bool) -> None:
        # "w:" marks a word's own entry for the trainer; the unknown word is nobody's own
        super().__init__(
            [*([UNKNOWN] if unknown else []), *("w:" + word for word in words)],
            FeatureSettings(kinds=("word",), slots=1),
        )
        self._unknown = int(unknown)  # the first entry has number 1; 0 is no word at all
        self._word_numbers = {word: number for number, word in enumerate(words, 1 + self._unknown)}

    def rows(self, tokens: Iterable[str | bytes]) -> np.ndarray:
        """Return the number of each word. *Shape:* (tokens, 1), int32."""
        return np.array([self._word_numbers.get(str(token), self._unknown) for token in tokens], np.int32).reshape(
            -1, 1
        )


def whole_words(sentences: Iterable[Sequence[str]], minimum: int = 1, *, unknown: bool = False) -> WholeWords:
    """Number the words that occur at least `minimum` times, the most frequent first."""
    counts = Counter(token for tokens in sentences for token in tokens)
    kept = sorted((word for word, count in counts.items() if count >= minimum), key=lambda word: (-counts[word], word))
    return WholeWords(kept, unknown=unknown)
