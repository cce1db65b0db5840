"""A component for spaCy pipelines: `nlp.add_pipe("uk_tag")` sets `doc.ents` on spaCy's own tokens.

spaCy finds it through the entry point of the package. Where the package is not installed, import this module first.
"""

import json
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any

from tagger import tags as bio
from tagger.base_forms.base_form import base_form
from tagger.errors import DataError, ModelError
from tagger.model_file.content import read_model
from tagger.system.packages import need
from tagger.tagger import Tagger
from tagger.text.tokenizer import sentence_ranges

need("spacy")
from spacy.language import Language  # noqa: E402 - after the check that it is installed
from spacy.tokens import Doc, Span  # noqa: E402

if not Span.has_extension("uk_lemma"):
    Span.set_extension("uk_lemma", default=None)

LABELS = {"PERS": "PER"}  # the label of spaCy's own Ukrainian pipelines
BATCH_DOCUMENTS = 64
MODEL_FILE, SETTINGS_FILE = "model.onnx", "settings.json"


def make_component(
    nlp: Language, name: str, model: str | None, device: str, threads: int, labels: dict[str, str], lemma: bool
) -> "EntityTagger":
    """Make the component for a pipeline."""
    return EntityTagger(model, device=device, threads=threads, labels=labels, lemma=lemma)


Language.factory(
    "uk_tag",
    assigns=["doc.ents", "token.ent_iob", "token.ent_type"],
    default_config={"model": None, "device": "auto", "threads": 1, "labels": LABELS, "lemma": False},
    func=make_component,
)


class EntityTagger:
    """A pipeline component that sets the entities of documents.

    It uses the sentences of a document if they are set, and finds them otherwise. Entities that were set before stay.
    The model is opened when the first document arrives.

    :param model: a model file, by default that of :meth:`tagger.Tagger.load`.
    :param device, threads: see :meth:`tagger.Tagger.load`.
    :param labels: labels to rename; `O` drops a label, and labels that the model does not have are ignored. spaCy
        merges the default into a configuration, so keeping the label PERS takes `{"PERS": "PERS"}`.
    :param lemma: also set `span._.uk_lemma`, the base form of an entity.
    """

    def __init__(
        self,
        model: str | None = None,
        *,
        device: str = "auto",
        threads: int = 1,
        labels: Mapping[str, str] = LABELS,
        lemma: bool = False,
    ) -> None:
        self._model, self._device, self._threads, self._labels = model, device, threads, dict(labels)
        self._lemma = lemma
        self._tagger: Tagger | None = None
        self._folder: tempfile.TemporaryDirectory[str] | None = None  # for a model from from_bytes

    @property
    def tagger(self) -> Tagger:
        """The tagger, which is opened on first use.

        :raises ModelError: the model file cannot be used.
        :raises DeviceError: there is no usable GPU.
        """
        if self._tagger is None:
            self._tagger = Tagger.load(self._model, device=self._device, threads=self._threads)
        return self._tagger

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels that entities may have.

        Empty while there is no model, as before :meth:`from_disk` of a pipeline from another machine.
        """
        try:
            own = [bio.parse(tag)[1] for tag in self.tagger.bundle.tags]
        except ModelError:
            return ()
        return tuple(
            dict.fromkeys(name for label in own if label and (name := self._labels.get(label, label)) != bio.OUTSIDE)
        )

    def __call__(self, doc: Doc) -> Doc:
        """Set the entities of one document."""
        return next(self.pipe([doc]))

    def pipe(self, stream: Iterable[Doc], *, batch_size: int = BATCH_DOCUMENTS) -> Iterator[Doc]:
        """Set the entities of documents, in order.

        :param batch_size: number of documents that are tagged together.
        """
        documents = iter(stream)
        while batch := list(islice(documents, batch_size)):
            sentences = [(doc, positions) for doc in batch for positions in _sentences(doc)]
            found: dict[int, list[Span]] = {}
            tagged = self.tagger.stream([doc[position].text for position in positions] for doc, positions in sentences)
            for (doc, positions), tags in zip(sentences, tagged, strict=True):
                found.setdefault(id(doc), []).extend(self._spans(doc, positions, tags))
            for doc in batch:
                taken = {token.i for span in doc.ents for token in span}
                new = [span for span in found.get(id(doc), ()) if taken.isdisjoint(range(span.start, span.end))]
                doc.set_ents(sorted([*doc.ents, *new], key=lambda span: span.start))
                yield doc

    def _spans(self, doc: Doc, positions: list[int], tags: list[str]) -> Iterator[Span]:
        for start, end, label in bio.spans(tags):
            name = self._labels.get(label, label)
            if name != bio.OUTSIDE:
                span = Span(doc, positions[start], positions[end - 1] + 1, label=name)
                if self._lemma:
                    sentence = doc[positions[0] : positions[-1] + 1]
                    first = sentence.start_char
                    span._.uk_lemma = base_form(sentence.text, span.start_char - first, span.end_char - first, label)
                yield span

    def to_disk(self, path: str | Path, *, exclude: Iterable[str] = ()) -> None:
        """Write the model and the settings into a folder, which is self-contained."""
        folder = Path(path)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / MODEL_FILE).write_bytes(self._content())
        (folder / SETTINGS_FILE).write_text(self._settings(), encoding="utf-8")

    def from_disk(self, path: str | Path, *, exclude: Iterable[str] = ()) -> "EntityTagger":
        """Load the model and the settings from a folder that :meth:`to_disk` wrote."""
        folder = Path(path)
        return self._take(folder / MODEL_FILE, (folder / SETTINGS_FILE).read_text(encoding="utf-8"))

    def to_bytes(self, *, exclude: Iterable[str] = ()) -> bytes:
        """Return the settings, a line feed and the model."""
        return self._settings().encode() + b"\n" + self._content()

    def from_bytes(self, data: bytes, *, exclude: Iterable[str] = ()) -> "EntityTagger":
        """Load the settings and the model from bytes that :meth:`to_bytes` returned.

        :raises DataError: the bytes have another format.
        """
        settings, separator, content = data.partition(b"\n")
        if not separator:
            raise DataError("these bytes were not written by EntityTagger.to_bytes")
        self._folder = tempfile.TemporaryDirectory(prefix="uk-tag-")
        path = Path(self._folder.name) / MODEL_FILE
        path.write_bytes(content)
        return self._take(path, settings.decode())

    def _take(self, model: Path, settings: str) -> "EntityTagger":
        self._model, self._tagger = str(model), None
        known = json.loads(settings)
        self._labels, self._lemma = known["labels"], known.get("lemma", False)
        return self

    def _settings(self) -> str:
        return json.dumps({"labels": self._labels, "lemma": self._lemma}, ensure_ascii=False)

    def _content(self) -> bytes:
        return read_model(self.tagger.session.path)

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[Any, ...]]:
        return _restore, (self._model and self.tagger, self._device, self._threads, self._labels, self._lemma)


def _restore(
    tagger: Tagger | None, device: str, threads: int, labels: dict[str, str], lemma: bool = False
) -> EntityTagger:
    component = EntityTagger(
        str(tagger.session.path) if tagger else None, device=device, threads=threads, labels=labels, lemma=lemma
    )
    component._tagger = tagger
    return component


def _sentences(doc: Doc) -> Iterator[list[int]]:
    """Yield the token indices of each sentence, without white-space tokens, which the model does not know."""
    words = [token for token in doc if not token.is_space and token.text]
    known = doc.has_annotation("SENT_START")
    starts = [span.start_char for span in doc.sents] if known else [start for start, _ in sentence_ranges(doc.text)]
    index = 0
    for end in [*starts[1:], len(doc.text) + 1]:
        positions = []
        while index < len(words) and words[index].idx < end:
            positions.append(words[index].i)
            index += 1
        if positions:
            yield positions
