"""HTML pages and counts: all of the text is there, and none of it acts as mark-up or as a formula."""

import csv
import io
import re
import unicodedata
from collections import Counter
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.processes import run_program

from tagger.formats.html.page import LINKED, MOST_FREQUENT, Page
from tagger.formats.labels import LabelView, ScoredSpan
from tagger.formats.mentions import EXAMPLE, Tally
from tagger.formats.sentence import Sentence
from tagger.text.tokenizer import token_spans

TEXT = 'Олена <script>alert("1")</script> Коваленко & Петро живуть у Києві'
# visible characters of category Cf: Arabic and Kaithi number signs, hieroglyph joiners
VISIBLE = [
    *map(chr, range(0x600, 0x606)),
    *"\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd",
    *map(chr, range(0x13430, 0x13440)),
]
VOID = {"meta", "input"}


class Reader(HTMLParser):
    """Reads a page: its paragraphs and entities. It checks that every element is closed."""

    def __init__(self):
        super().__init__()
        self.open, self.names, self.paragraphs, self.marks = [], Counter(), [], []
        self.ids, self.links, self.title, self.attributes = [], [], "", []

    def handle_starttag(self, tag, attributes):
        self.names[tag] += 1
        own = dict(attributes)
        self.ids += [own["id"]] if "id" in own else []
        self.links += [own["href"].removeprefix("#")] if "href" in own else []
        if tag not in VOID:
            self.open.append(tag)
        if tag == "p":
            self.paragraphs.append("")
        if tag == "mark" and "p" in self.open:
            self.marks.append("")
            self.attributes.append(own)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if "title" in self.open:
            self.title += data
        if "p" in self.open and "b" not in self.open:
            self.paragraphs[-1] += data
            if "mark" in self.open:
                self.marks[-1] += data


def read(page: bytes) -> Reader:
    reader = Reader()
    reader.feed(page.decode())
    reader.close()
    assert reader.open == []
    return reader


def sentence_of(text: str, ending: bytes = b"\n") -> Sentence:
    offsets = token_spans(text)
    return Sentence([text[start:end] for start, end in offsets], 1, "text", text=text, offsets=offsets, ending=ending)


def view_of(sentence: Sentence, label: str) -> LabelView:
    length = len(sentence.tokens)
    return LabelView(
        ["O"] * length, [ScoredSpan(0, 1, label), ScoredSpan(length // 2, length, label)] if length > 1 else []
    )


def is_visible(character: str) -> bool:
    """Return whether a character is visible and does not reorder others; a joiner may belong to an emoji."""
    category = unicodedata.category(character)
    fit = category not in ("Cc", "Cf", "Cs", "Zl", "Zp") or character in ("\n", "\t", "\u200d", *VISIBLE)
    return fit and not 0xFDD0 <= ord(character) <= 0xFDEF and ord(character) & 0xFFFE != 0xFFFE


@settings(deadline=None)
@given(
    st.lists(st.text(max_size=40).filter(lambda text: "\r" not in text and "\n" not in text), max_size=4),
    st.sampled_from(["PERS", "<b>&\"'"]),
)
def test_page_keeps_the_text(texts, label):
    page = Page([label])
    sentences = [sentence_of(text) for text in texts]
    data = b"".join([*(page.write("a<b", sentence, view_of(sentence, label)) for sentence in sentences), page.finish()])
    reader = read(data)
    plain = [re.sub("⟨U\\+([0-9A-F]{4,6})⟩", lambda found: chr(int(found[1], 16)), text) for text in reader.paragraphs]
    assert plain == [text for text in texts if text.strip()] and all(map(is_visible, data.decode()))
    names = "html head meta title style body header nav a div label input h2 p mark b span section table caption tr td"
    names += " details summary small"
    assert set(reader.names) <= set(names.split())
    assert not re.search(rb"https?:|<script|<link|url\(", data)


def test_invisible_characters_are_shown():
    text = "Ки\u202eїв\u202c \u200bЛьвів\u2066 так\x00\x1b\x85\u2028 \U000e0041 Ки\u200dїв 👩\u200d💻 \ufeffні"
    sentence = sentence_of(text)
    page = Page(["LOC"])
    data = page.write("a\u202eb.txt", sentence, LabelView([], [ScoredSpan(0, 1, "LOC")])) + page.finish()
    shown = data.decode()
    assert '<h2 id="f1">a<span class="code">⟨U+202E⟩</span>b.txt</h2>' in shown and "👩\u200d💻" in shown
    for character in "\u202e\u202c\u200b\u2066\x00\x1b\x85\u2028\U000e0041":
        assert character not in shown and f">⟨U+{ord(character):04X}⟩</span>" in shown
    assert shown.count("\u200d") == 1 and read(data).open == []


def test_program_writes_a_page(tiny_model):
    done = run_program(
        "uk-tag",
        "-m",
        tiny_model,
        "-O",
        "html",
        stdin=(TEXT + "\n\n\xff\n".encode("latin-1").decode("latin-1")).encode(),
    )
    reader = read(done.stdout)
    assert (done.returncode, done.stderr) == (0, b"")
    assert reader.paragraphs[0] == TEXT
    assert "Києві" in reader.marks


def test_one_page_or_one_per_file(tiny_model, tmp_path):
    for name in ("a.txt", "b.txt"):
        (tmp_path / name).write_text(f"Олена живе в Києві ({name})\n", encoding="utf-8")
    reader = read(
        run_program("uk-tag", "-m", tiny_model, "-O", "html", tmp_path / "a.txt", tmp_path / "b.txt", check=True).stdout
    )
    assert (reader.names["html"], reader.names["h2"], len(reader.paragraphs)) == (1, 4, 2)
    run_program(
        "uk-tag",
        "-m",
        tiny_model,
        "-O",
        "html",
        "-r",
        tmp_path,
        "--include",
        "*.txt",
        "--output-dir",
        tmp_path / "out",
        check=True,
    )
    for name in ("a", "b"):
        assert read((tmp_path / "out" / f"{name}.html").read_bytes()).paragraphs == [f"Олена живе в Києві ({name}.txt)"]


def test_paragraphs_and_scores(tiny_model):
    text = "Олена живе в Києві. Петро живе у Львові.\nЦе все."
    done = run_program(
        "uk-tag", "-m", tiny_model, "-O", "html", "--sentences", "--scores", stdin=text.encode(), check=True
    )
    assert read(done.stdout).paragraphs == text.split("\n")
    assert re.search(rb">LOC [01]\.\d\d</a></b>", done.stdout)


def test_empty_page(tiny_model):
    assert read(run_program("uk-tag", "-m", tiny_model, "-O", "html", check=True).stdout).names["mark"] > 0


def test_page_from_conll(tiny_model):
    done = run_program(
        "uk-tag",
        "-m",
        tiny_model,
        "-i",
        "conll",
        "-O",
        "html",
        stdin="# id\nОлена\nживе\n\nКиїв\n".encode(),
        check=True,
    )
    assert read(done.stdout).paragraphs == ["Олена живе", "Київ"]


def page_of(names, **options) -> Reader:
    """Return a page of one entity per sentence."""
    page = Page(["LOC", "PERS"])
    data = b""
    for name in names:
        sentence = sentence_of(name)
        data += page.write("text.txt", sentence, LabelView([], [ScoredSpan(0, len(sentence.tokens), "LOC", **options)]))
    return read(data + page.finish())


def test_names_and_places_link_to_each_other():
    names = ["Київ"] * (LINKED + 5) + [f"Місто{number}" for number in range(MOST_FREQUENT + 7)] + ["Львів"] * 3
    page = page_of(names)
    assert len(page.ids) == len(set(page.ids)) and set(page.links) - {"files"} <= set(page.ids)
    rows = [own for own in page.ids if own.startswith("n") and own != "names"]
    assert len(rows) == len(set(names)) and set(rows) <= set(page.links), "every row is linked from its places"
    places = [link for link in page.links if link.startswith("e")]
    assert len(places) == len(set(places)) == len(names) - 5, "and to them, up to a number"
    assert rows[:2] == ["n1", f"n{len(set(names))}"], "most frequent first"
    assert page.names["details"] == 1


def test_rows_are_merged_by_base_form():
    page = Page(["LOC"])
    views = [LabelView([], [ScoredSpan(0, 1, "LOC", lemma="Київ")]) for _ in range(2)]
    data = b"".join(
        page.write("-", sentence_of(text), view) for text, view in zip(["Києву", "Київ"], views, strict=True)
    )
    reader = read(data + page.finish())
    assert reader.names["tr"] == 1 and [own["title"] for own in reader.attributes] == ["місце, Київ"] * 2


def test_scores_on_hover_and_levels_of_doubt(tiny_model):
    done = run_program("uk-tag", "-m", tiny_model, "-O", "html", stdin="Олена живе в Києві .\n".encode(), check=True)
    page = read(done.stdout)
    for own in page.attributes:
        score = re.fullmatch(r"(?:особа|місце), ([01]\.\d\d)", own["title"])
        assert score and abs(int(own["class"][-1]) / 10 - float(score[1])) <= 0.1
    assert page.attributes and page.title == "uk-tag"
    assert [own["class"] for own in page_of(["Київ"], score=1.0).attributes] == ["c0 s9"]
    assert [own["class"] for own in page_of(["Київ"], score=0.699).attributes] == ["c0 s6"]


def test_title_meanings_and_contents(tiny_model, tmp_path):
    paths = [tmp_path / "a&b.txt", tmp_path / "c.txt"]
    for path in paths:
        path.write_text("Олена живе в Києві .\n", encoding="utf-8")
    data = run_program("uk-tag", "-m", tiny_model, "-O", "html", *paths, check=True).stdout
    page = read(data)
    assert page.title == "a&b.txt" and {"f1", "f2", "files"} <= set(page.ids) & set(page.links)
    assert "особа" in data.decode() and "організація" in data.decode()
    alone = read(run_program("uk-tag", "-m", tiny_model, "-O", "html", paths[1], check=True).stdout)
    assert alone.title == "c.txt" and "files" not in alone.ids


def test_count(tiny_model):
    lines = ["Олена живе в Києві .", "Петро живе в Києві .", "Так ."] * 3
    done = run_program("uk-tag", "-m", tiny_model, "--count", stdin="\n".join(lines).encode(), check=True)
    rows = [line.split("\t") for line in done.stdout.decode().splitlines()]
    assert ["6", "LOC", "Києві", lines[0]] in rows
    assert [-int(row[0]) for row in rows] == sorted(-int(row[0]) for row in rows)
    inline = run_program(
        "uk-tag", "-m", tiny_model, "-O", "inline", stdin="\n".join(lines).encode(), check=True
    ).stdout.decode()
    assert Counter(re.findall(r"<(\w+)>([^<]*)<", inline)) == {(row[1], row[2]): int(row[0]) for row in rows}


@pytest.mark.parametrize("options", [["-O", "jsonl"], ["--scores"], ["--in-place"]])
def test_count_excludes_other_options(options):
    assert run_program("uk-tag", "--count", *options, "setup.cfg").returncode == 2


def test_count_rows_are_bounded():
    tally, text = Tally(), "тут " * 300 + "Біла\tЦерква" + " там" * 300
    sentence = sentence_of(text)
    first = sentence.tokens.index("Біла")
    tally.write("-", sentence, LabelView([], [ScoredSpan(first, first + 2, "LOC")]))
    count, label, name, example = tally.finish().decode().rstrip("\n").split("\t")
    assert (count, label, name) == ("1", "LOC", "Біла Церква")
    assert "Біла Церква" in example and len(example) <= EXAMPLE + 2


def table(*texts: str) -> list[list[str]]:
    """Return the rows of counts as a spreadsheet reads them; each text is one entity."""
    tally = Tally()
    for text in texts:
        sentence = Sentence([text], 1, "text", text=text, offsets=[(0, len(text))])
        tally.write("-", sentence, LabelView([], [ScoredSpan(0, 1, "LOC")]))
    return list(csv.reader(io.StringIO(tally.finish().decode(), newline=""), dialect="excel-tab"))


@settings(deadline=None)
@given(
    st.lists(st.text(alphabet="=+-@＝＠﹣\"'\t\r\n\v\x1c\x85\u2028\x00\udcff ab", min_size=1), min_size=1, max_size=5)
)
def test_cells_are_no_formulas(texts):
    rows = table(*texts)
    assert all(len(row) == 4 and row[0].isdigit() for row in rows) and sum(int(row[0]) for row in rows) == len(texts)
    for cell in (cell for row in rows for cell in row):
        assert not cell.startswith(tuple("=+-@＝＋－＠﹦﹢﹣﹫\t\r")) and not set(cell) & set(
            "\t\r\n\x0b\x1c\x85\u2028\x00"
        )


def test_formulas_become_text():
    for name in ("=1+1", "+1", "-1", "@SUM(A1)", "＝1+1", '=HYPERLINK("http://a.example";"x")', '"=1', " =1"):
        assert table(name) == [["1", "LOC", f"'{name.strip()}", f"'{name.strip()}"]]
    for name in ("Київ", "А-1", "1=1", "—", "'так"):
        assert table(name) == [["1", "LOC", name, name]]
