"""One run of the study, from data to record, by the ordinary trainer; a killed one goes on behind its last whole epoch."""

import hashlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch

from tagger import tags as bio
from tagger.errors import DataError, ModelError
from tagger.train.data.corpus import Document, labels
from tagger.train.data.sources import all_sentences
from tagger.train.evaluation import evaluate
from tagger.train.student.dataset import Arrays, build_vocabulary, to_arrays
from tagger.train.student.network import Network
from tagger.train.student.trainer import Trainer
from tagger.train.study.data import Parts
from tagger.train.study.records import Records
from tagger.train.study.scoring import gold_of, in_full, predict
from tagger.train.study.settings import FORMAT, Run, digest_of
from tagger.train.study.watch import EpochWatcher
from tagger.train.study.words import whole_words
from tagger.vocabulary import Vocabulary

SAMPLE = 668  # training sentences scored after each epoch: as many as the hub form's test part has
MINIMUM = 2  # times that a feature, or a word of an honest vocabulary, occurs in training


def run_of(run: Run, parts: Parts, records: Records, *, device: str, log: Callable[[str], None], progress: Callable[[int, int], None]) -> dict:
    """The record of a run: the one on disk where there is one, else that of a training now.

    While it trains, its state stands beside the record, in `.state`.
    """
    identity = run.identity(parts.fingerprints())
    if (record := records.find(run.name, identity)) is not None:
        log(f"{run.name}: done before, test F1 {record['test']['f1']:.4f}")
        return record
    torch.use_deterministic_algorithms(True)
    tags = bio.tag_set(sorted(labels(parts.training)))
    vocabulary = vocabulary_of(run, parts)
    arrays = to_arrays(parts.training, vocabulary, tags)
    torch.manual_seed(run.loop.seed)
    network = Network(run.network, len(vocabulary), tags)
    with torch.no_grad():
        torch.nn.init.normal_(network.embedding.weight, std=run.deviation)[0] = 0  # row 0 is no word
    log(f"{run.name}: {len(arrays.words):,} training tokens, {len(vocabulary):,} vectors, {network.parameter_count():,} parameters")
    state = records.path(run.name, identity).with_suffix(".state")
    trainer = Trainer(
        network,
        vocabulary,
        tags,
        arrays,
        parts.development,
        run.loop,
        state_path=state,
        identity=identity,
        device=device,
        log=log,
        progress=progress,
        watcher=EpochWatcher(watched(run, parts, vocabulary, tags), tags),
    )
    if trainer.resume():
        log(f"going on behind epoch {trainer.history[-1]['epoch']}")
    outcome = trainer.run()
    network.load_state_dict(outcome.weights)
    scores = {}
    for name in ("development", "test"):
        documents = getattr(parts, name)
        found = predict(network, to_arrays(documents, vocabulary, tags), tags)
        scores[name] = in_full(documents, found.tags, tags, parts.names, parts.stratum) | {"loss": round(found.loss, 5)}
    record = {
        "settings": run.settings(),
        "cut": run.cut.describe(),
        "data": {name: {"sentences": len(all_sentences(some)), "tokens": sum(document.tokens for document in some)} for name, some in _named(parts)},
        "vectors": len(vocabulary),
        "parameters": network.parameter_count(),
        "epoch": outcome.epoch,
        "history": outcome.history,
        "versions": {"torch": torch.__version__, "device": device},
        **scores,
    }
    records.write(run.name, identity, record)
    state.unlink(missing_ok=True)
    log(f"{run.name}: epoch {outcome.epoch}, development F1 {scores['development']['f1']:.4f}, test F1 {scores['test']['f1']:.4f}")
    return record


def vocabulary_of(run: Run, parts: Parts) -> Vocabulary:
    """The vocabulary that a run names."""
    training = [sentence.tokens for sentence in all_sentences(parts.training)]
    match run.vocabulary:
        case "pool":
            others = [sentence.tokens for some in (parts.development, parts.test) for sentence in all_sentences(some)]
            return whole_words([*training, *others])
        case "unknown":
            return whole_words(training, MINIMUM, unknown=True)
        case "features":
            return build_vocabulary(training, run.features, MINIMUM)
    raise ValueError(f"no such vocabulary: {run.vocabulary}")


def watched(run: Run, parts: Parts, vocabulary: Vocabulary, tags: list[str]) -> dict[str, tuple[Arrays, list[tuple[str, ...]]]]:
    """What is scored after each epoch: a sample of training, and the development documents, or on the hub form the test part, as the original did.

    The test documents of the standard split are scored once, when the epoch has been chosen.
    """
    sentences = all_sentences(parts.training)
    chosen = np.sort(np.random.default_rng(run.loop.seed).permutation(len(sentences))[:SAMPLE])
    some = {"train": [Document("sample", [sentences[i] for i in chosen])]}
    some |= {"test": parts.test} if run.data == "hub" else {"development": parts.development}
    return {name: (to_arrays(documents, vocabulary, tags), list(gold_of(documents))) for name, documents in some.items()}


def score_model(name: str, model: Path, parts: Parts, records: Records, *, threads: int, log: Callable[[str], None]) -> str:
    """The identity of the record of a model file, or a checkpoint, on the test documents: scored now if it was not before.

    :raises ModelError: the file is no model.
    :raises DataError: the model has labels that the test documents have not.
    """
    try:
        digest = hashlib.sha256(model.read_bytes()).hexdigest()
    except OSError as error:
        raise ModelError(f"{model}: cannot be read: {error.strerror}; give a checkpoint or a model file with --model") from None
    identity = digest_of({"format": FORMAT, "model": digest, "data": parts.fingerprints()})
    if (record := records.find(name, identity)) is not None:
        log(f"{name}: done before, test F1 {record['test']['f1']:.4f}")
        return identity
    tagger = evaluate.open_tagger(model, "cpu", threads)
    tags = bio.tag_set(sorted(labels(parts.test)))
    found = [list(tags) for tags in tagger.stream(sentence.tokens for sentence in all_sentences(parts.test))]
    if strange := sorted({tag for sentence in found for tag in sentence} - set(tags)):
        raise DataError(
            f"the model gives tags that the test data has not: {', '.join(strange)}; give another model, or rename labels with --map", path=str(model)
        )
    record = {"model": model.name, "bytes": model.stat().st_size, "test": in_full(parts.test, found, tags, parts.names, parts.stratum)}
    records.write(name, identity, record)
    log(f"{name}: {model.name}, test F1 {record['test']['f1']:.4f}")
    return identity


def _named(parts: Parts) -> list[tuple[str, list[Document]]]:
    return [(name, getattr(parts, name)) for name in ("training", "development", "test")]
