"""Fine-tuning of an encoder for tagging: a linear layer over the first subword of each token (Devlin et al. 2019).

It is trained on windows of documents. Windows have random lengths, down to one sentence, so that the teacher learns to
read both with and without context.
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
from tagger.train.data.labelled_text import PlainDocument, best_tags
from tagger.train.data.perturbations import STANDARD_PERTURBATIONS, perturbed
from tagger.train.evaluation.metrics import Report, score
from tagger.train.teacher.augmentation import Augmenter
from tagger.train.teacher.encoder import Encoder
from tagger.train.teacher.label import CORE, MARGIN, Labeller, Teacher, tag_probabilities
from tagger.train.teacher.optimizer import Optimizer, half_precision
from tagger.train.teacher.plain_text import plain_documents
from tagger.train.teacher.tokenizer import SubwordTokenizer
from tagger.train.teacher.windows import Window, batches, cut_windows, padded, subword_sentence


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


def finetune(
    encoder: Encoder,
    tokenizer: SubwordTokenizer,
    training: Sequence[Document],
    development: Sequence[Document],
    settings: FinetuneSettings,
    log: Callable[[str], None],
    soft: Sequence[PlainDocument] = (),
    soft_tags: Sequence[str] = (),
) -> Teacher:
    """Train an encoder in place.

    :param soft: labelled text to learn from beside the training documents (Xie et al. 2020).
    :param soft_tags: tags of its probabilities.
    :returns: the teacher.
    :raises DataError: the training documents have no entity, or the labelled text has other tags.
    """
    names = labels(training)
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
    sentences = [sentence for document in training for sentence in document.sentences]
    size = sum(len(tokenizer.word(token)) for sentence in sentences for token in sentence.tokens)
    steps = int(settings.epochs * size * 1.1 / (1 - share) / settings.batch)  # sentence ends and padding add a tenth
    optimizer = Optimizer(
        encoder,
        head.parameters(),
        rate=settings.rate,
        head_rate=settings.head_rate,
        layer_decay=settings.layer_decay,
        steps=steps,
    )
    teacher = Teacher(encoder, tokenizer, head, tags)
    for epoch in range(1, settings.epochs + 1):
        began = time.monotonic()
        encoder.train()
        documents = [augmenter.change(own, generator) if settings.augment else own for own in training]
        targets = [
            [np.stack([one_hot[tag] for tag in sentence.tags]) for sentence in document.sentences]
            for document in documents
        ]
        for text in draw(soft, share, sum(document.tokens for document in training), generator):
            document = Document(text.name, [Sentence(tokens, ()) for tokens in text.sentences])
            documents.append(augmenter.recase(document, generator) if settings.augment else document)
            targets.append([rows[:, columns_of].astype(np.float32) for rows in text.probabilities])
        windows = _windows(documents, tokenizer, settings, encoder.settings.positions, generator)
        groups = batches(windows, settings.batch)
        generator.shuffle(groups)
        total = torch.zeros((), device=device)
        for batch in groups:
            subwords, mask, rows, columns = padded(batch, device)
            gold = [own for window in batch for own in targets[window.document][window.start : window.end]]
            wanted = torch.from_numpy(np.concatenate(gold)).to(device)
            with half_precision(device):
                states = encoder(subwords, mask)[rows, columns]  # (tokens, width)
            # dropout before the conversion to float32: the pool of random bits is of one type
            loss = F.cross_entropy(head(encoder.dropout(states).float()), wanted)
            optimizer.step(loss)
            total += loss.detach()
        step = f"step {optimizer.step_number}/{steps}"
        line = f"epoch {epoch}/{settings.epochs} {step} loss {total.item() / len(groups):.4f}"
        if development:
            line += f" development F1 {evaluate([teacher], development).micro.f1:.4f}"
        log(f"{line} {time.monotonic() - began:.0f} s")
    return teacher


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
        core = generator.choice(settings.windows)
        windows += cut_windows(number, sentences[:lead], core, 0)
        windows += (
            Window(window.subwords, window.firsts, number, window.start + lead, window.end + lead)
            for window in cut_windows(number, sentences[lead:], core, 0)
        )
    return windows


def predict(
    teachers: Sequence[Labeller], documents: Sequence[Document], core: int = CORE, margin: int = MARGIN
) -> list[list[str]]:
    """Return the best legal tags of every sentence under the teachers' mean probabilities."""
    tags = teachers[0].tags
    predicted = []
    for sentences in tag_probabilities(teachers, plain_documents(documents), core, margin):
        lengths = [len(rows) for rows in sentences]
        best = [tags[number] for number in best_tags(np.concatenate(sentences), lengths, tags)]
        ends = np.cumsum(lengths).tolist()
        predicted += [best[end - length : end] for end, length in zip(ends, lengths, strict=True)]
    return predicted


def evaluate(
    teachers: Sequence[Labeller], documents: Sequence[Document], core: int = CORE, margin: int = MARGIN
) -> Report:
    """Score the mean of some teachers, strictly by entity."""
    gold = [sentence.tags for document in documents for sentence in document.sentences]
    return score(gold, predict(teachers, documents, core, margin))


def evaluate_robustness(teachers: Sequence[Labeller], documents: Sequence[Document]) -> dict[str, Report]:
    """Return reports by name: `all`, `single sentences` without context, and one per standard perturbation."""
    reports = {"all": evaluate(teachers, documents), "single sentences": evaluate(teachers, documents, 1, 0)}
    for name, change in STANDARD_PERTURBATIONS.items():
        reports[name] = evaluate(teachers, perturbed(documents, change))
    return reports
