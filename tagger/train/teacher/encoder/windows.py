"""Windows of subwords over documents: whole sentences with `</s>` after each."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from tagger.train.teacher.encoder.tokenizer import BEGIN, END, PAD, SubwordTokenizer


@dataclass(frozen=True, slots=True)
class Window:
    """Consecutive sentences of one document, some of them to be tagged, the others as context.

    :param subwords: subword ids, `<s>` first.
        *Shape:* (subwords,).
    :param firsts: position of the first subword of each token to be tagged.
        *Shape:* (tokens,).
    :param document: index of the document.
    :param start: the first sentence to be tagged.
    :param end: end of the sentences to be tagged, exclusive.
    """

    subwords: np.ndarray
    firsts: np.ndarray
    document: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class SubwordSentence:
    """A sentence's subword ids, `</s>` last, and the position of each token's first subword among them."""

    subwords: np.ndarray
    firsts: np.ndarray


def subword_sentence(tokens: Sequence[str], tokenizer: SubwordTokenizer, longest: int) -> SubwordSentence:
    """Segment a sentence.

    Tokens that do not fit into `longest` subwords share the last one: they get a label, if a poor one.
    """
    ids: list[int] = []
    firsts = []
    for token in tokens:
        word = tokenizer.word(token)
        if len(ids) + len(word) < longest:
            firsts.append(len(ids))
            ids.extend(word)
        else:
            firsts.append(max(len(ids) - 1, 0))
    return SubwordSentence(np.array([*ids, END], np.int64), np.array(firsts, np.int64))


def cut_windows(document: int, sentences: Sequence[SubwordSentence], core: int, margin: int) -> Iterator[Window]:
    """Cut a document into windows. A sentence longer than `core` is a window of its own.

    :param core: largest number of subwords in the sentences to be tagged.
    :param margin: largest number of subwords of whole sentences as context on each side.
    """
    sizes = [len(sentence.subwords) for sentence in sentences]
    start = 0
    while start < len(sentences):
        end, size = start + 1, sizes[start]
        while end < len(sentences) and size + sizes[end] <= core:
            size += sizes[end]
            end += 1
        first, before = start, 0
        while first > 0 and before + sizes[first - 1] <= margin:
            first -= 1
            before += sizes[first]
        last, after = end, 0
        while last < len(sentences) and after + sizes[last] <= margin:
            after += sizes[last]
            last += 1
        position = 1 + before
        firsts = []
        for sentence in sentences[start:end]:
            firsts.append(sentence.firsts + position)
            position += len(sentence.subwords)
        ids = np.concatenate([np.array([BEGIN], np.int64), *(sentence.subwords for sentence in sentences[first:last])])
        yield Window(ids, np.concatenate(firsts), document, start, end)
        start = end


def batches(windows: Sequence[Window], subwords: int) -> list[list[Window]]:
    """Group windows of similar length, so that a batch has about this many subwords, padding included."""
    groups: list[list[Window]] = []
    for window in sorted(windows, key=lambda window: len(window.subwords)):
        if not groups or (len(groups[-1]) + 1) * len(window.subwords) > subwords:
            groups.append([])
        groups[-1].append(window)
    return groups


def padded(batch: Sequence[Window], device: torch.device | str = "cpu") -> tuple[Tensor, Tensor | None, Tensor, Tensor]:
    """Stack windows on a device.

    :returns: subword ids (batch, time); mask (batch, time), or None if nothing is padded; row and column of the first
        subword of each token to be tagged, (tokens,) each.
    """
    longest = max(len(window.subwords) for window in batch)
    stacked = np.full((len(batch), longest), PAD, np.int64)
    for row, window in enumerate(batch):
        stacked[row, : len(window.subwords)] = window.subwords
    ids = torch.from_numpy(stacked)
    rows = torch.from_numpy(np.repeat(np.arange(len(batch)), [len(window.firsts) for window in batch]))
    columns = torch.from_numpy(np.concatenate([window.firsts for window in batch]))
    mask = ids != PAD
    moved = None if bool(mask.all()) else mask.to(device)
    return ids.to(device), moved, rows.to(device), columns.to(device)
