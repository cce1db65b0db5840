"""Teachers: a fine-tuned encoder or a model file, and the mean of the tag probabilities of several."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import torch
from torch import Tensor, nn

from tagger.errors import ModelError
from tagger.inference.model_path import model_file
from tagger.tagger import Tagger
from tagger.train.data.labelled_text import PlainDocument
from tagger.train.teacher.checkpoint import load_checkpoint, save_checkpoint
from tagger.train.teacher.encoder.network import Encoder
from tagger.train.teacher.encoder.tokenizer import SubwordTokenizer
from tagger.train.teacher.encoder.windows import Window, batches, cut_windows, padded, subword_sentence
from tagger.train.teacher.optimizer import half_precision

CORE, MARGIN = 192, 32  # subwords of a window to be labelled, and of context on each side of it
BATCH = 8192  # subwords; memory limits it
TOGETHER = 200  # documents batched together: enough to find windows of similar length


class Labeller(Protocol):
    """Labels text with tag probabilities."""

    tags: list[str]

    def add_probabilities(
        self, documents: Sequence[PlainDocument], total: Sequence[np.ndarray], core: int, margin: int
    ) -> None:
        """Add the probability of each tag at each token of documents to sums.

        :param total: sums, one array per document.
            *Shape:* each (tokens, tags).
        :param core: subwords of a window to be labelled.
        :param margin: subwords of context on each side of it.
        """


@dataclass(slots=True)
class Teacher:
    """A fine-tuned encoder with a linear layer that scores the tags."""

    encoder: Encoder
    tokenizer: SubwordTokenizer
    head: nn.Linear
    tags: list[str]

    @classmethod
    def load(cls, path: str | Path, device: str = "cpu") -> "Teacher":
        """Read a teacher's checkpoint.

        :param device: torch device to work on.
        :raises ModelError: the file is no such checkpoint, or one without tags.
        """
        encoder, tokenizer, head, tags = load_checkpoint(path)
        if not tags:
            message = "this encoder was never fine-tuned; train it with `uk-tag-train teacher fit`"
            raise ModelError(f"{path}: {message}")
        layer = nn.Linear(encoder.settings.width, len(tags))
        layer.load_state_dict(head)
        return cls(encoder.to(device), tokenizer, layer.to(device), tags)

    def save(self, path: str | Path, notes: dict[str, Any]) -> None:
        """Write a checkpoint.

        :param notes: how the teacher was trained.
        """
        save_checkpoint(path, self.encoder, self.tokenizer, self.head.state_dict(), self.tags, notes)

    def add_probabilities(
        self, documents: Sequence[PlainDocument], total: Sequence[np.ndarray], core: int, margin: int
    ) -> None:
        """See :meth:`Labeller.add_probabilities`."""
        self.add(documents, total, core, margin, self.probabilities)

    def probabilities(self, layers: list[Tensor]) -> Tensor:
        """Compute the tags' probabilities from the states of each layer. *Shape:* (tokens, width) -> (tokens, tags)."""
        return torch.softmax(self.head(layers[-1].float()), -1)

    def add(
        self,
        documents: Sequence[PlainDocument],
        total: Sequence[np.ndarray],
        core: int,
        margin: int,
        take: Callable[[list[Tensor]], Tensor],
    ) -> None:
        """Add values that are computed from the layers' states at each token of documents to sums.

        :param total: sums, one array per document.
            *Shape:* each (tokens, values).
        :param core: subwords of a window to be read.
        :param margin: subwords of context on each side of it.
        :param take: computes the values from the states of each layer at some tokens.
            *Shape:* each (tokens, width) -> (tokens, values).
        """
        longest = self.encoder.settings.positions - 2 - 2 * margin
        core = min(core, longest)
        windows: list[Window] = []
        starts = []  # of each sentence in its document, in tokens
        for number, document in enumerate(documents):
            sentences = [subword_sentence(tokens, self.tokenizer, longest) for tokens in document.sentences]
            starts.append(np.cumsum([0, *map(len, document.sentences)]))
            windows += cut_windows(number, sentences, core, margin)
        self.encoder.eval()
        with torch.inference_mode():
            for batch in batches(windows, BATCH):
                subwords, mask, rows, columns = padded(batch, self.encoder.device)
                with half_precision(self.encoder.device):
                    layers = [states[rows, columns] for states in self.encoder.layer_states(subwords, mask)]
                values = take(layers).cpu().numpy()
                done = 0
                for window in batch:
                    first, count = starts[window.document][window.start], len(window.firsts)
                    total[window.document][first : first + count] += values[done : done + count]
                    done += count


class ModelTeacher:
    """A model file as a teacher: beside encoders, or for a student that is smaller or reads other text.

    It reads each sentence by itself.

    :param path: a model file, or the bare name of a model in the package.
    """

    def __init__(self, path: str | Path) -> None:
        self._tagger = Tagger.load(path, device="cpu")
        self.tags = list(self._tagger.bundle.tags)

    def add_probabilities(
        self, documents: Sequence[PlainDocument], total: Sequence[np.ndarray], core: int, margin: int
    ) -> None:
        """See :meth:`Labeller.add_probabilities`; there are no windows."""
        for document, sums in zip(documents, total, strict=True):
            done = 0
            for annotation in self._tagger.annotate(document.sentences, probabilities=True):
                sums[done : done + len(annotation.tags)] += annotation.probabilities
                done += len(annotation.tags)


def load_teacher(path: str, device: str = "cpu") -> Labeller:
    """Open a teacher's checkpoint on a torch device, or a model file, which works on the CPU. Raises ModelError."""
    return ModelTeacher(path) if model_file(path).suffix == ".onnx" else Teacher.load(path, device)


def check_tags(teachers: Sequence[Labeller]) -> None:
    """Raise ModelError if teachers have different tags."""
    if any(teacher.tags != teachers[0].tags for teacher in teachers):
        raise ModelError("these teachers have different tags; train them on the same data")


def tag_probabilities(
    teachers: Sequence[Labeller], documents: Sequence[PlainDocument], core: int = CORE, margin: int = MARGIN
) -> Iterator[list[np.ndarray]]:
    """Yield the mean probabilities of some teachers, document by document.

    :returns: one array per sentence. *Shape:* each (tokens, tags), float16.
    :raises ModelError: the teachers have different tags.
    """
    check_tags(teachers)
    for start in range(0, len(documents), TOGETHER):
        some = documents[start : start + TOGETHER]
        total = [np.zeros((document.tokens, len(teachers[0].tags)), np.float32) for document in some]
        for teacher in teachers:
            teacher.add_probabilities(some, total, core, margin)
        for document, sums in zip(some, total, strict=True):
            ends = np.cumsum([len(tokens) for tokens in document.sentences])
            yield np.split((sums / len(teachers)).astype(np.float16), ends[:-1])
