"""Text for a page: nothing in it is mark-up, and nothing in it is invisible."""

import re
from html import escape

REPLACEMENT = "\ufffd"
SURROGATES = re.compile("[\ud800-\udfff]")
# Control characters and noncharacters, which HTML forbids, and invisible characters: soft hyphens, fillers, zero-width
# spaces, direction marks, tags. The joiner U+200D stays within emoji.
UNSEEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200c\u200e\u200f"
    "\u2028-\u202e\u2060-\u206f\u3164\ufdd0-\ufdef\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff\U0001bca0-\U0001bca3"
    "\U0001d173-\U0001d17a\U000e0000-\U000e0fff]|(?<![\u2190-\u2bff\ufe0f\U0001f000-\U0001faff])\u200d"
)


def plain(text: str) -> str:
    """Escape text for an attribute or a title, which hold no elements: invisible characters are left out."""
    return UNSEEN.sub("", escape(SURROGATES.sub(REPLACEMENT, text)))


def safe(text: str) -> str:
    """Escape text for a page: nothing in it is mark-up, and invisible characters are shown as code points."""
    return UNSEEN.sub(_number, escape(SURROGATES.sub(REPLACEMENT, text)))


def _number(found: re.Match[str]) -> str:
    return f'<span class="code">⟨U+{ord(found[0]):04X}⟩</span>'
