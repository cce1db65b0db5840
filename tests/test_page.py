"""The page and the counts: nothing of the text is taken for mark-up, and nothing of it is lost."""

import re
from collections import Counter
from html.parser import HTMLParser

import pytest
from conftest import run_program
from hypothesis import given, settings
from hypothesis import strategies as st

from tagger.cutting import cut
from tagger.formats.count import EXAMPLE, Tally
from tagger.formats.html import UNFIT, Page
from tagger.formats.sentence import Sentence
from tagger.labels import ScoredSpan, View

TEXT = 'Олена <script>alert("1")</script> Коваленко & Петро живуть у Києві'
VOID = {"meta", "input"}


class Reader(HTMLParser):
    """Reads a page back: paragraphs, entities, and whether every element is closed."""

    def __init__(self):
        super().__init__()
        self.open, self.names, self.paragraphs, self.marks = [], Counter(), [], []

    def handle_starttag(self, tag, attributes):
        self.names[tag] += 1
        if tag not in VOID:
            self.open.append(tag)
        if tag == "p":
            self.paragraphs.append("")
        if tag == "mark" and "p" in self.open:
            self.marks.append("")

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
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
    offsets = cut(text)
    return Sentence([text[start:end] for start, end in offsets], 1, "text", text=text, offsets=offsets, ending=ending)


def view_of(sentence: Sentence, label: str) -> View:
    length = len(sentence.tokens)
    return View(["O"] * length, [ScoredSpan(0, 1, label), ScoredSpan(length // 2, length, label)] if length > 1 else [])


@settings(deadline=None)
@given(st.lists(st.text(max_size=40).filter(lambda text: "\r" not in text and "\n" not in text), max_size=4), st.sampled_from(["PERS", "<b>&\"'"]))
def test_whatever_is_in_the_text(texts, label):
    page = Page([label])
    sentences = [sentence_of(text) for text in texts]
    data = b"".join([*(page.write("a<b", sentence, view_of(sentence, label)) for sentence in sentences), page.finish()])
    reader = read(data)
    assert reader.paragraphs == [UNFIT.sub("\ufffd", text) for text in texts if text.strip()]
    assert set(reader.names) <= set("html head meta title style body header label input h2 p mark b section table caption tr td".split())
    assert not re.search(rb"https?:|<script|<link|url\(", data)


def test_the_program(tiny_model):
    done = run_program("uk-tag", "-m", tiny_model, "-O", "html", stdin=(TEXT + "\n\n\xff\n".encode("latin-1").decode("latin-1")).encode())
    reader = read(done.stdout)
    assert (done.returncode, done.stderr) == (0, b"")
    assert reader.paragraphs[0] == TEXT
    assert "Києві" in reader.marks


def test_one_page_for_all_inputs_and_one_for_each_file(tiny_model, tmp_path):
    for name in ("a.txt", "b.txt"):
        (tmp_path / name).write_text(f"Олена живе в Києві ({name})\n", encoding="utf-8")
    reader = read(run_program("uk-tag", "-m", tiny_model, "-O", "html", tmp_path / "a.txt", tmp_path / "b.txt", check=True).stdout)
    assert (reader.names["html"], reader.names["h2"], len(reader.paragraphs)) == (1, 3, 2)
    run_program("uk-tag", "-m", tiny_model, "-O", "html", "-r", tmp_path, "--include", "*.txt", "--output-dir", tmp_path / "out", check=True)
    for name in ("a", "b"):
        assert read((tmp_path / "out" / f"{name}.html").read_bytes()).paragraphs == [f"Олена живе в Києві ({name}.txt)"]


def test_sentences_of_a_line_share_a_paragraph_and_scores_are_shown(tiny_model):
    text = "Олена живе в Києві. Петро живе у Львові.\nЦе все."
    done = run_program("uk-tag", "-m", tiny_model, "-O", "html", "--sentences", "--scores", stdin=text.encode(), check=True)
    assert read(done.stdout).paragraphs == text.split("\n")
    assert re.search(rb"<b>LOC [01]\.\d\d</b>", done.stdout)


def test_no_input_is_a_page_too(tiny_model):
    assert read(run_program("uk-tag", "-m", tiny_model, "-O", "html", check=True).stdout).names["mark"] > 0


def test_columns_in(tiny_model):
    done = run_program("uk-tag", "-m", tiny_model, "-i", "conll", "-O", "html", stdin="# id\nОлена\nживе\n\nКиїв\n".encode(), check=True)
    assert read(done.stdout).paragraphs == ["Олена живе", "Київ"]


def test_count(tiny_model):
    lines = ["Олена живе в Києві .", "Петро живе в Києві .", "Так ."] * 3
    done = run_program("uk-tag", "-m", tiny_model, "--count", stdin="\n".join(lines).encode(), check=True)
    rows = [line.split("\t") for line in done.stdout.decode().splitlines()]
    assert ["6", "LOC", "Києві", lines[0]] in rows
    assert [-int(row[0]) for row in rows] == sorted(-int(row[0]) for row in rows)
    inline = run_program("uk-tag", "-m", tiny_model, "-O", "inline", stdin="\n".join(lines).encode(), check=True).stdout.decode()
    assert Counter(re.findall(r"<(\w+)>([^<]*)<", inline)) == {(row[1], row[2]): int(row[0]) for row in rows}


@pytest.mark.parametrize("options", [["-O", "jsonl"], ["--scores"], ["--in-place"]])
def test_count_goes_alone(options):
    assert run_program("uk-tag", "--count", *options, "setup.cfg").returncode == 2


def test_rows_of_counts_are_whole_and_bounded():
    tally, text = Tally(), "тут " * 300 + "Біла\tЦерква" + " там" * 300
    sentence = sentence_of(text)
    place = sentence.tokens.index("Біла")
    tally.write("-", sentence, View([], [ScoredSpan(place, place + 2, "LOC")]))
    count, label, name, example = tally.finish().decode().rstrip("\n").split("\t")
    assert (count, label, name) == ("1", "LOC", "Біла Церква")
    assert "Біла Церква" in example and len(example) <= EXAMPLE + 2
