"""Facts about the data: bounds of the original's metric, counts, what test shares with training."""

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

import torch

from tagger import tags as bio
from tagger.train.data.corpus import Document, labels
from tagger.train.data.sources import all_sentences, fingerprint
from tagger.train.data.statistics import unseen
from tagger.train.evaluation.subsets import name_counts, name_of
from tagger.train.student.network import Network, NetworkSettings
from tagger.train.student.schedules import Schedule
from tagger.train.study.data import Sources
from tagger.train.study.original import EMBEDDING, PARAMETERS, SAME_EPOCH, SAME_FIGURES, WIDTH, SentenceMeans, bounds
from tagger.train.study.recipes import FORMAT, Cut, digest_of, grid
from tagger.train.study.records import Record, Records
from tagger.train.study.scoring import gold_of, rounded

FACTS = "data"


def gather(sources: Sources, records: Records, log: Callable[[str], None] = lambda line: None) -> str:
    """Gather the facts about the data that was given, unless that was done before.

    :returns: the identity of their record.
    :raises DataError: the data cannot be read.
    """
    parts: dict[str, list[Document]] = {}
    if sources.hub:
        parts |= {f"hub {name}": documents for name, documents in sources.pool.items()}
    if sources.train:
        parts |= {"documents train": sources.documents}
    if sources.train and sources.test:
        parts |= {"documents test": sources.test_documents}
    if sources.train and sources.more:
        parts |= {"documents more": sources.more_documents}
    digests = {name: fingerprint(documents) for name, documents in parts.items()}
    identity = digest_of({"format": FORMAT, "facts": digests})
    if records.find(FACTS, identity) is None:
        record: Record = {"parts": {name: content(documents) for name, documents in parts.items()}}
        if sources.hub:
            record |= hub_facts(sources.pool)
            if sources.train and sources.more:
                record["new_text"] = new_text(sources.pool, sources.more_documents)
        if sources.train and sources.test:
            record["documents_leak"] = leak(sources.documents, sources.test_documents)
        rates = rates_at(SAME_EPOCH, SAME_FIGURES)
        records.write(FACTS, identity, rounded(record) | {"rates": rates})
        log("data: described")
    return identity


def content(documents: Sequence[Document]) -> dict[str, Any]:
    """Count the sentences, tokens, tags and entities of a part."""
    sentences = all_sentences(documents)
    tags = Counter(tag for sentence in sentences for tag in sentence.tags)
    classes = Counter(span.label for sentence in sentences for span in bio.spans(sentence.tags))
    return {
        "sentences": len(sentences),
        "tokens": tags.total(),
        "tags": dict(sorted(tags.items())),
        "classes": dict(sorted(classes.items())),
    }


def hub_facts(pool: dict[str, list[Document]]) -> dict[str, Any]:
    """Return the facts about the hub data set.

    They are the bounds of the metric on each part and on the pool, the vocabulary, what test shares with training, and
    the parameter counts of real networks.
    """
    words = {token for documents in pool.values() for sentence in all_sentences(documents) for token in sentence.tokens}
    training = {token for sentence in all_sentences(pool["train"]) for token in sentence.tokens}
    found = pool_bounds(pool)
    return {
        "bounds": {part: {key: scores.as_dict() for key, scores in own.items()} for part, own in found.items()},
        "vocabulary": len(words) + 1,  # and the padding
        "outside_training": len(words - training),
        "hub_leak": leak(pool["train"], pool["test"]),
        "parameters": parameter_counts(len(words) + 1, bio.tag_set(sorted(labels(pool["train"])))),
    }


def pool_bounds(pool: dict[str, list[Document]]) -> dict[str, dict[str, SentenceMeans]]:
    """Compute the bounds of the original's metric on the whole pool and on each part."""
    together = [document for documents in pool.values() for document in documents]
    tags = bio.tag_set(sorted(labels(together)))
    parts = {"whole pool": together, **pool}
    return {name: bounds(list(gold_of(documents)), tags) for name, documents in parts.items()}


def leak(training: Sequence[Document], test: Sequence[Document]) -> dict[str, float]:
    """Compute how much of test is in training: unseen words and entity words, and seen names (in any case)."""
    known, others = all_sentences(training), all_sentences(test)
    seen = name_counts([sentence.tokens for sentence in known], [sentence.tags for sentence in known])
    names = [name_of(sentence.tokens, span) for sentence in others for span in bio.spans(sentence.tags)]
    share = sum(name in seen for name in names) / len(names) if names else 0.0
    return {**unseen(test, training), "names": len(names), "seen_names": share}


def new_text(pool: dict[str, list[Document]], documents: Sequence[Document]) -> dict[str, float]:
    """Compute how much of other documents is in the vocabulary of the pool, which has no unknown word."""
    words = {token for some in pool.values() for sentence in all_sentences(some) for token in sentence.tokens}
    sentences = all_sentences(documents)
    missing = [sum(token not in words for token in sentence.tokens) for sentence in sentences]
    return {
        "sentences": len(sentences),
        "words_without_number": sum(missing) / sum(len(sentence.tokens) for sentence in sentences),
        "sentences_in_full": sum(not count for count in missing) / len(sentences),
    }


def rates_at(epoch: int, names: Sequence[str]) -> dict[str, float]:
    """Compute the learning rates of runs of the grid in an epoch, with the original's settings in full.

    :param epoch: counted from 1.
    """
    rates = {}
    for run in grid(Cut()):
        if run.name in names:
            optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], run.loop.rate)
            schedule = Schedule(optimizer, run.loop.schedule, run.loop.epochs, 1)
            for number in range(1, epoch):
                schedule.before_epoch(number)
                optimizer.step()
                schedule.after_step(number)
                schedule.after_epoch(number, 0.0)
            schedule.before_epoch(epoch)
            rates[run.name] = float(f"{optimizer.param_groups[0]['lr']:.3g}")
    return rates


def parameter_counts(vocabulary: int, tags: list[str]) -> dict[str, int]:
    """Count the parameters of the original's three networks at full size, on networks that are built for it."""
    counts = {}
    for cell in PARAMETERS:
        settings = NetworkSettings(
            cell=cell, layers=3, width=WIDTH, embedding=EMBEDDING, layer_norm=True, output="softmax"
        )
        counts[cell] = Network(settings, vocabulary, tags).parameter_count()
    return counts
