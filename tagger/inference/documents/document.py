"""Documents: sentences that are decoded twice, the second time with what the whole document says about its names.

The first decoding and the evidence (:mod:`tagger.inference.documents.evidence`) depend on nothing but the sentences of
the document, so the same document gets the same tags however it is read and batched.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, repeat

from tagger.inference.documents.evidence import Evidence
from tagger.inference.engine import Engine
from tagger.inference.window import Annotation, Window

# A longer document is tagged in parts of about this length, each as a document of its own, so that memory is bounded
# for a stream without an end too. A thick novel has that many tokens. Each sentence counts as one more.
DOCUMENT_TOKENS = 1 << 17


class Document:
    """The sentences of one document, of which the first decoding goes on while further ones are added.

    :param engine: an engine; the document is its own for as long as sentences are added.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._tokens: list[str] = []
        self._sentences = 0
        self._cells: list[int] = []  # of the waiting sentences
        self._all_cells: list[int] = []
        self._waiting: list[Sequence[str]] = []  # sentences that are not submitted yet
        self._held = 0  # their tokens
        self._windows: list[Window] = []
        self._collected = 0  # windows that are decoded

    @property
    def is_full(self) -> bool:
        """True if further sentences belong in the next part."""
        return len(self._tokens) + self._sentences >= DOCUMENT_TOKENS

    def add(self, sentence: Sequence[str], cells: Sequence[int] = ()) -> None:
        """Add a sentence. One without tokens is allowed.

        :param cells: indexes of its tokens that a TAB precedes.
        :raises ModelError: the network cannot be run.
        """
        self._all_cells += [len(self._tokens) + cell for cell in cells]
        self._tokens += sentence
        self._sentences += bool(sentence)
        self._cells += [self._held + cell for cell in cells]
        self._waiting.append(sentence)
        self._held += len(sentence)
        if self._held >= self._engine.window_tokens:
            self._submit()

    def tag(self) -> Window:
        """Decode the document with its evidence.

        :returns: all its sentences, decoded, with probabilities.
        :raises ModelError: the network cannot be run.
        :raises MemoryError: the device has too little memory for one sentence.
        """
        self._submit()
        self._collect(len(self._windows))
        whole = Window.concatenate(self._windows)
        if whole.emissions is not None and whole.tags.size:
            bundle = self._engine.bundle
            evidence = Evidence(self._tokens, whole, bundle.tags)
            emissions, whole.emissions = whole.emissions, None
            emissions += evidence.bonus(bundle.temperature)
            self._engine.decode(whole, emissions)
        whole.emissions, whole.tokens, whole.cells = None, self._tokens, self._all_cells
        self._engine.correct(whole)
        return whole

    def annotations(self) -> Iterator[Annotation]:
        """Decode the document, see :meth:`tag`, and return the annotations of its sentences, in order."""
        return self._engine.split(self.tag())

    def _submit(self) -> None:
        """Start to tag the waiting sentences; meanwhile, the window before is decoded."""
        window = self._engine.submit_sentences(
            self._waiting, cells=self._cells, probabilities=True, emissions=True, ahead=True
        )
        self._waiting, self._held, self._cells = [], 0, []
        self._windows.append(window)
        self._collect(len(self._windows) - 1)

    def _collect(self, count: int) -> None:
        for window in self._windows[self._collected : count]:
            self._engine.collect(window)
        self._collected = max(self._collected, count)


def annotate_document(
    engine: Engine, sentences: Iterable[Sequence[str]], cells: Iterable[Sequence[int]] | None = None
) -> Iterator[Annotation]:
    """Yield the annotations of a document's sentences, in order; it is read as far as the end of a part.

    :param cells: indexes of the tokens of each sentence that a TAB precedes; by default none.
    :raises ModelError: the network cannot be run.
    """
    return chain.from_iterable(part.annotations() for part in _parts(engine, sentences, cells or repeat(())))


def _parts(engine: Engine, sentences: Iterable[Sequence[str]], cells: Iterable[Sequence[int]]) -> Iterator[Document]:
    document = None
    for sentence, own in zip(sentences, cells, strict=False):  # the cells may have no end
        document = document or Document(engine)
        document.add(sentence, own)
        if document.is_full:
            yield document
            document = None
    if document:
        yield document
