"""Truncated and changed model files: one clear line or the same tags, never a crash and never other tags."""

import random
from zlib import crc32

import pytest
from support.processes import tag

from tagger.errors import ModelError
from tagger.inference.model_path import SHIPPED_MODEL
from tagger.model_file import digest
from tagger.model_file.content import read_model
from tagger.models import CHECKSUMS
from tagger.tagger import Tagger

SENTENCE = "Учора Леся Шевчук була у Києві , а Нафтогаз ні .".split()


def check(damaged: bytes, path, expected: list[str]) -> bool:
    """Tell whether a damaged model is refused; if not, it must give the same tags as the whole one."""
    path.write_bytes(damaged)
    try:
        tags = Tagger.load(path, device="cpu").tag(SENTENCE)
    except ModelError as error:
        message = str(error)
        assert message.startswith(f"{path}: ") and "\n" not in message and len(message) > len(str(path)) + 20
        return True
    assert tags == expected
    return False


def damage(content: bytes, path, expected: list[str], count: int) -> int:
    """Truncate a model at `count` positions and change it `count` times; return how many of these are refused."""
    generator = random.Random(count)
    refused = 0
    for number in range(count):
        refused += check(
            content[: len(content) * number // count + generator.randrange(len(content) // count)], path, expected
        )
        changed = bytearray(content)
        for _ in range(generator.choice([1, 1, 3, 1000])):
            changed[generator.randrange(len(changed))] ^= generator.randrange(1, 256)
        refused += check(bytes(changed), path, expected)
    return refused


def test_a_few_places(tiny_model, tmp_path):
    content = tiny_model.read_bytes()
    expected = Tagger.load(tiny_model, device="cpu").tag(SENTENCE)
    assert damage(content, tmp_path / "damaged.onnx", expected, 12) == 24


@pytest.mark.slow
def test_many_places(tiny_model, tmp_path):
    content = tiny_model.read_bytes()
    expected = Tagger.load(tiny_model, device="cpu").tag(SENTENCE)
    assert damage(content, tmp_path / "damaged.onnx", expected, 200) == 400


def test_a_changed_digest_is_refused(tiny_model, tmp_path):
    content = tiny_model.read_bytes()
    place = content.index(b"uk_tag_digest")
    for offset in (0, 5, 20, 40):
        changed = bytearray(content)
        changed[place + offset] ^= 1
        assert check(bytes(changed), tmp_path / "damaged.onnx", [])


def test_checksums_of_the_package(tmp_path, monkeypatch):
    files = sorted(SHIPPED_MODEL.parent.glob("*.onnx"))
    contents = [path.read_bytes() for path in files]
    assert {digest.read(content): crc32(content) for content in contents} == CHECKSUMS
    assert all(map(digest.holds, contents))
    for place in (1000, contents[0].index(b"uk_tag_digest") + 20, len(contents[0]) - 1):
        changed = bytearray(contents[0])
        changed[place] ^= 1
        (tmp_path / "damaged.onnx").write_bytes(changed)
        with pytest.raises(ModelError, match=r"damaged|truncated"):
            read_model(tmp_path / "damaged.onnx")
    monkeypatch.setattr(digest, "holds", lambda content: pytest.fail("the digest was worked out"))
    assert [read_model(path) for path in files] == contents


@pytest.mark.parametrize("damaged", ["half", "byte", "empty", "text", "folder", "none", "other"])
def test_the_program_reports_one_line(damaged, tiny_model, tmp_path):
    content = tiny_model.read_bytes()
    path = tmp_path / "m.onnx"
    middle = len(content) // 2
    contents = {
        "half": content[:middle],
        "byte": content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :],
        "empty": b"",
        "text": b"uk_tag_digest " + b"0" * 64,
        "other": content.replace(b"uk_tag_digest", b"uk_tag_direct"),
    }
    if damaged == "folder":
        path.mkdir()
    elif damaged != "none":
        path.write_bytes(contents[damaged])
    done = tag("-m", path, stdin="Київ .\n".encode())
    assert done.returncode == 1 and done.stdout == b""
    assert done.stderr.decode().startswith(f"uk-tag: {path}: ") and done.stderr.count(b"\n") == 1
