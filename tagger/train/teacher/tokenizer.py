"""Words to subword pieces, over a vocabulary cut down to what the text at hand needs.

The tokenizer is a unigram model (Kudo 2018), so a cut vocabulary segments the text that it was cut for exactly as before, and other text
into smaller pieces. Every word is segmented by itself, as if a space stood before it.
"""

import json
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
from tokenizers import Tokenizer

from tagger.errors import ModelError

BEGIN, PAD, END, UNKNOWN = range(4)
SPECIAL = ("<s>", "<pad>", "</s>", "<unk>", "<mask>")
PIECES_PER_WORD = 12  # a longer word (an address, a run of signs) is cut: its label stands on its first piece
# All single characters up to here stay in a cut vocabulary: Latin, Greek, Cyrillic; and general punctuation, currency and letter-like signs.
LAST_LETTER, FIRST_SIGN, LAST_SIGN = 0x052F, 0x2000, 0x214F
APOSTROPHES = str.maketrans("’ʼ`´‘", "'''''")


class Pieces:
    """A tokenizer, told apart by its JSON.

    :param definition: the text of a `tokenizer.json` with a unigram model and the five special pieces of XLM-RoBERTa.
    :raises ModelError: it is of another kind.
    """

    def __init__(self, definition: str) -> None:
        self.definition = definition
        try:
            self._tokenizer = Tokenizer.from_str(definition)
        except Exception as error:  # the library raises bare Exception
            raise ModelError(f"not a tokenizer definition: {error}; give the tokenizer.json of XLM-RoBERTa") from None
        missing = [piece for number, piece in enumerate(SPECIAL[:4]) if self._tokenizer.token_to_id(piece) != number]
        mask = self._tokenizer.token_to_id(SPECIAL[4])
        if missing or mask is None:
            raise ModelError(f"the tokenizer lacks {' '.join(missing or [SPECIAL[4]])}; give the tokenizer.json of XLM-RoBERTa")
        self.mask = mask
        self._known: dict[str, tuple[int, ...]] = {}

    @classmethod
    def read(cls, path: str | Path) -> "Pieces":
        """Read a `tokenizer.json`."""
        try:
            return cls(Path(path).read_text(encoding="utf-8"))
        except OSError as error:
            raise ModelError(f"{path}: cannot be read: {error.strerror}") from None

    def __len__(self) -> int:
        return self._tokenizer.get_vocab_size()

    def word(self, token: str) -> tuple[int, ...]:
        """The pieces of one token, at least one, at most PIECES_PER_WORD. All apostrophes inside a word are one to the encoder."""
        found = self._known.get(token)
        if found is None:
            text = token.translate(APOSTROPHES) if len(token) > 1 else token
            found = tuple(self._tokenizer.encode(text, add_special_tokens=False).ids[:PIECES_PER_WORD]) or (UNKNOWN,)
            self._known[token] = found
        return found

    def cut(self, sentences: Iterable[Sequence[str]]) -> tuple["Pieces", np.ndarray]:
        """Keep the pieces that occur in some sentences, single characters of European scripts, and the special pieces.

        :returns: the smaller tokenizer, and for each of its pieces the number that it had before.
        """
        used = {number for tokens in sentences for token in tokens for number in self.word(token)}
        definition = json.loads(self.definition)
        entries = definition["model"]["vocab"]
        for number, (piece, _) in enumerate(entries):
            if piece in SPECIAL or (len(piece.lstrip("▁")) <= 1 and all(_is_common(character) for character in piece)):
                used.add(number)
        kept = np.array(sorted(used), np.int64)
        definition["model"]["vocab"] = [entries[number] for number in kept]
        places = {int(number): place for place, number in enumerate(kept)}
        for added in definition["added_tokens"]:
            added["id"] = places[added["id"]]
        for name, special in (definition.get("post_processor") or {}).get("special_tokens", {}).items():
            special["ids"] = [SPECIAL.index(name)]
        return Pieces(json.dumps(definition, ensure_ascii=False)), kept


def _is_common(character: str) -> bool:
    return character == "▁" or ord(character) <= LAST_LETTER or FIRST_SIGN <= ord(character) <= LAST_SIGN
