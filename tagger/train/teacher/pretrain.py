"""Further masked-language training of an encoder on plain text (Devlin et al. 2019; Gururangan et al. 2020 on why further training pays).

Whole words are masked. Names are what the teacher shall learn about, so words with a capital letter are masked more often than others.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from tagger.errors import DataError
from tagger.train.teacher.checkpoint import save_checkpoint
from tagger.train.teacher.encoder import Encoder
from tagger.train.teacher.optimizer import Optimiser, half_precision
from tagger.train.teacher.plain_text import TextDocument
from tagger.train.teacher.tokenizer import BEGIN, END, Pieces

UNMASKED = -100
REPORT_STEPS = 50


@dataclass(frozen=True, slots=True)
class PretrainSettings:
    """How to train.

    :param epochs: passes over the text.
    :param rows, length: rows of a batch, and pieces of a row.
    :param rate: highest learning rate.
    :param masked, masked_capital: share of words masked, of those that do not and those that do start with a capital letter.
    :param lowered: share of documents that are lower-cased, drawn anew in each epoch.
    """

    epochs: int = 3
    rows: int = 32
    length: int = 128
    rate: float = 3e-4
    masked: float = 0.15
    masked_capital: float = 0.3
    lowered: float = 0.05
    seed: int = 1


class MaskedHead(nn.Module):
    """Scores every piece of the table at a masked place; the output matrix is the table itself (Press and Wolf 2017)."""

    def __init__(self, width: int, vocabulary: int, epsilon: float) -> None:
        super().__init__()
        self.dense = nn.Linear(width, width)
        self.norm = nn.LayerNorm(width, epsilon)
        self.bias = nn.Parameter(torch.zeros(vocabulary))

    def forward(self, states: Tensor, table: Tensor) -> Tensor:
        """*Shape:* states (places, width), table (vocabulary, width) -> (places, vocabulary)."""
        return F.linear(self.norm(F.gelu(self.dense(states))), table, self.bias)


@dataclass(frozen=True, slots=True)
class _Stream:
    """Pieces of documents end to end, the number of the word that each is of, and the share of times that it is to be masked."""

    pieces: np.ndarray
    words: np.ndarray
    shares: np.ndarray


def _stream(documents: Sequence[TextDocument], pieces: Pieces, settings: PretrainSettings, generator: np.random.Generator) -> _Stream:
    numbers: list[int] = []
    words: list[int] = []
    shares: list[float] = []
    count = 0
    for place in generator.permutation(len(documents)):
        lowered = generator.random() < settings.lowered
        for tokens in documents[place].sentences:
            for token in tokens:
                word = pieces.word(token.lower() if lowered else token)
                numbers.extend(word)
                words.extend([count] * len(word))
                shares.extend([settings.masked_capital if token[0].isupper() else settings.masked] * len(word))
                count += 1
            numbers.append(END)
            words.append(count)
            shares.append(0.0)
            count += 1
    return _Stream(np.array(numbers), np.array(words), np.array(shares, np.float32))


def _rows(stream: _Stream, pieces: Pieces, settings: PretrainSettings, generator: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Masked rows and what stood at the masked places. *Shape:* both (rows, length)."""
    body = settings.length - 1
    chance = generator.random(stream.words[-1] + 1, np.float32)[stream.words]  # one draw a word
    masked = chance < stream.shares
    targets = np.where(masked, stream.pieces, UNMASKED)
    inputs = stream.pieces.copy()
    kind = generator.random(len(inputs), np.float32)
    inputs[masked & (kind < 0.8)] = pieces.mask
    swapped = masked & (kind >= 0.9)
    inputs[swapped] = generator.choice(stream.pieces, int(swapped.sum()))
    start = int(generator.integers(body))
    count = (len(inputs) - start) // body
    if count < 1:
        raise DataError(f"{len(inputs)} pieces of text are too few for rows of {settings.length}; give more text")
    cut = slice(start, start + count * body)
    begin = np.full((count, 1), BEGIN)
    return np.hstack([begin, inputs[cut].reshape(count, body)]), np.hstack([np.full_like(begin, UNMASKED), targets[cut].reshape(count, body)])


def pretrain(
    encoder: Encoder, pieces: Pieces, documents: Sequence[TextDocument], settings: PretrainSettings, output: str | Path, log: Callable[[str], None]
) -> list[float]:
    """Train an encoder in place, and write a checkpoint to `output` after every epoch.

    :returns: mean loss of each epoch, in nats a masked piece.
    :raises DataError: too little text.
    """
    torch.manual_seed(settings.seed)
    generator = np.random.default_rng(settings.seed)
    shape = encoder.settings
    device = encoder.device
    head = MaskedHead(shape.width, shape.vocabulary, shape.epsilon).to(device)
    size = sum(len(pieces.word(token)) for document in documents for tokens in document.sentences for token in tokens)
    steps = settings.epochs * max(size // (settings.length * settings.rows), 1)
    optimiser = Optimiser(encoder, head.parameters(), rate=settings.rate, head_rate=settings.rate, layer_decay=1.0, steps=steps, warm_up=0.06)
    log(f"{size} pieces, {steps} steps or so")
    encoder.train()
    losses = []
    for epoch in range(1, settings.epochs + 1):
        inputs, targets = _rows(_stream(documents, pieces, settings, generator), pieces, settings, generator)
        order = generator.permutation(len(inputs))
        recent, every, began = [], [], time.monotonic()
        for start in range(0, len(order), settings.rows):
            rows = order[start : start + settings.rows]
            batch, wanted = torch.from_numpy(inputs[rows]).to(device), torch.from_numpy(targets[rows]).to(device)
            places = wanted != UNMASKED
            with half_precision(device):
                scores = head(encoder(batch)[places], encoder.pieces.weight)  # (masked, vocabulary)
            loss = F.cross_entropy(scores.float(), wanted[places])
            optimiser.step(loss)
            recent.append(loss.item())
            if len(recent) == REPORT_STEPS:
                speed = (start + settings.rows) * settings.length / (time.monotonic() - began)
                log(f"epoch {epoch} step {optimiser.step_number}/{steps} loss {np.mean(recent):.3f} {speed:.0f} pieces/s")
                every += recent
                recent = []
        losses.append(float(np.mean(every + recent)))
        log(f"epoch {epoch} mean loss {losses[-1]:.3f}")
        save_checkpoint(output, encoder, pieces, head.state_dict(), [], {"pretrained_epochs": epoch, "loss": losses})
    return losses
