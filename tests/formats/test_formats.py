"""Readers and writers: the sentences that are read, and the bytes that are written."""

import json
import re

import numpy as np
import pytest

from tagger.errors import DataError, OptionError
from tagger.formats import COUNT, INPUTS, NAMES, NAMES_OF_RUN, OUTPUTS
from tagger.formats.labels import Labels, LabelSettings
from tagger.formats.reader import READERS, Reader, ReaderSettings
from tagger.formats.writer import DOCUMENTS, WRITERS, Writer, WriterSettings, open_document
from tagger.inference.window import Annotation

TAGS = ["O", "B-PERS", "I-PERS", "B-LOC", "I-LOC", "B-ORG", "I-ORG"]
KNOWN = {
    "Леся": "B-PERS",
    "Українка": "I-PERS",
    "Києві": "B-LOC",
    "Київ": "B-LOC",
    "A&B": "B-ORG",
    "Леся\xad": "B-PERS",
}
CONLLU = (
    "# newdoc\r\n# text = Леся Українка у Києві.\r\n1-2\tЛеся Українка\t_\t_\t_\t_\t_\t_\t_\t_\r\n"
    "1\tЛеся\tЛеся\tPROPN\t_\t_\t2\tx\t_\t_\r\n2\tУкраїнка\t_\tPROPN\t_\t_\t0\troot\t_\tId=7|NER=B-LOC|Z=1\r\n"
    "2.1\tє\t_\tVERB\t_\t_\t_\t_\t_\t_\r\n3\tу\t_\tADP\t_\t_\t_\t_\t_\tNER=B-LOC\r\n4\tКиєві\t_\tPROPN\t_\t_\t_\t_\t_\tSpaceAfter=No\r\n"
    "5\t.\t_\tPUNCT\t_\t_\t_\t_\t_\t_\r\n\r\n"
).encode()


def read(data: bytes, *, block: int = 1 << 16, **settings):
    """Return the sentences of an input, the error that stopped the reading, and the warnings."""
    warnings: list[str] = []
    reading = Reader("file", ReaderSettings(**settings), warnings.append)
    found = [sentence for start in range(0, len(data), block) for sentence in reading.feed(data[start : start + block])]
    return found + reading.close(), reading.error, warnings


def annotate(tokens: list[str]) -> Annotation:
    """Tag tokens from a small dictionary, each with probability 0.9."""
    tags = [KNOWN.get(token, "O") for token in tokens]
    chosen = [TAGS.index(tag) for tag in tags]
    probabilities = np.full((len(tags), len(TAGS)), 0.1 / (len(TAGS) - 1), np.float32)
    probabilities[np.arange(len(tags)), chosen] = 0.9
    going_on = np.zeros_like(probabilities)
    for position, tag in enumerate(tags[1:]):
        going_on[position, chosen[position]] = 0.5 if tag.startswith("I-") else 0.0
    return Annotation(tags, probabilities, going_on)


def convert(data: bytes, write: dict | None = None, view: dict | None = None, **settings) -> bytes:
    """Read, tag and write an input; reading must not fail."""
    sentences, error, _ = read(data, **settings)
    assert error is None
    writing = Writer("file", WriterSettings(**(write or {})), Labels(TAGS, LabelSettings(**(view or {}))))
    return b"".join(writing.write(sentence, annotate(sentence.tokens)) for sentence in sentences)


def test_each_format_has_a_reader_or_a_writer():
    assert tuple(READERS) == INPUTS
    assert (*WRITERS, *DOCUMENTS) == (*OUTPUTS, COUNT, NAMES, NAMES_OF_RUN)


@pytest.mark.parametrize("output", [*OUTPUTS, COUNT, NAMES])
def test_documents_are_those_with_an_end(output):
    document = open_document(WriterSettings(output), Labels(TAGS, LabelSettings()))
    assert (document is not None) == (output in ("html", "tsv", COUNT, NAMES))
    assert document is None or isinstance(document.finish(), bytes)


def test_sniffing_ends_at_the_deciding_line():
    reading = Reader("file", ReaderSettings(), print)
    assert reading.feed(b"\n# comment\n\n") == []
    assert [sentence.form for sentence in reading.feed("Так\tO\n\n".encode())] == ["conll"]


def test_blank_lines_are_not_held_forever():
    assert sum(len(read(b"\n" * 150_000, block=block)[0]) for block in (1 << 16, 99_999)) == 300_000


@pytest.mark.parametrize(
    ("data", "column", "expected"),
    [
        ("Київ\tx\ty", None, "Київ\tx\ty\tB-LOC"),
        ("Київ\tx\ty", 0, "B-LOC\tКиїв\tx\ty"),
        ("Київ\tx\ty", 1, "Київ\tB-LOC\tx\ty"),
        ("Київ\tx\ty", -1, "Київ\tx\tB-LOC\ty"),
        ("Київ\tx\ty", 99, "Київ\tx\ty\tB-LOC"),
        ("Київ\tx\ty", 10**30, "Київ\tx\ty\tB-LOC"),
        ("Київ\tx\ty", -(10**30), "B-LOC\tКиїв\tx\ty"),
        ("Київ x  y", None, "Київ x  y B-LOC"),
        ("Київ x  y", 1, "Київ B-LOC x  y"),
        ("Київ x  y", -1, "Київ x  B-LOC y"),
        ("Київ x  y", -9, "B-LOC Київ x  y"),
        ("Київ", None, "Київ\tB-LOC"),
        ("Київ", 0, "B-LOC\tКиїв"),
        ("Київ ", None, "Київ \tB-LOC"),
        ("Київ\t", None, "Київ\t\tB-LOC"),
        ("новий Київ\tx", None, "новий Київ\tx\tO"),
    ],
)
def test_tag_column(data, column, expected):
    for end in ("\n", "\r\n", ""):
        assert convert((data + end).encode(), {"column": column}, form="conll") == (expected + end).encode()


def test_token_column():
    assert convert("x Київ\n".encode(), form="conll", column=1) == "x Київ B-LOC\n".encode()
    assert convert("x\ty\tКиїв\r\n".encode(), column=-1) == "x\ty\tКиїв\tB-LOC\r\n".encode()
    sentences, error, _ = read("Так\tO\n\n# c\nНі\n".encode(), column=1)
    assert [sentence.tokens for sentence in sentences] == [["O"]] and "file:4: 1 column(s)" in str(error)


def test_conll_lines_without_token_pass_through():
    data = (
        "\ufeff-DOCSTART-\t-X-\n\n# newdoc\n# x\ty\n#\tO\n \t\r\n-DOCSTART- O\nКиїв\tO\n\n\n\n#\nтак\n#кінець".encode()
    )
    sentences, _, _ = read(data)
    assert [sentence.tokens for sentence in sentences if sentence.tokens] == [
        ["# x", "#"],
        ["Київ"],
        ["#", "так", "#кінець"],
    ]
    out = convert(data)
    assert out.count(b"\n") == data.count(b"\n") and out.startswith("\ufeff-DOCSTART-\t-X-\n\n# newdoc\n".encode())
    added = iter(["O", "O", "B-LOC", "O", "O", "O"])
    passing = re.compile(r"-DOCSTART-.*|# newdoc|\s*")
    lines = [
        line if passing.fullmatch(line) else f"{line}\t{next(added)}"
        for line in data.decode().removeprefix("\ufeff").split("\n")
    ]
    assert out.decode() == "\ufeff" + "\n".join(lines)


def test_text_lines():
    assert (
        convert("\ufeffЛеся Українка.\r\n\r\nу Києві".encode())
        == "Леся\tB-PERS\r\nУкраїнка\tI-PERS\r\n.\tO\r\n\r\n\r\nу\tO\nКиєві\tB-LOC\n\n".encode()
    )
    assert convert("a\u2028b\x85\x0bc\n".encode(), {"form": "inline"}) == "a\u2028b\x85\x0bc\n".encode()
    assert (
        convert("Київ\0\0у\nКиєві".encode(), form="text", null=True)
        == "Київ\tB-LOC\n\0\0у\tO\nКиєві\tB-LOC\n\0".encode()
    )


def test_pretokenized_text_is_split_at_spaces():
    assert read("Київ,так  ні\t(\u00a0.)\n".encode(), form="text", pretokenized=True)[0][0].tokens == [
        "Київ,так",
        "ні",
        "(\u00a0.)",
    ]
    assert read(b"a\nb\0", form="text", pretokenized=True, null=True)[0][0].tokens == ["a", "b"]


def test_paragraphs_are_split_into_sentences():
    data = "Дощ у Києві. Леся вдома. Так!\r\n\r\n   \r\nНі.".encode()
    sentences, _, _ = read(data, form="text", sentences=True)
    assert [" ".join(sentence.tokens) for sentence in sentences] == [
        "Дощ у Києві .",
        "Леся вдома .",
        "Так !",
        "",
        "",
        "Ні .",
    ]
    assert b"".join(sentence.text.encode() + sentence.ending for sentence in sentences) == data
    assert (
        convert(data, {"form": "inline"}, form="text", sentences=True)
        == "Дощ у <LOC>Києві</LOC>. <PERS>Леся</PERS> вдома. Так!\r\n\r\n   \r\nНі.".encode()
    )
    lines = convert(data, form="text", sentences=True).split(b"\n")
    assert all(line.endswith(b"\r") for line in lines[:14])  # also after a sentence that does not end its line
    assert convert("Так. Ні.\0".encode(), form="text", sentences=True, null=True).count(b"\n\0") == 2


def test_conllu_changes_only_misc():
    out = convert(CONLLU)
    lines = out.decode().split("\r\n")
    assert [line.split("\t")[9] for line in lines if "\t" in line] == [
        "_",
        "NER=B-PERS",
        "Id=7|NER=I-PERS|Z=1",
        "_",
        "_",
        "SpaceAfter=No|NER=B-LOC",
        "_",
    ]
    stripped = re.sub(rb"\|?NER=[^|\r]*", b"", out).replace(b"\t\r", b"\t_\r")
    assert stripped == re.sub(rb"\|?NER=[^|\r]*", b"", CONLLU).replace(b"\t\r", b"\t_\r")
    assert convert(out) == out
    assert (
        b"|ner=I-PERS\r" in convert(CONLLU, {"key": "ner"})
        and b"NER=B-LOC|ner" not in convert(CONLLU, {"key": "ner"})[:10]
    )
    scored = convert(CONLLU, view={"scores": True})
    assert b"NER=B-PERS|NERScore=0.9000\r" in scored and convert(scored) == out


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [("5\t.", "п\t.", "no number"), ("5\t.", "5", "9 columns"), ("\t_\t_\r\n\r\n", "\r\n\r\n", "8 columns")],
)
def test_errors_in_conllu_name_the_line(old, new, says):
    sentences, error, _ = read(CONLLU.replace(b"# newdoc", b"\r\n# newdoc").replace(old.encode(), new.encode()))
    assert says in str(error) and error.line == 10 and not any(sentence.tokens for sentence in sentences)


def test_json_offsets_are_code_points():
    data = "\U0001f600 Леся Українка й A&B\u2028.\r\n\xfcй\n".encode()
    lines = convert(data, {"form": "jsonl"}).split(b"\n")
    first = json.loads(lines[0])
    assert first["text"] == "\U0001f600 Леся Українка й A&B\u2028."
    assert [first["text"][start:end] for start, end in first["tokens"]][:3] == ["\U0001f600", "Леся", "Українка"]
    assert [e["label"] for e in first["entities"]][:2] == ["PERS", "ORG"] and first["entities"][0][
        "text"
    ] == "Леся Українка"
    assert all(e["text"] == first["text"][e["start"] : e["end"]] and 0 < e["score"] <= 1 for e in first["entities"])
    assert json.loads(convert(b"a \xff\xfe \xd0\n", {"form": "jsonl"}))["text"] == "a \ufffd\ufffd \ufffd"
    assert json.loads(convert(CONLLU, {"form": "jsonl"}))["text"] == "Леся Українка у Києві."
    assert convert(b"\n-DOCSTART-\n", {"form": "jsonl"}, form="conll") == b""


def test_inline_can_be_undone():
    data = "\ufeff<LOC>Київ</LOC> &lt; Леся Українка, &amp;amp; A&B; у Києві\r\nбез\xad\u0301 кінця \udcff".encode(
        "utf-8", "surrogateescape"
    )
    out = convert(data, {"form": "inline"}, view={"scores": True})
    assert (
        '<LOC score="0.9000">Києві</LOC>\r\n'.encode() in out
        and '<PERS score="0.4500">Леся Українка</PERS>'.encode() in out
    )
    plain = re.sub(rb"</?[A-Z]+( score=[^>]*)?>", b"", out)
    assert plain.replace(b"&lt;", b"<").replace(b"&gt;", b">").replace(b"&amp;", b"&") == data
    assert convert(CONLLU, {"form": "inline"}) == "<PERS>Леся Українка</PERS> у <LOC>Києві</LOC>.\n".encode()


def test_brat_offsets_count_from_the_file():
    data = "\ufeffУ Києві\r\n\n\U0001f600 Леся Українка вдома. Київ\n".encode()
    for settings in ({}, {"form": "text", "sentences": True}):
        lines = convert(data, {"form": "brat"}, view={"scores": True}, **settings).decode().splitlines()
        found = [
            re.fullmatch(r"(T\d+)\t(\w+) (\d+) (\d+)\t(.*)", line).groups() for line in lines if line.startswith("T")
        ]
        assert [(name, label) for name, label, *_ in found] == [("T1", "LOC"), ("T2", "PERS"), ("T3", "LOC")]
        assert all(data.decode()[int(start) : int(end)] == text for _, _, start, end, text in found)
        assert re.fullmatch(r"#1\tAnnotatorNotes T1\tscore 0\.\d{4}", lines[1])
    assert (
        convert("Леся\nУкраїнка\0".encode(), {"form": "brat"}, form="text", null=True)
        == "T1\tPERS 0 13\tЛеся Українка\n".encode()
    )
    with pytest.raises(DataError, match="file:1: brat"):
        convert("Київ\tO\n".encode(), {"form": "brat"})


BREAKS = "\t\r\v\f\x1c\x1d\x1e\x85\u2028\u2029"


@pytest.mark.parametrize("character", BREAKS)
def test_brat_entities_have_one_line(character):
    data = f"у{character} Леся{character}Українка пише. Леся {character} Українка"
    lines = convert(data.encode(), {"form": "brat"}, form="text").decode().splitlines()
    assert len(lines) == sum(line.startswith("T") for line in lines) > 0
    for line in lines:
        _, label_and_offsets, text = line.split("\t")
        _, start, end = label_and_offsets.split(" ")
        assert text == re.sub(f"[{BREAKS}]", " ", data[int(start) : int(end)])


@pytest.mark.parametrize("character", BREAKS[1:])
@pytest.mark.parametrize("form", ["text", "conll"])
def test_new_conllu_has_ten_columns(character, form):
    data = f"Леся{character}Українка\tx\na{character}.b\ty\n"
    for line in convert(data.encode(), {"form": "conllu"}, form=form).decode().splitlines():
        assert not line or line.startswith(("# sent_id = ", "# text = ")) or line.count("\t") == 9


def test_new_conll_and_conllu():
    assert convert(
        CONLLU, {"form": "conll"}
    ) == "Леся\tB-PERS\r\nУкраїнка\tI-PERS\r\nу\tO\r\nКиєві\tB-LOC\r\n.\tO\r\n\r\n".encode().replace(b"\r", b"")
    out = convert("Леся вдома.\n\n".encode(), {"form": "conllu"})
    rest = "\t_" * 7
    expected = "# sent_id = 1\n# text = Леся вдома.\n"
    expected += f"1\tЛеся{rest}\tNER=B-PERS\n2\tвдома{rest}\tSpaceAfter=No\n3\t.{rest}\t_\n\n"
    assert out.decode() == expected and convert(out) == out
    assert b"\n1\t_\t" in convert(b"\tO\n", {"form": "conllu"})


def test_schemes_mappings_and_chosen_labels():
    data = "Леся Українка у Києві\n".encode()

    def tags(**view) -> str:
        return " ".join(line.split("\t")[1] for line in convert(data, view=view).decode().splitlines() if line)

    assert tags(scheme="bioes") == "B-PERS E-PERS O S-LOC"
    assert tags(scheme="iob1") == "I-PERS I-PERS O I-LOC"
    assert tags(mapping={"PERS": "PER", "LOC": "O"}) == "B-PER I-PER O O"
    assert tags(only=("LOC",)) == "O O O B-LOC"
    assert tags(mapping={"PERS": "LOC"}, only=("LOC",)) == "B-LOC I-LOC O B-LOC"
    for view in (
        {"mapping": {"DOG": "CAT"}},
        {"only": ("PER",)},
        *({"mapping": {"PERS": name}} for name in ("A B", "A\tB", "<b>", "\udcff", "A|B")),
    ):
        with pytest.raises(OptionError):
            tags(**view)


def test_scores_belong_to_the_written_tags():
    lines = convert("Леся Київ так\n".encode(), view={"scores": True}).decode().splitlines()
    assert [line.split("\t")[2] for line in lines[:3]] == ["0.9000"] * 3
    dropped = convert("Леся Київ так\n".encode(), view={"scores": True, "only": ("LOC",)}).decode().splitlines()
    assert [float(line.split("\t")[2]) for line in dropped[:3]] == pytest.approx([0.9667, 0.9, 0.9667], abs=1e-4)
    assert (
        convert("Київ x\n".encode(), {"column": 0}, {"scores": True}, form="conll") == "B-LOC 0.9000 Київ x\n".encode()
    )


def test_invalid_utf8_is_kept_and_reported():
    data = (
        b"1-2\t_\t_\t_\t_\t_\t_\t_\t_\t_\n1\tx\t_\t_\t_\t_\t_\t_\t_\t_\n1.1\t_\t_\t_\t_\t_\t_\t_\t_\t_\n2\t\xff\xd0\t\xfe\t_\t_\t_\t_\t_\t_\t_\n\n"
        * 2
    )
    sentences, error, warnings = read(data)
    assert error is None and len(warnings) == 1 and warnings[0].startswith("file:4: byte 0xff")
    assert convert(data) == data and sentences[0].tokens[1].encode("utf-8", "surrogateescape") == b"\xff\xd0"
    sentences, error, warnings = read("Так\n".encode() + b"\n# c\n\xff\n", form="conll", strict=True)
    assert str(error).startswith("file:4: byte 0xff is not UTF-8") and not warnings
    assert read(b"x\t\xff\n", strict=True)[1].line == 1  # also in a column that passes through


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32-be", "utf-32-le"])
def test_other_encodings_are_refused(encoding):
    for block in (1, 2, 3, 100):
        sentences, error, _ = read("\ufeffКиїв\n".encode(encoding), block=block)
        assert sentences == [] and encoding[:6].upper() in str(error) and "--encoding utf-" in str(error)


@pytest.mark.parametrize(
    "data",
    [b"", b"\n", b"\xef\xbb\xbf", b"\xef\xbb", b"\xef\xbb\xbf\n", b"\r\n", b"\xef\xbb\xbf# x", b"a", b"\0", b"\xff"],
)
def test_tiny_inputs_are_kept(data):
    for block in (1, 2, 100):
        sentences, error, _ = read(data, form="conll", block=block)
        writing = Writer("file", WriterSettings(), Labels(TAGS, LabelSettings()))
        out = b"".join(writing.write(sentence, Annotation(["O"] * len(sentence.tokens))) for sentence in sentences)
        assert error is None and out.replace(b"\tO", b"") == data


def test_one_byte_record_is_read_at_once():
    reading = Reader("file", ReaderSettings("text", null=True), print)
    assert [len(reading.feed(block)) for block in (b"\0", b"a\0", b"\0\xfe\xff\0")] == [1, 1, 2]


@pytest.mark.parametrize(
    ("data", "write", "settings", "gap"),
    [
        ("Київ\tO", {}, {}, "\n\n"),
        ("Київ\tO\n", {}, {}, "\n"),
        ("Київ\tO\r\nКиїв", {}, {}, "\r\n\r\n"),
        ("Київ\tO\n\n", {}, {}, ""),
        ("Київ\tO", {"form": "conll"}, {}, ""),
        (CONLLU.decode().rstrip(), {"form": "conllu"}, {}, "\r\n\r\n"),
        ("Київ", {}, {}, ""),
        ("Київ", {"form": "inline"}, {}, "\n"),
        ("a\n", {"form": "inline"}, {"form": "text", "null": True}, "\0"),
        ("Київ", {"form": "jsonl"}, {}, ""),
        ("", {}, {}, ""),
    ],
)
def test_gap_between_inputs(data, write, settings, gap):
    writing = Writer("file", WriterSettings(**write), Labels(TAGS, LabelSettings()))
    for sentence in read(data.encode(), **settings)[0]:
        writing.write(sentence, annotate(sentence.tokens))
    assert writing.gap() == gap.encode()


def test_strict_errors_do_not_depend_on_blocks():
    data = b"1-2\t" + b"\t" * 8 + b"\x80\n0\t" + b"\t" * 8 + b"\n0\tx\n"
    whole, parts = (Reader("file", ReaderSettings(strict=True), print) for _ in range(2))
    whole.feed(data)
    for start in range(0, len(data), 5):
        parts.feed(data[start : start + 5])
    assert str(whole.error) == str(parts.error) and "file:1: byte 0x80" in str(whole.error)
