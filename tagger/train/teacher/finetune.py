"""Fine-tuning of an encoder for tagging: a linear layer over the first piece of each token (Devlin et al. 2019), trained on windows of documents.

Windows have chance lengths, down to one sentence, so that the teacher reads both with and without a document around it.
"""

import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from tagger.errors import DataError
from tagger.tags import tag_set
from tagger.train.data.corpus import Document, Sentence, labels
from tagger.train.data.perturbations import VARIANTS, copies
from tagger.train.evaluation.metrics import Report, score
from tagger.train.teacher.augmentation import Augmenter
from tagger.train.teacher.encoder import Encoder
from tagger.train.teacher.label import Teacher, Teaching, best_tags, tag_probabilities
from tagger.train.teacher.optimizer import Optimiser, half_precision
from tagger.train.teacher.plain_text import TextDocument, plain_documents
from tagger.train.teacher.tokenizer import Pieces
from tagger.train.teacher.windows import Window, batches, cut_windows, padded, sentence_pieces


@dataclass(frozen=True, slots=True)
class FinetuneSettings:
    """How to train.

    :param epochs: passes over the documents.
    :param batch: pieces of a batch.
    :param windows: longest windows in pieces, one of which is drawn for each document in each epoch; 1 means single sentences.
    :param rate, head_rate: highest learning rates of the encoder's top layer and of the output layer.
    :param layer_decay: see :class:`tagger.train.teacher.optimizer.Optimiser`.
    :param augment: whether to swap names and recase letters.
    :param lowered, raised: share of documents that are then lower-cased, upper-cased, drawn anew in each epoch.
    :param soft_share: share of an epoch's tokens that are of labelled text, drawn anew in each epoch.
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


def finetune(
    encoder: Encoder,
    pieces: Pieces,
    training: Sequence[Document],
    development: Sequence[Document],
    settings: FinetuneSettings,
    log: Callable[[str], None],
    classes: Sequence[str] = (),
    soft: Sequence[TextDocument] = (),
    soft_tags: Sequence[str] = (),
) -> Teacher:
    """Train an encoder in place.

    :param classes: labels, in the order of the tags; those of the training documents where none are given.
    :param soft: text that others labelled, to learn from beside the training documents (Xie et al. 2020), and the tags that its probabilities are over.
    :returns: the teacher.
    :raises DataError: no entity in the training documents, or tags in the labelled text that these have not.
    """
    names = list(classes) or labels(training)
    if not names:
        raise DataError("no entity in the training documents; give documents with B- and I- tags")
    torch.manual_seed(settings.seed)
    generator = random.Random(settings.seed)
    tags = tag_set(names)
    one_hot = dict(zip(tags, np.eye(len(tags), dtype=np.float32), strict=True))
    columns_of = _columns(soft_tags, tags)
    share = settings.soft_share if soft else 0.0
    head = nn.Linear(encoder.settings.width, len(tags))
    nn.init.normal_(head.weight, std=0.02)
    nn.init.zeros_(head.bias)
    device = encoder.device
    head.to(device)
    augmenter = Augmenter(training, lowered=settings.lowered, raised=settings.raised)
    size = sum(len(pieces.word(token)) for document in training for sentence in document.sentences for token in sentence.tokens)
    steps = int(settings.epochs * size * 1.1 / (1 - share) / settings.batch)  # sentence ends and padding add a tenth
    optimiser = Optimiser(encoder, head.parameters(), rate=settings.rate, head_rate=settings.head_rate, layer_decay=settings.layer_decay, steps=steps)
    teacher = Teacher(encoder, pieces, head, tags)
    for epoch in range(1, settings.epochs + 1):
        began = time.monotonic()
        encoder.train()
        documents = [augmenter.change(document, generator) if settings.augment else document for document in training]
        targets = [[np.stack([one_hot[tag] for tag in sentence.tags]) for sentence in document.sentences] for document in documents]
        for text in draw(soft, share, sum(document.tokens for document in training), generator):
            document = Document(text.name, [Sentence(tokens, ()) for tokens in text.sentences])
            documents.append(augmenter.recase(document, generator) if settings.augment else document)
            targets.append([rows[:, columns_of].astype(np.float32) for rows in text.probabilities])
        groups = batches(_windows(documents, pieces, settings, encoder.settings.positions, generator), settings.batch)
        generator.shuffle(groups)
        total = torch.zeros((), device=device)
        for batch in groups:
            tokens, mask, rows, columns = padded(batch, device)
            wanted = torch.from_numpy(np.concatenate([rows for window in batch for rows in targets[window.document][window.start : window.end]])).to(device)
            with half_precision(device):
                states = encoder(tokens, mask)[rows, columns]  # (tokens, width)
            # dropped before it is float32: the pool of random bits is of one type
            loss = F.cross_entropy(head(encoder.dropout(states).float()), wanted)
            optimiser.step(loss)
            total += loss.detach()
        line = f"epoch {epoch}/{settings.epochs} step {optimiser.step_number}/{steps} loss {total.item() / len(groups):.4f}"
        if development:
            line += f" development F1 {evaluate([teacher], development).micro.f1:.4f}"
        log(f"{line} {time.monotonic() - began:.0f} s")
    return teacher


def _columns(soft_tags: Sequence[str], tags: Sequence[str]) -> list[int]:
    """Where each tag stands among those of labelled text."""
    if soft_tags and set(soft_tags) != set(tags):
        raise DataError(f"the labelled text has the tags {', '.join(soft_tags)}, the training documents {', '.join(tags)}; give text of the same labels")
    return [list(soft_tags).index(tag) for tag in tags] if soft_tags else []


def draw(soft: Sequence[TextDocument], share: float, gold: int, generator: random.Random) -> list[TextDocument]:
    """Documents drawn by chance, until they make such a share of all tokens."""
    chosen, need = [], gold * share / (1 - share)
    for document in generator.sample(soft, len(soft)):
        if need <= 0:
            break
        chosen.append(document)
        need -= sum(map(len, document.sentences))
    return chosen


def _windows(documents: Sequence[Document], pieces: Pieces, settings: FinetuneSettings, positions: int, generator: random.Random) -> list[Window]:
    windows: list[Window] = []
    for number, document in enumerate(documents):
        sentences = [sentence_pieces(sentence.tokens, pieces, min(max(settings.windows), positions - 2)) for sentence in document.sentences]
        # the first window ends anywhere, so that windows are not the same in all epochs
        lead = generator.randrange(len(sentences)) if len(sentences) > 1 else 0
        core = generator.choice(settings.windows)
        windows += cut_windows(number, sentences[:lead], core, 0)
        windows += (
            Window(window.pieces, window.firsts, number, window.start + lead, window.end + lead) for window in cut_windows(number, sentences[lead:], core, 0)
        )
    return windows


def predict(teachers: Sequence[Teaching], documents: Sequence[Document], core: int = 192, margin: int = 32) -> list[list[str]]:
    """The best legal tags of every sentence, of the teachers' mean probabilities."""
    rows = tag_probabilities(teachers, plain_documents(documents), core, margin)
    return best_tags((probabilities for document in rows for probabilities in document), teachers[0].tags)


def evaluate(teachers: Sequence[Teaching], documents: Sequence[Document], core: int = 192, margin: int = 32) -> Report:
    """Strict entity scores of the mean of some teachers."""
    gold = [sentence.tags for document in documents for sentence in document.sentences]
    return score(gold, predict(teachers, documents, core, margin))


def evaluate_variants(teachers: Sequence[Teaching], documents: Sequence[Document]) -> dict[str, Report]:
    """Reports by name: `all`, `single sentences` without the document around them, and one for each copy in one case."""
    reports = {"all": evaluate(teachers, documents), "single sentences": evaluate(teachers, documents, core=1, margin=0)}
    for name, change in VARIANTS.items():
        reports[name] = evaluate(teachers, copies(documents, change))
    return reports
