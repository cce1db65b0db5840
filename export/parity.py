"""Parity of a model file with its checkpoint, tested on ragged batches before the file is written."""

import string
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import numpy as np

from tagger.errors import ModelError
from tagger.inference.session import Session
from tagger.tagger import Tagger
from tagger.train.student.checkpoint import Checkpoint
from tagger.train.student.torch_session import TorchSession
from tagger.validation import MEND

# Of scores of about 10: rounding errors of float32 over sums of hundreds of terms and dozens of steps.
TOLERANCE = 1e-3
LEAST_SHARE = 0.99
LETTERS = "абвгґдеєжзиіїйклмнопрстуфхцчшщьюя'’-" + string.ascii_letters + string.digits + ".,«»"


@dataclass(frozen=True, slots=True)
class Parity:
    """Result of a comparison.

    :param worst: largest difference between two scores.
    """

    sentences: int
    tokens: int
    worst: float


def random_sentences(count: int, seed: int, words: Sequence[str] = ()) -> list[list[str]]:
    """Make sentences of 1 to 60 tokens, each one of `words` or random letters; one is longer than a segment."""
    generator = np.random.default_rng(seed)
    letters = list(LETTERS)

    def token() -> str:
        if words and generator.random() < 0.7:
            return words[int(generator.integers(len(words)))]
        return "".join(generator.choice(letters, generator.integers(1, 14)).tolist())

    lengths = [*generator.integers(1, 60, count), 1, 700]
    return [[token() for _ in range(length)] for length in lengths]


def compare(
    content: bytes, checkpoint: Checkpoint, sentences: Sequence[Sequence[str]], batch_tokens: int = 1024
) -> Parity:
    """Compare both on the same sentences.

    :raises ModelError: a score differs by more than TOLERANCE, or a tag differs.
    """
    own = TorchSession(checkpoint.network(), checkpoint.vocabulary, checkpoint.tags)
    with tempfile.TemporaryDirectory() as folder:
        exported = _opened(content, Path(folder) / "model.onnx")
        recorded, expected = Recorder(exported), Recorder(own)
        tags = [
            Tagger(cast(Session, recorder), batch_tokens=batch_tokens).annotate(sentences)  # it has the same interface
            for recorder in (recorded, expected)
        ]
    worst = max(map(_difference, recorded.calls, expected.calls), default=0.0)
    if not worst <= TOLERANCE:
        differ = f"the exported graph and the checkpoint differ by up to {worst:.2g} in a score"
        raise ModelError(f"{differ} (allowed: {TOLERANCE:g}); nothing was written")
    for number, (exported_tags, own_tags) in enumerate(zip(*tags, strict=True), 1):
        if exported_tags.tags != own_tags.tags:
            differ = f"the exported graph and the checkpoint tag sentence {number} of the comparison differently"
            raise ModelError(f"{differ}; nothing was written")
    return Parity(len(sentences), sum(map(len, sentences)), worst)


def compare_int8(content: bytes, exact: bytes, sentences: Sequence[Sequence[str]]) -> float:
    """Compare an int8 file with itself in batches of several sizes, and with its float32 twin.

    :returns: share of equal tags.
    :raises ModelError: a score depends on the batch, or fewer than LEAST_SHARE of the tags are the same.
    """
    with tempfile.TemporaryDirectory() as folder:
        files = {"int8.onnx": content, "float32.onnx": exact}
        sessions = [_opened(part, Path(folder) / name) for name, part in files.items()]
    ways = []
    for batch_tokens, order in ((1, 1), (1024, 1), (65536, -1)):
        annotations = Tagger(sessions[0], batch_tokens=batch_tokens).annotate(sentences[::order], probabilities=True)
        ways.append(annotations[::order])
    for others in ways[1:]:
        for number, (one, other) in enumerate(zip(ways[0], others, strict=True), 1):
            if not np.array_equal(np.asarray(one.probabilities), np.asarray(other.probabilities)):
                depend = f"in int8 the scores of sentence {number} of the comparison depend on its neighbours"
                raise ModelError(f"{depend}; nothing was written")
    expected = Tagger(sessions[1]).annotate(sentences)
    pairs = [
        (one, other)
        for own, true in zip(ways[0], expected, strict=True)
        for one, other in zip(own.tags, true.tags, strict=True)
    ]
    share = sum(one == other for one, other in pairs) / len(pairs)
    if share < LEAST_SHARE:
        raise ModelError(f"in int8 only {share:.1%} of the tags are those of float32; nothing was written, use float32")
    return share


def _opened(content: bytes, path: Path) -> Session:
    """Write a model to `path`, and open it as uk-tag does.

    :raises ModelError: uk-tag would refuse it.
    """
    path.write_bytes(content)
    try:
        return Session(path, device="cpu")
    except ModelError as error:
        reason = str(error).removeprefix(f"{path}: ").removesuffix(f"; {MEND}")
        raise ModelError(f"uk-tag could not open the exported file: {reason}; nothing was written") from None


class Recorder:
    """A session that records its results: pairs of emissions and lengths."""

    def __init__(self, session: Session | TorchSession) -> None:
        self._session = session
        self.bundle, self.device = session.bundle, session.device
        self.width, self.kind = session.width, session.kind
        self.takes_table, self.embed = session.takes_table, session.embed
        self.calls: list[tuple[np.ndarray, np.ndarray]] = []

    def emissions(self, vectors: np.ndarray, index: np.ndarray, lengths: np.ndarray) -> np.ndarray:
        """See :meth:`tagger.inference.session.Session.emissions`."""
        scores = self._session.emissions(vectors, index, lengths)
        self.calls.append((scores, lengths))
        return scores


def _difference(one: tuple[np.ndarray, np.ndarray], other: tuple[np.ndarray, np.ndarray]) -> float:
    """Return the largest difference within sentences; NaN counts as infinite."""
    (scores, lengths), (others, _) = one, other
    inside = np.arange(len(scores))[:, None] < lengths
    worst = np.abs(scores - others)[inside].max()
    return float(worst) if np.isfinite(worst) else float("inf")
