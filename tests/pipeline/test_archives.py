"""Compressed input: every kind, in every mode, complete, damaged and truncated."""

import bz2
import gzip
import lzma
import random
import resource
import sys
import types
import zlib

import pytest
from support.processes import LINE, fine, start, tag

from tagger.errors import DataError
from tagger.pipeline import archives
from tagger.pipeline.binaries import TextCheck
from tagger.pipeline.source import blocks

KINDS = {"gzip": (".gz", gzip.compress), "xz": (".xz", lzma.compress), "bzip2": (".bz2", bz2.compress)}
ANSWER = "Леся\tB-PERS\nУкраїнка\tI-PERS\nжила\tO\nв\tO\nКиєві\tB-LOC\n.\tO\n\n".encode()
WORDS = "Київ Леся Українка жила у Львові . дощ і море".split()
MIB = 1 << 20


def lines(count: int) -> bytes:
    """Return lines of text that are all different."""
    generator = random.Random(count)
    return "".join(f"{' '.join(generator.choices(WORDS, k=8))}\n" for _ in range(count)).encode()


def unpack(name: str, data: bytes, piece: int = 1 << 16) -> tuple[bytes, str]:
    """Return the content, and the error after it."""
    raw = (data[begin : begin + piece] for begin in range(0, len(data), piece))
    content = b""
    try:
        for block in archives.unpacked(name, next(raw), raw, "file"):
            assert 0 < len(block) <= archives.BLOCK
            content += block
    except DataError as error:
        return content, str(error)
    return content, ""


@pytest.mark.parametrize("name", KINDS)
def test_read_in_all_modes_but_in_place(name, tmp_path):
    suffix, compress = KINDS[name]
    several = compress(LINE.encode()) + compress(b"") + b"\0" * 100 + compress(LINE.encode() * 2) + b"\0" * 512
    (tmp_path / f"packed.txt{suffix}").write_bytes(several)
    (tmp_path / "other").write_bytes(several)
    (tmp_path / f"plain{suffix}").write_text(LINE, encoding="utf-8")
    assert fine(stdin=several) == ANSWER * 3
    assert fine(f"packed.txt{suffix}", "other", f"plain{suffix}", cwd=tmp_path) == ANSWER * 7
    assert fine("other", "-o", "out", cwd=tmp_path) == b"" and (tmp_path / "out").read_bytes() == ANSWER * 3
    assert fine(f"packed.txt{suffix}", "other", "--output-dir", "tagged", "--jobs", 2, cwd=tmp_path) == b""
    assert (
        (tmp_path / "tagged" / "packed.conll").read_bytes()
        == (tmp_path / "tagged" / "other").read_bytes()
        == ANSWER * 3
    )
    done = tag("--in-place=.bak", f"packed.txt{suffix}", cwd=tmp_path)
    assert done.returncode == 1 and f"is {name}, ".encode() in done.stderr and b"--output-dir" in done.stderr
    assert (tmp_path / f"packed.txt{suffix}").read_bytes() == several and not (
        tmp_path / f"packed.txt{suffix}.bak"
    ).exists()


def test_answers_before_the_input_ends():
    for _, compress in KINDS.values():
        packed = compress(LINE.encode())
        process = start()
        for place in range(12):  # byte by byte as far as its kind is told
            process.stdin.write(packed[place : place + 1])
            process.stdin.flush()
        assert process.communicate(packed[12:], timeout=60) == (ANSWER, b"")
    assert fine(stdin=b"BZh9 \xd1\x82\xd0\xb0\xd0\xba\n").count(b"\n") == 3  # text, though it starts nearly as bzip2


@pytest.mark.parametrize("name", KINDS)
@pytest.mark.parametrize("size", [500, 70_000, 300_000])
def test_blocks_of_any_size(name, size):
    _, compress = KINDS[name]
    content = lines(size // 60)
    packed = compress(content)
    for piece in (1, 1000, 1 << 16) if size < 1000 else (1000, 1 << 16):
        assert unpack(name, packed, piece) == (content, "")
        assert unpack(name, packed + b"\0" * 12 + packed * 2 + b"\0" * 8, piece) == (content * 3, "")
        found, error = unpack(name, packed + b"garbage", piece)
        assert found == content and "something else follows its end" in error


@pytest.mark.parametrize("name", KINDS)
@pytest.mark.parametrize("size", [200, 4_000, 300_000])
def test_unpacks_up_to_an_error(name, size):
    _, compress = KINDS[name]
    content = lines(size // 60)
    packed = compress(content)
    # bytes from the end that only check the rest
    checks = {"gzip": range(1, 9), "xz": range(1, 33), "bzip2": range(3, 10)}[name]
    for place in checks:
        damaged = bytearray(packed)
        damaged[-place] ^= 4
        found, error = unpack(name, bytes(damaged))
        assert found == content and f"this {name} file is damaged (" in error, place
    found, error = unpack(name, packed[:-1])
    assert found == content and f"this {name} file is cut short" in error
    if name != "bzip2" and size > 1000:  # bzip2 mixes up all of a block; what is small is half table
        damaged = bytearray(packed)
        damaged[len(packed) // 2] ^= 0x55
        found, error = unpack(name, bytes(damaged))
        assert "damaged" in error and found.startswith(content[: len(content) // 4])
    found, error = unpack(name, compress(content) + packed[: len(packed) // 2])
    assert found.startswith(content) and "cut short" in error


@pytest.mark.parametrize("name", KINDS)
def test_damaged_file(name, tmp_path):
    suffix, compress = KINDS[name]
    content = ("Київ\n\n" * 400).encode()
    damaged = bytearray(compress(content))
    damaged[-6] ^= 1
    packed = tmp_path / f"a{suffix}"
    packed.write_bytes(damaged)
    answer = fine("-i", "conll", stdin=content)
    for arguments in (("-i", "conll", packed), ("-i", "conll", "--line-buffered", packed)):
        done = tag(*arguments)
        assert done.stdout == answer and done.returncode == 1
        assert done.stderr.startswith(f"uk-tag: {packed}: this {name} file is damaged (".encode())
        assert done.stderr.count(b"\n") == 1
    for arguments in (("-o", "out"), ("--output-dir", "tagged")):
        done = tag("-i", "conll", packed, *arguments, cwd=tmp_path)
        assert done.returncode == 1 and b"is damaged" in done.stderr
    assert not (tmp_path / "out").exists() and not (tmp_path / "tagged" / "a").exists()


def read(path) -> tuple[bytes, str]:
    """Return what is read of a file as text, and the error after it."""
    content = b""
    with open(path, "rb") as file:
        try:
            for block in blocks(file.fileno(), "file", TextCheck()):
                content += block
        except DataError as error:
            return content, str(error)
    return content, ""


@pytest.mark.parametrize("size", [1_000, 4_000, 100_000])
def test_garbage_after_an_error(size, tmp_path):
    content = lines(size // 60)
    packed = lzma.compress(content)
    for place in range(len(packed) // 2, len(packed) - 40, len(packed) // 20):
        damaged = bytearray(packed)
        damaged[place] ^= 0x55
        (tmp_path / "a").write_bytes(damaged)
        found, error = read(tmp_path / "a")
        assert "this xz file is damaged" in error and found.startswith(content[: len(content) // 4]), place
    damaged = bytearray(gzip.compress(b"%PDF-1.4\n" * 500))
    damaged[-6] ^= 1
    (tmp_path / "a").write_bytes(damaged)
    assert read(tmp_path / "a")[0] == b""


def test_damage_or_content_that_is_not_text():
    content = lines(60)
    damaged = bytearray(lzma.compress(content))
    damaged[len(damaged) // 2] ^= 0x55
    garbage, _ = unpack("xz", bytes(damaged))
    assert b"\0" in garbage or garbage != content
    done = tag(stdin=bytes(damaged))
    assert done.returncode == 1 and b"this xz file is damaged" in done.stderr.splitlines()[-1]
    assert done.stdout and fine(stdin=content).startswith(done.stdout[: len(done.stdout) // 2])
    done = tag(stdin=gzip.compress(random.Random(1).randbytes(3000)))
    assert done.returncode == 1 and b"its content is not text" in done.stderr and done.stdout == b""


def test_memory_is_bounded():
    def little_memory() -> None:
        resource.setrlimit(resource.RLIMIT_AS, (1536 * MIB, 1536 * MIB))

    packer = zlib.compressobj(wbits=31)
    zeros = b"".join([*(packer.compress(bytes(MIB)) for _ in range(1024)), packer.flush()])
    done = tag(stdin=zeros, preexec_fn=little_memory)
    assert done.returncode == 1 and b"its content is not text" in done.stderr and done.stderr.count(b"\n") == 1
    small = lzma.compress(LINE.encode(), filters=[{"id": lzma.FILTER_LZMA2, "dict_size": MIB}])
    header = bytearray(
        small[12 : 12 + 4 * (small[12] + 1)]
    )  # of the block: its size is the first byte, in words but one
    header[4] = 40  # a dictionary of 4 GiB
    header[-4:] = zlib.crc32(header[:-4]).to_bytes(4, "little")
    done = tag(stdin=small[:12] + header + small[12 + len(header) :], preexec_fn=little_memory)
    assert done.returncode == 1 and b"too much memory to unpack; pipe it in: xz -dc" in done.stderr
    assert done.stderr.count(b"\n") == 1


def test_zstd(monkeypatch, tmp_path):
    data = b"\x28\xb5\x2f\xfd" + b"content"
    if sys.version_info < (3, 14):
        (tmp_path / "a.zst").write_bytes(data)
        for arguments in (
            ("a.zst",),
            ("a.zst", "-o", "out"),
            ("a.zst", "--output-dir", "tagged"),
            ("--in-place", "a.zst"),
        ):
            done = tag(*arguments, cwd=tmp_path)
            assert (
                done.returncode == 1 and b"a.zst: is zstd" in done.stderr and (tmp_path / "a.zst").read_bytes() == data
            )
        assert not (tmp_path / "out").exists() and not (tmp_path / "tagged" / "a").exists()

        class Decompressor:
            """Stands for that of Python 3.14: gives what follows the magic number, to its first full stop."""

            def __init__(self):
                self.eof, self.unused_data, self._seen = False, b"", b""

            def decompress(self, data, limit):
                self._seen += data
                place = self._seen.find(b".")
                self.eof = place >= 0
                if self.eof:
                    self.unused_data = self._seen[place + 1 :]
                    return self._seen[4 : place + 1]
                return b""

        stand_in = types.SimpleNamespace(ZstdDecompressor=Decompressor, ZstdError=ValueError)
        monkeypatch.setitem(sys.modules, "compression", types.SimpleNamespace(zstd=stand_in))
        assert unpack("zstd", data + b"." + data + b".", 5) == (b"content.content.", "")
        assert "cut short" in unpack("zstd", data)[1]
    else:
        from compression import zstd

        assert unpack("zstd", zstd.compress(lines(1000)) * 2) == (lines(1000) * 2, "")
        assert "cut short" in unpack("zstd", zstd.compress(lines(1000))[:-1])[1]


def test_names_of_outputs(tmp_path):
    for name in ("a.gz", "b.txt.xz", "c.tar.bz2", "d.zst", ".gz", "..xz"):
        (tmp_path / name).write_text(LINE, encoding="utf-8")
    assert fine(*"a.gz b.txt.xz c.tar.bz2 d.zst .gz ..xz".split(), "--output-dir", "out", cwd=tmp_path) == b""
    names = {path.name for path in (tmp_path / "out").iterdir()} - {".uk-tag-journal.jsonl"}
    assert names == {"a", "b.conll", "c.tar", "d", ".gz", "..xz"}
    assert fine("a.gz", ".gz", "--output-dir", "json", "-O", "jsonl", cwd=tmp_path) == b""
    assert {path.name for path in (tmp_path / "json").iterdir()} - {".uk-tag-journal.jsonl"} == {"a.jsonl", ".gz.jsonl"}
