"""The table of names of a run: how often each occurs, in how many documents, and in which forms."""

from collections import Counter
from dataclasses import dataclass, field

from tagger.base_forms.same_name import Mention, key_of, link

MOST_VARIANTS = 20  # forms of a name that are shown
WELL_KNOWN = 2  # documents that name a person in full, before other documents need only the surname


@dataclass(slots=True)
class Name:
    """A name of the table.

    :ivar label: as the user sees it.
    :ivar kind: the model's label.
    :ivar count: number of mentions.
    :ivar documents: numbers of the documents that mention it.
    :ivar forms: how often each form stood in the text.
    :ivar spellings: how often each spelling of the base form was the document's.
    :ivar example: a sentence with the name.
    :ivar alias: an abbreviation that stood in brackets after it.
    """

    label: str
    kind: str
    example: str
    count: int = 0
    alias: str = ""
    documents: set[int] = field(default_factory=set)
    forms: Counter[str] = field(default_factory=Counter)
    spellings: Counter[str] = field(default_factory=Counter)

    @property
    def variants(self) -> list[str]:
        """The forms in the text, the usual ones first."""
        return sorted(self.forms, key=lambda form: (-self.forms[form], form))[:MOST_VARIANTS]

    @property
    def lemma(self) -> str:
        """The base form in its usual spelling: not in capitals only, where there is another."""
        return max(self.spellings.items(), key=lambda item: (not item[0].isupper(), item[1], item[0]))[0]

    def take(self, other: "Name") -> None:
        """Add another name, which turned out to be the same."""
        self.count += other.count
        self.documents |= other.documents
        self.forms += other.forms


class NameTable:
    """Counts names. Memory grows with the number of different names, and with the mentions of one document.

    :param whole_run: the run is one document: a surname in one file may belong to the full name in another.
    """

    def __init__(self, *, whole_run: bool = False) -> None:
        self._whole_run = whole_run
        self._names: dict[tuple[str, str], Name] = {}
        self._mentions: Counter[tuple[Mention, str]] = Counter()  # of the present document, with the form in the text
        self._examples: dict[str, str] = {}
        self._document = 0

    def add(self, mention: Mention, text: str, example: str) -> None:
        """Count a mention in the present document.

        :param text: the name as it stands.
        :param example: its sentence.
        """
        self._mentions[mention, text] += 1
        self._examples.setdefault(mention.lemma, example)

    def knows(self, lemma: str) -> bool:
        """Return whether the present document has an example of a name already."""
        return lemma in self._examples

    def end_document(self) -> None:
        """Find out which names of the document are the same, and add them to those of the run."""
        if not self._mentions:
            return
        entries = list(self._mentions.items())
        # a name that is written more often weighs more
        names = link([mention for (mention, _), count in entries for _ in range(min(count, 3))])
        step = 0
        for (mention, text), count in entries:
            name = names[step]
            step += min(count, 3)
            key = mention.label, key_of(name, mention.kind)
            if key not in self._names:
                self._names[key] = Name(mention.label, mention.kind, self._examples[mention.lemma])
            own = self._names[key]
            own.count += count
            own.forms[text] += count
            own.spellings[name] += 1
            own.alias = own.alias or (mention.alias if mention.lemma == name else "")
            own.documents.add(self._document)
        self._mentions.clear()
        self._examples.clear()
        self._document += 1

    def rows(self) -> list[Name]:
        """Return the names of all documents, most frequent first; equally frequent ones by label and base form."""
        self.end_document()
        entries = sorted(self._names.items(), key=lambda item: (-item[1].count, item[0]))
        mentions = [Mention(name.label, name.lemma, name.kind, name.alias) for _, name in entries]
        owners = link(mentions)
        for (key, name), mention, owner in zip(entries, mentions, owners, strict=True):
            target = key[0], key_of(owner, mention.kind)
            if target == key or target not in self._names:
                continue
            if not self._whole_run and len(self._names[target].documents) < WELL_KNOWN:
                continue
            self._names[target].take(name)
            del self._names[key]
        return sorted(self._names.values(), key=lambda name: (-name.count, name.label, name.lemma))
