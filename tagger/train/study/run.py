"""One run of the study, from data to record, with the student's trainer.

A killed run resumes after its last whole epoch.
"""

import hashlib
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch

from tagger import tags as bio
from tagger.errors import DataError, ModelError
from tagger.features.vocabulary import Vocabulary
from tagger.train.data.corpus import Document, labels
from tagger.train.data.sources import all_sentences
from tagger.train.student.dataset import Arrays, build_vocabulary, to_arrays
from tagger.train.student.network import Network
from tagger.train.student.torch_session import open_tagger
from tagger.train.student.trainer import Trainer
from tagger.train.study.data import Parts
from tagger.train.study.original import whole_words
from tagger.train.study.recipes import FORMAT, Run, digest_of
from tagger.train.study.records import Record, Records
from tagger.train.study.scoring import brief, gold_of, in_full, predict

SAMPLE = 668  # training sentences scored after each epoch: as many as the hub's test split has
MINIMUM = 2  # occurrences in training of a feature, or of a word of the vocabulary with an unknown word


class EpochRecorder:
    """Training callback that adds `parts`, `rates` and `seconds` to the record of each epoch.

    :param parts: by name, a numbered corpus and its gold tags.
    :param tags: the tag set.
    """

    def __init__(self, parts: Mapping[str, tuple[Arrays, Sequence[Sequence[str]]]], tags: Sequence[str]) -> None:
        self._parts, self._tags = parts, tags
        self._rates: list[list[float]] = []  # [steps, rate], one entry for consecutive steps at the same rate
        self._started = time.monotonic()

    def after_step(self, rate: float) -> None:
        """Count a step at this rate."""
        rate = float(f"{rate:.6g}")
        if self._rates and self._rates[-1][1] == rate:
            self._rates[-1][0] += 1
        else:
            self._rates.append([1, rate])

    def after_epoch(self, network: Network) -> dict[str, Any]:
        """Score the parts. `rates` has [steps, rate] for consecutive steps at the same rate."""
        parts = {
            name: brief(gold, predict(network, arrays, self._tags), self._tags)
            for name, (arrays, gold) in self._parts.items()
        }
        now = time.monotonic()
        values = {"parts": parts, "rates": self._rates, "seconds": round(now - self._started, 2)}
        self._rates, self._started = [], now
        return values


def run_of(
    run: Run,
    parts: Parts,
    records: Records,
    *,
    device: str,
    log: Callable[[str], None],
    progress: Callable[[int, int], None],
) -> Record:
    """Return the record of a run: the one on disk, or that of a training now.

    Until the training is done, its state is beside the record, in `.state`.
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
    sizes = f"{len(arrays.words):,} training tokens, {len(vocabulary):,} vectors"
    log(f"{run.name}: {sizes}, {network.parameter_count():,} parameters")
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
        callback=EpochRecorder(scored_parts(run, parts, vocabulary, tags), tags),
    )
    if trainer.resume():
        log(f"resuming after epoch {trainer.history[-1]['epoch']}")
    outcome = trainer.run()
    network.load_state_dict(outcome.weights)
    scores = {}
    for name, documents in (("development", parts.development), ("test", parts.test)):
        found = predict(network, to_arrays(documents, vocabulary, tags), tags)
        full = in_full(documents, found.tags, tags, parts.names, parts.stratum)
        scores[name] = full | {"loss": round(found.loss, 5)}
    named = {"training": parts.training, "development": parts.development, "test": parts.test}
    record = {
        "settings": run.settings(),
        "cut": run.cut.describe(),
        "data": {name: _sizes(documents) for name, documents in named.items()},
        "vectors": len(vocabulary),
        "parameters": network.parameter_count(),
        "epoch": outcome.epoch,
        "history": outcome.history,
        "versions": {"torch": torch.__version__, "device": device},
        **scores,
    }
    records.write(run.name, identity, record)
    state.unlink(missing_ok=True)
    development, test = scores["development"]["f1"], scores["test"]["f1"]
    log(f"{run.name}: epoch {outcome.epoch}, development F1 {development:.4f}, test F1 {test:.4f}")
    return record


def _sizes(documents: Sequence[Document]) -> dict[str, int]:
    return {"sentences": len(all_sentences(documents)), "tokens": sum(document.tokens for document in documents)}


def vocabulary_of(run: Run, parts: Parts) -> Vocabulary:
    """Build the vocabulary that a run names."""
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


def scored_parts(
    run: Run, parts: Parts, vocabulary: Vocabulary, tags: list[str]
) -> dict[str, tuple[Arrays, list[tuple[str, ...]]]]:
    """Return what is scored after each epoch: a sample of training, and the development documents.

    On the hub split it is the test part in place of the development part, as in the original. The test documents of the
    standard split are scored once, when the epoch has been chosen.
    """
    sentences = all_sentences(parts.training)
    chosen = np.sort(np.random.default_rng(run.loop.seed).permutation(len(sentences))[:SAMPLE])
    some = {"train": [Document("sample", [sentences[number] for number in chosen])]}
    some |= {"test": parts.test} if run.data == "hub" else {"development": parts.development}
    return {
        name: (to_arrays(documents, vocabulary, tags), list(gold_of(documents))) for name, documents in some.items()
    }


def score_model(
    name: str, model: Path, parts: Parts, records: Records, *, threads: int, log: Callable[[str], None]
) -> str:
    """Score a model file or a checkpoint on the test documents, unless that was done before.

    :returns: the identity of the record.
    :raises ModelError: the file is no model.
    :raises DataError: the model has labels that the test documents do not have.
    """
    try:
        digest = hashlib.sha256(model.read_bytes()).hexdigest()
    except OSError as error:
        message = f"cannot be read: {error.strerror}; give a checkpoint or a model file with --model"
        raise ModelError(f"{model}: {message}") from None
    identity = digest_of({"format": FORMAT, "model": digest, "data": parts.fingerprints()})
    if (record := records.find(name, identity)) is not None:
        log(f"{name}: done before, test F1 {record['test']['f1']:.4f}")
        return identity
    tagger = open_tagger(model, "cpu", threads)
    tags = bio.tag_set(sorted(labels(parts.test)))
    predicted = list(tagger.stream(sentence.tokens for sentence in all_sentences(parts.test)))
    if unknown := sorted({tag for sentence in predicted for tag in sentence} - set(tags)):
        message = f"the model gives tags that the test data does not have: {', '.join(unknown)}"
        raise DataError(f"{message}; give another model, or rename labels with --map", path=str(model))
    scores = in_full(parts.test, predicted, tags, parts.names, parts.stratum)
    records.write(name, identity, {"model": model.name, "bytes": model.stat().st_size, "test": scores})
    log(f"{name}: {model.name}, test F1 {scores['f1']:.4f}")
    return identity
