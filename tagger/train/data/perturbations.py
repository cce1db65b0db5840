"""Perturbed copies of sentences with matching gold tags. The drop in F1 on them measures robustness.

Every copy is deterministic, and has as many entities, with the same labels, as its original. A student is trained on
some of them: other casing, and ASCII punctuation, see :class:`VariantShares`.
"""

import unicodedata
import zlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np

from tagger import tags as bio
from tagger.train.data.corpus import Document, Sentence

Perturbation = Callable[[Sentence], Sentence]

SWAPPED_APOSTROPHES = str.maketrans("'\u2019", "\u2019'")
VOWELS = frozenset("аеєиіїоуюяАЕЄИІЇОУЮЯ")
STRESS = "\u0301"
# ASCII for typographic marks, as a plain keyboard has them: quotes, apostrophes, hyphens, dashes and minus, the
# ellipsis.
ASCII_PUNCTUATION = str.maketrans(
    {**dict.fromkeys("«»„“”‟", '"'), **dict.fromkeys("‘’ʼ", "'"), **dict.fromkeys("‐‑‒–—―−", "-"), "…": "..."}
)
FINAL = frozenset(".!?")


def each_token(change: Callable[[str], str]) -> Perturbation:
    """Make a perturbation that changes each token by itself."""
    return lambda sentence: Sentence(tuple(map(change, sentence.tokens)), sentence.tags)


def stressed(token: str) -> str:
    """Put a stress mark (U+0301) after one vowel of a word of two or more syllables.

    A checksum of the word selects the vowel.

    The mark is often on the wrong vowel, which does not matter: the point is a different spelling.
    """
    vowels = [position for position, letter in enumerate(token) if letter in VOWELS]
    if len(vowels) < 2 or STRESS in token:
        return token
    after = vowels[zlib.crc32(token.casefold().encode("utf-8", "surrogatepass")) % len(vowels)] + 1
    return token[:after] + STRESS + token[after:]


def emailed(sentence: Sentence) -> Sentence:
    """Write a sentence as in a hasty e-mail: lower case, ASCII punctuation, no final punctuation.

    Final punctuation is a full stop, question or exclamation mark. Within an entity it stays, and so does the first
    token.
    """
    plain = [token.lower().translate(ASCII_PUNCTUATION) for token in sentence.tokens]
    end = len(plain)
    while end > 1 and sentence.tags[end - 1] == bio.OUTSIDE and set(plain[end - 1]) <= FINAL:
        end -= 1
    return Sentence(tuple(plain[:end]), sentence.tags[:end])


def unpunctuated(sentence: Sentence) -> Sentence:
    """Drop the tokens outside entities that are only punctuation (Unicode's P categories).

    A sentence without other tokens stays.
    """
    kept = [
        position
        for position, (token, tag) in enumerate(zip(sentence.tokens, sentence.tags, strict=True))
        if tag != bio.OUTSIDE or not all(unicodedata.category(letter).startswith("P") for letter in token)
    ]
    if not kept:
        return sentence
    tokens, tags = (tuple(column[position] for position in kept) for column in (sentence.tokens, sentence.tags))
    return Sentence(tokens, tags)


STANDARD_PERTURBATIONS: dict[str, Perturbation] = {
    "lower-cased": each_token(str.lower),
    "upper-cased": each_token(str.upper),
    "apostrophes swapped": each_token(lambda token: token.translate(SWAPPED_APOSTROPHES)),
}
ALL_PERTURBATIONS: dict[str, Perturbation] = STANDARD_PERTURBATIONS | {
    "stress-marked": each_token(stressed),
    "e-mail-like": emailed,
    "unpunctuated": unpunctuated,
}


def perturbed(documents: Iterable[Document], change: Perturbation) -> list[Document]:
    """Return copies of documents with each sentence perturbed."""
    return [Document(document.name, [change(sentence) for sentence in document.sentences]) for document in documents]


def _plain(token: str) -> str:
    return token.translate(ASCII_PUNCTUATION)


# Variants of a word: as it is, in lower and in upper case, each also with ASCII punctuation.
VARIANTS: tuple[Callable[[str], str], ...] = (
    str,
    str.lower,
    str.upper,
    _plain,
    lambda token: _plain(token.lower()),
    lambda token: _plain(token.upper()),
)


@dataclass(frozen=True, slots=True)
class VariantShares:
    """Shares of the sentences that are shown in lower case, in upper case, and with ASCII punctuation.

    Drawn anew in each epoch.
    """

    lowered: float = 0.0
    raised: float = 0.0
    plain: float = 0.0

    def __bool__(self) -> bool:
        return any((self.lowered, self.raised, self.plain))

    def draw(self, count: int, generator: np.random.Generator) -> np.ndarray:
        """Draw the variant of each sentence, an index into VARIANTS. *Shape:* (count,)."""
        case = generator.random(count)
        case = np.where(case < self.lowered, 1, np.where(case < self.lowered + self.raised, 2, 0))
        return case + 3 * (generator.random(count) < self.plain)
