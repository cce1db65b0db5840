"""A component for spaCy pipelines: `nlp.add_pipe("uk_tag")` sets `doc.ents`.

It tags the text of a document in the tokens that the model knows, since spaCy cuts words at hyphens, and gives each
entity the spaCy tokens that it touches. spaCy finds the component through the entry point of the package. Where the
package is not installed, import this module first.
"""

import json
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, astuple
from itertools import islice
from pathlib import Path
from typing import Any

from tagger import tags as bio
from tagger.base_forms.base_form import base_form
from tagger.entity import Entity
from tagger.errors import DataError, ModelError
from tagger.formats.labels import Labels, LabelSettings, ScoredSpan
from tagger.integrations.spacy_sentences import positions, ranges
from tagger.integrations.spacy_settings import Settings
from tagger.model_file.content import read_model
from tagger.system.packages import need
from tagger.tagger import Tagger

need("spacy")
from spacy.language import Language  # noqa: E402 - after the check that it is installed
from spacy.scorer import get_ner_prf  # noqa: E402
from spacy.tokens import Doc, Span, SpanGroup  # noqa: E402
from spacy.util import filter_spans, raise_error  # noqa: E402

BATCH_DOCUMENTS = 64
MODEL_FILE, SETTINGS_FILE = "model.onnx", "settings.json"
SCORE, LEMMA = "uk_tag_score", "uk_lemma"  # the extensions of spans that hold the score and the base form
BLOCKED = 3  # token.ent_iob of a token that begins an entity, or with no type may be in none

ErrorHandler = Callable[[str, Any, list[Doc], Exception], None]
Found = tuple[Span, float, str | None]  # an entity, its score and its base form


def make_component(
    nlp: Language,
    name: str,
    model: str | None,
    device: str,
    precision: str,
    threads: int,
    labels: dict[str, str],
    sentences: bool,
    retokenize: bool,
    overwrite: bool,
    spans_key: str | None,
    threshold: float,
    names: Any,
    forbid: Any,
    lemma: bool,
    scorer: Callable[..., dict[str, Any]] | None,
) -> "EntityTagger":
    """Make the component for a pipeline. spaCy takes the names and types of its settings from here."""
    return EntityTagger(
        model,
        name=name,
        scorer=scorer,
        device=device,
        precision=precision,
        threads=threads,
        labels=labels,
        sentences=sentences,
        retokenize=retokenize,
        overwrite=overwrite,
        spans_key=spans_key,
        threshold=threshold,
        names=names,
        forbid=forbid,
        lemma=lemma,
    )


Language.factory(
    "uk_tag",
    assigns=["doc.ents", "token.ent_iob", "token.ent_type"],
    default_config={"model": None, **asdict(Settings()), "scorer": {"@scorers": "spacy.ner_scorer.v1"}},
    default_score_weights={"ents_f": 1.0, "ents_p": 0.0, "ents_r": 0.0, "ents_per_type": None},
    func=make_component,
)
for extension in (SCORE, LEMMA):
    if not Span.has_extension(extension):
        Span.set_extension(extension, default=None)


class EntityTagger:
    """A pipeline component that sets the entities of documents.

    It uses the sentences of a document if they are set, and finds them otherwise. Entities that were set before stay,
    and tokens that were blocked get none. The score of an entity is `span._.uk_tag_score`. The model is opened when the
    first document arrives.

    :param model: a model file, by default that of :meth:`tagger.Tagger.load`.
    :param name: name of the component in its pipeline.
    :param scorer: returns the scores of examples, for `nlp.evaluate`; by default spaCy's for entities.
    :param settings: see :class:`Settings`.
    :raises OptionError: the threshold is not from 0 to 1.
    """

    def __init__(
        self,
        model: str | None = None,
        *,
        name: str = "uk_tag",
        scorer: Callable[..., dict[str, Any]] | None = get_ner_prf,
        **settings: Any,
    ) -> None:
        self.name, self.scorer, self.settings = name, scorer, Settings(**settings)
        self._model = model
        self._is_stored = False  # the model is one that to_disk or to_bytes wrote, whatever its precision
        self._tagger: Tagger | None = None
        self._folder: tempfile.TemporaryDirectory[str] | None = None  # for a model from from_bytes
        self._handle_error: ErrorHandler = raise_error

    @property
    def tagger(self) -> Tagger:
        """The tagger, which is opened on first use.

        :raises ModelError: the model file cannot be used.
        :raises DeviceError: there is no usable GPU.
        :raises DataError: a list of names cannot be used.
        """
        if self._tagger is None:
            own = self.settings
            self._tagger = Tagger.load(
                self._model,
                device=own.device,
                precision="auto" if self._is_stored else own.precision,
                threads=own.threads,
                names=own.names,
                forbid=own.forbid,
            )
        return self._tagger

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels that entities may have.

        Empty while there is no model, as before :meth:`from_disk` of a pipeline from another machine.
        """
        try:
            own = [bio.parse(tag)[1] for tag in self.tagger.engine.tags]
        except ModelError:
            return ()
        return tuple(dict.fromkeys(name for label in own if label and (name := self._shown(label)) != bio.OUTSIDE))

    def __call__(self, doc: Doc) -> Doc:
        """Set the entities of one document."""
        self._tag([doc])
        return doc

    def pipe(self, stream: Iterable[Doc], *, batch_size: int = BATCH_DOCUMENTS) -> Iterator[Doc]:
        """Set the entities of documents, in order.

        :param batch_size: number of documents that are tagged together.
        """
        documents = iter(stream)
        while batch := list(islice(documents, batch_size)):
            try:
                self._tag(batch)
            except Exception as error:
                self._handle_error(self.name, self, batch, error)
            else:
                yield from batch

    def score(self, examples: Iterable[Any], **options: Any) -> dict[str, Any]:
        """Return the scores of examples, such as `ents_f`; empty without a scorer."""
        return self.scorer(examples, **options) if self.scorer else {}

    def set_error_handler(self, handler: ErrorHandler) -> None:
        """Set what is called with the name, the component, the documents and the error when a batch fails."""
        self._handle_error = handler

    def get_error_handler(self) -> ErrorHandler:
        """Return what is called when a batch fails; by default it raises the error."""
        return self._handle_error

    def _tag(self, batch: list[Doc]) -> None:
        texts: list[Doc] = []
        words: list[Doc] = []
        for doc in batch:
            (texts if self.settings.retokenize and not doc.has_unknown_spaces else words).append(doc)
        own = self.settings
        found = self.tagger.entities_within(((doc.text, ranges(doc, own.sentences)) for doc in texts), lemma=own.lemma)
        for doc, entities in zip(texts, found, strict=True):
            self._set(doc, (self._aligned(doc, entity) for entity in entities))
        for doc, spans in zip(words, self._in_words(words), strict=True):
            self._set(doc, spans)

    def _aligned(self, doc: Doc, entity: Entity) -> Found:
        """Return the tokens of the document that an entity touches."""
        label = self._shown(entity.label)
        span = doc.char_span(entity.start, entity.end, label=label, alignment_mode="expand")
        return span, entity.score, entity.lemma

    def _in_words(self, docs: list[Doc]) -> Iterator[list[Found]]:
        """Yield the entities of documents that are tagged in their own tokens."""
        sentences = [list(positions(doc, self.settings.sentences)) for doc in docs]
        texts = [[doc[i].text for i in own] for doc, found in zip(docs, sentences, strict=True) for own in found]
        annotations = iter(self.tagger.annotate(texts, probabilities=True))
        view = Labels(self.tagger.engine.tags, LabelSettings()).view
        for doc, found in zip(docs, sentences, strict=True):
            yield [
                self._in_own_words(doc, own, span)
                for own, annotation in zip(found, islice(annotations, len(found)), strict=True)
                for span in view(annotation).spans
            ]

    def _in_own_words(self, doc: Doc, sentence: Sequence[int], found: ScoredSpan) -> Found:
        """Return an entity of a sentence, which is given as indexes of the document's tokens."""
        span = Span(doc, sentence[found.start], sentence[found.end - 1] + 1, label=self._shown(found.label))
        lemma = None
        if self.settings.lemma:
            whole = doc[sentence[0] : sentence[-1] + 1]
            start, end = span.start_char - whole.start_char, span.end_char - whole.start_char
            words = [doc[i].text for i in sentence[found.start : found.end]]
            lemma = self.tagger.engine.own_base(words, found.label) or base_form(whole.text, start, end, found.label)
        return span, found.score or 0.0, lemma

    def _shown(self, label: str) -> str:
        return self.settings.labels.get(label, label)

    def _set(self, doc: Doc, found: Iterable[Found]) -> None:
        """Add entities to those of the document."""
        own = self.settings
        blocked = [doc[token.i : token.i + 1] for token in doc if token.ent_iob == BLOCKED and not token.ent_type]
        unfit = {span.start for span in blocked}
        scores: dict[tuple[int, int], float] = {}
        lemmas: dict[tuple[int, int], str | None] = {}
        new = []
        for span, score, lemma in found:
            if span.label_ != bio.OUTSIDE and score >= own.threshold and unfit.isdisjoint(range(span.start, span.end)):
                new.append(span)
                scores.setdefault((span.start, span.end), score)
                lemmas.setdefault((span.start, span.end), lemma)
        new = filter_spans(new)  # a token of the document may touch two of our entities
        over, under = (new, list(doc.ents)) if own.overwrite else (list(doc.ents), new)
        taken = {i for span in over for i in range(span.start, span.end)}
        under = [span for span in under if taken.isdisjoint(range(span.start, span.end))]
        new = over if own.overwrite else under
        doc.set_ents([*over, *under], blocked=blocked)
        for span in new:
            span._.set(SCORE, scores[span.start, span.end])
            span._.set(LEMMA, lemmas[span.start, span.end])
        if own.spans_key is not None:
            attributes = {"scores": [scores[span.start, span.end] for span in new]}
            doc.spans[own.spans_key] = SpanGroup(doc, name=own.spans_key, spans=new, attrs=attributes)

    def to_disk(self, path: str | Path, *, exclude: Iterable[str] = ()) -> None:
        """Write the model and the settings into a folder, which is self-contained."""
        folder = Path(path)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / MODEL_FILE).write_bytes(self._content())
        (folder / SETTINGS_FILE).write_text(self._stored_settings(), encoding="utf-8")

    def from_disk(self, path: str | Path, *, exclude: Iterable[str] = ()) -> "EntityTagger":
        """Load the model and the settings from a folder that :meth:`to_disk` wrote.

        Of the settings `device` and `threads`, which depend on the machine, what this component was given stays.
        """
        folder = Path(path)
        return self._take(folder / MODEL_FILE, (folder / SETTINGS_FILE).read_text(encoding="utf-8"))

    def to_bytes(self, *, exclude: Iterable[str] = ()) -> bytes:
        """Return the settings, a line feed and the model."""
        return self._stored_settings().encode() + b"\n" + self._content()

    def from_bytes(self, data: bytes, *, exclude: Iterable[str] = ()) -> "EntityTagger":
        """Load the settings and the model from bytes that :meth:`to_bytes` returned, like :meth:`from_disk`.

        :raises DataError: the bytes have another format.
        """
        settings, separator, content = data.partition(b"\n")
        if not separator:
            raise DataError("these bytes were not written by EntityTagger.to_bytes")
        self._folder = tempfile.TemporaryDirectory(prefix="uk-tag-")
        path = Path(self._folder.name) / MODEL_FILE
        path.write_bytes(content)
        return self._take(path, settings.decode())

    def _take(self, model: Path, text: str) -> "EntityTagger":
        self._model, self._tagger, self._is_stored = str(model), None, True
        self.settings = self.settings.updated(json.loads(text))
        return self

    def _stored_settings(self) -> str:
        lists = self.tagger.own_names
        own = {"names": list(map(astuple, lists.names)), "forbid": list(map(astuple, lists.forbidden))}
        return json.dumps({**asdict(self.settings), **own}, ensure_ascii=False)

    def _content(self) -> bytes:
        return read_model(self.tagger.session.path)

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[Any, ...]]:
        return _restore, (self._model and self.tagger, self.name, self.scorer, asdict(self.settings))


def _restore(
    tagger: Tagger | None, name: str, scorer: Callable[..., dict[str, Any]] | None, settings: dict[str, Any]
) -> EntityTagger:
    component = EntityTagger(str(tagger.session.path) if tagger else None, name=name, scorer=scorer, **settings)
    component._tagger, component._is_stored = tagger, tagger is not None
    return component
