"""Further masked-language training of an encoder on plain text (Devlin et al. 2019.

Gururangan et al. 2020 on its benefit).

Whole words are masked. The teacher is to learn about names, so words with a capital letter are masked more often than
others.
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
from tagger.train.data.labelled_text import PlainDocument
from tagger.train.teacher.checkpoint import save_checkpoint
from tagger.train.teacher.encoder.network import Encoder
from tagger.train.teacher.encoder.tokenizer import BEGIN, END, SubwordTokenizer
from tagger.train.teacher.optimizer import Optimizer, half_precision

UNMASKED = -100
REPORT_STEPS = 50


@dataclass(frozen=True, slots=True)
class PretrainSettings:
    """Settings of the training.

    :param epochs: passes over the text.
    :param rows: rows of a batch.
    :param length: subwords of a row.
    :param rate: highest learning rate.
    :param masked: share of words masked, of those that do not start with a capital letter.
    :param masked_capital: share of words masked, of those that do.
    :param lowered: share of documents in lower case, drawn anew in each epoch.
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
    """Scores every subword at a masked position; the output matrix is the subword table (Press and Wolf 2017)."""

    def __init__(self, width: int, vocabulary: int, epsilon: float) -> None:
        super().__init__()
        self.dense = nn.Linear(width, width)
        self.norm = nn.LayerNorm(width, epsilon)
        self.bias = nn.Parameter(torch.zeros(vocabulary))

    def forward(self, states: Tensor, table: Tensor) -> Tensor:
        """Score masked positions.

        *Shape:* states (masked, width), table (vocabulary, width) -> (masked, vocabulary).
        """
        return F.linear(self.norm(F.gelu(self.dense(states))), table, self.bias)


@dataclass(frozen=True, slots=True)
class _Stream:
    """Subwords of documents end to end, the number of each one's word, and its probability to be masked."""

    subwords: np.ndarray
    words: np.ndarray
    shares: np.ndarray


def _stream(
    documents: Sequence[PlainDocument],
    tokenizer: SubwordTokenizer,
    settings: PretrainSettings,
    generator: np.random.Generator,
) -> _Stream:
    ids: list[int] = []
    words: list[int] = []
    shares: list[float] = []
    count = 0
    for number in generator.permutation(len(documents)):
        lowered = generator.random() < settings.lowered
        for tokens in documents[number].sentences:
            for token in tokens:
                word = tokenizer.word(token.lower() if lowered else token)
                ids.extend(word)
                words.extend([count] * len(word))
                share = settings.masked_capital if token[0].isupper() else settings.masked
                shares.extend([share] * len(word))
                count += 1
            ids.append(END)
            words.append(count)
            shares.append(0.0)
            count += 1
    return _Stream(np.array(ids), np.array(words), np.array(shares, np.float32))


def _rows(
    stream: _Stream, tokenizer: SubwordTokenizer, settings: PretrainSettings, generator: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Return masked rows, and the subwords at the masked positions. *Shape:* both (rows, length)."""
    body = settings.length - 1
    chance = generator.random(stream.words[-1] + 1, np.float32)[stream.words]  # one draw per word
    masked = chance < stream.shares
    targets = np.where(masked, stream.subwords, UNMASKED)
    inputs = stream.subwords.copy()
    kind = generator.random(len(inputs), np.float32)
    inputs[masked & (kind < 0.8)] = tokenizer.mask
    swapped = masked & (kind >= 0.9)
    inputs[swapped] = generator.choice(stream.subwords, int(swapped.sum()))
    start = int(generator.integers(body))
    count = (len(inputs) - start) // body
    if count < 1:
        message = f"{len(inputs)} subwords of text are too few for rows of {settings.length}; give more text"
        raise DataError(message)
    cut = slice(start, start + count * body)
    begin = np.full((count, 1), BEGIN)
    rows = np.hstack([begin, inputs[cut].reshape(count, body)])
    return rows, np.hstack([np.full_like(begin, UNMASKED), targets[cut].reshape(count, body)])


def pretrain(
    encoder: Encoder,
    tokenizer: SubwordTokenizer,
    documents: Sequence[PlainDocument],
    settings: PretrainSettings,
    output: str | Path,
    log: Callable[[str], None],
) -> list[float]:
    """Train an encoder in place, and write a checkpoint to `output` after every epoch.

    :returns: mean loss of each epoch, in nats per masked subword.
    :raises DataError: there is too little text.
    """
    torch.manual_seed(settings.seed)
    generator = np.random.default_rng(settings.seed)
    shape = encoder.settings
    device = encoder.device
    head = MaskedHead(shape.width, shape.vocabulary, shape.epsilon).to(device)
    size = sum(
        len(tokenizer.word(token)) for document in documents for tokens in document.sentences for token in tokens
    )
    steps = settings.epochs * max(size // (settings.length * settings.rows), 1)
    optimizer = Optimizer(
        encoder,
        head.parameters(),
        rate=settings.rate,
        head_rate=settings.rate,
        layer_decay=1.0,
        steps=steps,
        warm_up=0.06,
    )
    log(f"{size} subwords, about {steps} steps")
    encoder.train()
    losses: list[float] = []
    for epoch in range(1, settings.epochs + 1):
        stream = _stream(documents, tokenizer, settings, generator)
        inputs, targets = _rows(stream, tokenizer, settings, generator)
        order = generator.permutation(len(inputs))
        recent: list[float] = []
        every: list[float] = []
        began = time.monotonic()
        for start in range(0, len(order), settings.rows):
            rows = order[start : start + settings.rows]
            batch, wanted = torch.from_numpy(inputs[rows]).to(device), torch.from_numpy(targets[rows]).to(device)
            masked = wanted != UNMASKED
            with half_precision(device):
                scores = head(encoder(batch)[masked], encoder.pieces.weight)  # (masked, vocabulary)
            loss = F.cross_entropy(scores.float(), wanted[masked])
            optimizer.step(loss)
            recent.append(loss.item())
            if len(recent) == REPORT_STEPS:
                speed = (start + settings.rows) * settings.length / (time.monotonic() - began)
                step = f"epoch {epoch} step {optimizer.step_number}/{steps}"
                log(f"{step} loss {np.mean(recent):.3f} {speed:.0f} subwords/s")
                every += recent
                recent = []
        losses.append(float(np.mean(every + recent)))
        log(f"epoch {epoch} mean loss {losses[-1]:.3f}")
        notes = {"pretrained_epochs": epoch, "loss": losses}
        save_checkpoint(output, encoder, tokenizer, head.state_dict(), [], notes)
    return losses
