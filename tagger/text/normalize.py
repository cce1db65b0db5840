"""Normalize tokens for look-up.

Apostrophes, stress marks and invisible characters are folded for look-up only; the user's text is never changed.
"""

import re
import unicodedata

APOSTROPHES = "\u2019\u02bc\u2018\u0060\u00b4\u2032\u02b9"
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
# NFC composes a stress mark with the letters Е and И only.
STRESSED = str.maketrans({"\u0400": "Е", "\u0450": "е", "\u040d": "И", "\u045d": "и"})
LATIN_LOOKALIKES = str.maketrans("ABCEHIKMOPTXaceiopxyï", "АВСЕНІКМОРТХасеіорхуї")
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

    It is composed (NFC) and has no stress marks or invisible characters, one kind of apostrophe and one script. Latin
    look-alikes become Cyrillic where every Latin letter of a mostly Cyrillic token is one (`Реron` with a Latin `e`
    stays: `r` has no look-alike). A token of nothing but invisible characters stays as it is.
    """
    if PLAIN_CYRILLIC.fullmatch(token):
        return token
    if not PLAIN.fullmatch(token):
        composed = unicodedata.normalize("NFC", token).translate(STRESSED).translate(INVISIBLE)
        token = FOLDABLE.sub("'", composed) or token
    latin = LATIN_LETTER.findall(token)
    if latin and len(CYRILLIC_LETTER.findall(token)) > len(latin):
        folded = token.translate(LATIN_LOOKALIKES)
        if not LATIN_LETTER.search(folded):
            return folded
    return token
