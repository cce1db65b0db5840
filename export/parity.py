"""Whether a model file gives what its checkpoint gives, tried on ragged batches before the file is written."""

import string
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from tagger.errors import ModelError
from tagger.session import Session
from tagger.tagger import Tagger
from tagger.train.checkpoint import Checkpoint
from tagger.train.local import LocalSession

TOLERANCE = 1e-3  # of scores whose size is about 10: rounding of float32 over sums of some hundred terms and some dozen steps
LETTERS = "абвгґдеєжзиіїйклмнопрстуфхцчшщьюя'’-" + string.ascii_letters + string.digits + ".,«»"


@dataclass(frozen=True, slots=True)
class Parity:
    """What a comparison found. `worst` is the largest difference between two scores."""

    sentences: int
    tokens: int
    worst: float


def random_sentences(count: int, seed: int, words: Sequence[str] = ()) -> list[list[str]]:
    """Sentences of 1 to 60 tokens, each a word of `words` or random letters; among them one longer than a segment."""
    generator = np.random.default_rng(seed)
    letters = list(LETTERS)

    def token() -> str:
        if words and generator.random() < 0.7:
            return words[generator.integers(len(words))]
        return "".join(generator.choice(letters, generator.integers(1, 14)))

    lengths = [*generator.integers(1, 60, count), 1, 700]
    return [[token() for _ in range(length)] for length in lengths]


def compare(content: bytes, checkpoint: Checkpoint, sentences: Sequence[Sequence[str]], batch_tokens: int = 1024) -> Parity:
    """Run both over the same sentences.

    :raises ModelError: a score differs by more than TOLERANCE, or a tag differs.
    """
    own = LocalSession(checkpoint.network(), checkpoint.vocabulary, checkpoint.tags)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.onnx"
        path.write_bytes(content)
        exported = Session(path, device="cpu")
        recorded, expected = Recorder(exported), Recorder(own)
        tags = [Tagger(recorder, batch_tokens=batch_tokens).annotate(sentences) for recorder in (recorded, expected)]
    worst = max(map(_difference, recorded.calls, expected.calls), default=0.0)
    if not worst <= TOLERANCE:
        raise ModelError(f"the exported graph and the checkpoint differ by up to {worst:.2g} in a score (allowed: {TOLERANCE:g}); nothing was written")
    for number, (exported_tags, own_tags) in enumerate(zip(*tags, strict=True), 1):
        if exported_tags.tags != own_tags.tags:
            raise ModelError(f"the exported graph and the checkpoint tag sentence {number} of the comparison differently; nothing was written")
    return Parity(len(sentences), sum(map(len, sentences)), worst)


class Recorder:
    """A session that remembers what it gave: pairs of emissions and lengths."""

    def __init__(self, session: Session | LocalSession) -> None:
        self._session = session
        self.bundle = session.bundle
        self.calls: list[tuple[np.ndarray, np.ndarray]] = []

    def emissions(self, features: np.ndarray, index: np.ndarray, lengths: np.ndarray) -> np.ndarray:
        """As :meth:`tagger.session.Session.emissions`."""
        scores = self._session.emissions(features, index, lengths)
        self.calls.append((scores, lengths))
        return scores


def _difference(one: tuple[np.ndarray, np.ndarray], other: tuple[np.ndarray, np.ndarray]) -> float:
    """The largest difference within sentences. NaN anywhere counts as infinite."""
    (scores, lengths), (others, _) = one, other
    inside = np.arange(len(scores))[:, None] < lengths
    worst = np.abs(scores - others)[inside].max()
    return float(worst) if np.isfinite(worst) else float("inf")
