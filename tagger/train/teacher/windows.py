"""Documents as windows of pieces: whole sentences, `</s>` behind each, and for every token where its first piece stands."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from tagger.train.teacher.tokenizer import BEGIN, END, PAD, Pieces


@dataclass(frozen=True, slots=True)
class Window:
    """Consecutive sentences of one document, some of them to be tagged, the others there as context.

    :param pieces: *shape* (pieces,), `<s>` first.
    :param firsts: where the first piece of each token to be tagged stands, *shape* (tokens,).
    :param document, start, end: the sentences to be tagged, `end` exclusive, and the document they are of.
    """

    pieces: np.ndarray
    firsts: np.ndarray
    document: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class SentencePieces:
    """A sentence's pieces with `</s>` behind them, and where each token's first piece stands among them."""

    pieces: np.ndarray
    firsts: np.ndarray


def sentence_pieces(tokens: Sequence[str], pieces: Pieces, longest: int) -> SentencePieces:
    """Segment a sentence. Tokens that do not fit into `longest` pieces share the last one: they get a label, if a poor one."""
    numbers: list[int] = []
    firsts = []
    for token in tokens:
        word = pieces.word(token)
        if len(numbers) + len(word) < longest:
            firsts.append(len(numbers))
            numbers.extend(word)
        else:
            firsts.append(max(len(numbers) - 1, 0))
    return SentencePieces(np.array([*numbers, END], np.int64), np.array(firsts, np.int64))


def cut_windows(document: int, sentences: Sequence[SentencePieces], core: int, margin: int) -> Iterator[Window]:
    """Cut a document into windows whose tagged sentences have up to `core` pieces, with up to `margin` pieces of whole sentences as context on each side.

    A sentence longer than `core` is a window of its own.
    """
    sizes = [len(sentence.pieces) for sentence in sentences]
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
        last, behind = end, 0
        while last < len(sentences) and behind + sizes[last] <= margin:
            behind += sizes[last]
            last += 1
        place = 1 + before
        firsts = []
        for sentence in sentences[start:end]:
            firsts.append(sentence.firsts + place)
            place += len(sentence.pieces)
        numbers = np.concatenate([np.array([BEGIN], np.int64), *(sentence.pieces for sentence in sentences[first:last])])
        yield Window(numbers, np.concatenate(firsts), document, start, end)
        start = end


def batches(windows: Sequence[Window], pieces: int) -> list[list[Window]]:
    """Group windows of like length, so that a batch, padded, has about `pieces` pieces."""
    groups: list[list[Window]] = []
    for window in sorted(windows, key=lambda window: len(window.pieces)):
        if not groups or (len(groups[-1]) + 1) * len(window.pieces) > pieces:
            groups.append([])
        groups[-1].append(window)
    return groups


def padded(batch: Sequence[Window], device: torch.device | str = "cpu") -> tuple[Tensor, Tensor | None, Tensor, Tensor]:
    """Stack windows, on a device.

    :returns: pieces (batch, time), mask (batch, time) or none where nothing is padded, and row and column of each tagged token's first piece (tokens,).
    """
    longest = max(len(window.pieces) for window in batch)
    stacked = np.full((len(batch), longest), PAD, np.int64)
    for row, window in enumerate(batch):
        stacked[row, : len(window.pieces)] = window.pieces
    pieces = torch.from_numpy(stacked)
    rows = np.repeat(np.arange(len(batch)), [len(window.firsts) for window in batch])
    columns = np.concatenate([window.firsts for window in batch])
    mask = pieces != PAD
    tensors = pieces, None if bool(mask.all()) else mask, torch.from_numpy(rows), torch.from_numpy(columns)
    return tuple(tensor if tensor is None else tensor.to(device) for tensor in tensors)
