"""Streaming decompression of gzip, xz, bzip2 and (from Python 3.14 on) zstd, recognized by their first bytes."""

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
SUFFIXES = (".gz", ".xz", ".bz2", ".zst")  # removed from the names of output files
BLOCK = 1 << 16  # bytes, the most that is unpacked at once
XZ_MEMORY = 192 << 20  # bytes: enough for a dictionary of 128 MiB; `xz -9` needs 65 MiB
KEPT = 16 << 20  # bytes of a compressed stream that are kept in order to unpack it again up to an error
Errors = tuple[type[Exception], ...]
STEPS = (4096, 64, 1)  # bytes per step, for each time that the stream is unpacked again


def kind(start: bytes) -> str | None:
    """Return the compression of an input by its first bytes, or `None` if it is not compressed."""
    return next((name for magic, name in MAGIC.items() if start.startswith(magic)), None)


def may_be_magic(start: bytes) -> bool:
    """Return whether :func:`kind` needs more bytes. No magic number contains a line feed."""
    return any(len(start) < len(magic) and magic.startswith(start) for magic in MAGIC)


def unpacked(name: str, start: bytes, raw: Iterator[bytes], path: str) -> Iterator[bytes]:
    """Yield the content of one compressed stream or several, with optional NUL padding between and after them.

    :param name: the compression, see :func:`kind`.
    :param start: the first bytes.
    :param raw: the bytes that follow.
    :param path: the input's name, for messages.
    :returns: an iterator over chunks of at most BLOCK bytes.
    :raises DataError: the input is damaged or truncated (raised after everything that could be unpacked), or this
        Python cannot unpack it.
    """
    new, errors = _opener(name, path)
    pending = start
    while pending:
        pending = yield from _stream(name, new, errors, pending, raw, path)
        pending = pending.lstrip(b"\0")  # padding, left by tapes and some tools
        while (not pending or may_be_magic(pending)) and (block := next(raw, b"")):
            pending = (pending + block).lstrip(b"\0")
        if pending and kind(pending) != name and name != "zstd":  # zstd has frames with other magic numbers
            raise _broken(name, "damaged (something else follows its end)", path)


def _stream(
    name: str,
    new: Callable[[], Any],
    errors: Errors,
    pending: bytes,
    raw: Iterator[bytes],
    path: str,
) -> Generator[bytes, None, bytes]:
    """Unpack one stream. Returns the bytes after its end."""
    stream = new()
    kept: bytearray | None = bytearray()  # everything read before `pending`; `None` once it is too long
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
    """Yield the rest of a stream's content up to an error in it.

    A decompressor that meets an error drops what it has unpacked in that call. So the stream is unpacked again, in
    smaller and smaller steps towards the error.

    :param sound: compressed bytes without an error.
    :param last: the compressed bytes after these; the error shows within them.
    :param given: bytes of the content that were yielded before.
    """
    for step in STEPS:
        stream, position, begin = new(), 0, 0
        try:
            for begin in range(0, len(sound), BLOCK):
                piece = sound[begin : begin + BLOCK]
                while data := stream.decompress(piece, BLOCK):
                    piece = b""
                    position += len(data)
            for begin in range(0, len(last), step):
                piece = last[begin : begin + step]
                while not stream.eof:
                    limit = min(BLOCK, given - position) if position < given else step
                    data = stream.decompress(piece, limit)
                    if not data:
                        break
                    piece = b""
                    position += len(data)
                    if position > given:
                        yield data
                        given = position
        except errors:
            sound += last[:begin]
            last = last[begin : begin + step]


class _Gzip:
    """A zlib decompressor that buffers its unread input, like the decompressors of the other kinds."""

    def __init__(self) -> None:
        import zlib

        self._member = zlib.decompressobj(wbits=31)

    def decompress(self, data: bytes, limit: int) -> bytes:
        """Return at most `limit` further bytes of the content.

        :raises zlib.error: the input is damaged.
        """
        return self._member.decompress(self._member.unconsumed_tail + data, limit)

    @property
    def eof(self) -> bool:
        """True once the end of the stream was reached."""
        return self._member.eof

    @property
    def unused_data(self) -> bytes:
        """Bytes after the end of the stream."""
        return self._member.unused_data


def _opener(name: str, path: str) -> tuple[Callable[[], Any], Errors]:
    """Return a function that makes a decompressor, and the errors of that.

    :raises DataError: this Python has no such decompressor.
    """
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
