"""One training from data to checkpoint: read, split, build the vocabulary, train, keep the best epoch, score it."""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import torch

from tagger import tags as bio
from tagger.features.names import FeatureSettings
from tagger.features.vocabulary import Vocabulary
from tagger.train.data.corpus import Document, labels
from tagger.train.data.labelled_text import (
    LabelledText,
    check_hidden_states,
    read_labelled,
    relabel_text,
    without_sentences,
)
from tagger.train.data.name_lists import read_gazetteer
from tagger.train.data.provenance import provenance
from tagger.train.data.sources import all_sentences, fingerprint, read_training
from tagger.train.evaluation.evaluate import evaluate
from tagger.train.student.checkpoint import Checkpoint, save
from tagger.train.student.dataset import build_vocabulary, join, labelled_arrays, to_arrays
from tagger.train.student.distillation import HiddenStateDistillation
from tagger.train.student.embedding_quantization import round_table
from tagger.train.student.loop_settings import LoopSettings
from tagger.train.student.network import Network, NetworkSettings
from tagger.train.student.torch_session import tagger_of
from tagger.train.student.trainer import ADVICE, Trainer

OUTPUT = ("output.", "chain.")  # the weights whose shape depends on the labels


@dataclass(frozen=True, slots=True)
class DataSettings:
    """The training data.

    :param sources: files or hub data sets, the most trusted first: documents that repeat an earlier one are dropped.
    :param development: development data; if empty, the validation split of a hub data set, otherwise a split by
        document.
    :param share: share of the tokens to cut off for that.
    :param mapping: labels to rename; `O` drops one.
    :param soft: files with a teacher's labels.
    :param soft_weight: weight of a sentence of theirs in the loss.
    :param hidden_state_weight: weight of hidden-state distillation, falling to 0 over the training.
    :param minimum: features that occur less often are dropped.
    :param limit: largest number of features.
    :param gazetteer: a file of name lists.
    """

    sources: tuple[str, ...]
    development: tuple[str, ...] = ()
    share: float = 0.12
    column: int = -1
    token_column: int = 0
    mapping: Mapping[str, str] = field(default_factory=dict)
    soft: tuple[str, ...] = ()
    soft_weight: float = 1.0
    hidden_state_weight: float = 0.0
    minimum: int = 2
    limit: int | None = None
    gazetteer: str | None = None


def fit(
    data: DataSettings,
    features: FeatureSettings,
    shape: NetworkSettings,
    settings: LoopSettings,
    target: Path,
    *,
    resume: bool = False,
    start: Checkpoint | None = None,
    new_labels: bool = False,
    device: str = "cpu",
    log: Callable[[str], None],
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Checkpoint:
    """Train and write the checkpoint of the best epoch to `target`; until then the state is in `target` + `.state`.

    :param start: a checkpoint whose weights, network and vocabulary to start from.
    :param new_labels: take the labels from the data all the same, and start the output layer afresh.
    :raises DataError: the data cannot be used, or has a label that `start` does not have.
    :raises ModelError: `resume` finds the state of another training.
    """
    torch.use_deterministic_algorithms(True)
    training, development = read_training(
        data.sources,
        data.development,
        share=data.share,
        seed=settings.seed,
        column=data.column,
        token_column=data.token_column,
        mapping=data.mapping,
        log=log,
    )
    tags = start.tags if start and not new_labels else bio.tag_set(labels(training))
    texts = _read_soft(data, development)
    gazetteer, classes = read_gazetteer(data.gazetteer) if data.gazetteer else (None, [])
    if gazetteer:
        features = replace(features, kinds=(*features.kinds, "gazetteer"))
    if start:
        vocabulary, shape = start.vocabulary, replace(start.settings, dropout=shape.dropout)
        features = vocabulary.settings
    else:
        sentences: list[Sequence[str]] = [sentence.tokens for sentence in all_sentences(training)]
        sentences += [tokens for text in texts for tokens in text.sentences]
        vocabulary = build_vocabulary(sentences, features, data.minimum, data.limit, gazetteer)
    variants = bool(settings.forms)
    arrays = join(
        [
            to_arrays(training, vocabulary, tags, variants=variants),
            *(labelled_arrays(text, vocabulary, tags, data.soft_weight, variants=variants) for text in texts),
        ]
    )
    torch.manual_seed(settings.seed)
    network = Network(shape, len(vocabulary), tags)
    distillation = None
    if data.hidden_state_weight and arrays.hidden_states is not None:
        hidden = arrays.hidden_states.shape[1]
        own = network.output.in_features
        distillation = HiddenStateDistillation.seeded(own, hidden, data.hidden_state_weight, settings.seed)
    if start:
        kept = {name: own for name, own in start.weights.items() if not (new_labels and name.startswith(OUTPUT))}
        network.load_state_dict(kept, strict=not new_labels)
    log(
        f"{len(arrays.words):,} training tokens, {sum(document.tokens for document in development):,} for development, "
        f"{len(tags)} tags, {len(vocabulary):,} features, {network.parameter_count():,} parameters"
    )
    described = _describe(data, training, development, texts, start, log if not new_labels else lambda line: None)
    options = {"data": asdict(data), "network": asdict(shape), "features": asdict(features), "loop": asdict(settings)}
    options["versions"] = {"torch": torch.__version__}
    options["data"] |= {
        "sources": described["sources"],
        "gazetteer": {"forms": len(gazetteer), "classes": classes} if gazetteer else None,
        "soft": [Path(path).name for path in data.soft],
        "development": [Path(path).name for path in data.development],
    }
    state = target.with_name(target.name + ".state")
    trainer = Trainer(
        network,
        vocabulary,
        tags,
        arrays,
        development,
        settings,
        state_path=state,
        identity=_identity(described, data, shape, vocabulary),
        device=device,
        log=log,
        progress=progress,
        distillation=distillation,
    )
    if resume and trainer.resume():
        log(f"resuming after epoch {trainer.history[-1]['epoch']}")
    outcome = trainer.run()
    # exported models have the table in eight bits: so does the checkpoint, and its scores are of that
    outcome.weights["embedding.weight"] = round_table(outcome.weights["embedding.weight"])
    checkpoint = Checkpoint(
        settings=shape,
        vocabulary=vocabulary,
        tags=tags,
        weights=outcome.weights,
        data=described,
        training=json.loads(json.dumps(options)),
        history=outcome.history,
    )
    reports = evaluate(tagger_of(checkpoint.network(), vocabulary, tags), development)
    checkpoint.scores = {"epoch": outcome.epoch, **{name: report.micro.as_dict() for name, report in reports.items()}}
    checkpoint.scores["classes"] = {label: counts.as_dict() for label, counts in reports["all"].classes.items()}
    save(checkpoint, target)
    state.unlink(missing_ok=True)
    log(f"{target}: epoch {outcome.epoch}, development F1 {reports['all'].micro.f1:.4f}")
    if not reports["all"].micro.correct:
        log(f"it finds no entity of the development data; check the labels with describe, or {ADVICE}")
    return checkpoint


def _read_soft(data: DataSettings, development: Sequence[Document]) -> list[LabelledText]:
    """Read the labelled text without the sentences of the development documents."""
    hidden_states = data.hidden_state_weight > 0
    texts = read_labelled(data.soft, hidden_states=hidden_states)
    if hidden_states:
        check_hidden_states(texts, data.soft)
    return [without_sentences(relabel_text(text, data.mapping), development) for text in texts]


def _describe(
    data: DataSettings,
    training: Sequence[Document],
    development: Sequence[Document],
    texts: Sequence[LabelledText],
    start: Checkpoint | None,
    log: Callable[[str], None],
) -> dict[str, Any]:
    """Return the `data` of a checkpoint: files, fingerprints, and the provenance of the one that it starts from."""
    described: dict[str, Any] = {
        "sources": [Path(source).name for source in data.sources],
        "fingerprint": fingerprint(training),
        "development_fingerprint": fingerprint(development),
        "soft": [text.fingerprint for text in texts],
    }
    if start:
        chosen_by = start.data.get("development_fingerprint")
        if chosen_by and chosen_by != described["development_fingerprint"]:
            log(
                "the checkpoint to start from was chosen by other development documents, and may have been trained on "
                "these: their F1 may be too high; is --seed the same?"
            )
        described |= provenance([(start.data, start.training)])
    return described


def _identity(described: Mapping[str, Any], data: DataSettings, shape: NetworkSettings, vocabulary: Vocabulary) -> str:
    """Identify data and options of a training; the settings of the loop are compared by themselves."""
    content = [
        described,
        data.hidden_state_weight,
        asdict(shape),
        asdict(vocabulary.settings),
        vocabulary.entries,
    ]
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
