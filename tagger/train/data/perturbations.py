"""Changed copies of sentences, with gold tags that fit: how sturdy a tagger is tells the score that it loses on them.

Every copy is the same each time, and has as many entities, of the same labels, as its original.
"""

import unicodedata
import zlib
from collections.abc import Callable, Iterable

from tagger import tags as bio
from tagger.train.data.corpus import Document, Sentence

Change = Callable[[Sentence], Sentence]

APOSTROPHES = str.maketrans("'\u2019", "\u2019'")
VOWELS = frozenset("аеєиіїоуюяАЕЄИІЇОУЮЯ")
STRESS = "\u0301"
# What a keyboard without typographic marks has in their place: quotes, apostrophes, hyphens, dashes and minus, the ellipsis.
PLAIN = str.maketrans({**dict.fromkeys("«»„“”‟", '"'), **dict.fromkeys("‘’ʼ", "'"), **dict.fromkeys("‐‑‒–—―−", "-"), "…": "..."})
FINAL = frozenset(".!?")


def each_token(change: Callable[[str], str]) -> Change:
    """The copy with each token changed by itself."""
    return lambda sentence: Sentence(tuple(map(change, sentence.tokens)), sentence.tags)


def stressed(token: str) -> str:
    """A stress mark (U+0301) behind one vowel of a word of two or more syllables: which one, a checksum of the word decides.

    It is as often wrong as right, which is no matter: what counts is that the word is spelt otherwise.
    """
    vowels = [position for position, letter in enumerate(token) if letter in VOWELS]
    if len(vowels) < 2 or STRESS in token:
        return token
    behind = vowels[zlib.crc32(token.casefold().encode("utf-8", "surrogatepass")) % len(vowels)] + 1
    return token[:behind] + STRESS + token[behind:]


def emailed(sentence: Sentence) -> Sentence:
    """A sentence as it stands in a hasty e-mail: all in lower case, typographic quotes, apostrophes and dashes as the keyboard's plain ones, the
    ellipsis as three dots, and without the full stop, question or exclamation mark at its end. A mark within a name stays, and so does the first token.
    """
    plain = [token.lower().translate(PLAIN) for token in sentence.tokens]
    end = len(plain)
    while end > 1 and sentence.tags[end - 1] == bio.OUTSIDE and set(plain[end - 1]) <= FINAL:
        end -= 1
    return Sentence(tuple(plain[:end]), sentence.tags[:end])


def unpunctuated(sentence: Sentence) -> Sentence:
    """A sentence without the tokens outside names that are nothing but punctuation (Unicode's P categories); one that has no other token stays."""
    kept = [
        position
        for position, (token, tag) in enumerate(zip(sentence.tokens, sentence.tags, strict=True))
        if tag != bio.OUTSIDE or not all(unicodedata.category(letter).startswith("P") for letter in token)
    ]
    if not kept:
        return sentence
    return Sentence(tuple(sentence.tokens[position] for position in kept), tuple(sentence.tags[position] for position in kept))


VARIANTS: dict[str, Change] = {
    "lower-cased": each_token(str.lower),
    "upper-cased": each_token(str.upper),
    "apostrophes swapped": each_token(lambda token: token.translate(APOSTROPHES)),
}
ALL_VARIANTS: dict[str, Change] = VARIANTS | {
    "stress-marked": each_token(stressed),
    "e-mail-like": emailed,
    "unpunctuated": unpunctuated,
}


def copies(documents: Iterable[Document], change: Change) -> list[Document]:
    """Documents with each sentence changed."""
    return [Document(document.name, [change(sentence) for sentence in document.sentences]) for document in documents]
