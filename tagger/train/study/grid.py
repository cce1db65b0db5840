"""The original's runs on the hub form of the data: cells, schedules, batch size, depth and width, as runs of the ordinary trainer."""

from dataclasses import replace

from tagger.train.student.network import NetworkSettings
from tagger.train.student.schedules import ScheduleSettings
from tagger.train.student.trainer import LoopSettings
from tagger.train.study.published import EPOCHS
from tagger.train.study.settings import SENTENCE_TOKENS, Cut, Run

SEED = 42
DROPOUT = 0.3  # the original names no figure
NAMES = {"rnn": "RNN", "gru": "GRU", "lstm": "LSTM"}
# Where the original does not name the schedule of its runs of depth and width, its best one stands: halved behind epochs 15 and 25.


def network(cut: Cut, cell: str = "lstm", layers: int = 3, units: int = 512, output: str = "softmax") -> NetworkSettings:
    """The original's network: bidirectional layers, their output normalised, one linear layer."""
    return NetworkSettings(cell=cell, layers=layers, width=cut.of_width(units), embedding=cut.embedding, dropout=DROPOUT, layer_norm=True, output=output)


def loop(cut: Cut, rate: float = 1e-4, schedule: ScheduleSettings | None = None, *, batch: int = 64, epochs: int = EPOCHS, seed: int = SEED) -> LoopSettings:
    """The original's training: Adam, batches of sentences in random order, nothing hidden, nothing clipped, no early stop."""
    return LoopSettings(
        epochs=cut.epoch(epochs),
        rate=cut.of_rate(rate),
        weight_decay=0.0,
        batch_tokens=SENTENCE_TOKENS * cut.of_batch(batch),
        batch_sentences=None if cut.like_length else cut.of_batch(batch),
        clip=0.0,
        patience=0,
        word_dropout=0.0,
        feature_dropout=0.0,
        seed=seed,
        schedule=schedule or ScheduleSettings(),
    )


def steps(cut: Cut, *milestones: int) -> ScheduleSettings:
    """The rate halved behind these epochs."""
    return ScheduleSettings("multi-step", gamma=0.5, milestones=tuple(sorted({cut.epoch(milestone) for milestone in milestones})))


def schedules(cut: Cut) -> dict[str, tuple[str, float, ScheduleSettings, int]]:
    """The original's schedules by name: what its table calls them, the rate, the settings, the epochs."""
    plateau = ScheduleSettings("plateau", gamma=0.1, patience=max(1, cut.epoch(3)))
    late = replace(plateau, start=cut.epoch(15))
    behind, cycle = cut.epoch(EPOCHS), max(2, cut.epoch(5))  # a cycle of one step would have no peak
    again = ScheduleSettings("one-cycle", highest=cut.of_rate(1e-2), start=behind + 1, period=cycle)
    whole = ScheduleSettings("one-cycle", highest=cut.of_rate(1e-2), period=cut.epoch(30))
    cosine = ScheduleSettings("cosine", start=cut.epoch(15), period=cut.epoch(30))
    return {
        "plateau": ("ReduceLROnPlateau(max, 0.1, patience 3)", 1e-4, plateau, behind),
        "plateau-late": ("the same from epoch 15", 1e-4, late, behind),
        "plateau-then-cycle": ("plateau, then OneCycleLR(1e-2, 5 steps) for 5 epochs more", 1e-4, replace(plateau, then=again), behind + cycle),
        "one-cycle": ("OneCycleLR(1e-2, 30 steps)", 1e-4, whole, behind),
        "cosine": ("CosineAnnealingLR(T_max 30) from epoch 15", 1e-3, cosine, behind),
        "six-steps": ("MultiStepLR(5, 10, 15, 20, 25, 30; 0.5)", 1e-3, steps(cut, 5, 10, 15, 20, 25, 30), behind),
        "two-steps": ("MultiStepLR(15, 25; 0.5)", 1e-3, steps(cut, 15, 25), behind),
    }


def grid(cut: Cut) -> list[Run]:
    """All runs on the hub form, in the order of the tables."""

    def run(name: str, table: str, label: str, shape: NetworkSettings, training: LoopSettings) -> Run:
        return Run(name, table, label, "hub", "pool", shape, training, cut=cut)

    runs = [run(f"cells-{cell}", "cells", NAMES[cell], network(cut, cell), loop(cut)) for cell in NAMES]
    for name, (label, rate, schedule, epochs) in schedules(cut).items():
        training = replace(loop(cut, rate, schedule), epochs=epochs)
        runs.append(run(f"schedules-{name}", "schedules", label, network(cut), training))
    halved = steps(cut, 15)
    runs.append(run("batch-32", "batch", "batch 32, rate 1e-3, MultiStepLR(15; 0.5)", network(cut), loop(cut, 1e-3, halved, batch=32)))
    runs.append(run("batch-128", "batch", "batch 128, rate 1e-2, MultiStepLR(15; 0.5)", network(cut), loop(cut, 1e-2, halved, batch=128)))
    twice = steps(cut, 15, 25)
    runs.append(run("depth-4", "depth and width", "four layers", network(cut, layers=4), loop(cut, 1e-3, twice)))
    runs.append(run("width-half", "depth and width", "256 units a direction", network(cut, units=256), loop(cut, 1e-3, twice)))
    return runs
