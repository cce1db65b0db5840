"""`--count -r` counts over all files in folders, in processes with real files."""

import os

import pytest
from support.processes import fine, tag

ROWS = (
    "2\tLOC\tКиєві\tІван Мельник живе в Києві.\n"
    "1\tPERS\tІван Мельник\tІван Мельник живе в Києві.\n"
    "1\tPERS\tОлена Коваль\tОлена Коваль у Києві.\n"
)


@pytest.fixture
def texts(tmp_path):
    """A folder with two texts in different folders, a hidden one and a link to one of them."""
    (tmp_path / "texts" / "deep").mkdir(parents=True)
    (tmp_path / "texts" / "a.txt").write_text("Іван Мельник живе в Києві.\n", encoding="utf-8")
    (tmp_path / "texts" / "deep" / "b.txt").write_text("Олена Коваль у Києві.\n", encoding="utf-8")
    (tmp_path / "texts" / ".hidden.txt").write_text("Степан Гай у Львові.\n", encoding="utf-8")
    (tmp_path / "texts" / "link.txt").symlink_to("a.txt")
    return tmp_path / "texts"


def test_each_file_counts_once(texts):
    assert fine("-r", "--count", texts).decode() == ROWS
    assert fine("-r", "--count", texts / "deep", texts, texts / "a.txt").decode() != ""
    own = fine("-r", "--count", "--include", "b.*", texts).decode().splitlines()
    assert [row.split("\t")[:3] for row in own] == [["1", "LOC", "Києві"], ["1", "PERS", "Олена Коваль"]]


def test_its_own_table_is_no_input(texts):
    table = texts / "table.tsv"
    for _ in range(2):
        fine("-r", "--count", "-o", table, texts)
        assert table.read_text(encoding="utf-8") == ROWS


def test_standard_input_among_folders(texts):
    found = fine("-r", "--count", "-", texts / "deep", stdin="Степан Гай\n".encode()).decode()
    assert "Степан Гай" in found and "Олена Коваль" in found


def test_what_cannot_be_read_is_told(texts):
    (texts / "photo.png").write_bytes(b"\x89PNG\r\n\x1a\n\0\0")
    done = tag("-r", "--count", texts, texts / "missing")
    assert done.returncode == 1 and done.stdout.decode() == ROWS
    told = done.stderr.decode().splitlines()
    assert len(told) == 2 and any("photo.png" in line for line in told) and any("missing" in line for line in told)


@pytest.mark.parametrize("arguments", [["-r", "."], ["-r", "--count"], ["--include", "*.txt", "--count", "."]])
def test_wrong_use_is_told_on_one_line(texts, arguments):
    done = tag(*arguments, cwd=texts)
    assert (done.returncode, done.stdout, done.stderr.count(b"\n")) == (2, b"", 1)


def test_a_folder_without_texts_gives_an_empty_table(tmp_path):
    os.mkdir(tmp_path / "empty")
    assert fine("-r", "--count", tmp_path / "empty") == b""
