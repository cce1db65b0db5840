"""Errors by kind, against examples judged by hand."""

from tagger.tags import Span, spans
from tagger.train.data.corpus import Document, Sentence
from tagger.train.evaluation.error_analysis import by_kind, entity_errors, error_table, pair, write_errors
from tagger.train.evaluation.metrics import score


def kinds(gold: str, found: str) -> list[tuple[str, str, str]]:
    def words(span: Span | None) -> str:
        return "" if span is None else f"{span.start}-{span.end}{span.label}"

    return [(kind, words(one), words(other)) for kind, one, other in pair(spans(gold.split()), spans(found.split()))]


def test_each_kind():
    assert kinds("B-A I-A O", "B-A I-A O") == []
    assert kinds("B-A I-A O", "B-A O O") == [("boundary", "0-2A", "0-1A")]
    assert kinds("B-A I-A O", "B-B I-B O") == [("type", "0-2A", "0-2B")]
    assert kinds("B-A I-A O", "O B-B I-B") == [("boundary and type", "0-2A", "1-3B")]
    assert kinds("B-A O O", "O O B-B") == [("missed", "0-1A", ""), ("spurious", "", "2-3B")]


def test_two_names_taken_for_one_are_one_boundary_and_one_missed():
    assert kinds("B-A B-B I-B", "B-B I-B I-B") == [("boundary", "1-3B", "0-3B"), ("missed", "0-1A", "")]
    assert kinds("B-A O B-A", "B-A I-A I-A") == [("boundary", "0-1A", "0-3A"), ("missed", "2-3A", "")]
    assert kinds("B-A I-A I-A I-A", "B-A O B-A I-A") == [("boundary", "0-4A", "2-4A"), ("spurious", "", "0-1A")]


def test_errors_of_each_side_are_what_the_scores_say():
    gold = [["B-A", "B-B", "I-B", "O"], ["O", "B-A", "O"], ["B-B", "O", "B-A"]]
    predicted = [["B-B", "I-B", "I-B", "O"], ["O", "B-A", "O"], ["O", "B-B", "I-B"]]
    documents = [Document("one", [Sentence(tuple("абвг"), tuple(gold[0]))])]
    documents.append(Document("two", [Sentence(tuple("абв"), tuple(tags)) for tags in gold[1:]]))
    errors = list(entity_errors(documents, predicted))
    micro = score(gold, predicted).micro
    assert sum(error.gold is not None for error in errors) == micro.gold - micro.correct
    assert sum(error.predicted is not None for error in errors) == micro.predicted - micro.correct
    assert [(error.document, error.sentence) for error in errors] == [("one", 1), ("one", 1), ("two", 2), ("two", 2)]


def test_the_table_and_the_file(tmp_path):
    tokens = ("Учора", "Олена", "Пчілка", "була", "в", "Одесі", ".")
    document = Document("d", [Sentence(tokens, ("O", "B-PERS", "I-PERS", "O", "O", "B-LOC", "O"))])
    errors = list(entity_errors([document], [["O", "B-PERS", "O", "O", "O", "B-ORG", "O"]]))
    counts = by_kind(errors)
    assert counts["boundary"] == {"PERS": 1} and counts["type"] == {"LOC": 1} and not counts["missed"]
    lines = error_table(counts).splitlines()
    assert lines[0].split() == ["errors", "LOC", "PERS", "all"] and lines[1].split() == ["boundary", "0", "1", "1"]
    write_errors(errors, tmp_path / "errors.tsv")
    rows = [line.split("\t") for line in (tmp_path / "errors.tsv").read_text(encoding="utf-8").splitlines()]
    assert rows[0][0] == "kind" and {len(row) for row in rows} == {8}
    assert rows[1] == [
        "boundary",
        "d",
        "1",
        "PERS",
        "Олена Пчілка",
        "PERS",
        "Олена",
        "Учора [<Олена> Пчілка] була в Одесі .",
    ]
    assert rows[2][3:7] == ["LOC", "Одесі", "ORG", "Одесі"] and rows[2][7].endswith("[<Одесі>] .")
