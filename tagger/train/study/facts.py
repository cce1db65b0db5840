"""What the data itself says: bounds of the original's metric, tags and classes, how much of a test part training has seen, parameter counts."""

from collections.abc import Callable, Sequence

import torch

from tagger import tags as bio
from tagger.train.data.corpus import Document, labels
from tagger.train.data.sources import all_sentences, fingerprint
from tagger.train.data.statistics import unseen
from tagger.train.evaluation.breakdown import name_counts, name_of
from tagger.train.student.network import Network, NetworkSettings
from tagger.train.student.schedules import Schedule
from tagger.train.study import published
from tagger.train.study.data import Sources
from tagger.train.study.grid import grid
from tagger.train.study.metric import SentenceMeans, bounds
from tagger.train.study.records import Records
from tagger.train.study.scoring import gold_of, rounded
from tagger.train.study.settings import FORMAT, Cut, digest_of

FACTS = "data"


def gather(sources: Sources, records: Records, log: Callable[[str], None] = lambda line: None) -> str:
    """The identity of the record of facts about the data that was given: gathered now if it was not before. Raises DataError."""
    parts: dict[str, list[Document]] = {}
    if sources.hub:
        parts |= {f"hub {name}": documents for name, documents in sources.pool.items()}
    if sources.train:
        parts |= {"documents train": sources.documents}
    if sources.train and sources.test:
        parts |= {"documents test": sources.test_documents}
    if sources.train and sources.more:
        parts |= {"documents more": sources.more_documents}
    identity = digest_of({"format": FORMAT, "facts": {name: fingerprint(documents) for name, documents in parts.items()}})
    if records.find(FACTS, identity) is None:
        record: dict = {"parts": {name: content(documents) for name, documents in parts.items()}}
        if sources.hub:
            record |= hub_facts(sources.pool)
            if sources.train and sources.more:
                record["new_text"] = new_text(sources.pool, sources.more_documents)
        if sources.train and sources.test:
            record["documents_leak"] = leak(sources.documents, sources.test_documents)
        rates = rates_at(published.SAME_EPOCH, published.SAME_FIGURES)
        records.write(FACTS, identity, rounded(record) | {"rates": rates})
        log("data: described")
    return identity


def content(documents: Sequence[Document]) -> dict:
    """Sentences, tokens, tags and entity classes of a part."""
    sentences = all_sentences(documents)
    tags: dict[str, int] = {}
    classes: dict[str, int] = {}
    for sentence in sentences:
        for tag in sentence.tags:
            tags[tag] = tags.get(tag, 0) + 1
        for span in bio.spans(sentence.tags):
            classes[span.label] = classes.get(span.label, 0) + 1
    return {"sentences": len(sentences), "tokens": sum(tags.values()), "tags": dict(sorted(tags.items())), "classes": dict(sorted(classes.items()))}


def hub_facts(pool: dict[str, list[Document]]) -> dict:
    """Bounds of the metric on each part and on the pool, the vocabulary, what test shares with training, parameter counts of real networks."""
    words = {token for documents in pool.values() for sentence in all_sentences(documents) for token in sentence.tokens}
    training = {token for sentence in all_sentences(pool["train"]) for token in sentence.tokens}
    return {
        "bounds": {part: {key: scores.as_dict() for key, scores in found.items()} for part, found in pool_bounds(pool).items()},
        "vocabulary": len(words) + 1,  # and the padding
        "outside_training": len(words - training),
        "hub_leak": leak(pool["train"], pool["test"]),
        "parameters": parameter_counts(len(words) + 1, bio.tag_set(sorted(labels(pool["train"])))),
    }


def pool_bounds(pool: dict[str, list[Document]]) -> dict[str, dict[str, SentenceMeans]]:
    """Bounds of the original's metric on the whole pool and on each part."""
    together = [document for documents in pool.values() for document in documents]
    tags = bio.tag_set(sorted(labels(together)))
    return {name: bounds(list(gold_of(documents)), tags) for name, documents in {"whole pool": together, **pool}.items()}


def leak(training: Sequence[Document], test: Sequence[Document]) -> dict:
    """Shares of the test part that training holds: running words and entity words not seen, names seen as they are (in any case)."""
    known, others = all_sentences(training), all_sentences(test)
    seen = name_counts([sentence.tokens for sentence in known], [sentence.tags for sentence in known])
    names = [name_of(sentence.tokens, span) for sentence in others for span in bio.spans(sentence.tags)]
    return {**unseen(test, training), "names": len(names), "seen_names": sum(name in seen for name in names) / len(names) if names else 0.0}


def new_text(pool: dict[str, list[Document]], documents: Sequence[Document]) -> dict:
    """How much of other documents a vocabulary of the pool, with no unknown word, has numbers for."""
    words = {token for some in pool.values() for sentence in all_sentences(some) for token in sentence.tokens}
    sentences = all_sentences(documents)
    missing = [sum(token not in words for token in sentence.tokens) for sentence in sentences]
    return {
        "sentences": len(sentences),
        "words_without_number": sum(missing) / sum(len(sentence.tokens) for sentence in sentences),
        "sentences_in_full": sum(not count for count in missing) / len(sentences),
    }


def rates_at(epoch: int, names: Sequence[str]) -> dict[str, float]:
    """The learning rates in an epoch, counted from 1, of runs of the grid with the original's settings in full, by the schedules themselves."""
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
    """Parameters of the original's three networks at their full size, counted on networks that are built for it."""
    counts = {}
    for cell in published.PARAMETERS:
        settings = NetworkSettings(cell=cell, layers=3, width=published.WIDTH, embedding=published.EMBEDDING, layer_norm=True, output="softmax")
        counts[cell] = Network(settings, vocabulary, tags).parameter_count()
    return counts
