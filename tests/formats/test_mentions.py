"""`-O tsv`, the table of mentions: its rows, cells, offsets and header."""

import csv
import io
import os
import re
import string
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import corpora
from support.processes import read_until, run_program, start, tag

from tagger.formats.labels import LabelView, ScoredSpan
from tagger.formats.mentions import COLUMNS, ESCAPED, Table
from tagger.formats.sentence import Sentence

UNESCAPED = {"\\": "\\", "t": "\t", "n": "\n", "r": "\r"}


def unescape(cell: str) -> str:
    """Return what a cell stands for."""

    def whole(found: re.Match[str]) -> str:
        if found[1]:
            return chr(0xDC00 + int(found[1], 16))
        return chr(int(found[2], 16)) if found[2] else UNESCAPED[found[3]]

    return re.sub(r"\\(?:x([0-9a-f]{2})|u([0-9a-f]{4})|(.))", whole, cell)


def rows(data: bytes) -> list[list[str]]:
    """Return the cells of each row; each row must be one line, by whatever counts as the end of a line."""
    text = data.decode()
    assert text.splitlines() == text.split("\n")[:-1]
    return [line.split("\t") for line in text.splitlines()]


def row_of(text: str, *, path: str = "file", guarded: bool = False, **settings) -> list[str]:
    """Return the only row of a sentence that is one entity."""
    sentence = Sentence([text], 7, "text", text=text, offsets=[(0, len(text))], before=50)
    view = LabelView(["B-LOC"], [ScoredSpan(0, 1, "LOC", 0.91236, "LOC", **settings)])
    table = Table(False, guarded)
    (row,) = rows(table.write(path, sentence, view) + table.finish())
    return row


def test_all_cells():
    assert row_of("Києві", path="a b.txt", lemma="Київ") == [
        *("a b.txt", "7", "0", "5", "LOC", "Києві", "Київ", "Київ", "0.9124"),
    ]
    assert row_of("Києві", path="standard input")[0] == "-"


@given(
    st.text(st.characters(), min_size=1), st.text(st.sampled_from("\t\n\r\\\v\f\x1c\x85\u2028\udcff=\"'a"), min_size=1)
)
def test_cells_come_back(text, path):
    row = row_of(text, path=path)
    assert len(row) == len(COLUMNS) and [unescape(row[0]), unescape(row[5])] == [path, text]
    assert not any(ESCAPED.sub("", cell.replace("\\", "")) != cell.replace("\\", "") for cell in row)


@given(st.text(st.sampled_from("=+-@＝＋－＠\"' \ta" + string.digits), min_size=1))
def test_a_spreadsheet_runs_no_cell_and_joins_no_rows(text):
    row = row_of(text, path=text, guarded=True, lemma=text)
    (read,) = csv.reader(io.StringIO("\t".join(row) + "\n"), delimiter="\t")
    for cell in (read[0], *read[5:8]):
        assert not cell.lstrip(" ").startswith(tuple("=+-@＝＋－＠"))
    assert len(read) == len(COLUMNS)


LINES = ["Дощ у Києві не вщухав . Олена Шевчук живе в Одесі .", "", "\tОлена  Шевчук живе в Луцьку .", "Так ."]


@pytest.mark.parametrize(
    "options", [[], ["--sentences"], ["--pretokenized"], ["-u"], ["--sentences", "--threads", "2"]]
)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_offsets_point_into_the_line(tiny_model, tmp_path, options, end):
    content = "\ufeff" + end.join(LINES)
    (tmp_path / "one.txt").write_bytes(content.encode())
    done = run_program("uk-tag", "-m", tiny_model, "-O", "tsv", *options, tmp_path / "one.txt", check=True)
    found = rows(done.stdout)
    assert [unescape(row[5]) for row in found] == ["Києві", "Олена Шевчук", "Одесі", "Олена  Шевчук", "Луцьку"]
    for file, line, first, last, label, text, lemma, name, score in found:
        assert file == str(tmp_path / "one.txt") and LINES[int(line) - 1][int(first) : int(last)] == unescape(text)
        assert label in ("PERS", "LOC") and lemma == name == "" and 0 < float(score) <= 1
    assert [row[1] for row in found] == ["1", "1", "1", "3", "3"]


@pytest.mark.parametrize("options", [[], ["--sentences"], ["-u"], ["--document"]])
@pytest.mark.parametrize("field", [1, 2, 3])
def test_offsets_point_into_a_line_with_columns(tiny_model, options, field):
    text = "Дощ у Києві не вщухав . Олена Шевчук живе в Одесі ."
    lines = ["\t".join([*["x1"] * (field - 1), text, "y"]) for _ in range(2)]
    own = ["-m", tiny_model, "-O", "tsv", "-i", "text", "--field", field, *options]
    found = rows(tag(*own, stdin="".join(f"{line}\n" for line in lines).encode()).stdout)
    assert len(found) >= 4 and all(
        lines[int(line) - 1][int(start) : int(end)] == name for _, line, start, end, _, name, *_ in found
    )


def test_conll_names_the_line_of_the_token(tiny_model):
    content = "# newdoc\n\n# sent_id = 1\nДощ\nу\nКиєві\n\nОлена\nШевчук\nживе\nв\nОдесі\n.\n"
    done = run_program("uk-tag", "-m", tiny_model, "-i", "conll", "-O", "tsv", stdin=content.encode(), check=True)
    assert [row[:6] for row in rows(done.stdout)] == [
        ["-", "6", "6", "11", "LOC", "Києві"],
        ["-", "8", "0", "12", "PERS", "Олена Шевчук"],
        ["-", "12", "20", "25", "LOC", "Одесі"],
    ]


def test_one_header_for_all_inputs_and_one_for_each_file(tiny_model, tmp_path):
    header = "\t".join(COLUMNS).encode() + b"\n"
    (tmp_path / "one.txt").write_text(LINES[0], encoding="utf-8")
    (tmp_path / "two.txt").write_text("Так .\n", encoding="utf-8")
    inputs = [tmp_path / "one.txt", tmp_path / "two.txt", tmp_path / "one.txt"]
    plain = run_program("uk-tag", "-m", tiny_model, "-O", "tsv", *inputs, check=True).stdout
    assert plain.count(b"\n") == 6
    named = ["-m", tiny_model, "-O", "tsv", "--header"]
    assert run_program("uk-tag", *named, *inputs, check=True).stdout == header + plain
    assert run_program("uk-tag", *named, check=True).stdout == header
    run_program("uk-tag", *named, *inputs[:2], "--output-dir", tmp_path / "out", check=True)
    assert (tmp_path / "out" / "one.tsv").read_bytes() == header + plain[: len(plain) // 2]
    assert (tmp_path / "out" / "two.tsv").read_bytes() == header


def test_names_of_files_that_are_no_text(tiny_model, tmp_path):
    name = b"a\tb\n\xff.txt"
    (tmp_path / "one.txt").write_text(LINES[0], encoding="utf-8")
    (tmp_path / "one.txt").rename(str(tmp_path) + "/" + name.decode("utf-8", "surrogateescape"))
    done = tag("-m", tiny_model, "-O", "tsv", name, cwd=tmp_path)
    assert done.returncode == 0 and [row[0] for row in rows(done.stdout)] == ["a\\tb\\n\\xff.txt"] * 3


def test_answers_while_the_input_stays_open(tiny_model):
    process = start("-m", tiny_model, "-O", "tsv", "--header")
    for number in (1, 2):
        process.stdin.write("Дощ у Києві не вщухав .\n".encode())
        process.stdin.flush()
        assert f"-\t{number}\t6\t11\tLOC".encode() in read_until(
            process.stdout.fileno(), b"\n" if number > 1 else b"LOC"
        )
    process.stdin.close()
    process.stdin = None
    process.communicate()
    assert process.returncode == 0


@pytest.mark.parametrize(
    "options", [["--header"], ["--spreadsheet"], ["--header", "-O", "jsonl"], ["--count", "-O", "tsv"]]
)
def test_options_that_do_not_fit(options):
    done = tag(*options)
    assert done.returncode == 2 and done.stderr.count(b"\n") == 1


@pytest.mark.slow
def test_memory_does_not_grow(tiny_model, tmp_path):
    text = "".join(" ".join(tokens) + "\n" for tokens, _ in corpora.sentences(3000))
    peaks = []
    for times in (3, 30):
        (tmp_path / "long.txt").write_text(text * times, encoding="utf-8")
        with open(tmp_path / "out", "wb") as out:
            process = start("-m", tiny_model, "-O", "tsv", tmp_path / "long.txt", stdout=out)
            _, status, usage = os.wait4(process.pid, 0)
        assert status == 0 and os.path.getsize(tmp_path / "out") > 100_000 * times
        peaks.append(usage.ru_maxrss)  # KiB
    assert peaks[1] < peaks[0] + 10_000, peaks


def test_linked_mentions_of_a_document_have_one_name(tmp_path):
    pytest.importorskip("pymorphy3", reason="pymorphy3 is not installed: pip install 'uk-tag[lemma]'")
    one, other = tmp_path / "one.txt", tmp_path / "other.txt"
    one.write_text("Міністр Олена Коваленко приїхала до Києва .\nКоваленко живе в Києві .\n", encoding="utf-8")
    other.write_text("Міністр Іван Коваленко приїхав до Львова .\n", encoding="utf-8")
    done = tag("-O", "tsv", "--lemma", "--document", one, other)
    assert done.returncode == 0, done.stderr
    found = {(Path(row[0]).name, row[5]): row[7] for row in rows(done.stdout)}
    assert found["one.txt", "Коваленко"] == "Олена Коваленко"
    assert found["one.txt", "Києва"] == found["one.txt", "Києві"] == "Київ"
    assert found["other.txt", "Іван Коваленко"] == "Іван Коваленко"
