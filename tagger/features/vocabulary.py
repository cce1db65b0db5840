"""The vocabulary: feature names and their numbers, and from them one row of numbers for each word.

Number 0 means "no feature"; it pads rows and its embedding is zero. A row does not depend on anything but the word.
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
    """Numbers for feature names: the first entry is number 1.

    :param entries: feature names, distinct, without line feeds; one text with a line feed between them is taken, too, and cut when it is asked for.
    :param gazetteer: lists of names; a word in them has the feature `g:` and its classes.
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
        """The feature names. Raises ValueError where :meth:`prepare` let go of them."""
        return text.split("\n") if (text := self._names()) else []

    @cached_property
    def _maker(self) -> FeatureEncoder:
        return FeatureEncoder(self._names(), self.settings, self.gazetteer)

    def prepare(self) -> None:
        """Do at once what the first call of :meth:`rows` would do, and let go of the names, which take a megabyte and are of no use for that."""
        self._maker  # noqa: B018 - made when it is asked for
        self._text = None
        self.__dict__.pop("entries", None)

    def _names(self) -> str:
        if self._text is None:
            raise ValueError(
                "the names of a vocabulary that was prepared for tagging are gone; read them from the file again"
            )
        return self._text

    def __len__(self) -> int:
        """Rows that an embedding table needs: one more than there are entries."""
        return self._count + 1

    def row(self, token: str) -> np.ndarray:
        """Numbers of the token's features, padded with 0. *Shape:* (slots,), int32."""
        return self.rows([token])[0]

    def rows(self, tokens: Iterable[str | bytes]) -> np.ndarray:
        """Rows of many tokens; those given as bytes are UTF-8. *Shape:* (tokens, slots), int32."""
        return self._maker.rows(list(tokens))

    def to_texts(self) -> dict[str, str]:
        """The vocabulary as texts: `entries`, one a line, `features`, JSON, and `gazetteer` where there is one.

        :raises ValueError: :meth:`prepare` let go of the names.
        """
        texts = {"entries": self._names(), "features": json.dumps(asdict(self.settings))}
        return texts | ({"gazetteer": self.gazetteer.to_text()} if len(self.gazetteer) else {})

    @classmethod
    def from_texts(cls, texts: dict[str, str]) -> "Vocabulary":
        """The reverse of :meth:`to_texts`. Raises ModelError where the texts are not what it wrote."""
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
