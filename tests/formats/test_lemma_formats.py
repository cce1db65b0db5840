"""Base forms in each output format, from real runs."""

import json

import pytest
from support.missing_packages import environment
from support.processes import fine, tag

from tagger.formats.entity_writers import inline_line
from tagger.formats.html.page import Page
from tagger.formats.labels import LabelView, ScoredSpan
from tagger.formats.lined.conll_writer import add_column, add_misc, tag_lines
from tagger.formats.sentence import Sentence

LINE = "Володимиру Зеленському подякували в Києві.\n"
LEMMAS = ["Володимир Зеленський", "Київ"]


def view(*lemmas: str) -> LabelView:
    """Return a view of three tokens whose first two are a person."""
    spans = [ScoredSpan(0, 2, "PERS", None, "PERS", lemma) for lemma in lemmas]
    return LabelView(["B-PERS", "I-PERS", "O"], spans, lemmas=True)


def test_text_gets_a_column():
    rows = [line.split("\t") for line in fine("--lemma", stdin=LINE.encode()).decode().splitlines() if line]
    assert [row[2] for row in rows] == ["Володимир Зеленський", "_", "_", "_", "Київ", "_"]
    plain = [line.split("\t") for line in fine(stdin=LINE.encode()).decode().splitlines() if line]
    assert [row[:2] for row in rows] == plain


def test_json_lines_have_a_lemma_which_python_gives_too():
    from tagger import Tagger

    value = json.loads(fine("--lemma", "-O", "jsonl", stdin=LINE.encode()))
    assert [entity["lemma"] for entity in value["entities"]] == LEMMAS
    tagger = Tagger.load()
    assert [entity.lemma for entity in tagger(LINE, lemma=True)] == LEMMAS
    assert [entity.lemma for entity in tagger(LINE)] == [None, None]
    assert "lemma" not in tagger.map_batch({"text": [LINE]})["entities"][0][0]
    rows = tagger.map_batch({"text": [LINE, None, ""]}, lemma=True)["entities"]
    assert [entity["lemma"] for entity in rows[0]] == LEMMAS and rows[1:] == [None, []]


def test_the_model_s_label_decides_also_where_it_is_renamed():
    out = fine("--lemma", "-O", "jsonl", "--map", "PERS=X,LOC=Y", stdin=LINE.encode())
    assert [entity["lemma"] for entity in json.loads(out)["entities"]] == LEMMAS


CONLL = ["Леся\tx", "Українка\tx", "жила\tx"]


@pytest.mark.parametrize("separator, lemma", [("\t", "Леся Українка"), (" ", "Леся_Українка")])
def test_conll_gets_a_column_that_its_lines_can_hold(separator, lemma):
    lines = [line.replace("\t", separator).encode() for line in CONLL]
    sentence = Sentence(["Леся", "Українка", "жила"], 1, "conll", lines, (0, 1, 2))
    rows = [line.split(separator) for line in add_column(sentence, view("Леся Українка")).decode().splitlines()]
    assert rows == [["Леся", "x", "B-PERS", lemma], ["Українка", "x", "I-PERS", "_"], ["жила", "x", "O", "_"]]
    fresh = tag_lines(sentence, view("Леся Українка")).decode().splitlines()
    assert fresh[0] == "Леся\tB-PERS\tЛеся Українка" and fresh[2] == "жила\tO\t_"


def conllu(misc: str) -> Sentence:
    tokens = ["Леся", "Українка", "жила"]
    lines = [f"{number}\t{token}{7 * chr(9) + '_'}\t{misc}".encode() for number, token in enumerate(tokens, 1)]
    return Sentence(tokens, 1, "conllu", lines, (0, 1, 2))


def test_conllu_escapes_what_misc_cannot_hold():
    out = add_misc(conllu("Gloss=x"), view("Леся | Українка\\"), "NER").decode().splitlines()
    assert out[0].endswith("\tGloss=x|NER=B-PERS|NERLemma=Леся\\s\\p\\sУкраїнка\\\\")
    assert out[1].endswith("\tGloss=x|NER=I-PERS") and out[2].endswith("\tGloss=x")


def test_an_older_lemma_is_replaced_or_removed():
    old = conllu("NER=B-LOC|NERLemma=Лесь|Gloss=x")
    assert (
        add_misc(old, view("Леся Українка"), "NER")
        .decode()
        .splitlines()[0]
        .endswith("\tNER=B-PERS|NERLemma=Леся\\sУкраїнка|Gloss=x")
    )
    without = LabelView(["B-PERS", "O", "O"], [])
    ends = [line.rpartition("\t")[2] for line in add_misc(old, without, "NER").decode().splitlines()]
    assert ends == ["NER=B-PERS|Gloss=x", "Gloss=x", "Gloss=x"]
    text = "".join(line.decode() + "\n" for line in old.lines) + "\n"
    assert "NERLemma" not in fine("-i", "conllu", stdin=text.encode()).decode()  # the same in a block


def test_inline_and_html_escape_it():
    sentence = Sentence(["Леся", "Українка", "жила"], 1, "text", text="Леся Українка жила")
    sentence.offsets = [(0, 4), (5, 13), (14, 18)]
    lemma = "Леся \"<Українка>\" & 'x'"
    assert (
        inline_line(sentence, view(lemma))
        .decode()
        .startswith("<PERS lemma=\"Леся &quot;&lt;Українка&gt;&quot; &amp; 'x'\">Леся Українка</PERS>")
    )
    page = Page(["PERS"])
    body = page.write("x", sentence, view(lemma)).decode()
    assert 'title="особа, Леся &quot;&lt;Українка&gt;&quot; &amp; &#x27;x&#x27;"' in body
    assert "Леся &quot;&lt;Українка&gt;" in page.finish().decode()  # its list of frequent names has base forms


def test_brat_has_a_note():
    out = fine("--lemma", "-O", "brat", stdin=LINE.encode()).decode().splitlines()
    assert out[1] == "#1\tAnnotatorNotes T1\tlemma Володимир Зеленський"


@pytest.mark.parametrize("missing", ["pymorphy3", "pymorphy3_dicts_uk"])
def test_a_missing_dictionary_is_one_line_before_any_output(missing, tmp_path):
    import os

    done = tag("--lemma", stdin=LINE.encode(), env={**os.environ, **environment(tmp_path, MISSING=missing)})
    package = missing.replace("_", "-")
    assert (done.returncode, done.stdout) == (1, b"")
    expected = f"uk-tag: the package {package} is not installed; run: pip install 'uk-tag[lemma]'\n"
    assert done.stderr.decode() == expected


def test_a_run_without_lemmas_does_not_load_the_dictionary(tmp_path):
    import os

    missing = environment(tmp_path, MISSING="pymorphy3 pymorphy3_dicts_uk")
    done = tag(stdin=LINE.encode(), env={**os.environ, **missing})
    assert done.returncode == 0 and b"B-PERS" in done.stdout


@pytest.mark.parametrize("options", [[], ["--lemma"], ["--scores"], ["--lemma", "--scores"]])
@pytest.mark.parametrize("column", [[], ["--column", "2"]])
def test_conllu_plus_names_each_new_column(options, column):
    content = "# global.columns = ID FORM UPOS\n1-2\tуКиєві\t_\n1\tу\tADP\n2\tКиєві\tPROPN\n2.1\tє\tVERB\n\n"
    lines = fine(*options, *column, stdin=content.encode()).decode().splitlines()
    names = lines[0].split("=")[1].split()
    added = ["NER", *["NERScore"] * ("--scores" in options), *["NERLemma"] * ("--lemma" in options)]
    assert [name for name in names if name.startswith("NER")] == added
    rows = [dict(zip(names, line.split("\t"), strict=True)) for line in lines[1:5]]
    assert [row["FORM"] for row in rows] == ["уКиєві", "у", "Києві", "є"]
    assert [row["NER"] for row in rows] == ["_", "O", "B-LOC", "_"]
    assert [row.get("NERLemma", "Київ") for row in rows][2] == "Київ"
