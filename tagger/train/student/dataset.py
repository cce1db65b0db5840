"""A corpus as arrays: feature ids of the distinct words, word numbers, tags, sentence starts.

And batches of it by tokens.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from tagger.errors import DataError
from tagger.features.gazetteer import Gazetteer
from tagger.features.names import FeatureSettings, names
from tagger.features.vocabulary import Vocabulary
from tagger.train.data.corpus import Document
from tagger.train.data.labelled_text import LabelledText, best_tags
from tagger.train.student.variants import VARIANTS


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
    """

    features: np.ndarray
    words: np.ndarray
    tags: np.ndarray
    starts: np.ndarray
    weights: np.ndarray
    soft: np.ndarray | None = None
    hidden_states: np.ndarray | None = None
    variants: np.ndarray | None = None

    @property
    def lengths(self) -> np.ndarray:
        """Tokens of each sentence. *Shape:* (sentences,)."""
        return np.diff(self.starts)


@dataclass(slots=True)
class Batch:
    """Tensors of one batch.

    :param features: feature ids of the batch's distinct words.
        *Shape:* (words, slots).
    :param index: the word at each position.
        *Shape:* (time, batch).
    :param tags: tag numbers.
        *Shape:* (time, batch).
    :param lengths: tokens of each sentence.
        *Shape:* (batch,).
    :param weights: weight of each sentence.
        *Shape:* (batch,).
    :param soft: a teacher's probabilities, or None.
        *Shape:* (time, batch, tags).
    :param hidden_states: a teacher's hidden states, or None.
        *Shape:* (time, batch, width).
    """

    features: Tensor
    index: Tensor
    tags: Tensor
    lengths: Tensor
    weights: Tensor
    soft: Tensor | None
    hidden_states: Tensor | None

    def to(self, device: torch.device) -> "Batch":
        """Return the batch on a device; the lengths stay on the CPU, where packed sequences need them."""

        def moved(tensor: Tensor) -> Tensor:
            return tensor.to(device, non_blocking=True)

        return replace(
            self,
            features=moved(self.features),
            index=moved(self.index),
            tags=moved(self.tags),
            weights=moved(self.weights),
            soft=None if self.soft is None else moved(self.soft),
            hidden_states=None if self.hidden_states is None else moved(self.hidden_states),
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
    return number_words(tokens, vocabulary, gold, np.ones(len(sentences), np.float32), variants=variants)


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
    return arrays


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


def plan_epoch(
    lengths: np.ndarray, batch_tokens: int, batch_sentences: int | None, generator: np.random.Generator
) -> list[np.ndarray]:
    """Shuffle sentences into batches of similar length, in random order.

    :param lengths: tokens of each sentence.
        *Shape:* (sentences,).
    :param batch_tokens: largest number of tokens in a batch, padding included; a longer sentence makes a batch of its
        own.
    :param batch_sentences: if given, batches of this many sentences in plain random order instead.
    """
    if batch_sentences:
        order = generator.permutation(len(lengths))
        return [order[start : start + batch_sentences] for start in range(0, len(order), batch_sentences)]
    # a little noise on the lengths, so that the same sentences do not always share a batch
    order = np.argsort(lengths * generator.uniform(0.8, 1.2, len(lengths)), kind="stable")
    planned, start, longest = [], 0, 0
    for position, sentence in enumerate(order):
        longest = max(longest, int(lengths[sentence]))
        if position > start and longest * (position - start + 1) > batch_tokens:
            planned.append(order[start:position])
            start, longest = position, int(lengths[sentence])
    planned.append(order[start:])
    return [planned[number] for number in generator.permutation(len(planned))]


def batches(arrays: Arrays, plan: Sequence[np.ndarray], variants: np.ndarray | None = None) -> Iterator[Batch]:
    """Lay out the sentences of each planned batch as tensors.

    :param variants: which of VARIANTS each sentence of the corpus is shown in; by default as it is.
        *Shape:* (sentences,).
    """
    for chosen in plan:
        lengths = arrays.lengths[chosen]
        time = int(lengths.max())
        position = np.arange(time)[:, None]
        inside = position < lengths  # (time, batch)
        token = np.where(inside, arrays.starts[chosen] + position, 0)
        words = np.where(inside, arrays.words[token], arrays.words[arrays.starts[chosen[0]]])
        if variants is not None and arrays.variants is not None:
            words = arrays.variants[variants[chosen], words]
        distinct, index = np.unique(words, return_inverse=True)
        yield Batch(
            features=torch.from_numpy(arrays.features[distinct]),
            index=torch.from_numpy(index.reshape(words.shape)),
            tags=torch.from_numpy(np.where(inside, arrays.tags[token], 0).astype(np.int64)),
            lengths=torch.from_numpy(lengths),
            weights=torch.from_numpy(arrays.weights[chosen]),
            soft=_laid_out(arrays.soft, token, inside),
            hidden_states=_laid_out(arrays.hidden_states, token, inside),
        )


def _laid_out(values: np.ndarray | None, token: np.ndarray, inside: np.ndarray) -> Tensor | None:
    """Lay out the values of tokens as the batch has them, zero after the end of a sentence.

    *Shape:* (tokens, width), two of (time, batch) -> (time, batch, width), float32.
    """
    return None if values is None else torch.from_numpy((values[token] * inside[:, :, None]).astype(np.float32))
