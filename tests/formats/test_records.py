"""Tables and JSON Lines: nothing but what is added differs from the input, and offsets are those of the values."""

import csv
import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_formats import TAGS, annotate, convert, read

from tagger.formats.labels import Labels, LabelSettings
from tagger.formats.records.cells import Scanner, delimiter_of
from tagger.formats.writer import Writer, WriterSettings

LABELS = ["PERS", "LOC", "ORG"]
WORDS = ["Київ", "Леся", "Українка", "спить", "«A&B»", '"', "'", "=1", "\U0001f600", "и\u0301", "-", "\\", "{", "}"]
BREAKS = [" ", "\n", "\r\n", "\t", ",", ";", "  ", "\u2028", "\xa0", ". "]
texts = st.lists(st.sampled_from([*WORDS, *BREAKS]), max_size=8).map("".join)
ends = st.sampled_from(["\n", "\r\n"])
marks = st.sampled_from(["", "\ufeff"])
scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | texts
values = st.recursive(scalars, lambda inner: st.lists(inner, max_size=2) | st.dictionaries(texts, inner, max_size=2))


def quoted(text: str, delimiter: str, always: bool) -> str:
    special = text.startswith('"') or any(sign in text for sign in (delimiter, '"', "\n", "\r"))
    return f'"{text.replace(chr(34), chr(34) * 2)}"' if always or special else text


@st.composite
def tables(draw):
    """A CSV file: its delimiter, its rows, and its bytes."""
    delimiter, end, width = draw(st.sampled_from(",;\t|")), draw(ends), draw(st.integers(1, 3))
    delimiter = delimiter if width > 1 else ","  # a header of one name has none
    rows = draw(st.lists(st.lists(texts, min_size=width, max_size=width), max_size=4))
    rows = [row for row in rows if row != [""]]  # an empty line has no cells
    header = [f"c{number}" for number in range(width - 1)]
    header.insert(draw(st.integers(0, width - 1)), "text")
    lines = [
        delimiter.join(quoted(cell, delimiter, draw(st.booleans())) for cell in row)
        + end
        + draw(st.sampled_from(["", end]))
        for row in [header, *rows]
    ]
    whole = draw(marks) + "".join(lines)
    return delimiter, [header, *rows], whole[: -len(end)] if draw(st.booleans()) and rows else whole


def parsed(data: str, delimiter: str) -> list[list[str]]:
    """Read a table with Python's csv module."""
    return [row for row in csv.reader(io.StringIO(data.removeprefix("\ufeff"), newline=""), delimiter=delimiter) if row]


def check_entities(found: list[dict], text: str) -> None:
    assert [own["text"] for own in found] == [text[own["start"] : own["end"]] for own in found]
    assert all("\n" not in own["text"] for own in found)


@given(tables())
def test_a_table_without_the_added_cells_is_the_input(table):
    delimiter, rows, data = table
    made = convert(data.encode(), form="csv").decode()
    own = parsed(made, delimiter)
    assert own[0] == [*rows[0], *LABELS, "entities"]
    assert [row[: len(rows[0])] for row in own] == rows
    column = rows[0].index("text")
    for row in own[1:]:
        found = json.loads(row[-1])
        check_entities(found, row[column])
        for label, cell in zip(LABELS, row[-4:-1], strict=True):
            assert [name for name in cell.split("; ") if name] == [
                one["text"] for one in found if one["label"] == label
            ]
    # byte for byte: without the cells, which csv gave exactly, the rest is the input
    rest, at = made, 0
    for row in own:
        added = "".join(delimiter + Scanner(delimiter.encode()).cell(cell).decode() for cell in row[len(rows[0]) :])
        at = rest.index(added, at)
        rest = rest[:at] + rest[at + len(added) :]
    assert rest == data


@given(tables(), st.integers(1, 40))
def test_blocks_do_not_change_a_table(table, block):
    data = table[2].encode()
    for output in ("same", "jsonl", "inline"):
        whole, parts = (_written(data, output, size, form="csv") for size in (1 << 16, block))
        assert whole == parts


def _written(data: bytes, output: str, block: int, **settings) -> bytes:
    sentences, error, _ = read(data, block=block, **settings)
    assert error is None
    writing = Writer("file", WriterSettings(output), Labels(TAGS, LabelSettings()))
    return b"".join(writing.write(sentence, annotate(sentence.tokens)) for sentence in sentences)


@given(
    st.lists(st.tuples(texts, texts).map(lambda row: [cell.replace("\n", " ").replace("\r", " ") for cell in row])),
    ends,
)
def test_a_tsv_without_quotes_keeps_its_cells(rows, end):
    """Cells that just start with a quotation mark are cells like any other."""
    rows = [[cell.replace("\t", " ") for cell in row] for row in rows]
    data = "".join("\t".join(row) + end for row in rows)
    made = convert(data.encode(), form="tsv", field="2").decode().split(end)
    for row, line in zip(rows, made, strict=False):
        assert line.split("\t")[:2] == row and len(line.split("\t")) == 6
        assert line.split("\t")[-1].startswith("[")


@given(st.lists(st.dictionaries(texts, values, max_size=3)), texts, ends, st.booleans(), st.booleans(), marks)
def test_json_without_the_added_field_is_the_input(objects, text, end, ascii_only, compact, mark):
    separators = (",", ":") if compact else (" ,\t", " : ")
    lines = [json.dumps({"text": text}), "", *(
        json.dumps({**value, "text": text}, ensure_ascii=ascii_only, separators=separators)[:-1] + "  } "
        for value in objects
        if "entities" not in value
    )]  # fmt: skip
    data = mark + end.join(lines)
    made = convert(data.encode("utf-8", "surrogatepass"), form="jsonl").decode("utf-8", "surrogatepass").split(end)
    assert len(made) == len(lines)
    for old, new in zip(data.split(end), made, strict=True):
        if not old:
            assert not new
            continue
        value = json.loads(new.removeprefix("\ufeff"))
        check_entities(value["entities"], text)
        added = ", " + json.dumps({"entities": value["entities"]}, ensure_ascii=False)[1:-1]
        assert "".join(new.rsplit(added, 1)) == old and list(value)[-1] == "entities"


def test_json_tokens_and_paths():
    data = '{"a":{"tokens":["Леся","Українка"]}}\n{"a":{"tokens":[]}}\n{"a":{}}\n{"a":{"tokens":null}}\n'
    assert convert(data.encode(), form="jsonl", field="a.tokens").decode() == (
        '{"a":{"tokens":["Леся","Українка"]}, "tags": ["B-PERS", "I-PERS"]}\n{"a":{"tokens":[]}, "tags": []}\n'
        '{"a":{}}\n{"a":{"tokens":null}}\n'
    )
    prodigy = '{"tokens":[{"text":"Київ","start":0},{"text":"!","start":4}]}'
    assert convert(prodigy.encode(), {"added": "ner"}, form="jsonl", field="tokens").decode() == (
        prodigy[:-1] + ', "ner": ["B-LOC", "O"]}'
    )
    scored = convert('{"text":["Київ"]}'.encode(), {}, {"scores": True}, form="jsonl")
    assert b'"tags": ["B-LOC"], "tags_scores": [0.9]' in scored


def test_duplicate_keys_escapes_and_half_pairs_are_kept():
    data = r'{"text": "x", "n": 1.50, "n": 1e999, "text": "Леся \ud83d Київ \u041a", "big": ' + "9" * 5000 + "}\n"
    made = convert(data.encode(), form="jsonl").decode()
    assert made.startswith(data[:-2])
    assert [(own["start"], own["text"]) for own in json.loads(made.replace("9" * 5000, "9"))["entities"]] == [
        (0, "Леся"),
        (7, "Київ"),
    ]


@pytest.mark.parametrize(
    ("data", "form", "field", "line", "what"),
    [
        ('{"text": "Київ"}\n{"text": "x"\n', "jsonl", None, 2, "is not JSON"),
        ('{"text": "Київ"}\n["x"]\n', "jsonl", None, 2, "a list; each line must be a JSON object"),
        ('{"text": "Київ"}\n{"text": 5}\n', "jsonl", None, 2, "is a number"),
        ('{"text": "Київ"}\n{"text": [5]}\n', "jsonl", None, 2, "a list of other things"),
        ('{"text": "Київ"}\n{"text": ' + "[" * 100_000 + "\n", "jsonl", None, 2, "nested too deep"),
        ('\n{"body": "Київ"}\n', "jsonl", None, 2, "only 'body'; name yours with --field"),
        ('text\nКиїв\n"x\ny\n', "csv", None, 3, "not closed"),
        ("text\nКиїв\nx,y\n", "csv", None, 3, "2 cells, but the first row has 1"),
        ("a,b\nКиїв\n", "csv", None, 1, "only 'a', 'b'"),
        ("text,text\nКиїв\n", "csv", None, 1, "two columns"),
        ("a;Київ\nx\n", "csv", "2", 2, "1 cell(s)"),
    ],
)
def test_what_is_before_an_error_is_there(data, form, field, line, what):
    found, error, _ = read(data.encode(), form=form, field=field)
    assert error is not None and (error.line, what in str(error)) == (line, True), error
    assert ("Київ" in [token for sentence in found for token in sentence.tokens]) == (
        line > 1 and data.startswith(("{", "t", "a;"))
    )


def test_an_object_that_has_the_field_is_refused():
    sentences, _, _ = read('{"text": "Київ", "entities": []}\n'.encode(), form="jsonl")
    writing = Writer("file", WriterSettings(), Labels(TAGS, LabelSettings()))
    with pytest.raises(Exception, match=r"file:1: there is a field 'entities' already; .* --key"):
        writing.write(sentences[0], annotate(sentences[0].tokens))


def test_a_short_row_is_filled_so_that_cells_are_under_their_names():
    made = convert("text,a,b\nКиїв\n\nЛеся,1\n".encode(), form="csv").decode()
    rows = parsed(made, ",")
    assert [len(row) for row in rows] == [7, 7, 7] and "\n\n" in made


@pytest.mark.parametrize(
    ("line", "name", "delimiter"),
    [
        ("id,date,title", "title", ","),
        ("id;date, of;title", "title", ";"),
        ('"a, b";title', "title", ";"),
        ("title", "title", ","),
        ("1;Леся, Іван, Олена", None, ";"),
        ("Леся, Іван;2", None, ";"),
        ('"Леся;Іван",2', None, ","),
        ("Леся", None, ","),
    ],
)
def test_delimiter(line, name, delimiter):
    assert delimiter_of(line.encode(), name and name.encode()).decode() == delimiter


def test_a_table_of_excel():
    data = "\ufeffsep=;\r\nНомер;Назва\r\n1;Київ, спить\r\n"
    made = convert(data.encode(), form="csv", field="Назва").decode()
    assert made.startswith('\ufeffsep=;\r\nНомер;Назва;PERS;LOC;ORG;entities\r\n1;Київ, спить;;Київ;;"[{')


def test_one_object_for_each_name_of_a_table():
    data = "id,text\n1,Леся і Київ\n2,ні\n3,Київ\n"
    rows = [json.loads(line) for line in convert(data.encode(), {"form": "jsonl"}, form="csv").splitlines()]
    assert [(row["line"], row["text"], row["start"], row["row"]) for row in rows] == [
        (2, "Леся", 0, {"id": "1"}),
        (2, "Київ", 7, {"id": "1"}),
        (4, "Київ", 0, {"id": "3"}),
    ]


@pytest.mark.parametrize("output", ["inline", "conll", "conllu", "html", "count"])
@pytest.mark.parametrize(("data", "form"), [("text\nКиїв\n", "csv"), ('{"text": "Київ"}\n', "jsonl")])
def test_other_outputs_hold_the_texts(data, form, output):
    from tagger.formats.writer import open_document

    sentences, error, _ = read(data.encode(), form=form)
    settings, labels = WriterSettings(output), Labels(TAGS, LabelSettings())
    document = open_document(settings, labels)
    writing = Writer("file", settings, labels, document)
    made = b"".join(writing.write(sentence, annotate(sentence.tokens)) for sentence in sentences)
    made += document.finish() if document else b""
    assert error is None and "Київ" in made.decode() and "text" not in made.decode().partition("<body>")[2]
