"""One training from data to checkpoint: read, cut the development set, number, train, keep the best epoch, score it."""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

import torch

from tagger import tags as bio
from tagger.errors import DataError
from tagger.features import FeatureSettings
from tagger.tagger import Tagger
from tagger.train.data import labelled_text as soft
from tagger.train.data.corpus import Document, labels, without_copies
from tagger.train.data.name_lists import read_gazetteer
from tagger.train.data.provenance import behind
from tagger.train.data.sources import all_sentences, fingerprint, in_blocks, read
from tagger.train.data.split import development_split
from tagger.train.evaluation.evaluate import evaluate
from tagger.train.student.checkpoint import Checkpoint, save
from tagger.train.student.dataset import build_vocabulary, join, to_arrays
from tagger.train.student.distillation import guide_for
from tagger.train.student.embedding_quantization import round_table
from tagger.train.student.network import Network, NetworkSettings
from tagger.train.student.torch_session import LocalSession
from tagger.train.student.trainer import LoopSettings, Trainer


@dataclass(frozen=True, slots=True)
class DataSettings:
    """What to train on.

    :param sources: files or hub data sets, the most trusted first: a document that repeats an earlier one is left out.
    :param development: files to score on; where there are none, the validation part of a hub data set, else a cut of the documents.
    :param share: share of the tokens to cut off for that.
    :param mapping: labels to rename; `O` drops one.
    :param soft: files with a teacher's labels.
    :param guidance: weight of the distance to the states that these files have, falling to 0 over the training.
    :param gazetteer: a file with lists of names.
    """

    sources: tuple[str, ...]
    development: tuple[str, ...] = ()
    share: float = 0.12
    column: int = -1
    token_column: int = 0
    mapping: Mapping[str, str] = field(default_factory=dict)
    soft: tuple[str, ...] = ()
    soft_weight: float = 1.0
    guidance: float = 0.0
    minimum: int = 2
    limit: int | None = None
    gazetteer: str | None = None


def load_parts(settings: DataSettings, seed: int, log: Callable[[str], None]) -> tuple[list[Document], list[Document]]:
    """Training and development documents. Raises DataError."""
    training: list[Document] = []
    development: list[Document] = []
    read_as = {"column": settings.column, "token_column": settings.token_column, "mapping": settings.mapping}
    for source in settings.sources:
        parts = read(source, **read_as)
        training += parts.get("train") or next(iter(parts.values()))
        if not settings.development:
            development += parts.get("validation", [])
    for source in settings.development:
        parts = read(source, **read_as)
        development += parts.get("validation") or next(iter(parts.values()))
    own = without_copies(training)
    if len(own) < len(training):
        log(f"{len(training) - len(own)} of {len(training)} documents repeat an earlier one and are left out")
    if not development:
        blocks = in_blocks(own)
        if len(blocks) > len(own):
            log(f"too few documents to cut a development set from: cut into {len(blocks)} blocks of sentences instead")
        own, development = development_split(blocks, settings.share, seed)
        if not development or not own:
            raise DataError("there is too little data to cut a development set from; give one with --dev", path=settings.sources[0])
    if strange := sorted(set(labels(development)) - set(labels(own))):
        where = ", ".join(settings.development or settings.sources)
        mend = "rename or drop them with --map, or add training data"
        raise DataError(f"the development data has labels that the training data has not: {', '.join(strange)}; {mend}", path=where)
    if not labels(own):
        raise DataError("the training data has no entity; check --column", path=settings.sources[0])
    return own, development


def fit(
    data: DataSettings,
    features: FeatureSettings,
    shape: NetworkSettings,
    settings: LoopSettings,
    target: Path,
    *,
    resume: bool = False,
    start: Checkpoint | None = None,
    device: str = "cpu",
    log: Callable[[str], None],
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Checkpoint:
    """Train and write the checkpoint of the best epoch to `target`; while it trains, its state is in `target` + `.state`.

    :param start: a checkpoint whose weights, network and vocabulary to begin with, in place of new ones.
    :raises DataError: the data cannot be used, or has a label that `start` has not.
    :raises ModelError: `resume` finds the state of another training.
    """
    torch.use_deterministic_algorithms(True)
    training, development = load_parts(data, settings.seed, log)
    tags = start.tags if start else bio.tag_set(labels(training))
    taught = [soft.without(soft.read_soft(path, states=data.guidance > 0), development) for path in data.soft]
    if data.guidance:
        soft.check_states(taught, data.soft)
    text = [sentence.tokens for sentence in all_sentences(training)] + [tokens for part in taught for tokens in part.sentences]
    forms = bool(settings.forms)
    gazetteer, classes = read_gazetteer(data.gazetteer) if data.gazetteer else (None, [])
    if gazetteer:
        features = replace(features, kinds=(*features.kinds, "gazetteer"))
    vocabulary = start.vocabulary if start else build_vocabulary(text, features, data.minimum, data.limit, gazetteer)
    shape, features = (replace(start.settings, dropout=shape.dropout), vocabulary.settings) if start else (shape, features)
    arrays = join(
        [to_arrays(training, vocabulary, tags, forms=forms), *(soft.to_arrays(part, vocabulary, tags, data.soft_weight, forms=forms) for part in taught)]
    )
    torch.manual_seed(settings.seed)
    network = Network(shape, len(vocabulary), tags)
    guide = guide_for(network.output.in_features, arrays.states.shape[1], data.guidance, settings.seed) if data.guidance else None
    if start:
        network.load_state_dict(start.weights)
    log(
        f"{len(arrays.words):,} training tokens, {sum(document.tokens for document in development):,} for development, "
        f"{len(tags)} tags, {len(vocabulary):,} features, {network.parameter_count():,} parameters"
    )
    described = {
        "sources": [Path(source).name for source in data.sources],
        "fingerprint": fingerprint(training),
        "development_fingerprint": fingerprint(development),
        "soft": [part.fingerprint for part in taught],
    }
    if start and (cut := start.data.get("development_fingerprint")) and cut != described["development_fingerprint"]:
        log(
            "the checkpoint to start from was chosen by other development documents, and may have learned from these: their F1 may flatter; is --seed the same?"
        )
    if start:
        described |= behind([(start.data, start.training)])
    training_options = {"data": asdict(data), "network": asdict(shape), "features": asdict(features), "loop": asdict(settings)}
    training_options["versions"] = {"torch": torch.__version__}
    training_options["data"]["sources"] = described["sources"]
    training_options["data"]["gazetteer"] = {"forms": len(gazetteer), "classes": classes} if gazetteer else None
    training_options["data"]["soft"] = [Path(path).name for path in data.soft]
    training_options["data"]["development"] = [Path(path).name for path in data.development]
    identity = hashlib.sha256(json.dumps([described, data.guidance, asdict(shape), asdict(features), vocabulary.entries], sort_keys=True).encode()).hexdigest()
    state = target.with_name(target.name + ".state")
    trainer = Trainer(
        network,
        vocabulary,
        tags,
        arrays,
        development,
        settings,
        state_path=state,
        identity=identity,
        device=device,
        log=log,
        progress=progress,
        guide=guide,
    )
    if resume and trainer.resume():
        log(f"going on behind epoch {trainer.history[-1]['epoch']}")
    outcome = trainer.run()
    # exported models keep the table in eight bits: so does the checkpoint, and its scores are of that
    outcome.weights["embedding.weight"] = round_table(outcome.weights["embedding.weight"])
    checkpoint = Checkpoint(shape, vocabulary, tags, outcome.weights, described, json.loads(json.dumps(training_options)), history=outcome.history)
    reports = evaluate(Tagger(LocalSession(checkpoint.network(), vocabulary, tags)), development)
    checkpoint.scores = {"epoch": outcome.epoch, **{name: report.micro.as_dict() for name, report in reports.items()}}
    checkpoint.scores["classes"] = {label: counts.as_dict() for label, counts in reports["all"].classes.items()}
    save(checkpoint, target)
    state.unlink(missing_ok=True)
    log(f"{target}: epoch {outcome.epoch}, development F1 {reports['all'].micro.f1:.4f}")
    return checkpoint
