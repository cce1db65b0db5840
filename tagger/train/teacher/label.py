"""A fine-tuned teacher, and the probabilities that one or the mean of several give to every tag of every token of plain text."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
import torch
from torch import Tensor, nn

from tagger.decode import Transitions, viterbi_padded
from tagger.errors import ModelError
from tagger.train.teacher.checkpoint import load_checkpoint, save_checkpoint
from tagger.train.teacher.encoder import Encoder
from tagger.train.teacher.optimizer import half_precision
from tagger.train.teacher.plain_text import TextDocument
from tagger.train.teacher.tokenizer import Pieces
from tagger.train.teacher.windows import batches, cut_windows, padded, sentence_pieces

CORE, MARGIN = 192, 32  # pieces of a window to be labelled, and of context on each side of it
BATCH = 8192  # pieces; memory is what limits it
TOGETHER = 200  # documents cut into batches at once: enough to find windows of like length


class Teaching(Protocol):
    """What can label text."""

    tags: list[str]

    def add_probabilities(self, documents: Sequence[TextDocument], total: Sequence[np.ndarray], core: int, margin: int) -> None:
        """Add the probability of each tag at each token of documents to sums, one array a document. *Shape:* each (tokens, tags)."""


@dataclass(slots=True)
class Teacher:
    """An encoder with a linear layer that scores the tags."""

    encoder: Encoder
    pieces: Pieces
    head: nn.Linear
    tags: list[str]

    @classmethod
    def load(cls, path: str | Path, device: str = "cpu") -> "Teacher":
        """Read a teacher's checkpoint.

        :param device: of torch, where it is to work.
        :raises ModelError: no such checkpoint, or one without tags.
        """
        encoder, pieces, head, tags = load_checkpoint(path)
        if not tags:
            raise ModelError(f"{path}: this encoder was never fine-tuned; train it with the teacher's fit command")
        layer = nn.Linear(encoder.settings.width, len(tags))
        layer.load_state_dict(head)
        return cls(encoder.to(device), pieces, layer.to(device), tags)

    def save(self, path: str | Path, notes: dict) -> None:
        """Write a checkpoint, with notes on how the teacher was trained."""
        save_checkpoint(path, self.encoder, self.pieces, self.head.state_dict(), self.tags, notes)

    def add_probabilities(self, documents: Sequence[TextDocument], total: Sequence[np.ndarray], core: int, margin: int) -> None:
        """Add the probability of each tag at each token of documents to sums, one array a document. *Shape:* each (tokens, tags)."""
        self.add(documents, total, core, margin, lambda layers: torch.softmax(self.head(layers[-1].float()), -1))

    def add(self, documents: Sequence[TextDocument], total: Sequence[np.ndarray], core: int, margin: int, take: Callable[[list[Tensor]], Tensor]) -> None:
        """Add what `take` makes of the layers' states at each token of documents to sums, one array a document.

        :param take: the states of each layer at some tokens, *shape* each (tokens, width), to (tokens, figures).
        :param total: *shape* each (tokens, figures).
        :param core, margin: pieces of a window that are to be read, and of context on each side of it.
        """
        longest = self.encoder.settings.positions - 2 - 2 * margin
        core = min(core, longest)
        windows = []
        starts = []  # of each sentence in its document, in tokens
        for number, document in enumerate(documents):
            sentences = [sentence_pieces(tokens, self.pieces, longest) for tokens in document.sentences]
            starts.append(np.cumsum([0, *map(len, document.sentences)]))
            windows += cut_windows(number, sentences, core, margin)
        self.encoder.eval()
        with torch.inference_mode():
            for batch in batches(windows, BATCH):
                pieces, mask, rows, columns = padded(batch, self.encoder.device)
                with half_precision(self.encoder.device):
                    layers = [states[rows, columns] for states in self.encoder.layer_states(pieces, mask)]
                figures = take(layers).cpu().numpy()
                place = 0
                for window in batch:
                    first = starts[window.document][window.start]
                    total[window.document][first : first + len(window.firsts)] += figures[place : place + len(window.firsts)]
                    place += len(window.firsts)


def tag_probabilities(teachers: Sequence[Teaching], documents: Sequence[TextDocument], core: int = CORE, margin: int = MARGIN) -> Iterator[list[np.ndarray]]:
    """Mean probabilities of some teachers, document by document: for each sentence an array of *shape* (tokens, tags), float16.

    :raises ModelError: teachers of different tags.
    """
    if any(teacher.tags != teachers[0].tags for teacher in teachers):
        raise ModelError("these teachers have different tags; train them on the same data")
    for start in range(0, len(documents), TOGETHER):
        some = documents[start : start + TOGETHER]
        total = [np.zeros((sum(map(len, document.sentences)), len(teachers[0].tags)), np.float32) for document in some]
        for teacher in teachers:
            teacher.add_probabilities(some, total, core, margin)
        for document, sums in zip(some, total, strict=True):
            ends = np.cumsum([len(tokens) for tokens in document.sentences])
            yield np.split((sums / len(teachers)).astype(np.float16), ends[:-1])


def best_tags(probabilities: Iterable[np.ndarray], tags: Sequence[str]) -> list[list[str]]:
    """The best legal tags of each sentence, given arrays of *shape* (tokens, tags)."""
    transitions = Transitions.legal(tags)
    found = []
    for rows in probabilities:
        emissions = np.log(np.maximum(rows.astype(np.float32), 1e-6))[:, None, :]  # (tokens, 1, tags)
        path = viterbi_padded(emissions, np.array([len(emissions)]), transitions)
        found.append([tags[number] for number in path[:, 0]])
    return found


def label(
    teachers: Sequence[Teaching], documents: Iterable[TextDocument], log: Callable[[str], None], core: int = CORE, margin: int = MARGIN
) -> list[TextDocument]:
    """Copies of documents with the teachers' mean probabilities."""
    documents = list(documents)
    labelled = []
    for document, rows in zip(documents, tag_probabilities(teachers, documents, core, margin), strict=True):
        labelled.append(TextDocument(document.name, document.source, document.sentences, rows))
        if len(labelled) % TOGETHER == 0:
            log(f"{len(labelled)}/{len(documents)} documents labelled")
    return labelled
