"""A corpus as arrays: feature ids of the distinct words, word numbers, tags, sentence starts."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from tagger.errors import DataError
from tagger.features.gazetteer import Gazetteer
from tagger.features.names import FeatureSettings, names
from tagger.features.vocabulary import Vocabulary
from tagger.train.data.corpus import Document
from tagger.train.data.labelled_text import LabelledText, best_tags
from tagger.train.data.perturbations import VARIANTS


@dataclass(slots=True)
class Arrays:
    """A corpus, ready for training.

    :param features: feature ids of the distinct words.
        *Shape:* (distinct words, slots), int32.
    :param words: row of each token's word in `features`.
        *Shape:* (tokens,), int32.
    :param tags: tag numbers.
        *Shape:* (tokens,), int16.
    :param starts: first token of each sentence, and the end.
        *Shape:* (sentences + 1,), int64.
    :param weights: weight of each sentence in the loss.
        *Shape:* (sentences,), float32.
    :param soft: a teacher's probabilities, or None.
        *Shape:* (tokens, tags), float16.
    :param hidden_states: a teacher's hidden states, or None.
        *Shape:* (tokens, width), float16.
    :param variants: row of each distinct word's variants (VARIANTS), or None if words were numbered only as they are.
        *Shape:* (variants, distinct words), int32.
    :param continues: whether a sentence follows the one before it in the same document.
        *Shape:* (sentences,), bool.
    """

    features: np.ndarray
    words: np.ndarray
    tags: np.ndarray
    starts: np.ndarray
    weights: np.ndarray
    soft: np.ndarray | None = None
    hidden_states: np.ndarray | None = None
    variants: np.ndarray | None = None
    continues: np.ndarray | None = None

    @property
    def lengths(self) -> np.ndarray:
        """Tokens of each sentence. *Shape:* (sentences,)."""
        return np.diff(self.starts)

    def glued(self, share: float, generator: np.random.Generator) -> "Arrays":
        """Join a share of the sentences to the one before them, as text does that lacks a full stop or a capital.

        :param share: of the sentences that follow one of their document.
        """
        if self.continues is None or not share:
            return self
        kept = ~(self.continues & (generator.random(len(self.continues)) < share))
        return replace(
            self, starts=self.starts[np.append(kept, True)], weights=self.weights[kept], continues=self.continues[kept]
        )


def build_vocabulary(
    sentences: Sequence[Sequence[str]],
    settings: FeatureSettings,
    minimum: int,
    limit: int | None = None,
    gazetteer: Gazetteer | None = None,
) -> Vocabulary:
    """Number the features that occur in at least `minimum` words, the most frequent first, at most `limit` of them.

    The classes of a gazetteer come before them.
    """
    words = Counter(token for tokens in sentences for token in tokens)
    counts: Counter[str] = Counter()
    for word, times in words.items():
        for name in names(word, settings):
            counts[name] += times
    kept = [name for name, count in counts.items() if count >= minimum and "\n" not in name]
    kept.sort(key=lambda name: (-counts[name], name))
    listed = [f"g:{classes}" for classes in np.unique(gazetteer.entries["classes"])] if gazetteer else []
    return Vocabulary(listed + kept[:limit], settings, gazetteer)


def to_arrays(
    documents: Sequence[Document], vocabulary: Vocabulary, tags: Sequence[str], *, variants: bool = False
) -> Arrays:
    """Number an annotated corpus.

    :param tags: tags by number.
    :param variants: also number the variants of its words.
    :raises DataError: the corpus has a tag that is not among `tags`.
    """
    sentences = [sentence for document in documents for sentence in document.sentences]
    numbers = {tag: number for number, tag in enumerate(tags)}
    if unknown := sorted({tag for sentence in sentences for tag in sentence.tags} - set(numbers)):
        raise DataError(
            f"the tags {', '.join(unknown)} do not occur in the training data, or that of --start; rename them with "
            "--map, add training data that has them, or give --start with --new-labels"
        )
    tokens = [sentence.tokens for sentence in sentences]
    gold = np.fromiter((numbers[tag] for sentence in sentences for tag in sentence.tags), np.int16)
    arrays = number_words(tokens, vocabulary, gold, np.ones(len(sentences), np.float32), variants=variants)
    arrays.continues = _continues(len(document.sentences) for document in documents)
    return arrays


def labelled_arrays(
    text: LabelledText, vocabulary: Vocabulary, tags: Sequence[str], weight: float, *, variants: bool = False
) -> Arrays:
    """Number labelled text; its tags are the best legal ones under the probabilities.

    :param tags: tags by number.
    :param weight: weight of each sentence in the loss.
    :param variants: also number the variants of its words.
    :raises DataError: the text has probabilities of a tag that is not among `tags`.
    """
    if unknown := sorted(set(text.tags) - set(tags)):
        message = f"the labelled text has tags that are not in the training data: {', '.join(unknown)}"
        raise DataError(message)
    rows, sentences = text.probabilities, text.sentences
    probabilities = np.zeros((len(rows), len(tags)), np.float16)
    probabilities[:, [tags.index(tag) for tag in text.tags]] = rows
    hard = best_tags(probabilities, list(map(len, sentences)), tags)
    weights = np.full(len(sentences), weight, np.float32)
    arrays = number_words(sentences, vocabulary, hard, weights, variants=variants)
    arrays.soft, arrays.hidden_states = probabilities, text.hidden_states
    arrays.continues = _continues(len(document.sentences) for document in text.documents)
    return arrays


def _continues(counts: Iterable[int]) -> np.ndarray:
    """Tell of each sentence whether it is not its document's first, given the number of sentences of each document."""
    parts = [np.arange(count) > 0 for count in counts]
    return np.concatenate(parts) if parts else np.zeros(0, bool)


def number_words(
    sentences: Sequence[Sequence[str]], vocabulary: Vocabulary, tags: np.ndarray, weights: np.ndarray, *, variants: bool
) -> Arrays:
    """Number the words of sentences whose tags and weights are known, see :class:`Arrays`."""
    distinct: dict[str, int] = {}
    numbers = (distinct.setdefault(token, len(distinct)) for tokens in sentences for token in tokens)
    words = np.fromiter(numbers, np.int32)
    starts = np.cumsum([0, *map(len, sentences)], dtype=np.int64)
    own = list(distinct)
    rows = None
    if variants:
        rows = np.array(
            [[distinct.setdefault(vary(word), len(distinct)) for word in own] for vary in VARIANTS], np.int32
        )
        rows = np.pad(rows, ((0, 0), (0, len(distinct) - len(own))))  # words that are only variants are never looked up
    return Arrays(vocabulary.rows(distinct), words, tags, starts, weights, variants=rows)


def join(parts: Sequence[Arrays]) -> Arrays:
    """Concatenate corpora. If only some have soft labels or hidden states, those of the others are zero."""
    shift = np.cumsum([0, *(len(part.features) for part in parts)])[:-1].astype(np.int32)
    ends = np.cumsum([0, *(len(part.words) for part in parts)])[:-1]
    tokens = [len(part.words) for part in parts]
    variants = [part.variants for part in parts]
    starts = [part.starts[1:] + end for part, end in zip(parts, ends, strict=True)]
    return Arrays(
        features=np.concatenate([part.features for part in parts]),
        words=np.concatenate([part.words + offset for part, offset in zip(parts, shift, strict=True)]),
        tags=np.concatenate([part.tags for part in parts]),
        starts=np.concatenate([np.zeros(1, np.int64), *starts]),
        weights=np.concatenate([part.weights for part in parts]),
        soft=_fill([part.soft for part in parts], tokens),
        hidden_states=_fill([part.hidden_states for part in parts], tokens),
        continues=np.concatenate(
            [np.zeros(len(part.weights), bool) if part.continues is None else part.continues for part in parts]
        ),
        variants=None
        if any(rows is None for rows in variants)
        else np.concatenate(
            [rows + offset for rows, offset in zip(variants, shift, strict=True) if rows is not None], axis=1
        ),
    )


def _fill(parts: Sequence[np.ndarray | None], tokens: Sequence[int]) -> np.ndarray | None:
    """Concatenate the values of all tokens, zero for a part that has none; None if no part has any.

    *Shape:* each (its tokens, width) -> (tokens, width), float16.
    """
    width = next((part.shape[1] for part in parts if part is not None), 0)
    if not width:
        return None
    filled = zip(parts, tokens, strict=True)
    return np.concatenate([np.zeros((count, width), np.float16) if part is None else part for part, count in filled])
