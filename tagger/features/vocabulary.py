"""The vocabulary: feature names numbered as feature ids, and the feature ids of each word.

Id 0 means "no feature"; it pads the ids of a word, and its embedding is zero. The ids of a word depend on the word
alone.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from functools import cached_property

import numpy as np

from tagger.errors import ModelError
from tagger.features.encoder import FeatureEncoder
from tagger.features.gazetteer import Gazetteer
from tagger.features.names import KINDS, LONGEST_PIECE, LONGEST_WORD, MOST_SLOTS, FeatureSettings
from tagger.validation import MEND, choice, parse, sequence, table, whole


class Vocabulary:
    """Feature names and their ids; the first entry has id 1.

    :param entries: distinct feature names without line feeds, as a sequence, or as one text with a line feed between
        them, which is split when the names are asked for.
    :param settings: the features of a word.
    :param gazetteer: name lists; a word in them has the feature `g:` followed by its classes.
    """

    def __init__(
        self, entries: Sequence[str] | str, settings: FeatureSettings, gazetteer: Gazetteer | None = None
    ) -> None:
        text = entries if isinstance(entries, str) else "\n".join(entries)
        self._text: str | None = text
        self._count = text.count("\n") + 1 if text else 0
        self.gazetteer = gazetteer or Gazetteer()
        self.settings = settings

    @cached_property
    def entries(self) -> list[str]:
        """The feature names.

        :raises ValueError: :meth:`prepare` has dropped the names.
        """
        return text.split("\n") if (text := self._names()) else []

    @cached_property
    def _encoder(self) -> FeatureEncoder:
        return FeatureEncoder(self._names(), self.settings, self.gazetteer)

    def prepare(self) -> None:
        """Do now the set-up that the first call of :meth:`rows` would do, and drop the names.

        They take a megabyte, and encoding does not need them.
        """
        self._encoder  # noqa: B018 - a cached property, made here
        self._text = None
        self.__dict__.pop("entries", None)

    def _names(self) -> str:
        if self._text is None:
            raise ValueError(
                "a vocabulary prepared for tagging has dropped its feature names; read them from the file again"
            )
        return self._text

    def __len__(self) -> int:
        """Return the number of rows of its embedding table: one more than there are entries."""
        return self._count + 1

    def row(self, token: str) -> np.ndarray:
        """Return the feature ids of a token, padded with 0.

        :returns: *Shape:* (slots,), int32.
        """
        ids: np.ndarray = self.rows([token])[0]
        return ids

    def rows(self, tokens: Iterable[str | bytes]) -> np.ndarray:
        """Return the feature ids of many tokens, padded with 0.

        :param tokens: text, or UTF-8 bytes.
        :returns: *Shape:* (tokens, slots), int32.
        """
        return self._encoder.rows(list(tokens))

    def to_texts(self) -> dict[str, str]:
        """Return the vocabulary as texts: `entries`, one a line; `features`, JSON; `gazetteer`, if there is one.

        :raises ValueError: :meth:`prepare` has dropped the names.
        """
        texts = {"entries": self._names(), "features": json.dumps(asdict(self.settings))}
        return texts | ({"gazetteer": self.gazetteer.to_text()} if len(self.gazetteer) else {})

    @classmethod
    def from_texts(cls, texts: dict[str, str]) -> "Vocabulary":
        """Make a vocabulary from the texts that :meth:`to_texts` returned.

        :raises ModelError: a text is missing or damaged.
        """
        raw = table(parse(texts, "features"), "the table of features")
        kinds = tuple(
            choice(kind, "features.kinds", KINDS)
            for kind in sequence(raw.get("kinds"), "features.kinds", 1, len(KINDS))
        )
        affix = whole(raw.get("affix"), "features.affix", 0, LONGEST_WORD)
        shortest, longest = sequence(raw.get("piece"), "features.piece", 2)
        whole(longest, "features.piece", 1, LONGEST_PIECE)
        whole(shortest, "features.piece", 1, longest)
        settings = FeatureSettings(
            kinds, affix, (shortest, longest), whole(raw.get("slots"), "features.slots", 1, MOST_SLOTS)
        )
        if not isinstance(texts.get("entries"), str):
            raise ModelError(f"the vocabulary cannot be read (it has no entries); {MEND}")
        return cls(texts["entries"], settings, Gazetteer.from_text(texts.get("gazetteer", "")))
