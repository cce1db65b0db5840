"""A digest inside the file that it protects, so that a damaged model is refused before it is parsed.

The file contains KEY and, a few bytes after it, 64 hexadecimal digits: the SHA-256 of the whole file with these digits
replaced by zeros.
"""

import re

KEY = "uk_tag_digest"
PLACEHOLDER = "0" * 64
_FIELD = re.compile(KEY.encode() + rb"[^0-9a-f]{1,8}([0-9a-f]{64})")


def seal(content: bytes) -> bytes:
    """Replace the placeholder after KEY by the digest.

    :raises ValueError: there is not exactly one placeholder.
    """
    found = list(_FIELD.finditer(content))
    if len(found) != 1 or found[0][1] != PLACEHOLDER.encode():
        raise ValueError(f"expected one placeholder after {KEY}, found {len(found)} field(s)")
    from hashlib import sha256

    start, end = found[0].span(1)
    return content[:start] + sha256(content).hexdigest().encode() + content[end:]


def read(content: bytes) -> str | None:
    """Return the digest that a file contains, None if it contains none."""
    found = _field(content)
    return found[1].decode() if found else None


def holds(content: bytes) -> bool:
    """Tell whether a file matches its digest."""
    found = _field(content)
    if not found:
        return False
    from hashlib import sha256  # it loads OpenSSL, which models that come with uk-tag do not need

    start, end = found.span(1)
    digest = sha256(memoryview(content)[:start])
    digest.update(PLACEHOLDER.encode())
    digest.update(memoryview(content)[end:])
    return digest.hexdigest().encode() == found[1]


def _field(content: bytes) -> re.Match[bytes] | None:
    """Find KEY and its digest, from the end of the file, where the metadata is."""
    return _FIELD.match(content, max(content.rfind(KEY.encode()), 0))
