"""uk-tag-train evaluate-lemmas."""

import json

import pytest
from support.processes import run_program

from tagger.errors import DataError
from tagger.train.evaluation.lemmas import Expected, read_expected, score_lemmas

LINE = {
    "text": "У Києві та Львові.",
    "entities": [
        {"start": 2, "end": 7, "label": "LOC", "lemma": "київ"},
        {"start": 11, "end": 17, "label": "LOC", "lemma": "Одеса"},
    ],
}


def test_the_command(tmp_path):
    (tmp_path / "x.jsonl").write_text(json.dumps(LINE, ensure_ascii=False) + "\n\n", encoding="utf-8")
    done = run_program("uk-tag-train", "evaluate-lemmas", tmp_path / "x.jsonl", "--json", "--errors", tmp_path / "e")
    scores = json.loads(done.stdout)
    assert scores["all"] == {"names": 2, "right": 0.5, "as_it_stands": 0.0}
    assert (tmp_path / "e").read_text(encoding="utf-8").splitlines()[
        1
    ] == "LOC\tЛьвові\tОдеса\tЛьвів\tУ Києві та Львові."
    done = run_program("uk-tag-train", "evaluate-lemmas", tmp_path / "x.jsonl", "-m", "uk-ner-small")
    assert done.stdout.decode().split()[-4:] == ["all", "2", "0.500", "0.000"]


def test_case_and_quotes_do_not_count():
    names = [Expected("ТОВ «Салант»", 0, 12, "ORG", "тов Салант")]
    assert score_lemmas(names, lambda text, start, end, label: "ТОВ «САЛАНТ»").as_dict()["ORG"]["right"] == 1


@pytest.mark.parametrize(
    "line",
    [
        "{",
        "[]",
        '{"text": "x"}',
        '{"text": "Київ", "entities": [{"start": 0, "end": 9, "label": "LOC", "lemma": "Київ"}]}',
        '{"text": "Київ", "entities": [{"start": 2, "end": 2, "label": "LOC", "lemma": "Київ"}]}',
        '{"text": "Київ", "entities": [{"start": "0", "end": 2, "label": "LOC", "lemma": "Київ"}]}',
        '{"text": "Київ", "entities": [{"start": 0, "end": 2, "label": "LOC"}]}',
        '{"text": 5, "entities": []}',
        '{"text": "x", "entities": 5}',
    ],
)
def test_a_line_that_is_no_text_with_names(line, tmp_path):
    path = tmp_path / "x.jsonl"
    path.write_text('{"text": "", "entities": []}\n' + line + "\n", encoding="utf-8")
    with pytest.raises(DataError, match=r"x\.jsonl:2: .*; write \{") as caught:
        list(read_expected(path))
    assert "\n" not in str(caught.value)
