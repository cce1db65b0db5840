"""A corpus as arrays, held once: words by number, their feature rows, tags, and where sentences begin; and batches cut from them by tokens."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from tagger.errors import DataError
from tagger.features import FeatureSettings, names
from tagger.gazetteer import Gazetteer
from tagger.train.data.corpus import Document
from tagger.train.data.perturbations import PLAIN
from tagger.vocabulary import Vocabulary


@dataclass(slots=True)
class Arrays:
    """A corpus, ready for training.

    *Shape:* rows (distinct words, slots) int32, words (tokens,) int32 pointing into rows, tags (tokens,) int16, starts (sentences + 1,) int64,
    soft (tokens, tags) and states (tokens, width) float16 or `None`: a teacher's probabilities, and what it holds at a token;
    `weights` (sentences,) float32: how much a sentence counts in the loss; forms (FORMS, distinct words) int32: where in rows each word stands in each
    of its forms, or `None` where words were numbered as they are.
    """

    rows: np.ndarray
    words: np.ndarray
    tags: np.ndarray
    starts: np.ndarray
    weights: np.ndarray
    soft: np.ndarray | None = None
    states: np.ndarray | None = None
    forms: np.ndarray | None = None

    @property
    def lengths(self) -> np.ndarray:
        """Tokens of each sentence. *Shape:* (sentences,)."""
        return np.diff(self.starts)


@dataclass(slots=True)
class Batch:
    """Tensors of one batch.

    *Shape:* features (words, slots), index and tags (time, batch), lengths and weights (batch,), soft (time, batch, tags) and
    states (time, batch, width) or `None`.
    """

    features: Tensor
    index: Tensor
    tags: Tensor
    lengths: Tensor
    weights: Tensor
    soft: Tensor | None
    states: Tensor | None

    def to(self, device: torch.device) -> "Batch":
        """The same batch on a device; its lengths stay where they are, since layers over packed sequences ask for them on the CPU."""
        moved = {name: tensor.to(device, non_blocking=True) for name in self.__slots__ if name != "lengths" and (tensor := getattr(self, name)) is not None}
        return replace(self, **moved)


def build_vocabulary(
    sentences: Sequence[Sequence[str]], settings: FeatureSettings, minimum: int, limit: int | None = None, gazetteer: Gazetteer | None = None
) -> Vocabulary:
    """Number the features that occur in at least `minimum` running words, the most frequent first, at most `limit` of them.

    The classes of a gazetteer stand in front of them.
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


def to_arrays(documents: Sequence[Document], vocabulary: Vocabulary, tags: Sequence[str], *, forms: bool = False) -> Arrays:
    """Number a corpus, on request with the other forms of its words. Raises DataError where a tag is not among `tags`."""
    sentences = [sentence for document in documents for sentence in document.sentences]
    numbers = {tag: number for number, tag in enumerate(tags)}
    if strange := sorted({tag for sentence in sentences for tag in sentence.tags} - set(numbers)):
        raise DataError(f"the tags {', '.join(strange)} do not occur in the training data; rename them with --map, or add training data that has them")
    tokens = [sentence.tokens for sentence in sentences]
    gold = np.fromiter((numbers[tag] for sentence in sentences for tag in sentence.tags), np.int16)
    return number_words(tokens, vocabulary, gold, np.ones(len(sentences), np.float32), forms=forms)


def number_words(sentences: Sequence[Sequence[str]], vocabulary: Vocabulary, tags: np.ndarray, weights: np.ndarray, *, forms: bool) -> Arrays:
    """A corpus out of its sentences, and what :class:`Arrays` tells of their tags and weights."""
    distinct: dict[str, int] = {}
    words = np.fromiter((distinct.setdefault(token, len(distinct)) for tokens in sentences for token in tokens), np.int32)
    starts = np.cumsum([0, *map(len, sentences)], dtype=np.int64)
    own = list(distinct)
    places = None
    if forms:
        places = np.array([[distinct.setdefault(change(word), len(distinct)) for word in own] for change in FORMS], np.int32)
        places = np.pad(places, ((0, 0), (0, len(distinct) - len(own))))  # words that occur in another form alone are never asked for
    return Arrays(vocabulary.rows(distinct), words, tags, starts, weights, forms=places)


def _plain(token: str) -> str:
    return token.translate(PLAIN)


# The forms of a word: as it is, in lower and in upper case, each also with a keyboard's plain quotes and dashes.
FORMS: tuple[Callable[[str], str], ...] = (
    str,
    str.lower,
    str.upper,
    _plain,
    lambda token: _plain(token.lower()),
    lambda token: _plain(token.upper()),
)


@dataclass(frozen=True, slots=True)
class FormShares:
    """The shares of sentences that are shown in lower case, in upper case, and with plain quotes and dashes, drawn anew in each epoch."""

    lowered: float = 0.0
    raised: float = 0.0
    plain: float = 0.0

    def __bool__(self) -> bool:
        return any((self.lowered, self.raised, self.plain))

    def draw(self, count: int, generator: np.random.Generator) -> np.ndarray:
        """A number of a form for each sentence. *Shape:* (count,)."""
        case = generator.random(count)
        case = np.where(case < self.lowered, 1, np.where(case < self.lowered + self.raised, 2, 0))
        return case + 3 * (generator.random(count) < self.plain)


def join(parts: Sequence[Arrays]) -> Arrays:
    """One corpus out of several. Where only some have soft labels or states, the others' are all zero."""
    shift = np.cumsum([0, *(len(part.rows) for part in parts)])
    ends = np.cumsum([0, *(len(part.words) for part in parts)])
    tokens = [len(part.words) for part in parts]
    soft, states = _fill([part.soft for part in parts], tokens), _fill([part.states for part in parts], tokens)
    forms = None
    if all(part.forms is not None for part in parts):
        forms = np.concatenate([part.forms + offset for part, offset in zip(parts, shift[:-1].astype(np.int32), strict=True)], axis=1)
    return Arrays(
        np.concatenate([part.rows for part in parts]),
        np.concatenate([part.words + offset for part, offset in zip(parts, shift[:-1].astype(np.int32), strict=True)]),
        np.concatenate([part.tags for part in parts]),
        np.concatenate([[0], *(part.starts[1:] + end for part, end in zip(parts, ends[:-1], strict=True))]),
        np.concatenate([part.weights for part in parts]),
        soft,
        states,
        forms,
    )


def _fill(parts: Sequence[np.ndarray | None], tokens: Sequence[int]) -> np.ndarray | None:
    """Figures of all tokens, zero where a part has none; `None` where no part has any. *Shape:* each (its tokens, width) -> (tokens, width), float16."""
    width = next((part.shape[1] for part in parts if part is not None), 0)
    if not width:
        return None
    return np.concatenate([np.zeros((count, width), np.float16) if part is None else part for part, count in zip(parts, tokens, strict=True)])


def plan_epoch(lengths: np.ndarray, batch_tokens: int, batch_sentences: int | None, generator: np.random.Generator) -> list[np.ndarray]:
    """Shuffle sentences into batches of like length, in random order.

    :param batch_tokens: a batch's sentences times its longest is at most this (a longer sentence goes alone).
    :param batch_sentences: where given, batches of so many sentences in plain random order instead.
    """
    if batch_sentences:
        order = generator.permutation(len(lengths))
        return [order[start : start + batch_sentences] for start in range(0, len(order), batch_sentences)]
    # a little noise on the lengths, so that the same sentences do not always meet
    order = np.argsort(lengths * generator.uniform(0.8, 1.2, len(lengths)), kind="stable")
    batches, start, longest = [], 0, 0
    for position, sentence in enumerate(order):
        longest = max(longest, int(lengths[sentence]))
        if position > start and longest * (position - start + 1) > batch_tokens:
            batches.append(order[start:position])
            start, longest = position, int(lengths[sentence])
    batches.append(order[start:])
    return [batches[i] for i in generator.permutation(len(batches))]


def batches(arrays: Arrays, plan: Sequence[np.ndarray], forms: np.ndarray | None = None) -> Iterator[Batch]:
    """Lay out the sentences of each planned batch as tensors.

    :param forms: which of FORMS each sentence of the corpus is shown in; none: as it is.
    """
    for chosen in plan:
        lengths = arrays.lengths[chosen]
        time = int(lengths.max())
        position = np.arange(time)[:, None]
        inside = position < lengths  # (time, batch)
        token = np.where(inside, arrays.starts[chosen] + position, 0)
        words = np.where(inside, arrays.words[token], arrays.words[arrays.starts[chosen[0]]])
        if forms is not None:
            words = arrays.forms[forms[chosen], words]
        distinct, index = np.unique(words, return_inverse=True)
        yield Batch(
            torch.from_numpy(arrays.rows[distinct]),
            torch.from_numpy(index.reshape(words.shape)),
            torch.from_numpy(np.where(inside, arrays.tags[token], 0).astype(np.int64)),
            torch.from_numpy(lengths),
            torch.from_numpy(arrays.weights[chosen]),
            _laid_out(arrays.soft, token, inside),
            _laid_out(arrays.states, token, inside),
        )


def _laid_out(figures: np.ndarray | None, token: np.ndarray, inside: np.ndarray) -> Tensor | None:
    """Figures of tokens by their places, zero behind a sentence's end. *Shape:* (tokens, width), two of (time, batch) -> (time, batch, width), float32."""
    return None if figures is None else torch.from_numpy((figures[token] * inside[:, :, None]).astype(np.float32))
