"""Reading annotated data: schemes, columns, documents, copies, and each kind of broken file."""

import pytest

from tagger.errors import DataError
from tagger.train.data.corpus import Document, Sentence, labels, read_conll, relabel, without_copies
from tagger.train.data.sources import fingerprint, in_blocks, read
from tagger.train.data.split import development_split


def write(tmp_path, text, name="data.conll"):
    path = tmp_path / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def test_documents_comments_and_line_ends(tmp_path):
    first = "\ufeff# newdoc id = A_one\r\n# sent_id = 1\r\nКиїв\tB-LOC\r\n.\tO\r\n\r\n\r\n"
    text = first + "# newdoc id = ng/two\r\nТак\tO\r\n#\tO"
    one, two = read_conll(write(tmp_path, text))
    assert (one.name, one.source, one.sentences) == ("A_one", "A", [Sentence(("Київ", "."), ("B-LOC", "O"))])
    assert (two.name, two.source, two.sentences) == ("ng/two", "ng", [Sentence(("Так", "#"), ("O", "O"))])


@pytest.mark.parametrize(
    "text",
    [
        "В O\nНовій I-LOC\nКаховці I-LOC\nПетро B-PERS\n",
        "В O\nНовій B-LOC\nКаховці E-LOC\nПетро S-PERS\n",
        "В O\nНовій B-LOC\nКаховці L-LOC\nПетро U-PERS\n",
    ],
)
def test_every_scheme_becomes_bio(tmp_path, text):
    (document,) = read_conll(write(tmp_path, text))
    assert document.sentences[0].tags == ("O", "B-LOC", "I-LOC", "B-PERS")


def test_columns_may_be_chosen(tmp_path):
    text = "-DOCSTART- -X- O O\n\n1 Київ N B-LOC x\n2 спить V O y\n"
    (document,) = read_conll(write(tmp_path, text), column=3, token_column=1)
    assert document.sentences == [Sentence(("Київ", "спить"), ("B-LOC", "O"))]


def test_unicode_line_breaks_do_not_end_a_line(tmp_path):
    (document,) = read_conll(write(tmp_path, "а\u2028б\tO\nв\x85г\tO\n"))
    assert document.sentences[0].tokens == ("а\u2028б", "в\x85г")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("Київ\tB-LOC\nслово\n", r"data.conll:2: this line has 1 column\(s\), 2 are needed; write TOKEN"),
        ("Київ\tX-LOC\n", r"data.conll:1: tag 'X-LOC' is not O or one of .*--column"),
        ("Київ\tLOC\n", r"data.conll:1: tag 'LOC'"),
        ("", r"data.conll: no annotated token"),
        ("\n\n# newdoc id = x\n\n", r"data.conll: no annotated token"),
        ("слово " * 5000, r"data.conll:1: tag 'слово'"),
        (b"\xd0\x9a\tO\n\xff\tO\n", r"data.conll:2: byte 1 is not UTF-8; save"),
        (b"\xff\xfeA\x00\n\x00", r"data.conll:1: byte 1 is not UTF-8"),
    ],
)
def test_broken_files_are_told_by_file_line_and_mend(tmp_path, text, message):
    with pytest.raises(DataError, match=message):
        read_conll(write(tmp_path, text))


def test_missing_files(tmp_path):
    with pytest.raises(DataError, match="cannot be read: No such file"):
        read(str(tmp_path / "none.conll"))


def test_relabel_renames_and_drops():
    documents = [Document("d", [Sentence(tuple("абвг"), ("B-ART", "I-ART", "B-DATE", "B-LOC"))])]
    (changed,) = relabel(documents, {"ART": "MISC", "DATE": "O"})
    assert changed.sentences[0].tags == ("B-MISC", "I-MISC", "O", "B-LOC")
    assert labels([changed]) == ["LOC", "MISC"]


def sentence(text):
    tokens = tuple(text.split())
    return Sentence(tokens, ("O",) * len(tokens))


def test_copies_are_found_by_text_not_by_name():
    long = "це досить довге речення щоб його ні з чим не сплутати {}"
    one = Document("one", [sentence(long.format(1)), sentence(long.format(2)), sentence("Так .")])
    copy = Document("two", [sentence(long.format(1)), sentence("Так .")])
    other = Document("three", [sentence(long.format(3)), sentence("Так .")])
    short = Document("four", [sentence("Так .")])
    assert without_copies([one, copy, other, short]) == [one, other, short]
    assert without_copies([copy, other], known=[one]) == [other]


def documents(sources, count, tokens=100):
    return [
        Document(f"{source}_{number}", [sentence("слово " * tokens)]) for source in sources for number in range(count)
    ]


def test_development_split_takes_of_every_source_and_stays():
    made = documents("ABC", 20)
    training, development = development_split(made, 0.1, 42)
    assert sorted(document.source for document in development) == list("AABBCC")
    assert {id(d) for d in training} | {id(d) for d in development} == {id(d) for d in made}
    again = development_split(made[::-1], 0.1, 42)[1]
    assert {document.name for document in again} == {document.name for document in development}
    more = development_split(made + documents("D", 20), 0.1, 42)[1]
    assert {document.name for document in more if document.source != "D"} == {document.name for document in development}
    assert {document.name for document in development_split(made, 0.1, 43)[1]} != {
        document.name for document in development
    }


def test_small_sources_lend_their_claim():
    training, development = development_split(documents("ABCDEFGHIJ", 1), 0.2, 1)
    assert len(development) == 2 and len(training) == 8


def test_few_documents_are_cut_into_blocks():
    whole = Document("one", [sentence(f"речення {number}") for number in range(203)])
    blocks = in_blocks([whole])
    assert [s for block in blocks for s in block.sentences] == whole.sentences
    assert len(blocks) > 10
    assert in_blocks(documents("A", 9)) == documents("A", 9)


def test_fingerprint_sees_every_tag():
    one = [Document("x", [Sentence(("а", "б"), ("O", "O"))])]
    other = [Document("y", [Sentence(("а", "б"), ("O", "B-X"))])]
    assert fingerprint(one) == fingerprint([Document("z", one[0].sentences)]) != fingerprint(other)
