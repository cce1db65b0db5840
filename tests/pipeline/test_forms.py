"""Input formats and encodings with real processes: promptness, errors in the middle, files in place and in folders."""

import json
import os

import pytest
from support.processes import fine, read_until, start, tag

CSV = 'id,text\r\n1,"Олена живе\r\nв Києві"\r\n2,Львів\r\n'
# what is written to the open pipe, what must come back at once
STREAMS = {
    "jsonl": (("-i", "jsonl"), '{"text": "Олена живе в Києві"}\n', '"text": "Києві"'),
    "csv": (("-i", "csv"), CSV, "Львів;".replace(";", ",")),
    "vertical": (("-i", "vertical"), "<doc>\n<s>\nОлена\tx\nКиїв\ty\n</s>\n", "</s>"),
    "vertical, detected": ((), "<doc>\n<s>\nОлена\tx\nКиїв\ty\n</s>\n", "</s>"),
    "identifier": ((), "7\tОлена живе в Києві\n", "Києві\t"),
    "numbered columns": ((), "1\tОлена\tx\n2\tспить\ty\n\n", "спить\ty\tO"),
    "columns between spaces": ((), "Олена O\nспить O\n\n", "спить O O"),
    "one word": ((), "Київ\n", "Київ\tB-LOC"),
    "encoding": (("--encoding", "koi8-u"), "Київ спить\n", "спить\tO"),
}


@pytest.mark.parametrize("kind", STREAMS)
def test_what_is_complete_is_written_at_once(kind):
    arguments, data, expected = STREAMS[kind]
    process = start(*arguments)
    process.stdin.write(data.encode("koi8-u" if "--encoding" in arguments else "utf-8"))
    process.stdin.flush()
    read_until(process.stdout.fileno(), expected.encode())
    rest, said = process.communicate()
    assert (process.returncode, said) == (0, b"") and expected.encode() not in rest


@pytest.mark.parametrize(
    ("arguments", "data", "line"),
    [
        (("-i", "jsonl"), b'{"text": "OK"}\n{"text"\n{"text": "OK"}\n', 2),
        (("-i", "csv"), b'text\nOK\n"OK\n', 3),
        (("--encoding", "cp1251"), b"OK\n\xca\x98\n", 2),
        (("--encoding", "utf-16-le"), "OK\nx".encode("utf-16-le") + b"\x00\xd8x\x00", 2),
    ],
)
def test_what_is_before_a_bad_record_is_written(arguments, data, line, tmp_path):
    done = tag(*arguments, stdin=data)
    assert done.returncode == 1 and done.stdout.count(b"OK") >= 1
    assert done.stderr.startswith(f"uk-tag: standard input:{line}: ".encode()) and done.stderr.count(b"\n") == 1
    path = tmp_path / "file"
    path.write_bytes(data)
    assert tag(*arguments, "--in-place", path).returncode == 1 and path.read_bytes() == data


@pytest.mark.parametrize(
    "encoding", ["cp1251", "koi8-u", "cp866", "iso8859-5", "utf-16", "utf-16-le", "utf-16-be", "utf-8-sig"]
)
def test_encodings(encoding, tmp_path):
    text = "Олена живе в Києві.\nТак\n" if "866" not in encoding else "Олена живе там.\nТак\n"
    path = tmp_path / "a.txt"
    path.write_bytes(text.encode(encoding))
    expected = fine(stdin=text.encode())
    assert fine("--encoding", encoding, path) == expected
    if "16" not in encoding and "sig" not in encoding:
        done = tag(path)
        assert done.returncode == 0 and f"say --encoding {encoding} ".encode() in done.stderr
    elif "16" in encoding:
        done = tag(path)
        assert done.returncode == 1 and done.stdout == b"" and b"say --encoding utf-16" in done.stderr


@pytest.mark.parametrize("name", ["rot13", "base64", "nonsense", "idna", "", "unicode_escape"])
def test_no_encoding_of_text(name):
    done = tag("--encoding", name, stdin=b"x\n")
    assert done.returncode == 2 and b"cp1251" in done.stderr and done.stderr.count(b"\n") == 1


def test_a_doubt_is_one_line_that_names_the_option(tmp_path):
    for name, data, option in (
        ("speech.txt", "u1\tОлена живе в Києві\n", b"-i text --field 2"),
        ("posts.jsonl", '{"text": "Київ"}\n', b"-i jsonl"),
        ("news.csv", "id,text\n1,Київ\n", b"-i csv --field NAME"),
    ):
        (tmp_path / name).write_text(data, encoding="utf-8")
        done = tag(name, cwd=tmp_path)
        assert done.returncode == 0 and done.stderr.count(b"\n") == 1, done
        assert done.stderr.startswith(f"uk-tag: {name}: ".encode()) and option in done.stderr
        assert tag(*option.decode().replace("NAME", "text").split(), name, cwd=tmp_path).stderr == b""


def test_tables_and_objects_in_place_and_in_a_folder(tmp_path):
    (tmp_path / "a.csv").write_bytes(CSV.encode())
    (tmp_path / "a.jsonl").write_text('{"text": "Київ"}', encoding="utf-8")
    expected = fine("-i", "csv", "a.csv", cwd=tmp_path)
    assert fine("-i", "csv", "a.csv", "--output-dir", "out", cwd=tmp_path) == b""
    assert fine("-i", "csv", "--in-place=.bak", "a.csv", cwd=tmp_path) == b""
    assert (tmp_path / "out" / "a.csv").read_bytes() == (tmp_path / "a.csv").read_bytes() == expected
    assert (tmp_path / "a.csv.bak").read_bytes() == CSV.encode()
    assert fine("-i", "jsonl", "--in-place", "a.jsonl", cwd=tmp_path) == b""
    assert [own["text"] for own in json.loads((tmp_path / "a.jsonl").read_bytes())["entities"]] == ["Київ"]


def test_no_file_is_replaced_on_a_guess(tmp_path):
    files = {
        "a.csv": (CSV, "csv"),
        "a.jsonl": ('{"text": "Київ спить"}\n', "jsonl"),
        "a.json": ('[{"text": "Київ спить"}]\n', "text"),
        "a.txt": ("5\tukr\tКиїв спить уночі.\n", "tsv --field 3"),
        "b.txt": ("<s>\nКиїв\nспить\n</s>\n", "vertical"),
    }
    for name, (content, _) in files.items():
        (tmp_path / name).write_bytes(content.encode())
    (tmp_path / "sure.txt").write_bytes("Київ спить.\n".encode())
    done = tag("--in-place", *files, "sure.txt", cwd=tmp_path)
    assert done.returncode == 1 and done.stdout == b""
    *told, last = done.stderr.decode().splitlines()
    assert [line.split(": ")[1] for line in told] == list(files) and all("say -i" in line for line in told)
    assert last == "uk-tag: 5 inputs failed; 1 are done"
    for name, (content, form) in files.items():
        assert (tmp_path / name).read_bytes() == content.encode()
        assert fine("-i", *form.split(), "--in-place", name, cwd=tmp_path) == b""
        assert (tmp_path / name).read_bytes() != content.encode()


def test_brat_finds_its_text(tmp_path):
    data = "Олена живе в Києві.\r\n\r\nПетро теж.\n"
    (tmp_path / "a.md").write_bytes(data.encode("cp1251"))
    arguments = ("-O", "brat", "--encoding", "cp1251", "a.md", "--output-dir")
    for _ in range(2):
        assert fine(*arguments, "out", cwd=tmp_path) == b""
    text = (tmp_path / "out" / "a.txt").read_bytes().decode()
    assert text == data and {"a.ann", "a.txt"} <= set(os.listdir(tmp_path / "out"))
    for line in (tmp_path / "out" / "a.ann").read_text(encoding="utf-8").splitlines():
        _, place, name = line.split("\t")
        _, begin, end = place.split()
        assert text[int(begin) : int(end)] == name
    (tmp_path / "out" / "a.txt").write_text("інше", encoding="utf-8")
    done = tag(*arguments, "out", cwd=tmp_path)
    assert done.returncode == 1 and b"another text" in done.stderr
    assert (tmp_path / "out" / "a.txt").read_text(encoding="utf-8") == "інше"
    assert tag("-O", "brat", "--in-place", "a.md", cwd=tmp_path).returncode == 2


def test_brat_leaves_no_text_without_its_annotation(tmp_path):
    (tmp_path / "a.conll").write_text("Київ\tO\n\n")
    (tmp_path / "b.txt").write_text("Київ спить.\n")
    (tmp_path / "out").mkdir()
    for _ in range(2):
        done = tag("-O", "brat", "a.conll", "b.txt", "--output-dir", "out", cwd=tmp_path)
        assert done.returncode == 1 and b"a.conll:1: brat needs running text" in done.stderr
        assert {path.name for path in (tmp_path / "out").iterdir()} >= {"b.txt", "b.ann"}
        assert not list((tmp_path / "out").glob("a.*"))
    (tmp_path / "out" / "a.txt").write_bytes((tmp_path / "a.conll").read_bytes())  # a user's own
    tag("-O", "brat", "a.conll", "--output-dir", "out", cwd=tmp_path)
    assert (tmp_path / "out" / "a.txt").read_bytes() == (tmp_path / "a.conll").read_bytes()


@pytest.mark.parametrize(
    "arguments",
    [("--field", "x"), ("-i", "conll", "--field", "2"), ("-i", "text", "--field", "x"), ("-i", "csv", "--sentences")],
)
def test_options_that_do_not_fit(arguments):
    done = tag(*arguments, stdin=b"x\n")
    assert done.returncode == 2 and done.stderr.count(b"\n") == 1
