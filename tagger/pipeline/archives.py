"""Compressed input, unpacked as it comes: gzip, xz, bzip2, and zstd from Python 3.14 on; known by its first bytes."""

from collections.abc import Callable, Generator, Iterator
from typing import Any

from tagger.errors import DataError

BZIP2_BODIES = (b"1AY&SY", b"\x17rE8P\x90")  # the first block, or the end of an empty stream
MAGIC = {
    b"\x1f\x8b": "gzip",
    b"\xfd7zXZ\0": "xz",
    **{b"BZh%d%s" % (level, body): "bzip2" for level in range(1, 10) for body in BZIP2_BODIES},
    b"\x28\xb5\x2f\xfd": "zstd",
}
LONGEST_MAGIC = max(map(len, MAGIC))
SUFFIXES = (".gz", ".xz", ".bz2", ".zst")  # of file names
BLOCK = 1 << 16  # bytes unpacked at once, at most
XZ_MEMORY = 192 << 20  # bytes: enough for a dictionary of 128 MiB; `xz -9` needs 65 MiB
KEPT = 16 << 20  # bytes of a compressed stream that are kept, to unpack it again up to a fault
Errors = tuple[type[Exception], ...]
STEPS = (4096, 64, 1)  # bytes, each time that it is unpacked again


def kind(start: bytes) -> str | None:
    """The compression of an input that starts so; `None` where there is none."""
    return next((name for magic, name in MAGIC.items() if start.startswith(magic)), None)


def may_be_magic(start: bytes) -> bool:
    """Whether more bytes are needed to tell. No first bytes of a compressed input have a line feed in them."""
    return any(len(start) < len(magic) and magic.startswith(start) for magic in MAGIC)


def unpacked(name: str, start: bytes, raw: Iterator[bytes], path: str) -> Iterator[bytes]:
    """The content, at most BLOCK bytes at once, of one stream or several, with NULs between and after them.

    :param name: the compression, see :func:`kind`.
    :param start: the first bytes.
    :param raw: what follows.
    :param path: the input's name, for messages.
    :raises DataError: it is damaged or cut short, after all that could be unpacked; or this Python cannot unpack it.
    """
    new, errors = _opener(name, path)
    pending = start
    while pending:
        pending = yield from _stream(name, new, errors, pending, raw, path)
        pending = pending.lstrip(b"\0")  # padding, as tape and some tools leave it
        while (not pending or may_be_magic(pending)) and (block := next(raw, b"")):
            pending = (pending + block).lstrip(b"\0")
        if pending and kind(pending) != name and name != "zstd":  # of which there are frames that start otherwise
            raise _broken(name, "damaged (something else follows its end)", path)


def _stream(
    name: str,
    new: Callable[[], Any],
    errors: Errors,
    pending: bytes,
    raw: Iterator[bytes],
    path: str,
) -> Generator[bytes, None, bytes]:
    """Unpack one stream; returns the bytes after its end."""
    stream = new()
    kept: bytearray | None = bytearray()  # all that was read before `pending`
    given = 0
    while True:
        try:
            rest = pending
            while not stream.eof and (data := stream.decompress(rest, BLOCK)):
                rest = b""
                given += len(data)
                yield data
        except errors as error:
            if "emory" in str(error):
                tool = "zstd -dc --long=31" if name == "zstd" else f"{name} -dc"
                what = f"this {name} file takes too much memory to unpack; pipe it in: {tool} FILE | uk-tag"
                raise DataError(what, path=path) from None
            if kept is not None:
                yield from _up_to_fault(new, errors, bytes(kept), pending, given)
            raise _broken(name, f"damaged ({str(error).rpartition(': ')[2]})", path) from None
        if stream.eof:
            return bytes(stream.unused_data)
        if kept is not None and len(kept) + len(pending) > KEPT:
            kept = None
        elif kept is not None:
            kept += pending
        pending = next(raw, b"")
        if not pending:
            raise _broken(name, "cut short", path)


def _broken(name: str, what: str, path: str) -> DataError:
    return DataError(f"this {name} file is {what}; fetch it again: only what comes before can be tagged", path=path)


def _up_to_fault(new: Callable[[], Any], errors: Errors, sound: bytes, last: bytes, given: int) -> Iterator[bytes]:
    """What a stream holds in front of its fault. A decompressor that meets one drops what it has unpacked in that call.

    The stream is unpacked again, in smaller and smaller steps towards the fault.

    :param sound: compressed bytes without a fault.
    :param last: what follows these; the fault shows within it.
    :param given: how many bytes of the content are known already.
    """
    for step in STEPS:
        stream, place, begin = new(), 0, 0
        try:
            for begin in range(0, len(sound), BLOCK):
                piece = sound[begin : begin + BLOCK]
                while data := stream.decompress(piece, BLOCK):
                    piece = b""
                    place += len(data)
            for begin in range(0, len(last), step):
                piece = last[begin : begin + step]
                while not stream.eof:
                    data = stream.decompress(piece, min(BLOCK, given - place) if place < given else step)
                    if not data:
                        break
                    piece = b""
                    place += len(data)
                    if place > given:
                        yield data
                        given = place
        except errors:
            sound += last[:begin]
            last = last[begin : begin + step]


class _Gzip:
    """A zlib decompressor that keeps what it has not read yet, as those of the other kinds do."""

    def __init__(self) -> None:
        import zlib

        self._member = zlib.decompressobj(wbits=31)

    def decompress(self, data: bytes, limit: int) -> bytes:
        """At most `limit` bytes more of the content. Raises zlib.error."""
        return self._member.decompress(self._member.unconsumed_tail + data, limit)

    @property
    def eof(self) -> bool:
        """Whether the end was reached."""
        return self._member.eof

    @property
    def unused_data(self) -> bytes:
        """What follows the end."""
        return self._member.unused_data


def _opener(name: str, path: str) -> tuple[Callable[[], Any], Errors]:
    """A function that makes a decompressor, and its errors. Raises DataError where Python has none."""
    match name:
        case "gzip":
            import zlib

            return _Gzip, (zlib.error,)
        case "xz":
            import lzma

            return lambda: lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=XZ_MEMORY), (lzma.LZMAError,)
        case "bzip2":
            import bz2

            return bz2.BZ2Decompressor, (OSError, ValueError)
    try:
        from compression import zstd
    except ImportError:
        what = "is zstd, which takes Python 3.14 to read; pipe it in: zstd -dc FILE | uk-tag"
        raise DataError(what, path=path) from None
    return zstd.ZstdDecompressor, (zstd.ZstdError,)
