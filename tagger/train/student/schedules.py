"""Learning-rate schedules: torch's own, each with an optional epoch before which the rate stays as it is."""

from dataclasses import dataclass

from torch.optim import Optimizer, lr_scheduler

SCHEDULES = ("none", "plateau", "one-cycle", "cosine", "multi-step")


@dataclass(frozen=True, slots=True)
class ScheduleSettings:
    """How the learning rate moves.

    :param name: one of SCHEDULES.
    :param start: the first epoch, counted from 1, that the schedule acts on.
    :param highest: the peak of one-cycle; `None` means ten times the rate.
    :param gamma: the factor of plateau and multi-step.
    :param patience: epochs without a better score before plateau acts.
    :param milestones: epochs after which multi-step acts, counted from the schedule's start.
    :param per_step: cosine and one-cycle move at each batch instead of each epoch.
    :param period: epochs of a half cosine or a whole cycle; `None` means all epochs that are left.
    :param then: the one-cycle that takes over at its own start, where there is one.
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
    """Moves the optimizer's rate; call :meth:`after_step` behind each batch and :meth:`after_epoch` behind each epoch.

    :param epochs: epochs of the whole training.
    :param steps: batches of one epoch.
    """

    def __init__(self, optimizer: Optimizer, settings: ScheduleSettings, epochs: int, steps: int) -> None:
        self.settings = settings
        moves = settings.period or max(1, epochs - settings.start + 1)
        if settings.per_step:
            moves *= steps
        match settings.name:
            case "plateau":
                self._moves = lr_scheduler.ReduceLROnPlateau(optimizer, mode="max", factor=settings.gamma, patience=settings.patience)
            case "one-cycle":
                highest = settings.highest or 10 * optimizer.param_groups[0]["lr"]
                # one-cycle sets its own first rate at once, so it waits for its start
                self._moves = None if settings.start > 1 else lr_scheduler.OneCycleLR(optimizer, highest, total_steps=moves + 1)
                self._later = lambda: lr_scheduler.OneCycleLR(optimizer, highest, total_steps=moves + 1)
            case "cosine":
                self._moves = lr_scheduler.CosineAnnealingLR(optimizer, T_max=moves)
            case "multi-step":
                self._moves = lr_scheduler.MultiStepLR(optimizer, list(settings.milestones), settings.gamma)
            case _:
                self._moves = None
        self._left = moves
        self._then = Schedule(optimizer, settings.then, epochs, steps) if settings.then else None

    def _acting(self, epoch: int) -> "Schedule":
        return self._then if self._then is not None and epoch >= self._then.settings.start else self

    def before_epoch(self, epoch: int) -> None:
        """Wake a schedule that starts at this epoch, counted from 1."""
        if self._acting(epoch) is not self:
            self._then.before_epoch(epoch)
        elif self.settings.name == "one-cycle" and self._moves is None and epoch >= self.settings.start:
            self._moves = self._later()

    def after_step(self, epoch: int) -> None:
        """Behind each batch of `epoch`, counted from 1."""
        if self._acting(epoch) is not self:
            self._then.after_step(epoch)
        elif self.settings.per_step and self.settings.name in ("cosine", "one-cycle"):
            self._move(epoch)

    def after_epoch(self, epoch: int, score: float) -> None:
        """Behind `epoch`, counted from 1, whose development score was `score`."""
        if self._acting(epoch) is not self:
            self._then.after_epoch(epoch, score)
        elif self.settings.name == "plateau":
            if epoch >= self.settings.start:
                self._moves.step(score)
        elif not self.settings.per_step or self.settings.name == "multi-step":
            self._move(epoch)

    def _move(self, epoch: int) -> None:
        if self._moves is not None and epoch >= self.settings.start and (self._left > 0 or self.settings.name == "multi-step"):
            self._moves.step()
            self._left -= 1

    def state(self) -> dict:
        """Plain data from which :meth:`restore` goes on."""
        state = {"left": self._left}
        if self._then is not None:
            state["then"] = self._then.state()
        if self._moves is not None:
            state["moves"] = {key: value for key, value in self._moves.state_dict().items() if _plain(value)}
        return state

    def restore(self, state: dict) -> None:
        """Go on from :meth:`state`."""
        self._left = state["left"]
        if self._then is not None:
            self._then.restore(state["then"])
        if "moves" in state:
            if self._moves is None:
                self._moves = self._later()
            self._moves.load_state_dict(state["moves"])


def _plain(value: object) -> bool:
    return not callable(value) and not (isinstance(value, list) and any(map(callable, value)))
