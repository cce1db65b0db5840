"""Learning-rate schedules: torch's own, each with an optional epoch before which the rate stays constant."""

from dataclasses import dataclass
from typing import Any

from torch.optim import Optimizer, lr_scheduler

SCHEDULES = ("none", "plateau", "one-cycle", "cosine", "multi-step")


@dataclass(frozen=True, slots=True)
class ScheduleSettings:
    """A learning-rate schedule.

    :param name: one of SCHEDULES.
    :param start: the first epoch, from 1, in which the schedule acts.
    :param highest: peak of one-cycle; None means ten times the rate.
    :param gamma: factor of plateau and multi-step.
    :param patience: epochs without a better score before plateau acts.
    :param milestones: epochs after which multi-step acts, counted from the schedule's start.
    :param per_step: cosine and one-cycle act at each batch instead of each epoch.
    :param period: epochs of a half cosine or a whole cycle; None means all remaining epochs.
    :param then: a one-cycle that takes over at its own start.
    """

    name: str = "none"
    start: int = 1
    highest: float | None = None
    gamma: float = 0.1
    patience: int = 3
    milestones: tuple[int, ...] = (15, 25)
    per_step: bool = False
    period: int | None = None
    then: "ScheduleSettings | None" = None


class Schedule:
    """Changes the optimizer's rate.

    Call :meth:`before_epoch`, :meth:`after_step` and :meth:`after_epoch` as their names say.

    :param epochs: epochs of the whole training.
    :param steps: batches per epoch.
    """

    def __init__(self, optimizer: Optimizer, settings: ScheduleSettings, epochs: int, steps: int) -> None:
        self.settings = settings
        self._optimizer = optimizer
        self._left = settings.period or max(1, epochs - settings.start + 1)
        if settings.per_step:
            self._left *= steps
        self._moves = self._left
        self._highest = settings.highest or 10 * optimizer.param_groups[0]["lr"]
        # one-cycle sets its own first rate at once, so it is made when it starts
        waits = settings.name == "one-cycle" and settings.start > 1
        self._scheduler = None if waits else self._make()
        self._then = Schedule(optimizer, settings.then, epochs, steps) if settings.then else None

    def _make(self) -> lr_scheduler.LRScheduler | None:
        settings, optimizer = self.settings, self._optimizer
        match settings.name:
            case "plateau":
                return lr_scheduler.ReduceLROnPlateau(optimizer, "max", settings.gamma, settings.patience)
            case "one-cycle":
                return lr_scheduler.OneCycleLR(optimizer, self._highest, total_steps=self._moves + 1)
            case "cosine":
                return lr_scheduler.CosineAnnealingLR(optimizer, T_max=self._moves)
            case "multi-step":
                return lr_scheduler.MultiStepLR(optimizer, list(settings.milestones), settings.gamma)
        return None

    def _successor(self, epoch: int) -> "Schedule | None":
        """Return the schedule that has taken over by this epoch, if there is one."""
        return self._then if self._then is not None and epoch >= self._then.settings.start else None

    def before_epoch(self, epoch: int) -> None:
        """Start a schedule that begins at this epoch, counted from 1."""
        if successor := self._successor(epoch):
            successor.before_epoch(epoch)
        elif self.settings.name == "one-cycle" and self._scheduler is None and epoch >= self.settings.start:
            self._scheduler = self._make()

    def after_step(self, epoch: int) -> None:
        """Act after a batch of `epoch`, counted from 1."""
        if successor := self._successor(epoch):
            successor.after_step(epoch)
        elif self.settings.per_step and self.settings.name in ("cosine", "one-cycle"):
            self._move(epoch)

    def after_epoch(self, epoch: int, score: float) -> None:
        """Act after `epoch`, counted from 1, whose development score was `score`."""
        if successor := self._successor(epoch):
            successor.after_epoch(epoch, score)
        elif isinstance(self._scheduler, lr_scheduler.ReduceLROnPlateau):
            if epoch >= self.settings.start:
                self._scheduler.step(score)
        elif not self.settings.per_step or self.settings.name == "multi-step":
            self._move(epoch)

    def _move(self, epoch: int) -> None:
        left = self._left > 0 or self.settings.name == "multi-step"
        if self._scheduler is not None and epoch >= self.settings.start and left:
            self._scheduler.step()
            self._left -= 1

    def state(self) -> dict[str, Any]:
        """Return plain data from which :meth:`restore` continues."""
        state: dict[str, Any] = {"left": self._left}
        if self._then is not None:
            state["then"] = self._then.state()
        if self._scheduler is not None:
            state["moves"] = {key: value for key, value in self._scheduler.state_dict().items() if _plain(value)}
        return state

    def restore(self, state: dict[str, Any]) -> None:
        """Continue from :meth:`state`."""
        self._left = state["left"]
        if self._then is not None:
            self._then.restore(state["then"])
        if "moves" in state:
            self._scheduler = self._scheduler or self._make()
            if self._scheduler is not None:
                self._scheduler.load_state_dict(state["moves"])


def _plain(value: object) -> bool:
    return not callable(value) and not (isinstance(value, list) and any(map(callable, value)))
