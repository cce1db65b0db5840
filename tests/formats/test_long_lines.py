"""Lines of any length: memory is bounded, no byte is lost, and a line in parts gives the same as in one piece."""

import json
import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.processes import PROGRAM, fine, tag
from test_conll_fast import TAGS, pieces, tag_of

from tagger.formats import reader
from tagger.formats.labels import Labels, LabelSettings
from tagger.formats.reader import Reader, ReaderSettings
from tagger.formats.writer import Writer, WriterSettings
from tagger.inference.window import Annotation

MOST_MEMORY = 300  # MiB
TEXT = "Олена Коваленко живе у Харкові. Вона любить Київ. "


def run(data, cuts, form, output, **how):
    """Return the bytes written for each sentence of data that arrives split at these offsets."""
    read = Reader("corpus", ReaderSettings(form, **how), lambda warning: None)
    writing = Writer("corpus", WriterSettings(output), Labels(TAGS, LabelSettings()))
    sentences = pieces(read, data, cuts)
    return [writing.write(sentence, Annotation([tag_of(token) for token in sentence.tokens])) for sentence in sentences]


@pytest.fixture
def short_pieces(monkeypatch):
    """Treat lines of more than 40 bytes as long."""
    monkeypatch.setattr(reader, "LONGEST_LINE", 40)


LINES = st.lists(
    st.sampled_from(["Олена живе у Львові. ", "Так? ", "слово ", " ", "а\r", "\t", "а" * 30, "\0", "п’ять"]),
    max_size=12,
).map("".join)
ENDS = st.sampled_from(["\n", "\r\n"])
MANY = st.tuples(st.lists(LINES, max_size=4), ENDS, st.booleans()).map(
    lambda parts: (parts[1].join(parts[0]) + parts[1] * parts[2]).encode()
)
CUTS = st.lists(st.integers(0, 999), min_size=4, max_size=30)


def together(data, cuts, form, output, **how):
    """Return the output for data in parts of 40 bytes, and for all of it at once."""
    cuts = sorted(cut % (len(data) + 1) for cut in cuts)
    whole = b"".join(run(data, [], form, output, **how))
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(reader, "LONGEST_LINE", 40)
        return b"".join(run(data, cuts, form, output, **how)), whole


@settings(max_examples=100)
@given(MANY, CUTS, st.booleans())
def test_inline_text_is_kept(data, cuts, sentences):
    escaped, whole = together(data, cuts, "text", "inline", sentences=sentences)
    for mark in (b"<LOC>", b"</LOC>", b"<PERS>", b"</PERS>", b"<ORG>", b"</ORG>"):
        escaped, whole = escaped.replace(mark, b""), whole.replace(mark, b"")
    assert escaped == whole == data


@settings(max_examples=100)
@given(MANY, CUTS)
def test_pretokenized_line_stays_one_sentence(data, cuts):
    """Tokens between spaces do not depend on the parts of the line if no word is longer than a part."""
    data = data.replace(b"\xd0\xb0" * 30, "а ".encode()).replace(b"\0", b"").replace("’".encode(), b" ")
    got, whole = together(data, cuts, "text", "conll", pretokenized=True)
    assert got.replace(b"\r\n", b"\n").split(b"\n\n") == whole.replace(b"\r\n", b"\n").split(b"\n\n")


ROWS = st.lists(
    st.sampled_from(
        [
            "слово\tO" + "x" * 90,
            "а\tb",
            "",
            "# " + "к" * 60,
            "Олена b " + "с" * 50,
            "-DOCSTART- " + "X" * 50,
            " " * 60,
            "с" * 50,
        ]
    ),
    max_size=9,
)


@settings(max_examples=100)
@given(ROWS, ENDS, st.booleans(), CUTS)
def test_conll_lines_keep_their_bytes(rows, end, ended, cuts):
    data = (end.join(rows) + end * ended).encode()
    got, whole = together(data, cuts, "conll", "same")
    strip = lambda line: line.removesuffix(b"\r")  # noqa: E731
    lines, own = [strip(line) for line in got.split(b"\n")], [strip(line) for line in data.split(b"\n")]
    assert len(lines) == len(own) == len(whole.split(b"\n"))
    for line, tagged, expected in zip(own, lines, whole.split(b"\n"), strict=True):
        assert tagged.startswith(line)
        assert len(tagged[len(line) :].split()) == len(strip(expected)[len(line) :].split())
    assert got.count(b"\r") == data.count(b"\r")


def test_json_offsets_count_from_the_line(short_pieces):
    text = (TEXT * 8).strip()
    data = text.encode() + b"\n"
    objects = [json.loads(line) for line in b"".join(run(data, range(0, len(data), 7), "text", "jsonl")).splitlines()]
    assert len(objects) > 3
    assert "".join(value["text"] for value in objects) == text
    assert [value.get("offset", 0) for value in objects] == [text.index(objects[0]["text"]), *_starts(objects)]
    for value in objects:
        own = value.get("offset", 0)
        for start, end in value["tokens"]:
            assert text[start:end] == value["text"][start - own : end - own]
        assert all(text[entity["start"] : entity["end"]] == entity["text"] for entity in value["entities"])


def _starts(objects):
    start, found = 0, []
    for value in objects[:-1]:
        start += len(value["text"])
        found.append(start)
    return found


def test_sentences_of_a_long_line(short_pieces):
    """Sentences are separate if they are not long themselves."""
    data = (TEXT * 9).encode() + b"\n"
    tokens = [
        line.split(b"\t")[0]
        for line in b"".join(run(data, range(0, len(data), 9), "text", "conll", sentences=True)).split(b"\n")
    ]
    assert b" ".join(tokens).decode().count("  ") == 18


def test_too_long_token_is_an_error():
    done = tag("-i", "conll", "-O", "jsonl", stdin=b"b\n\n" + b"a" * 500_000 + b"\n")
    assert (done.returncode, done.stdout.count(b"\n")) == (1, 1)
    assert b"standard input:3: a token that is too long" in done.stderr


def test_long_conllu_line():
    rows = b"# text = " + b"x" * 500_000 + b"\n1\t" + "Київ".encode() + b"\t_" * 8 + b"\n\n"
    assert fine("-i", "conllu", stdin=rows).startswith(rows[:500_000])
    done = tag("-i", "conllu", stdin=b"1\tA" + b"\t_" * 8 + b"\n\n1\t" + b"a" * 500_000 + b"\t_" * 8 + b"\n")
    assert done.returncode == 1
    assert b"standard input:3: a line of more than" in done.stderr


MEGABYTE = 1 << 20
STREAMS = {
    "one word": ([b"a" * MEGABYTE] * 12, ["-i", "text"]),
    "spaces": ([b" " * MEGABYTE] * 12, []),
    "marks": ([b"(" * (MEGABYTE // 2)], ["-i", "text", "-O", "jsonl", "--scores"]),
    "no NUL": ([b"a\n" * 10_000, *[b" " * MEGABYTE] * 12], ["-i", "text", "-0"]),
    "words": (["слово ".encode() * 20000] * 3, ["-i", "text", "-O", "inline"]),
    "a row": ([b"a\tO", *[b"x" * MEGABYTE] * 100, b"\nb\tO\n\n"], ["-i", "conll"]),
    "comments": ([b"# comment\n" * 100_000] * 8, ["-i", "conll"]),
    "blank rows": ([b" " * MEGABYTE] * 24, ["-i", "conll"]),
}


# The peak memory of a process includes that of the process which started it, so a small one starts uk-tag.
MEASURE = """
import resource, subprocess, sys
code = subprocess.call(sys.argv[1:])
print(code, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, file=sys.stderr)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="other systems count memory in other units")
@pytest.mark.parametrize("name", STREAMS)
def test_memory_is_bounded(name, tmp_path):
    chunks, options = STREAMS[name]
    path = tmp_path / "input"
    path.write_bytes(b"".join(chunks))
    with path.open("rb") as source, (tmp_path / "output").open("wb") as output:
        command = [sys.executable, "-c", MEASURE, *PROGRAM, "--device", "cpu", *options]
        done = subprocess.run(command, stdin=source, stdout=output, stderr=subprocess.PIPE, timeout=300, check=True)
    code, kibibytes = map(int, done.stderr.split())
    assert code == 0
    assert kibibytes / 1024 < MOST_MEMORY
    if name == "a row":
        assert (tmp_path / "output").read_bytes() == path.read_bytes().replace(b"\n", b"\tO\n").removesuffix(
            b"\tO\n"
        ) + b"\n"
