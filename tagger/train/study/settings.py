"""What one run of the study is: data, vocabulary, network and training, and how far it is cut down from the original's settings."""

import hashlib
import json
from dataclasses import asdict, dataclass, field, replace

from tagger.features import FeatureSettings
from tagger.train.student.network import NetworkSettings
from tagger.train.student.trainer import LoopSettings
from tagger.train.study import published

SENTENCE_TOKENS = 19  # the mean of the corpus: what a batch of so many sentences is in tokens
HIGHEST_RATE = 1e-2  # the highest that the original used: a factor on rates does not go above it
FORMAT = 1  # of records; another number makes every run anew


@dataclass(frozen=True, slots=True)
class Cut:
    """How the original's settings are cut down for a machine without a GPU; as it stands, not at all.

    :param epochs: stands for the original's 30; schedules shrink with it.
    :param width: stands for its 512 units a direction, `embedding` for its 512.
    :param subset: share of the training sentences or documents, from above 0 to 1.
    :param batch: sentences that stand for its batches of 64.
    :param like_length: batches hold sentences of like length, as many tokens as the sentences that they stand for: less padding, fewer steps of a layer.
    :param rate: factor on its learning rates, none going above :data:`HIGHEST_RATE`: a narrower network, trained for fewer steps, wants longer ones.
    """

    epochs: int = published.EPOCHS
    width: int = published.WIDTH
    embedding: int = published.EMBEDDING
    subset: float = 1.0
    batch: int = 64
    like_length: bool = False
    rate: float = 1.0

    def epoch(self, number: int) -> int:
        """The epoch, at least 1, that stands for an epoch of the original."""
        return max(1, round(number * self.epochs / published.EPOCHS))

    def of_width(self, units: int) -> int:
        """The width, at least 1, that stands for so many units of the original."""
        return max(1, round(units * self.width / published.WIDTH))

    def of_batch(self, sentences: int) -> int:
        """The batch, at least 1, that stands for so many sentences of the original."""
        return max(1, round(sentences * self.batch / 64))

    def of_rate(self, rate: float) -> float:
        """The rate that stands for one of the original."""
        return max(rate, min(rate * self.rate, HIGHEST_RATE))

    def describe(self) -> str:
        """What was cut, for people; empty where nothing was."""
        whole = Cut()
        parts = []
        for name, text in [("epochs", "{} epochs for {}"), ("width", "{} units a direction for {}"), ("embedding", "embeddings of {} for {}")]:
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

    :param name: distinct, fit for a file name; its row in the tables.
    :param table: the table that it stands in.
    :param label: what the table calls it.
    :param data: `hub`, `documents`, `documents and more`, or `fold 2 of 5`.
    :param vocabulary: `pool` (every word of training, development and test: as the original had it), `unknown` (words of training that occur twice,
        and an unknown word), or `features` (of words' parts).
    :param deviation: of the normal distribution that embeddings start from. 1 is torch's own, and so the original's; features, of which a word has
        many, start from the trainer's 0.1.
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
        """The same with another seed, and a name that says so."""
        return replace(self, name=f"{self.name}-seed-{seed}", loop=replace(self.loop, seed=seed))

    def settings(self) -> dict:
        """All that decides what the run does, JSON types only: no name, no label."""
        content = asdict(self)
        return json.loads(json.dumps({key: value for key, value in content.items() if key not in ("name", "table", "label")}))

    def identity(self, fingerprints: dict[str, str]) -> str:
        """A digest of the settings and of the data, by which a finished run is known again. 64 hexadecimal digits."""
        return digest_of({"format": FORMAT, "settings": self.settings(), "data": fingerprints})


def digest_of(content: object) -> str:
    """SHA-256 of content of JSON types, whatever the order of its keys. 64 hexadecimal digits."""
    return hashlib.sha256(json.dumps(content, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
