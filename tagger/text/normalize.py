"""Normalize tokens for look-up.

Apostrophes, stress marks, invisible characters, look-alikes and character references are folded for look-up only; the
user's text is never changed. What takes the neighbours of a token is in :mod:`tagger.text.lookup`.
"""

import re
import unicodedata

# Signs used as an apostrophe that may cut a word in two: grave and acute accents, primes, modifier letters.
CUTTING = "\u0060\u00b4\u2032\u2035\u02b9\u02bb\u02bd\uff07"
APOSTROPHES = f"\u2019\u02bc\u2018{CUTTING}"
FOLDABLE = re.compile(f"(?<=[^\\W\\d_])[{APOSTROPHES}](?=[^\\W\\d_])")
# Grave and acute accents (stress marks), soft hyphen, zero-width and directional characters, byte order mark.
INVISIBLE = dict.fromkeys(
    [
        0x300,
        0x301,
        0xAD,
        *range(0x200B, 0x2010),
        *range(0x202A, 0x202F),
        *range(0x2060, 0x2065),
        *range(0x2066, 0x206A),
        0xFEFF,
    ]
)
HIDDEN = "".join(map(chr, INVISIBLE.keys() - {0x300, 0x301}))  # without the stress marks
# NFC composes a stress mark with the letters Е and И only.
STRESSED = str.maketrans({"\u0400": "Е", "\u0450": "е", "\u040d": "И", "\u045d": "и"})
INITIALS = "ABCEHIKMOPTXY"  # Latin capitals that look like Cyrillic ones
LATIN_LOOKALIKES = str.maketrans(f"{INITIALS}aceikopxyïÏ", "АВСЕНІКМОРТХУасеікорхуїЇ")
# Words that keep Latin letters though these look Cyrillic: the number of XX-го, and a Latin part, as of Kia-шо.
PARTS = re.compile("[A-Za-z]+-")
SMALL_LATIN = re.compile("[a-z]")
HYPHENS = "-\u2010\u00ac\u00ad"  # that break a word at a line's end; \u00ac is a soft hyphen in some encodings
# Character references of HTML that stand for an apostrophe or a quotation mark.
REFERENCES = {
    **dict.fromkeys("#39 #039 #x27 apos rsquo lsquo #8217 #x2019 #8216 #x2018 #700 #x2bc #96 prime #8242".split(), "'"),
    **dict.fromkeys("quot #34 #034 #x22".split(), '"'),
    **dict.fromkeys("laquo #171 #xab bdquo #8222 #x201e".split(), "«"),
    **dict.fromkeys("raquo #187 #xbb".split(), "»"),
    **dict.fromkeys("ldquo #8220 #x201c".split(), "“"),
    **dict.fromkeys("rdquo #8221 #x201d".split(), "”"),
}
REFERENCE = f"&(?:{'|'.join(REFERENCES)});"
CURRENCIES = str.maketrans("€₴£", "$$$")  # one sign stands for all; the shipped models know it
ZERO = re.compile("(?<![\\w.,])0(?=[А-ЯЄІЇҐа-яєіїґ]{3})")  # for the letter O, as in a scanned page
LATIN_LETTER = re.compile("[A-Za-z\u00c0-\u024f]")
CYRILLIC_LETTER = re.compile("[\u0400-\u052f]")
PLAIN = re.compile(
    "[\u0021-\u005f\u0061-\u007e\u0404\u0406\u0407\u0410-\u044f\u0454\u0456\u0457\u0490\u0491\u00ab\u00bb\u2013\u2014\u2026]*"
)
# Letters of Ukrainian, and of Russian words within Ukrainian text.
UKRAINIAN = "\u0404\u0406\u0407\u0454\u0456\u0457\u0490\u0491" + "".join(map(chr, range(0x410, 0x450)))
PLAIN_CYRILLIC = re.compile(f"[{UKRAINIAN}]*")


def normalise(token: str) -> str:
    """Return a token as the vocabulary knows it.

    It is composed (NFC) and has no stress marks, invisible characters or character references, and one kind of
    apostrophe. Latin look-alikes become Cyrillic where every Latin letter of a token that is partly Cyrillic is one
    (`Реron` with a Latin `e` stays: `r` has no look-alike), unless more of it is Latin capitals (`HBOй`) or a Latin
    part (`Kia-шо`). A token of nothing but invisible characters stays as it is.
    """
    if PLAIN_CYRILLIC.fullmatch(token):
        return token
    token = ZERO.sub("О", unescape(token))
    if not PLAIN.fullmatch(token):
        composed = unicodedata.normalize("NFC", token).translate(STRESSED).translate(INVISIBLE).translate(CURRENCIES)
        token = FOLDABLE.sub("'", composed) or token
    latin = len(LATIN_LETTER.findall(token))
    cyrillic = len(CYRILLIC_LETTER.findall(token)) if latin else 0
    mixed = cyrillic >= latin or SMALL_LATIN.search(token)
    if cyrillic and (cyrillic > latin or (mixed and not PARTS.match(token))):
        folded = token.translate(LATIN_LOOKALIKES)
        if not LATIN_LETTER.search(folded):
            return folded
    return token


def unescape(text: str) -> str:
    """Return the text with the character references of REFERENCES replaced."""
    if "&" not in text:
        return text
    return re.sub(REFERENCE, lambda found: REFERENCES[found[0][1:-1].lower()], text, flags=re.IGNORECASE)
