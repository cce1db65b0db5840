"""The training loop: epochs over shuffled batches, the best epoch kept by strict entity F1, and a state from which a killed run goes on.

What an epoch does depends on the seed, the epoch's number and the state before it, so a run that was killed and resumed ends in the same weights.
"""

import copy
import math
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Protocol

import numpy as np
import torch
import torch.nn.functional as F

from tagger.errors import ModelError
from tagger.tagger import Tagger
from tagger.train.data.corpus import Document
from tagger.train.evaluation.metrics import Report, score
from tagger.train.student.checkpoint import load_plain, save_plain
from tagger.train.student.dataset import Arrays, Batch, FormShares, batches, plan_epoch
from tagger.train.student.distillation import Guide
from tagger.train.student.network import Network
from tagger.train.student.schedules import Schedule, ScheduleSettings
from tagger.train.student.torch_session import LocalSession
from tagger.vocabulary import Vocabulary


@dataclass(frozen=True, slots=True)
class LoopSettings:
    """How to train.

    :param rate: learning rate of AdamW.
    :param batch_tokens: sentences times the longest of one batch, at most.
    :param batch_sentences: where given, sentences of one batch instead.
    :param clip: gradients are scaled down to this norm; 0 leaves them.
    :param patience: stop after so many epochs without a better score; 0 never does.
    :param word_dropout: share of words whose own entry is hidden in a batch, so that the network learns to do without.
    :param feature_dropout: share of all features hidden in a batch.
    :param soft_share: weight of a teacher's soft labels against the tags of the same tokens, where there are soft labels.
    :param average: decay of a running mean of the weights, which is what is scored and kept (Polyak and Juditsky 1992); 0 keeps the weights themselves.
    :param forms: shares of sentences that are shown in another form.
    """

    epochs: int = 30
    rate: float = 2e-3
    weight_decay: float = 0.01
    batch_tokens: int = 1024
    batch_sentences: int | None = None
    clip: float = 5.0
    patience: int = 8
    word_dropout: float = 0.2
    feature_dropout: float = 0.1
    soft_share: float = 1.0
    average: float = 0.0
    seed: int = 42
    forms: FormShares = field(default_factory=FormShares)
    schedule: ScheduleSettings = field(default_factory=ScheduleSettings)


class Watcher(Protocol):
    """Looks on while a network is trained, and says more of each epoch."""

    def after_step(self, rate: float) -> None:
        """Behind each batch, that was trained at this rate."""

    def after_epoch(self, network: Network) -> dict:
        """Figures, JSON types only, for the epoch's record. `network` has the weights that would be kept, and stays as it is."""


@dataclass(slots=True)
class Outcome:
    """What training ends with: the best weights, their epoch (from 1), its development report, one record an epoch."""

    weights: dict[str, torch.Tensor]
    epoch: int
    report: Report
    history: list[dict]


class Trainer:
    """Trains a network.

    :param state_path: where to keep the state after each epoch; `None` keeps none.
    :param log: gets one line an epoch.
    :param progress: gets (batches done, batches of the epoch) after each batch.
    :param watcher: adds to the record of each epoch.
    :param guide: draws the network towards the states that the training data has.
    """

    def __init__(
        self,
        network: Network,
        vocabulary: Vocabulary,
        tags: list[str],
        training: Arrays,
        development: list[Document],
        settings: LoopSettings,
        *,
        state_path: Path | None = None,
        identity: str = "",
        device: str = "cpu",
        log: Callable[[str], None] = lambda line: None,
        progress: Callable[[int, int], None] = lambda done, total: None,
        watcher: Watcher | None = None,
        guide: Guide | None = None,
    ) -> None:
        self.device = torch.device(device)
        self.network = network.to(self.device)
        self.training = training
        self.settings = settings
        self.state_path, self.identity, self.log, self.progress, self.watcher = state_path, identity, log, progress, watcher
        self._kept = copy.deepcopy(network).eval() if settings.average else network
        for layer in (*self.network.layers, *self._kept.layers):
            layer.flatten_parameters()  # else CUDA puts them together at every step, with a warning
        self._session = LocalSession(self._kept, vocabulary, tags)
        sentences = [sentence for document in development for sentence in document.sentences]
        self._development = [sentence.tokens for sentence in sentences], [sentence.tags for sentence in sentences]
        self._own_entry = torch.tensor([False, *(entry.startswith(("w:", "l:")) for entry in vocabulary.entries)], device=self.device)
        self.guide = guide.to(self.device) if guide else None
        trained = [*network.parameters(), *(guide.parameters() if guide else ())]
        self.optimizer = torch.optim.AdamW(
            (parameter for parameter in trained if parameter.requires_grad), settings.rate, weight_decay=settings.weight_decay, fused=True
        )
        self._steps = len(self._plan(0))
        self.schedule = Schedule(self.optimizer, settings.schedule, settings.epochs, self._steps)
        self._best: Outcome | None = None
        self.history: list[dict] = []
        self._epoch, self._taken = 0, 0  # epochs and steps done; the optimizer counts steps, too, but on a GPU it would have to be waited for

    def run(self) -> Outcome:
        """Train to the end and return the best epoch."""
        while not self._finished():
            epoch, began = self._epoch + 1, time.monotonic()
            torch.manual_seed(self.settings.seed * 100_003 + epoch)  # dropout of an epoch does not depend on the epochs before it
            self.schedule.before_epoch(epoch)
            rate = self.optimizer.param_groups[0]["lr"]
            loss, distance = self._train_epoch(epoch)
            report = self.evaluate()
            self.schedule.after_epoch(epoch, report.micro.f1)
            self.history.append({"epoch": epoch, "loss": loss, "rate": rate, "f1": report.micro.f1, "accuracy": report.accuracy})
            if self.guide:
                self.history[-1]["distance"] = distance
            if self.watcher:
                self.history[-1] |= self.watcher.after_epoch(self._kept)
            better = self._best is None or report.micro.f1 > self._best.report.micro.f1
            if better:
                weights = {name: tensor.detach().cpu().clone() for name, tensor in self._kept.state_dict().items()}
                self._best = Outcome(weights, epoch, report, self.history)
            self._epoch = epoch
            away = f"  distance {distance:.4f}" if self.guide else ""
            took = time.monotonic() - began
            self.log(
                f"epoch {epoch}/{self.settings.epochs}  loss {loss:.4f}{away}  rate {rate:.2e}  F1 {report.micro.f1:.4f}{' *' if better else ''}  {took:.0f} s"
            )
            if not math.isfinite(loss):
                raise ModelError(f"the loss of epoch {epoch} is {loss}; train with a smaller --rate")
            self._save()
        return self._best

    def _finished(self) -> bool:
        patience = self.settings.patience
        waited = self._epoch - self._best.epoch if self._best else 0
        return self._epoch >= self.settings.epochs or bool(patience and waited >= patience)

    def evaluate(self) -> Report:
        """Scores of the weights that would be kept, on the development documents."""
        tokens, gold = self._development
        return score(gold, [annotation.tags for annotation in Tagger(self._session).annotate(tokens)])

    def _plan(self, epoch: int) -> list[np.ndarray]:
        generator = np.random.default_rng([self.settings.seed, epoch])
        return plan_epoch(self.training.lengths, self.settings.batch_tokens, self.settings.batch_sentences, generator)

    def _train_epoch(self, epoch: int) -> tuple[float, float]:
        """Mean loss and distance to the teacher's states, both a token."""
        self.network.train()
        plan = self._plan(epoch)
        total, tokens = torch.zeros(2, device=self.device), 0
        forms = None
        if self.settings.forms:
            forms = self.settings.forms.draw(len(self.training.lengths), np.random.default_rng([self.settings.seed, epoch, 1]))
        for step, batch in enumerate(batches(self.training, plan, forms), 1):
            batch = batch.to(self.device)
            loss, distance = self._loss(batch, (epoch - 1 + step / len(plan)) / self.settings.epochs)
            self.optimizer.zero_grad()
            loss.backward()
            if self.settings.clip:
                torch.nn.utils.clip_grad_norm_(self.network.parameters(), self.settings.clip)
            self.optimizer.step()
            if self.watcher:
                self.watcher.after_step(self.optimizer.param_groups[0]["lr"])
            self.schedule.after_step(epoch)
            if self.settings.average:
                self._follow()
            count = int(batch.lengths.sum())
            total += torch.stack([loss.detach(), distance.detach()]) * count
            tokens += count
            self.progress(step, len(plan))
        loss, distance = (total / tokens).tolist()
        return loss, distance

    def _loss(self, batch: Batch, done: float) -> tuple[torch.Tensor, torch.Tensor]:
        """Mean over the batch's tokens of what is to be made small, when so large a share of the training is done, and of the distance in it."""
        held = self.network.read(self.network.embed(self._hide(batch.features)), batch.index, batch.lengths)
        emissions = self.network.output(held)
        lengths = batch.lengths.to(self.device, non_blocking=True)
        inside = torch.arange(len(batch.index), device=self.device)[:, None] < lengths
        weights = inside * batch.weights  # (time, batch)
        if self.network.settings.output == "crf":
            hard = self.network.chain.negative_log_likelihood(emissions, batch.tags, lengths)  # (batch,)
        else:
            hard = (F.cross_entropy(emissions.flatten(0, 1), batch.tags.flatten(), reduction="none").view_as(weights) * inside).sum(0)
        if batch.soft is None:
            loss = (hard * batch.weights).sum() / weights.sum()
        else:
            taught = batch.soft.sum(2) > 0  # (time, batch): zero where there is no teacher
            soft = (-(batch.soft * emissions.log_softmax(2)).sum(2) * weights).sum()
            # a sentence is taught or it is not: the hard loss is of whole sentences
            share = torch.where(taught[0], 1 - self.settings.soft_share, 1.0)
            loss = (self.settings.soft_share * soft + (hard * batch.weights * share).sum()) / weights.sum()
        if self.guide is None:
            return loss, torch.zeros_like(loss)
        distance = self.guide.distance(held, batch.states, inside)
        return loss + self.guide.loss(distance, done), distance

    def _hide(self, features: torch.Tensor) -> torch.Tensor:
        """Hide words' own entries, and single features, by the shares that the settings give. *Shape:* (words, slots)."""
        draw = torch.rand(len(features), 1, device=self.device) < self.settings.word_dropout
        hidden = draw & self._own_entry[features]
        hidden |= torch.rand(features.shape, device=self.device) < self.settings.feature_dropout
        return features.masked_fill(hidden, 0)

    def _follow(self) -> None:
        """Move the running mean of the weights; early on it follows faster, so that it does not remember the random start."""
        self._taken += 1
        decay = min(self.settings.average, (1 + self._taken) / (10 + self._taken))
        with torch.no_grad():
            torch._foreach_lerp_(list(self._kept.parameters()), list(self.network.parameters()), 1 - decay)

    def _save(self) -> None:
        if self.state_path is None:
            return
        content = {
            "identity": self.identity,
            "settings": asdict(self.settings) | {"epochs": 0},  # more epochs may be asked for when going on
            "epoch": self._epoch,
            "network": self.network.state_dict(),
            "guide": self.guide.state_dict() if self.guide else {},
            "kept": self._kept.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "schedule": self.schedule.state(),
            "history": self.history,
            "best_epoch": self._best.epoch,
            "best_weights": self._best.weights,
        }
        save_plain(content, self.state_path)

    def resume(self) -> bool:
        """Go on from the state file. Returns whether there was one; raises ModelError where it is of another training."""
        if self.state_path is None or not self.state_path.exists():
            return False
        content = load_plain(self.state_path)
        same = content.get("identity") == self.identity and _as_plain(content.get("settings")) == _as_plain(asdict(self.settings) | {"epochs": 0})
        if not same:
            raise ModelError(f"{self.state_path}: this state is of a training with other data or options; give those, or train without --resume")
        self.history = content["history"]
        self._epoch = content["best_epoch"]
        self._kept.load_state_dict(content["best_weights"])
        self._best = Outcome(content["best_weights"], content["best_epoch"], self.evaluate(), self.history)
        self.network.load_state_dict(content["network"])
        self._kept.load_state_dict(content["kept"])
        if self.guide:
            self.guide.load_state_dict(content["guide"])
        self.optimizer.load_state_dict(content["optimizer"])
        self.schedule.restore(content["schedule"])
        self._taken = int(self.optimizer.state[self.network.output.weight]["step"])
        self._epoch = content["epoch"]
        return True


def _as_plain(settings: object) -> object:
    """Tuples as lists, as a file gives them back."""
    if isinstance(settings, dict):
        return {key: _as_plain(value) for key, value in settings.items()}
    return [_as_plain(value) for value in settings] if isinstance(settings, (list, tuple)) else settings
