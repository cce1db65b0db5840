"""Fine-tuning of an encoder for tagging: a linear layer over the first subword of each token (Devlin et al. 2019).

It is trained on windows of documents. Windows have random lengths, down to one sentence, so that the teacher learns to
read both with and without context. All that an epoch draws depends on the seed and its number alone, and the state on
disk is of a step at which the draws of dropout begin anew: a training that was stopped ends with the same weights.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from tagger.errors import DataError, ModelError
from tagger.tags import tag_set
from tagger.train.data.corpus import Document, labels
from tagger.train.data.labelled_text import PlainDocument
from tagger.train.teacher.checkpoint import load_state, save_state
from tagger.train.teacher.draws import EpochDraws, FinetuneSettings
from tagger.train.teacher.encoder.network import Encoder
from tagger.train.teacher.encoder.tokenizer import SubwordTokenizer
from tagger.train.teacher.encoder.windows import Window, padded
from tagger.train.teacher.evaluate import evaluate
from tagger.train.teacher.label import Teacher
from tagger.train.teacher.optimizer import Optimizer, half_precision

SAVED = 100  # batches between two states on disk


def finetune(
    encoder: Encoder,
    tokenizer: SubwordTokenizer,
    training: Sequence[Document],
    development: Sequence[Document],
    settings: FinetuneSettings,
    log: Callable[[str], None],
    soft: Sequence[PlainDocument] = (),
    soft_tags: Sequence[str] = (),
    state: Path | None = None,
) -> Teacher:
    """Train an encoder in place.

    :param soft: labelled text to learn from beside the training documents (Xie et al. 2020).
    :param soft_tags: tags of its probabilities.
    :param state: file to go on from, if it exists, and to keep the state of the training in.
    :returns: the teacher.
    :raises DataError: the training documents have no entity, or the labelled text has other tags.
    :raises ModelError: the state is of another training.
    """
    names = labels(training)
    if not names:
        raise DataError("no entity in the training documents; give documents with B- and I- tags")
    torch.manual_seed(settings.seed)
    if settings.frozen:
        for name, parameter in encoder.named_parameters():
            parameter.requires_grad_(name.startswith("layers.") and int(name.split(".")[1]) >= settings.frozen)
    tags = tag_set(names)
    head = nn.Linear(encoder.settings.width, len(tags))
    nn.init.normal_(head.weight, std=0.02)
    nn.init.zeros_(head.bias)
    head.to(encoder.device)
    teacher = Teacher(encoder, tokenizer, head, tags)
    draws = EpochDraws(teacher, training, soft, soft_tags, settings)
    optimizer = Optimizer(
        encoder,
        head.parameters(),
        rate=settings.rate,
        head_rate=settings.head_rate,
        layer_decay=settings.layer_decay,
        steps=draws.steps,
    )
    saved = _State(state, teacher, optimizer, {**asdict(settings), "data": draws.fingerprint})
    first, done, total = saved.restore()
    if optimizer.step_number:
        log(f"continued from {state}: epoch {first}, step {optimizer.step_number}/{draws.steps}")
    for epoch in range(first, settings.epochs + 1):
        began = time.monotonic()
        encoder.train()
        groups = draws.epoch(epoch)
        for number, (batch, targets) in enumerate(groups[done:], done + 1):
            total += _train_step(teacher, optimizer, batch, targets)
            if number % SAVED == 0 and number < len(groups):
                saved.save(epoch, number, total)
                mean = total / number
                log(f"epoch {epoch}/{settings.epochs} step {optimizer.step_number}/{draws.steps} loss {mean:.4f}")
        step = f"step {optimizer.step_number}/{draws.steps}"
        line = f"epoch {epoch}/{settings.epochs} {step} loss {total / max(len(groups), 1):.4f}"
        done, total = 0, 0.0
        saved.save(epoch + 1, done, total)
        if development:
            line += f" development F1 {evaluate([teacher], development).micro.f1:.4f}"
        log(f"{line} {time.monotonic() - began:.0f} s")
    return teacher


def _train_step(teacher: Teacher, optimizer: Optimizer, batch: list[Window], targets: np.ndarray) -> float:
    """Update the weights by one batch and return its loss. *Shape:* targets: (tokens, tags)."""
    encoder = teacher.encoder
    subwords, mask, rows, columns = padded(batch, encoder.device)
    wanted = torch.from_numpy(targets).to(encoder.device)
    with half_precision(encoder.device):
        states = encoder(subwords, mask)[rows, columns]  # (tokens, width)
    # dropout before the conversion to float32: the pool of random bits is of one type
    loss = F.cross_entropy(teacher.head(encoder.dropout(states).float()), wanted)
    optimizer.step(loss)
    return loss.item()


class _State:
    """The state of a training on disk, if it is kept."""

    def __init__(self, path: Path | None, teacher: Teacher, optimizer: Optimizer, identity: dict[str, Any]) -> None:
        self._path, self._teacher, self._optimizer = path, teacher, optimizer
        self._identity = repr(sorted(identity.items()))
        self._seed = identity["seed"]

    def save(self, epoch: int, done: int, total: float) -> None:
        """Keep the state.

        :param epoch: the epoch to go on with, from 1.
        :param done: batches of it that are done.
        :param total: sum of their losses.
        """
        if self._path:
            content = {
                "identity": self._identity,
                "encoder": self._teacher.encoder.state_dict(),
                "head": self._teacher.head.state_dict(),
                "optimizer": self._optimizer.state(),
                "epoch": epoch,
                "done": done,
                "total": total,
            }
            save_state(content, self._path)
        self._draw_anew()

    def restore(self) -> tuple[int, int, float]:
        """Go on from the file, if there is one. Return what :meth:`save` was given."""
        if not self._path or not self._path.exists():
            return 1, 0, 0.0
        content = load_state(self._path)
        if content.get("identity") != self._identity:
            message = "the state of a training with other data or options; give those, or delete it to start anew"
            raise ModelError(f"{self._path}: {message}")
        self._teacher.encoder.load_state_dict(content["encoder"])
        self._teacher.head.load_state_dict(content["head"])
        self._optimizer.restore(content["optimizer"])
        self._draw_anew()
        return content["epoch"], content["done"], content["total"]

    def _draw_anew(self) -> None:
        torch.manual_seed(self._seed * 1_000_003 + self._optimizer.step_number)
        self._teacher.encoder.dropout.draw_anew()
