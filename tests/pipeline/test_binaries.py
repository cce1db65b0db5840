"""Files that are not text are refused by name and left as they were, in every mode. All text is read."""

import gzip
import io
import lzma
import random
import sqlite3
import struct
import sys
import tarfile
import zipfile
import zlib
from pathlib import Path

import pytest
from support.processes import fine, read_until, start, tag

from tagger.pipeline.binaries import FIRST, TextCheck

TEXT = "Леся Українка жила в Києві .\nДощ .\n" * 20
NOISE = random.Random(7)


def zipped(name: str) -> bytes:
    """Return a zip archive with one file of that name."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, TEXT)
    return file.getvalue()


def tarred() -> bytes:
    """Return a tar archive of text."""
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as archive:
        entry = tarfile.TarInfo("a.txt")
        entry.size = len(TEXT.encode())
        archive.addfile(entry, io.BytesIO(TEXT.encode()))
    return file.getvalue()


def database(path: Path) -> bytes:
    """Return an SQLite database with one row."""
    connection = sqlite3.connect(path)
    connection.execute("create table t (text)")
    connection.execute("insert into t values (?)", [TEXT])
    connection.commit()
    connection.close()
    return path.read_bytes()


def picture() -> bytes:
    """Return a PNG picture of grey noise."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", 40, 40, 8, 0, 0, 0, 0))
    return (
        b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(b"\0" + NOISE.randbytes(1639))) + chunk(b"IEND", b"")
    )


@pytest.fixture(scope="module")
def binaries(tmp_path_factory) -> dict[str, bytes]:
    """Files that are not text, by name."""
    wave = (
        b"RIFF"
        + struct.pack("<I4s4sIHHIIHH", 1036, b"WAVE", b"fmt ", 16, 1, 1, 8000, 16000, 2, 16)
        + NOISE.randbytes(1000)
    )
    return {
        "zip.zip": zipped("a.txt"),
        "docx.docx": zipped("word/document.xml"),
        "png.png": picture(),
        "jpg.jpg": b"\xff\xd8\xff\xe0\0\x10JFIF\0\x01\x01\0\0\x01\0\x01\0\0" + NOISE.randbytes(900),
        "gif.gif": b"GIF89a" + struct.pack("<HHBBB", 40, 40, 0xF7, 0, 0) + NOISE.randbytes(900),
        "pdf.pdf": b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<< /Type /Catalog >>\nendobj\n",
        "program": Path(sys.executable).resolve().read_bytes()[:100_000],
        "db.db": database(tmp_path_factory.mktemp("database") / "db.db"),
        "tar.tar": tarred(),
        "wav.wav": wave,
        "noise.bin": NOISE.randbytes(3000),
        "small.bin": NOISE.randbytes(100),
        "nul.bin": b"\0",
        "le16.txt": TEXT.encode("utf-16-le"),
        "be16.txt": TEXT.encode("utf-16-be"),
        "le32.txt": TEXT.encode("utf-32-le"),
        "words16.txt": "Київ".encode("utf-16-le"),  # without a NUL
        "marked16.txt": TEXT.encode("utf-16"),
        "zst.zst": b"\x28\xb5\x2f\xfd\x04" + NOISE.randbytes(500),
        "packed.tar.gz": gzip.compress(tarred()),
        "xz.bin.xz": lzma.compress(NOISE.randbytes(3000)),
        "twice.gz.gz": gzip.compress(gzip.compress(TEXT.encode())),
    }


def states(folder: Path, binaries: dict[str, bytes]) -> dict[str, tuple[bytes, int, int]]:
    """Return contents, modification times and inode numbers of the files."""
    found = {name: folder / name for name in binaries}
    return {name: (path.read_bytes(), path.stat().st_mtime_ns, path.stat().st_ino) for name, path in found.items()}


def check_names(done, binaries) -> None:
    """Check that each file is named once, in a line of its own."""
    said = done.stderr.decode().splitlines()
    assert done.returncode == 1 and len(said) in (len(binaries), len(binaries) + 1), done.stderr.decode()
    assert all(line.startswith("uk-tag: ") for line in said) and "Traceback" not in done.stderr.decode()
    for name in binaries:
        assert sum(f"{name}:" in line.split("/")[-1].removeprefix("uk-tag: ")[: len(name) + 1] for line in said) == 1, (
            name
        )


@pytest.mark.parametrize(
    "arguments",
    [
        ("--in-place", "FILES"),
        ("--in-place=.bak", "--jobs", "2", "FILES"),
        ("--in-place", "-r", "."),
        ("--output-dir", "../out", "FILES"),
        ("--output-dir", "../out", "-r", ".", "--jobs", "2"),
        ("--output-dir", "../out", "-O", "jsonl", "FILES"),
        ("-O", "html", "FILES"),
        ("-i", "conll", "FILES"),
        ("-o", "../out.txt", "FILES"),
    ],
    ids=" ".join,
)
def test_in_every_mode(arguments, binaries, tmp_path_factory):
    top = tmp_path_factory.mktemp("top")
    folder = top / "files"
    folder.mkdir()
    for name, data in binaries.items():
        (folder / name).write_bytes(data)
    (folder / "m.txt").write_text(TEXT, encoding="utf-8")
    before = states(folder, binaries)
    files = sorted([*binaries, "m.txt"])
    parts = [part for argument in arguments for part in (files if argument == "FILES" else [argument])]
    done = tag(*parts, cwd=folder)
    last = b"not written, since an input failed" in done.stderr
    check_names(done, binaries)
    assert states(folder, binaries) == before
    assert not any((folder / f"{name}.bak").exists() for name in binaries)
    assert last == ("-o" in arguments) and not (top / "out.txt").exists()
    if "--in-place" in arguments or "--in-place=.bak" in arguments:
        assert b"\tB-PERS\n" in (folder / "m.txt").read_bytes()
    elif "--output-dir" in arguments:
        written = {path.name for path in (top / "out").iterdir()} - {".uk-tag-journal.jsonl"}
        assert written == {"m.jsonl" if "jsonl" in arguments else "m.conll"}
    else:
        assert (b"PERS" in done.stdout) == ("-o" not in arguments)


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("png.png", "is a PNG picture, not text"),
        ("zip.zip", "is a zip archive"),
        ("noise.bin", "is not text (byte "),
        ("le16.txt", "looks like UTF-16LE without a byte order mark; say --encoding utf-16-le"),
        ("be16.txt", "say --encoding utf-16-be"),
        ("le32.txt", "say --encoding utf-32-le"),
        ("words16.txt", "say --encoding utf-16-le"),
        ("marked16.txt", "this is UTF-16; say --encoding utf-16"),
        ("packed.tar.gz", "its content is a tar archive, not text"),
        ("twice.gz.gz", "its content is gzip data, not text"),
        ("nul.bin", "is not text (byte 1 is NUL)"),
    ],
)
def test_on_standard_input(name, says, binaries):
    done = tag(stdin=binaries[name])
    assert (done.returncode, done.stdout) == (1, b"")
    said = done.stderr.decode()
    assert said.startswith("uk-tag: standard input") and says in said and said.count("\n") == 1


def test_random_bytes_and_numbers():
    generator = random.Random(3)
    for _ in range(500):
        assert TextCheck().fault(generator.randbytes(generator.randrange(64, 5000)))
        assert TextCheck(null=True).fault(generator.randbytes(generator.randrange(300, 5000)))
    for form in ("<i", ">i", "<d", "<h"):
        assert TextCheck().fault(b"".join(struct.pack(form, generator.randrange(3000)) for _ in range(50)))


@pytest.mark.parametrize("encoding", ["utf-8", "cp1251", "koi8-u", "cp866", "iso8859-5", "latin-1"])
def test_text_in_old_encodings(encoding):
    text = "Леся Украинка жила в Киеве.\tДождь\f\r\n\x1b[1mТак\x1b[0m\b\x07" * 30 + "\x1a"
    assert TextCheck(whole=True).fault(text.encode(encoding, "replace")) is None
    assert TextCheck(whole=True).fault("Так\x1a".encode(encoding, "replace")) is None


def test_a_few_control_characters_are_accepted():
    for text in (
        "поле\x01поле\x02\n" * 9,
        "Київ\ufeff\u202e\ufffe\n",
        "a\x7f\x1f\n" + "так " * 50,
        "😀" * 9,
        "%PDF",
        "PK",
        "BM",
        "MZ",
    ):
        for end in range(1, len(text.encode()) + 1):
            block = text.encode()[:end]
            assert len(block) < 9 or TextCheck(whole=True).fault(block) is None, block
    done = tag(stdin="Так .\n".encode("cp1251"))
    assert done.returncode == 0 and b"is not UTF-8" in done.stderr and done.stdout.startswith("Так\t".encode("cp1251"))


def test_a_nul_far_from_the_start(tmp_path):
    data = ("Так .\n" * (FIRST // 8)).encode() + b"\0 .\n"
    assert len(data) > FIRST
    path = tmp_path / "a.txt"
    path.write_bytes(data)
    assert b"\0\tO\n" in fine(stdin=data) and b"\0\tO\n" in fine(path)
    for arguments in (("--in-place", path), (path, "-o", tmp_path / "out"), (path, "--output-dir", tmp_path / "dir")):
        done = tag(*arguments, cwd=tmp_path)
        place = data.index(b"\0") + 1
        assert done.returncode == 1 and f"a.txt: is not text (byte {place} is NUL)".encode() in done.stderr
    assert path.read_bytes() == data and not (tmp_path / "out").exists() and not list((tmp_path / "dir").glob("a.*"))
    assert fine("-0", path, "-o", tmp_path / "out") == b"" and (tmp_path / "out").read_bytes().endswith(b"\n\0.\tO\n\0")


def test_the_check_does_not_wait():
    process = start()
    process.stdin.write("Київ\n".encode())
    process.stdin.flush()
    answer = "Київ\tB-LOC\n\n".encode()
    assert read_until(process.stdout.fileno(), answer) == answer
    process.stdin.write(b"\xff")
    process.stdin.flush()
    out, said = process.communicate(b"\0\1\2", timeout=60)
    assert process.returncode == 1 and out == b"" and b"is NUL" in said
