"""A digest inside the file that it vouches for, so that a model with a changed byte is refused before anything parses it.

The file holds KEY and, somewhere shortly behind, 64 hexadecimal digits: the SHA-256 of the whole file with those digits replaced by zeros.
"""

import re

KEY = "uk_tag_digest"
PLACEHOLDER = "0" * 64
_FIELD = re.compile(KEY.encode() + rb"[^0-9a-f]{1,8}([0-9a-f]{64})")


def seal(content: bytes) -> bytes:
    """Replace the placeholder behind KEY by the digest. Raises ValueError where there is not exactly one placeholder."""
    found = list(_FIELD.finditer(content))
    if len(found) != 1 or found[0][1] != PLACEHOLDER.encode():
        raise ValueError(f"expected one placeholder behind {KEY}, found {len(found)} field(s)")
    from hashlib import sha256

    start, end = found[0].span(1)
    return content[:start] + sha256(content).hexdigest().encode() + content[end:]


def read(content: bytes) -> str | None:
    """The digest that the file carries, `None` where it carries none."""
    found = _field(content)
    return found[1].decode() if found else None


def holds(content: bytes) -> bool:
    """Whether the file is what was sealed, byte for byte."""
    found = _field(content)
    if not found:
        return False
    from hashlib import sha256  # which loads OpenSSL: models that come with uk-tag do without

    start, end = found.span(1)
    digest = sha256(memoryview(content)[:start])
    digest.update(PLACEHOLDER.encode())
    digest.update(memoryview(content)[end:])
    return digest.hexdigest().encode() == found[1]


def _field(content: bytes) -> re.Match[bytes] | None:
    """The field; metadata stands last in a file, so it is sought from there."""
    return _FIELD.match(content, max(content.rfind(KEY.encode()), 0))
