"""The runs of the study: the original's grid on the hub split, and the ladder from its recipe to the shipped model."""

import hashlib
import json
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from tagger.features.names import FeatureSettings
from tagger.train.student.loop_settings import LoopSettings
from tagger.train.student.network import NetworkSettings
from tagger.train.student.schedules import ScheduleSettings
from tagger.train.study.original import EMBEDDING, EPOCHS, WIDTH

SENTENCE_TOKENS = 19  # mean of the corpus, to convert batches of sentences to tokens
HIGHEST_RATE = 1e-2  # the highest that the original used; a factor on rates stops there
FORMAT = 1  # of records; with another number every run is repeated


@dataclass(frozen=True, slots=True)
class Cut:
    """Scale of the original's settings for a machine without a GPU; the defaults are full size.

    :param epochs: in place of the original's 30; schedules shrink with it.
    :param width: in place of its 512 units per direction.
    :param embedding: in place of its 512.
    :param subset: share of the training sentences or documents, from above 0 to 1.
    :param batch: in place of its batches of 64 sentences.
    :param like_length: batches hold sentences of similar length, with the tokens of as many average sentences: less
        padding, fewer steps of a layer.
    :param rate: factor on its learning rates, limited by :data:`HIGHEST_RATE`: a narrower network, trained for fewer
        steps, needs larger ones.
    """

    epochs: int = EPOCHS
    width: int = WIDTH
    embedding: int = EMBEDDING
    subset: float = 1.0
    batch: int = 64
    like_length: bool = False
    rate: float = 1.0

    def epoch(self, number: int) -> int:
        """Scale an epoch of the original; at least 1."""
        return max(1, round(number * self.epochs / EPOCHS))

    def of_width(self, units: int) -> int:
        """Scale a number of units of the original; at least 1."""
        return max(1, round(units * self.width / WIDTH))

    def of_batch(self, sentences: int) -> int:
        """Scale a batch of sentences of the original; at least 1."""
        return max(1, round(sentences * self.batch / 64))

    def of_rate(self, rate: float) -> float:
        """Scale a learning rate of the original."""
        return max(rate, min(rate * self.rate, HIGHEST_RATE))

    def describe(self) -> str:
        """Describe what was scaled down; empty if nothing was."""
        whole = Cut()
        parts = []
        for name, text in [
            ("epochs", "{} epochs for {}"),
            ("width", "{} units a direction for {}"),
            ("embedding", "embeddings of {} for {}"),
        ]:
            if (own := getattr(self, name)) != getattr(whole, name):
                parts.append(text.format(own, getattr(whole, name)))
        if self.subset < 1:
            parts.append(f"{self.subset:.0%} of the training data")
        if self.batch != whole.batch:
            parts.append(f"batches of {self.batch} for {whole.batch}")
        if self.like_length:
            parts.append("batches of sentences of like length, not of random ones")
        if self.rate != 1:
            parts.append(f"learning rates times {self.rate:g}, up to {HIGHEST_RATE:g}")
        return "; ".join(parts)


@dataclass(frozen=True, slots=True)
class Run:
    """One training.

    :param name: unique, fit for a file name; its row in the tables.
    :param table: the table that shows it.
    :param label: its name in the table.
    :param data: `hub`, `documents`, `documents and more`, or `fold 2 of 5`.
    :param vocabulary: `pool` (every word of training, development and test, as in the original), `unknown` (words of
        training that occur twice, and an unknown word), or `features` (of parts of words).
    :param deviation: standard deviation of the initial embeddings. 1 is torch's default, and so the original's;
        features, of which a word has many, start from the student's 0.1.
    """

    name: str
    table: str
    label: str
    data: str
    vocabulary: str
    network: NetworkSettings
    loop: LoopSettings
    deviation: float = 1.0
    features: FeatureSettings = field(default_factory=FeatureSettings)
    cut: Cut = field(default_factory=Cut)

    def with_seed(self, seed: int) -> "Run":
        """Return the run with another seed and a name that says so."""
        return replace(self, name=f"{self.name}-seed-{seed}", loop=replace(self.loop, seed=seed))

    def settings(self) -> dict[str, Any]:
        """Return all settings that influence the run, JSON types only."""
        content = {key: value for key, value in asdict(self).items() if key not in ("name", "table", "label")}
        plain: dict[str, Any] = json.loads(json.dumps(content))
        return plain

    def identity(self, fingerprints: dict[str, str]) -> str:
        """Return a digest of settings and data that identifies a finished run: 64 hexadecimal digits."""
        return digest_of({"format": FORMAT, "settings": self.settings(), "data": fingerprints})


def digest_of(content: object) -> str:
    """Return the SHA-256 of content of JSON types, whatever the order of its keys: 64 hexadecimal digits."""
    return hashlib.sha256(json.dumps(content, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


SEED = 42
DROPOUT = 0.3  # the original gives no value
NAMES = {"rnn": "RNN", "gru": "GRU", "lstm": "LSTM"}
# The original does not name the schedule of its runs of depth and width; its best one is used: halved after epochs 15
# and 25.


def network(
    cut: Cut, cell: str = "lstm", layers: int = 3, units: int = 512, output: str = "softmax"
) -> NetworkSettings:
    """Return the original's network: bidirectional layers, their output normalized, one linear layer."""
    return NetworkSettings(
        cell=cell,
        layers=layers,
        width=cut.of_width(units),
        embedding=cut.embedding,
        dropout=DROPOUT,
        layer_norm=True,
        output=output,
    )


def loop(
    cut: Cut,
    rate: float = 1e-4,
    schedule: ScheduleSettings | None = None,
    *,
    batch: int = 64,
) -> LoopSettings:
    """Return the original's training: Adam, random batches, no hidden features, no clipping, no early stop."""
    return LoopSettings(
        epochs=cut.epoch(EPOCHS),
        rate=cut.of_rate(rate),
        weight_decay=0.0,
        batch_tokens=SENTENCE_TOKENS * cut.of_batch(batch),
        batch_sentences=None if cut.like_length else cut.of_batch(batch),
        clip=0.0,
        patience=0,
        word_dropout=0.0,
        feature_dropout=0.0,
        seed=SEED,
        schedule=schedule or ScheduleSettings(),
    )


def steps(cut: Cut, *milestones: int) -> ScheduleSettings:
    """Return a schedule that halves the rate after these epochs."""
    return ScheduleSettings(
        "multi-step", gamma=0.5, milestones=tuple(sorted({cut.epoch(milestone) for milestone in milestones}))
    )


def schedules(cut: Cut) -> dict[str, tuple[str, float, ScheduleSettings, int]]:
    """Return the original's schedules by name: their names in its table, the rate, the settings, the epochs."""
    plateau = ScheduleSettings("plateau", gamma=0.1, patience=max(1, cut.epoch(3)))
    late = replace(plateau, start=cut.epoch(15))
    end, cycle = cut.epoch(EPOCHS), max(2, cut.epoch(5))  # a cycle of one step would have no peak
    again = ScheduleSettings("one-cycle", highest=cut.of_rate(1e-2), start=end + 1, period=cycle)
    whole = ScheduleSettings("one-cycle", highest=cut.of_rate(1e-2), period=cut.epoch(30))
    cosine = ScheduleSettings("cosine", start=cut.epoch(15), period=cut.epoch(30))
    return {
        "plateau": ("ReduceLROnPlateau(max, 0.1, patience 3)", 1e-4, plateau, end),
        "plateau-late": ("the same from epoch 15", 1e-4, late, end),
        "plateau-then-cycle": (
            "plateau, then OneCycleLR(1e-2, 5 steps) for 5 epochs more",
            1e-4,
            replace(plateau, then=again),
            end + cycle,
        ),
        "one-cycle": ("OneCycleLR(1e-2, 30 steps)", 1e-4, whole, end),
        "cosine": ("CosineAnnealingLR(T_max 30) from epoch 15", 1e-3, cosine, end),
        "six-steps": ("MultiStepLR(5, 10, 15, 20, 25, 30; 0.5)", 1e-3, steps(cut, 5, 10, 15, 20, 25, 30), end),
        "two-steps": ("MultiStepLR(15, 25; 0.5)", 1e-3, steps(cut, 15, 25), end),
    }


def grid(cut: Cut) -> list[Run]:
    """Return all runs on the hub split, in the order of the tables."""

    def run(name: str, table: str, label: str, shape: NetworkSettings, training: LoopSettings) -> Run:
        return Run(name, table, label, "hub", "pool", shape, training, cut=cut)

    runs = [run(f"cells-{cell}", "cells", NAMES[cell], network(cut, cell), loop(cut)) for cell in NAMES]
    for name, (label, rate, schedule, epochs) in schedules(cut).items():
        training = replace(loop(cut, rate, schedule), epochs=epochs)
        runs.append(run(f"schedules-{name}", "schedules", label, network(cut), training))
    halved = steps(cut, 15)
    runs.append(
        run(
            "batch-32",
            "batch",
            "batch 32, rate 1e-3, MultiStepLR(15; 0.5)",
            network(cut),
            loop(cut, 1e-3, halved, batch=32),
        )
    )
    runs.append(
        run(
            "batch-128",
            "batch",
            "batch 128, rate 1e-2, MultiStepLR(15; 0.5)",
            network(cut),
            loop(cut, 1e-2, halved, batch=128),
        )
    )
    twice = steps(cut, 15, 25)
    runs.append(run("depth-4", "depth and width", "four layers", network(cut, layers=4), loop(cut, 1e-3, twice)))
    runs.append(
        run("width-half", "depth and width", "256 units a direction", network(cut, units=256), loop(cut, 1e-3, twice))
    )
    return runs


SHIPS = "ladder-ships"
BY_SENTENCE = "cut-by-sentence"
# Name, name in plots, name in tables. Each step changes one thing of the step before.
STEPS = (
    (
        "ladder-original",
        "the original's recipe",
        "the original's recipe (LSTM, MultiStepLR(15, 25; 0.5) at 1e-3; words of the test part in the vocabulary)",
    ),
    ("ladder-unknown", "+ an unknown word", "the vocabulary cut from training alone, with an unknown word"),
    ("ladder-features", "+ features", "features of words' parts (affixes, shape, character n-grams)"),
    ("ladder-hidden", "+ hidden features", "words' own entries and single features hidden at random in training"),
    ("ladder-crf", "+ a CRF", "a linear-chain CRF on top"),
    ("ladder-more", "+ more data", "more data: the new documents of NER-UK 2.0, read as four classes"),
)
SHORT = {name: short for name, short, _ in STEPS} | {SHIPS: "what ships"}


def ladder(cut: Cut) -> list[Run]:
    """Return the trained steps of the ladder, in order."""
    training = loop(cut, 1e-3, steps(cut, 15, 25))
    original = Run("", "ladder", "", "documents", "pool", network(cut), training, cut=cut)
    unknown = replace(original, vocabulary="unknown")
    features = replace(unknown, vocabulary="features", deviation=0.1)
    hidden = replace(features, loop=replace(features.loop, word_dropout=0.2, feature_dropout=0.1))
    crf = replace(hidden, network=network(cut, output="crf"))
    more = replace(crf, data="documents and more")
    return [
        replace(run, name=name, label=label)
        for run, (name, _, label) in zip((original, unknown, features, hidden, crf, more), STEPS, strict=True)
    ]


def by_sentence(cut: Cut) -> Run:
    """Return the ladder's first step on the hub split, whose random split by sentence leaks names into test."""
    return replace(
        ladder(cut)[0], name=BY_SENTENCE, table="cut", label="the original's recipe, cut by sentence", data="hub"
    )


def folds(cut: Cut, count: int) -> list[Run]:
    """Return the cross-validation of the ladder's CRF step: trained on all folds but one, scored on that one."""
    crf = next(run for run in ladder(cut) if run.name == "ladder-crf")
    return [
        replace(
            crf,
            name=f"folds-{number}-of-{count}",
            table="folds",
            label=f"fold {number}",
            data=f"fold {number} of {count}",
        )
        for number in range(1, count + 1)
    ]
