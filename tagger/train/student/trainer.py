"""The training loop: epochs over shuffled batches, the best epoch kept by strict entity F1, and a state to resume from.

An epoch depends on the seed, its number and the state before it, so a run that was killed and resumed ends in the same
weights.
"""

import copy
import math
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import torch
import torch.nn.functional as F

from tagger.errors import ModelError
from tagger.features.vocabulary import Vocabulary
from tagger.train.data.corpus import Document
from tagger.train.evaluation.metrics import Report, mean_by_source, score
from tagger.train.student.batches import Batch, batches, plan_epoch
from tagger.train.student.checkpoint import load_plain, save_plain
from tagger.train.student.dataset import Arrays
from tagger.train.student.distillation import HiddenStateDistillation, mixed_loss
from tagger.train.student.loop_settings import LoopSettings
from tagger.train.student.network import Network
from tagger.train.student.schedules import Schedule
from tagger.train.student.torch_session import tagger_of

ADVICE = "try --small, more --epochs, or --start with --new-labels"


class Callback(Protocol):
    """Observes training and adds values to each epoch's record."""

    def after_step(self, rate: float) -> None:
        """Run after each batch; it was trained at this rate."""

    def after_epoch(self, network: Network) -> dict[str, Any]:
        """Return values for the epoch's record, JSON types only.

        `network` has the weights that would be kept, and must stay as it is.
        """


@dataclass(slots=True)
class Outcome:
    """Result of a training: the best weights, their epoch (from 1), its scores, and one record per epoch.

    :param f1: what the epoch was chosen by.
    """

    weights: dict[str, torch.Tensor]
    epoch: int
    report: Report
    history: list[dict[str, Any]]
    f1: float


class Trainer:
    """Trains a network.

    :param state_path: file that keeps the state after each epoch; None keeps none.
    :param identity: identifies data and options, so that no other training resumes from the state.
    :param log: called with one line per epoch.
    :param progress: called with (batches done, batches per epoch) after each batch.
    :param callback: adds to the record of each epoch.
    :param distillation: regresses the network's hidden states on those that the training data has.
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
        callback: Callback | None = None,
        distillation: HiddenStateDistillation | None = None,
    ) -> None:
        self.device = torch.device(device)
        self.network = network.to(self.device)
        self.training = training
        self.settings = settings
        self.state_path, self.identity = state_path, identity
        self.log, self.progress, self.callback = log, progress, callback
        self._vocabulary, self._tags = vocabulary, tags
        self._kept = copy.deepcopy(network).eval() if settings.average else network
        sentences = [sentence for document in development for sentence in document.sentences]
        self._development = [sentence.tokens for sentence in sentences], [sentence.tags for sentence in sentences]
        self._sources = [document.source for document in development for _ in document.sentences]
        own = [False, *(entry.startswith(("w:", "l:")) for entry in vocabulary.entries)]
        self._own_entry = torch.tensor(own, device=self.device)
        self.distillation = distillation.to(self.device) if distillation else None
        trained = [*network.parameters(), *(distillation.parameters() if distillation else ())]
        self.optimizer = torch.optim.AdamW(
            (parameter for parameter in trained if parameter.requires_grad),
            settings.rate,
            weight_decay=settings.weight_decay,
            fused=True,
        )
        self._steps = len(self._plan(self.training, 0))
        self.schedule = Schedule(self.optimizer, settings.schedule, settings.epochs, self._steps)
        self._best: Outcome | None = None
        self.history: list[dict[str, Any]] = []
        # epochs and steps done; the optimizer counts steps as well, but on a GPU reading its count would wait for it
        self._epoch, self._taken = 0, 0

    def run(self) -> Outcome:
        """Train to the end and return the best epoch.

        :raises ModelError: the loss is not finite.
        """
        while not self._finished():
            epoch, began = self._epoch + 1, time.monotonic()
            torch.manual_seed(self.settings.seed * 100_003 + epoch)  # dropout must not depend on the epochs before
            self.schedule.before_epoch(epoch)
            rate = self.optimizer.param_groups[0]["lr"]
            loss, distance = self._train_epoch(epoch)
            report, f1 = self.evaluate()
            self.schedule.after_epoch(epoch, f1)
            self.history.append({"epoch": epoch, "loss": loss, "rate": rate, "f1": f1, "accuracy": report.accuracy})
            if self.distillation:
                self.history[-1]["distance"] = distance
            if self.callback:
                self.history[-1] |= self.callback.after_epoch(self._kept)
            better = self._best is None or f1 > self._best.f1
            if better:
                weights = {name: tensor.detach().cpu().clone() for name, tensor in self._kept.state_dict().items()}
                self._best = Outcome(weights, epoch, report, self.history, f1)
            self._epoch = epoch
            apart = f"  distance {distance:.4f}" if self.distillation else ""
            line = f"epoch {epoch}/{self.settings.epochs}  loss {loss:.4f}{apart}  rate {rate:.2e}  F1 {f1:.4f}"
            line += f" (all {report.micro.f1:.4f})" if self.settings.by_source else ""
            self.log(f"{line}{' *' if better else ''}  {time.monotonic() - began:.0f} s")
            if epoch == 1 and not f1:
                self.log(f"an F1 of 0 is normal in the first epochs of small data; if it stays, {ADVICE}")
            if not math.isfinite(loss):
                raise ModelError(f"the loss of epoch {epoch} is {loss}; train with a smaller --rate")
            self._save()
        return self._outcome()

    def _outcome(self) -> Outcome:
        if self._best is None:
            raise ValueError("there is no epoch to train")
        return self._best

    def _finished(self) -> bool:
        patience = self.settings.patience
        # while nothing is found, all epochs score 0, and none is better than the first
        waited = self._epoch - self._best.epoch if self._best and self._best.report.micro.f1 else 0
        return self._epoch >= self.settings.epochs or bool(patience and waited >= patience)

    def evaluate(self) -> tuple[Report, float]:
        """Score the weights that would be kept on the development documents.

        :returns: the scores, and the F1 to choose by.
        """
        tokens, gold = self._development
        tagger = tagger_of(self._kept, self._vocabulary, self._tags)
        predicted = [annotation.tags for annotation in tagger.annotate(tokens)]
        report = score(gold, predicted)
        f1 = mean_by_source(gold, predicted, self._sources) if self.settings.by_source else report.micro.f1
        return report, f1

    def _plan(self, arrays: Arrays, epoch: int) -> list[np.ndarray]:
        generator = np.random.default_rng([self.settings.seed, epoch])
        return plan_epoch(arrays.lengths, self.settings.batch_tokens, self.settings.batch_sentences, generator)

    def _train_epoch(self, epoch: int) -> tuple[float, float]:
        """Train one epoch; return loss and distance to the teacher's hidden states, both means per token."""
        self.network.train()
        glue = np.random.default_rng([self.settings.seed, epoch, 2])
        training = self.training.glued(self.settings.glued, glue)
        plan = self._plan(training, epoch)
        total, tokens = torch.zeros(2, device=self.device), 0
        variants = None
        if self.settings.forms:
            generator = np.random.default_rng([self.settings.seed, epoch, 1])
            variants = self.settings.forms.draw(len(training.lengths), generator)
        for step, cpu_batch in enumerate(batches(training, plan, variants), 1):
            batch = cpu_batch.to(self.device)
            loss, distance = self._loss(batch, (epoch - 1 + step / len(plan)) / self.settings.epochs)
            self.optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            if self.settings.clip:
                torch.nn.utils.clip_grad_norm_(self.network.parameters(), self.settings.clip)
            self.optimizer.step()
            if self.callback:
                self.callback.after_step(self.optimizer.param_groups[0]["lr"])
            self.schedule.after_step(epoch)
            if self.settings.average:
                self._update_average()
            count = int(batch.lengths.sum())
            total += torch.stack([loss.detach(), distance.detach()]) * count
            tokens += count
            self.progress(step, len(plan))
        mean_loss, mean_distance = (total / tokens).tolist()
        return mean_loss, mean_distance

    def _loss(self, batch: Batch, done: float) -> tuple[torch.Tensor, torch.Tensor]:
        """Compute the loss of a batch, and the distance to the teacher's hidden states in it; both means per token.

        :param done: share of the training that is done, from 0 to 1.
        """
        states = self.network.encode(self.network.embed(self._hide(batch.features)), batch.index, batch.lengths)
        emissions = self.network.output(states)
        lengths = batch.lengths.to(self.device, non_blocking=True)
        inside = torch.arange(len(batch.index), device=self.device)[:, None] < lengths
        weights = inside * batch.weights  # (time, batch)
        if self.network.settings.output == "crf":
            hard = self.network.chain.negative_log_likelihood(emissions, batch.tags, lengths)  # (batch,)
        else:
            losses = F.cross_entropy(emissions.flatten(0, 1), batch.tags.flatten(), reduction="none")
            hard = (losses.view_as(weights) * inside).sum(0)
        if batch.soft is None:
            loss = (hard * batch.weights).sum() / weights.sum()
        else:
            loss = mixed_loss(hard, emissions, batch.soft, weights, batch.weights, self.settings.soft_share)
        if self.distillation is None or batch.hidden_states is None:
            return loss, torch.zeros_like(loss)
        distance = self.distillation.distance(states, batch.hidden_states, inside)
        return loss + self.distillation.loss(distance, done), distance

    def _hide(self, features: torch.Tensor) -> torch.Tensor:
        """Hide words' own entries, and single features, by the shares in the settings. *Shape:* (words, slots)."""
        draw = torch.rand(len(features), 1, device=self.device) < self.settings.word_dropout
        hidden = draw & self._own_entry[features]
        hidden |= torch.rand(features.shape, device=self.device) < self.settings.feature_dropout
        return features.masked_fill(hidden, 0)

    def _update_average(self) -> None:
        """Update the moving average of the weights.

        Its decay is lower at first, so that it forgets the random start.
        """
        self._taken += 1
        decay = min(self.settings.average, (1 + self._taken) / (10 + self._taken))
        with torch.no_grad():
            torch._foreach_lerp_(list(self._kept.parameters()), list(self.network.parameters()), 1 - decay)

    def _comparable_settings(self) -> dict[str, Any]:
        """Return the settings that a resumed run must share; it may ask for more epochs."""
        return asdict(self.settings) | {"epochs": 0}

    def _save(self) -> None:
        if self.state_path is None:
            return
        best = self._outcome()
        content = {
            "identity": self.identity,
            "settings": self._comparable_settings(),
            "epoch": self._epoch,
            "network": self.network.state_dict(),
            "guide": self.distillation.state_dict() if self.distillation else {},
            "kept": self._kept.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "schedule": self.schedule.state(),
            "history": self.history,
            "best_epoch": best.epoch,
            "best_weights": best.weights,
        }
        save_plain(content, self.state_path)

    def resume(self) -> bool:
        """Continue from the state file.

        :returns: whether there was one.
        :raises ModelError: it is of another training.
        """
        if self.state_path is None or not self.state_path.exists():
            return False
        content = load_plain(self.state_path)
        same = _as_plain(content.get("settings")) == _as_plain(self._comparable_settings())
        if content.get("identity") != self.identity or not same:
            message = "this state is of a training with other data or options; give those, or train without --resume"
            raise ModelError(f"{self.state_path}: {message}")
        self.history = content["history"]
        self._epoch = content["best_epoch"]
        self._kept.load_state_dict(content["best_weights"])
        report, f1 = self.evaluate()
        self._best = Outcome(content["best_weights"], content["best_epoch"], report, self.history, f1)
        self.network.load_state_dict(content["network"])
        self._kept.load_state_dict(content["kept"])
        if self.distillation:
            self.distillation.load_state_dict(content["guide"])
        self.optimizer.load_state_dict(content["optimizer"])
        self.schedule.restore(content["schedule"])
        self._taken = int(self.optimizer.state[self.network.output.weight]["step"])
        self._epoch = content["epoch"]
        return True


def _as_plain(settings: object) -> object:
    """Return tuples as lists, as a file gives them back."""
    if isinstance(settings, dict):
        return {key: _as_plain(value) for key, value in settings.items()}
    return [_as_plain(value) for value in settings] if isinstance(settings, (list, tuple)) else settings
