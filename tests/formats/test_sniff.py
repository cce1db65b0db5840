"""What an input is taken for by its first lines, and which column of it has the token."""

import pytest
from test_formats import convert, read

from tagger.formats.lined.columns import cells, token_column
from tagger.formats.sniff import Sniffer

CONLLU = "1\tКиїв" + "\t_" * 8
CONLL_2009 = (
    "1\tКиїв\tКиїв\tКиїв\tN\tN\t_\t_\t0\t0\tROOT\tROOT\t_\t_\n2\tспить\tспати\tспати\tV\tV\t_\t_\t1\t1\tx\tx\t_\t_\n"
)
CONLL_2012 = "#begin document (nw/x)\nnw/x 0 0 Київ N (TOP* - - - * -\nnw/x 0 1 спить V *) - - - * -\n\n#end document\n"
CONLL_2003 = "-DOCSTART- -X- -X- O\n\nКиїв NNP B-NP B-LOC\nспить VB B-VP O\n\n"
TAGS_FIRST = "B-LOC\tКиїв\nO\tспить\nO\t.\n\n"
CORENLP = "1\tКиїв\tКиїв\tNNP\tCITY\t2\tnsubj\n2\tспить\tспати\tVB\tO\t0\tROOT\n"
PLUS = "# global.columns = ID FORM LEMMA X:NE\n# x = Київ\n1-2\tКиївспить\t_\t*\n1\tКиїв\tКиїв\t*\n2\tспить\t_\t*\n\n"
WEBANNO = "#FORMAT=WebAnno TSV 3.3\n\n#Text=Київ спить\n1-1\t0-4\tКиїв\t_\n1-2\t5-10\tспить\t_\n\n"
VERTICAL = '<doc id="1" title="a > b">\n<s>\nКиїв\tКиїв\tN\n<g/>\n.\t.\tZ\n</s>\n</doc>\n'
TATOEBA = "5\tukr\tКиїв спить уночі.\n77\tukr\tЛеся Українка спить уночі.\n"
TABLE = "id\tdate\ttitle\n1\t2024\tКиїв спить цієї ночі\n"
# content, form, column of the text (from 0), whether there is a doubt
KINDS = {
    "prose": ("Київ спить.\nТак\n", "text", None, False),
    "one word": ("Київ\nспить\n", "text", None, False),
    "hashtag": ("#Київ спить\nТак\n", "text", None, False),
    "heading": ("# Про Київ\n\nКиїв спить.\n", "text", None, False),
    "only comments": ("# Про Київ\n\n", "text", None, False),
    "contents": ("Зміст\t3\n\nКиїв спить уночі.\n", "text", None, False),
    "prose after a tab": ("Зміст\t3\nКиїв спить уночі.\n", "text", None, False),
    "paragraphs": ("\tКиїв спить уночі й удень.\n\tТак.\n", "text", None, True),
    "number at the end": ("Станом на вечір було 25\nСтаном на ранок було 12\n", "text", None, False),
    "table": (TABLE, "text", None, True),
    "json": ('{"id": 1, "text": "Київ спить"}\n', "text", None, True),
    "json, a list": ('[{"id": 1, "text": "Київ спить"}]\n', "text", None, True),
    "json, a list of strings": ('["Київ", "спить"]\n', "text", None, True),
    "json over lines": ('{\n  "text": "Київ спить"\n}\n', "text", None, True),
    "json, a list over lines": ('[\n  [\n    {"id": 1}\n  ]\n]\n', "text", None, True),
    "json, an object begun": ('[{"id": 1,\n  "text": "Київ спить"}]\n', "text", None, True),
    "in brackets": ("[Київ] спить.\n[1] Так\n{Київ}\n", "text", None, False),
    "xml": ('<?xml version="1.0"?>\n<a>\n<b>Київ</b>\n<b>спить</b>\n</a>\n', "text", None, True),
    "xml with tabs": ("<a>\n\t<b>\n\t\tКиїв спить\n\t</b>\n</a>\n", "text", None, True),
    "xml in a line": ("<TEI><text>Київ спить</text></TEI>\n", "text", None, True),
    "html": ("<!DOCTYPE html>\n<html>\n  <p>Київ спить.</p>\n</html>\n", "text", None, True),
    "vertical after a declaration": ('<?xml version="1.0"?>\n' + VERTICAL, "vertical", None, False),
    "vertical with an unknown word": ("<s>\n<unk>\tX\nКиїв\tКиїв\n</s>\n", "vertical", None, False),
    "leipzig": ("1\tКиїв спить уночі.\n2\tТак.\n", "text", 1, False),
    "leipzig, short first": ("1\tТак.\n2\tКиїв спить уночі.\n", "text", 1, False),
    "tatoeba": (TATOEBA, "text", 2, True),
    "log": ("2024-01-02 10:00\tКиїв спить цієї ночі.\n", "text", 1, True),
    "times": ("10:00\tКиїв спить цієї ночі.\n", "text", 1, False),
    "speeches": ("doc1.u1\tКиїв спить уночі.\ndoc1.u2\tТак.\n", "text", 1, True),
    "tokens and tags": ("Київ\tB-LOC\nспить\tO\n\n", "conll", None, False),
    "one token": ("Так\tO\n\n", "conll", None, False),
    "spaced": ("Київ B-LOC\nспить O\n\n", "conll", None, False),
    "spaced, one token": ("Київ B-LOC\n\n", "conll", None, True),
    "spaced, mark first": ("# O\nКиїв B-LOC\nспить O\n\n", "conll", None, False),
    "tokens with spaces": ("1 000 000 000\tNUM\nгривень\tN\n", "conll", None, False),
    "tags first": (TAGS_FIRST, "conll", None, False),
    "2003": (CONLL_2003, "conll", None, False),
    "2009": (CONLL_2009, "conll", None, False),
    "2012": (CONLL_2012, "conll", None, False),
    "2012 without marks": (CONLL_2012.partition("\n")[2], "conll", None, False),
    "corenlp": (CORENLP, "conll", None, False),
    "webanno": (WEBANNO, "conll", None, False),
    "plus": (PLUS, "conll", None, False),
    "conllu": (CONLLU + "\n\n", "conllu", None, False),
    "conllu, comments": (f"#sent_id = 1\n#text = Київ\n{CONLLU}\n\n", "conllu", None, False),
    "conllu, mark with a tab": (f"#\tid='1'\n{CONLLU}\n\n", "conllu", None, False),
    "vertical": (VERTICAL, "vertical", None, False),
    "vertical, one column": ("<s>\nКиїв\nспить\nтихо\n</s>\n", "vertical", None, True),
    "markup": ("<p>\nКиїв спить цієї ночі.\n</p>\n", "text", None, False),
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("ends", ["\n", "\r\n"])
def test_the_form_is_found(kind, ends):
    content, form, field, doubt = KINDS[kind]
    lines = content.replace("\n", ends).encode().split(b"\n")[:-1]
    sniffer = Sniffer()
    guess = sniffer.add(lines) or sniffer.end()
    assert (guess.form, guess.field, bool(guess.doubt)) == (form, field, doubt)
    assert not guess.doubt or "-i " in guess.doubt


@pytest.mark.parametrize("kind", KINDS)
def test_neither_blocks_nor_a_missing_end_change_the_form(kind):
    content = KINDS[kind][0].encode()
    whole, _, warned = read(content)
    for own, block in ((content, 1), (content, 7), (content.rstrip(b"\n"), 1 << 16)):
        found, error, warnings = read(own, block=block)
        assert error is None and warnings == warned
        assert [piece.tokens for piece in found if piece.tokens] == [piece.tokens for piece in whole if piece.tokens]


@pytest.mark.parametrize(
    "kind",
    [
        "2003",
        "2009",
        "2012",
        "2012 without marks",
        "corenlp",
        "webanno",
        "plus",
        "conllu",
        "vertical",
        "spaced",
        "tags first",
    ],
)
@pytest.mark.parametrize("named", [True, False])
def test_the_tokens_are_the_words(kind, named):
    """Also with the option, which says the form and not the column."""
    content, form, *_ = KINDS[kind]
    found, error, warnings = read(content.encode(), form=form if named else None, column=None)
    words = [token for sentence in found for token in sentence.tokens]
    assert error is None and not warnings
    assert words[0] == "Київ" and set(words) <= {"Київ", "спить", "."}


@pytest.mark.parametrize(
    "kind", ["2003", "2009", "2012", "corenlp", "webanno", "conllu", "vertical", "spaced", "tokens and tags"]
)
def test_without_the_tags_the_input_is_left(kind):
    content, form, *_ = KINDS[kind]
    before, after = content.split("\n"), convert(content.encode(), column=None).decode().split("\n")
    assert len(before) == len(after)
    for old, new in zip(before, after, strict=True):
        assert (
            new == old
            or new in {f"{old}{space}{tag}" for space in " \t" for tag in ("O", "B-LOC")}
            or (form == "conllu" and new == old[:-1] + "NER=B-LOC")
        )


def test_conllu_plus_stays_valid():
    rows = convert(PLUS.encode(), {"key": "NE"}, column=None).decode().split("\n")
    assert rows == [
        "# global.columns = ID FORM LEMMA X:NE NE",
        "# x = Київ",
        "1-2\tКиївспить\t_\t*\t_",
        "1\tКиїв\tКиїв\t*\tB-LOC",
        "2\tспить\t_\t*\tO",
        "",
        "",
    ]
    scored = convert(PLUS.encode(), {"column": 1}, {"scores": True}, column=None).decode().split("\n")
    assert scored[0] == "# global.columns = ID NER NERScore FORM LEMMA X:NE"
    assert {len(row.split("\t")) for row in scored[2:5]} == {6}


def test_a_mark_is_a_token_where_it_has_columns():
    content = "Пост O\n# O\nКиїв B-LOC\n\n# O\nЛеся B-PERS\n\n# примітка про O тут\nЛеся O\n".encode()
    found, error, _ = read(content)
    assert error is None
    assert [sentence.tokens for sentence in found] == [["Пост", "#", "Київ"], ["#", "Леся"], ["Леся"]]
    tabbed = "Пост\tO\n\n# O\nКиїв\tB-LOC\n\n".encode()
    assert [sentence.tokens for sentence in read(tabbed)[0]] == [["Пост"], ["Київ"]]


@pytest.mark.parametrize(
    ("rows", "column"),
    [
        (["Київ\tx"], 0),
        (["1\tO", "2\tO"], None),
        (["2024\tрік"], None),
        (["1\t."], None),
        (["1\tКиїв"], 1),
        (["0\tКиїв", "1\tспить"], 1),
        (["2024\tNUM", "рік\tN"], 0),
        (["nw/x 0 0 Київ", "nw/x 0 1 спить"], 3),
        (["Kyiv\tКиїв", "Lviv\tЛьвів"], 0),
        (["O\tУ", "B-LOC\tКиєві", "O\t."], 1),
        (["1\tO\tУ", "2\tB-LOC\tКиєві"], 2),
        (["O\tX", "O\tY"], 0),
        (["У\tO", "Києві\tB-LOC"], 0),
        ([], None),
    ],
)
def test_token_column(rows, column):
    assert token_column([cells(row.encode()) for row in rows]) == column


def test_a_first_sentence_that_tells_no_column_decides_nothing():
    found, error, _ = read("1\t.\t_\n\n1\tКиїв\t_\n2\tспить\t_\n\n".encode(), form="conll", column=None)
    assert error is None and found[1].tokens == ["Київ", "спить"]


@pytest.mark.parametrize("output", ["same", "conll", "conllu", "jsonl", "inline"])
def test_a_name_before_the_text_is_kept(output):
    content = "doc1.u1\tКиїв спить уночі. Леся Українка теж.\n"
    made = convert(content.encode(), {"form": output}, sentences=True, form="text", field="2").decode()
    if output == "inline":
        assert made == "doc1.u1\t<LOC>Київ</LOC> спить уночі. <PERS>Леся Українка</PERS> теж.\n"
    elif output == "jsonl":
        assert made.count('{"id": "doc1.u1", "text"') == 2
    else:
        assert "# sent_id = doc1.u1\n" in made and "# sent_id = doc1.u1-2\n" in made
