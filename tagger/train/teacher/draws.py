"""What each epoch of a fine-tuning trains on, drawn from the seed and the number of the epoch alone."""

import hashlib
import random
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tagger.errors import DataError
from tagger.train.data.corpus import Document, Sentence
from tagger.train.data.labelled_text import PlainDocument
from tagger.train.data.sources import fingerprint
from tagger.train.teacher.augmentation import Augmenter
from tagger.train.teacher.encoder.tokenizer import SubwordTokenizer
from tagger.train.teacher.encoder.windows import Window, batches, cut_windows, subword_sentence
from tagger.train.teacher.label import Teacher


@dataclass(frozen=True, slots=True)
class FinetuneSettings:
    """Settings of the training.

    :param epochs: passes over the documents.
    :param batch: subwords of a batch.
    :param windows: longest windows in subwords; one is drawn for each document in each epoch, and 1 means single
        sentences.
    :param rate: highest learning rate of the encoder's top layer.
    :param head_rate: highest learning rate of the output layer.
    :param layer_decay: see :class:`tagger.train.teacher.optimizer.Optimizer`.
    :param frozen: the subword table, the positions and as many of the lowest layers stay as they are; 0 trains all.
    :param augment: swap names and change casing.
    :param lowered: share of documents that augmentation writes in lower case, drawn anew in each epoch.
    :param raised: share of documents that it writes in upper case.
    :param soft_share: share of an epoch's tokens that are labelled text, drawn anew in each epoch.
    """

    epochs: int = 6
    batch: int = 1536
    windows: tuple[int, ...] = (1, 64, 128, 192, 256)
    rate: float = 2e-4
    head_rate: float = 1e-3
    layer_decay: float = 0.9
    augment: bool = True
    seed: int = 1
    lowered: float = 0.15
    raised: float = 0.03
    soft_share: float = 0.4
    frozen: int = 0


class EpochDraws:
    """What each epoch trains on: documents, changed or not, cut into windows in random order."""

    def __init__(
        self,
        teacher: Teacher,
        training: Sequence[Document],
        soft: Sequence[PlainDocument],
        soft_tags: Sequence[str],
        settings: FinetuneSettings,
    ) -> None:
        self._training, self._soft, self._settings = training, soft, settings
        self._tokenizer, self._positions = teacher.tokenizer, teacher.encoder.settings.positions
        self._columns = _columns(soft_tags, teacher.tags)
        self._one_hot = dict(zip(teacher.tags, np.eye(len(teacher.tags), dtype=np.float32), strict=True))
        self._augmenter = Augmenter(training, lowered=settings.lowered, raised=settings.raised)
        self._share = settings.soft_share if soft else 0.0
        size = sum(
            len(self._tokenizer.word(token))
            for document in training
            for sentence in document.sentences
            for token in sentence.tokens
        )
        # sentence ends and padding add a tenth
        self.steps = int(settings.epochs * size * 1.1 / (1 - self._share) / settings.batch)

    @property
    def fingerprint(self) -> str:
        """Digest of the texts, their labels and the subwords."""
        digest = hashlib.sha256(fingerprint(self._training).encode())
        digest.update(self._tokenizer.definition.encode())
        for text in self._soft:
            digest.update("\n".join(token for tokens in text.sentences for token in tokens).encode())
            for rows in text.probabilities:
                digest.update(rows.tobytes())
        return digest.hexdigest()

    def epoch(self, number: int) -> list[tuple[list[Window], np.ndarray]]:
        """Draw an epoch's batches of windows, each with its targets, (tokens, tags)."""
        generator = random.Random(self._settings.seed * 1_000_003 + number)
        augment = self._settings.augment
        documents = [self._augmenter.change(own, generator) if augment else own for own in self._training]
        targets = [
            [np.stack([self._one_hot[tag] for tag in sentence.tags]) for sentence in document.sentences]
            for document in documents
        ]
        gold = sum(document.tokens for document in self._training)
        for text in draw(self._soft, self._share, gold, generator):
            document = Document(text.name, [Sentence(tokens, ()) for tokens in text.sentences])
            documents.append(self._augmenter.recase(document, generator) if augment else document)
            targets.append([rows[:, self._columns].astype(np.float32) for rows in text.probabilities])
        windows = _windows(documents, self._tokenizer, self._settings, self._positions, generator)
        groups = batches(windows, self._settings.batch)
        generator.shuffle(groups)
        return [
            (
                batch,
                np.concatenate(
                    [own for window in batch for own in targets[window.document][window.start : window.end]]
                ),
            )
            for batch in groups
        ]


def _columns(soft_tags: Sequence[str], tags: Sequence[str]) -> list[int]:
    """Return the column of each tag among those of the labelled text."""
    if soft_tags and set(soft_tags) != set(tags):
        own = f"the labelled text has the tags {', '.join(soft_tags)}, the training documents {', '.join(tags)}"
        raise DataError(f"{own}; give text of the same labels")
    return [list(soft_tags).index(tag) for tag in tags] if soft_tags else []


def draw(soft: Sequence[PlainDocument], share: float, gold: int, generator: random.Random) -> list[PlainDocument]:
    """Draw documents at random until they make up a share of all tokens.

    :param gold: number of the other tokens.
    """
    chosen, need = [], gold * share / (1 - share)
    for document in generator.sample(soft, len(soft)):
        if need <= 0:
            break
        chosen.append(document)
        need -= document.tokens
    return chosen


def _windows(
    documents: Sequence[Document],
    tokenizer: SubwordTokenizer,
    settings: FinetuneSettings,
    positions: int,
    generator: random.Random,
) -> list[Window]:
    windows: list[Window] = []
    longest = min(max(settings.windows), positions - 2)
    for number, document in enumerate(documents):
        sentences = [subword_sentence(sentence.tokens, tokenizer, longest) for sentence in document.sentences]
        # the first window ends anywhere, so that windows differ from epoch to epoch
        lead = generator.randrange(len(sentences)) if len(sentences) > 1 else 0
        core = min(generator.choice(settings.windows), longest)
        windows += cut_windows(number, sentences[:lead], core, 0)
        windows += (
            Window(window.subwords, window.firsts, number, window.start + lead, window.end + lead)
            for window in cut_windows(number, sentences[lead:], core, 0)
        )
    return windows
