"""Subword tokenizer of the teacher, over a vocabulary reduced to what the text at hand needs.

The tokenizer is a unigram model (Kudo 2018), so a reduced vocabulary segments the text that it was reduced for exactly
as before, and other text into smaller subwords. Every word is segmented by itself, as if a space came before it.
"""

import json
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
from tokenizers import Tokenizer

from tagger.errors import ModelError

BEGIN, PAD, END, UNKNOWN = range(4)
SPECIAL = ("<s>", "<pad>", "</s>", "<unk>", "<mask>")
# A longer word (an address, a run of signs) is truncated: its label is read at its first subword.
SUBWORDS_PER_WORD = 12
# All single characters up to here stay in a reduced vocabulary: Latin, Greek, Cyrillic; and general punctuation,
# currency and letter-like signs.
LAST_LETTER, FIRST_SIGN, LAST_SIGN = 0x052F, 0x2000, 0x214F
APOSTROPHES = str.maketrans("’ʼ`´‘", "'''''")
WANTED = "give the tokenizer.json of XLM-RoBERTa"


class SubwordTokenizer:
    """A tokenizer defined by its JSON.

    :param definition: text of a `tokenizer.json` with a unigram model and the five special subwords of XLM-RoBERTa.
    :raises ModelError: it is of another kind.
    """

    def __init__(self, definition: str) -> None:
        self.definition = definition
        try:
            self._tokenizer = Tokenizer.from_str(definition)
        except Exception as error:  # the library raises bare Exception
            raise ModelError(f"not a tokenizer definition: {error}; {WANTED}") from None
        missing = [name for number, name in enumerate(SPECIAL[:4]) if self._tokenizer.token_to_id(name) != number]
        mask = self._tokenizer.token_to_id(SPECIAL[4])
        if missing or mask is None:
            raise ModelError(f"the tokenizer lacks {' '.join(missing or [SPECIAL[4]])}; {WANTED}")
        self.mask: int = mask
        self._known: dict[str, tuple[int, ...]] = {}

    @classmethod
    def read(cls, path: str | Path) -> "SubwordTokenizer":
        """Read a `tokenizer.json`."""
        try:
            return cls(Path(path).read_text(encoding="utf-8"))
        except OSError as error:
            raise ModelError(f"{path}: cannot be read: {error.strerror}") from None

    def __len__(self) -> int:
        return int(self._tokenizer.get_vocab_size())

    def word(self, token: str) -> tuple[int, ...]:
        """Return the subword ids of one token: at least one, at most SUBWORDS_PER_WORD.

        Apostrophes within a word are unified.
        """
        found = self._known.get(token)
        if found is None:
            text = token.translate(APOSTROPHES) if len(token) > 1 else token
            ids = self._tokenizer.encode(text, add_special_tokens=False).ids[:SUBWORDS_PER_WORD]
            found = tuple(ids) or (UNKNOWN,)
            self._known[token] = found
        return found

    def reduced(self, sentences: Iterable[Sequence[str]]) -> tuple["SubwordTokenizer", np.ndarray]:
        """Keep the subwords of some sentences, single characters of European scripts, and the special subwords.

        :returns: the smaller tokenizer, and for each of its subwords the id that it had before.
        """
        used = {number for tokens in sentences for token in tokens for number in self.word(token)}
        definition = json.loads(self.definition)
        entries = definition["model"]["vocab"]
        for number, (text, _) in enumerate(entries):
            single = len(text.lstrip("▁")) <= 1 and all(_is_common(character) for character in text)
            if text in SPECIAL or single:
                used.add(number)
        kept = np.array(sorted(used), np.int64)
        definition["model"]["vocab"] = [entries[number] for number in kept]
        new_ids = {int(number): new for new, number in enumerate(kept)}
        for added in definition["added_tokens"]:
            added["id"] = new_ids[added["id"]]
        for name, special in (definition.get("post_processor") or {}).get("special_tokens", {}).items():
            special["ids"] = [SPECIAL.index(name)]
        return SubwordTokenizer(json.dumps(definition, ensure_ascii=False)), kept


def _is_common(character: str) -> bool:
    return character == "▁" or ord(character) <= LAST_LETTER or FIRST_SIGN <= ord(character) <= LAST_SIGN
