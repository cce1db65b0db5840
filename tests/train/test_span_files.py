"""Training data with entities as offsets: the exports of annotation tools, and each kind of broken file."""

import json

import pytest
from support.processes import run_program

from tagger.errors import DataError
from tagger.tags import spans
from tagger.train.data.sources import read

TEXT = "Леся Українка жила в Києві. Потім у Ялті 😀 і Львові."
NAMES = [(0, 13, "PERS"), (21, 26, "LOC"), (36, 40, "LOC"), (45, 51, "LOC")]
FOUND = [("Леся Українка", "PERS"), ("Києві", "LOC"), ("Ялті", "LOC"), ("Львові", "LOC")]


def named(start, end, label, text=TEXT):
    return {"start": start, "end": end, "text": text[start:end], "labels": [label]}


def in_utf16(start, end, label):
    wide = [len(TEXT[:place].encode("utf-16-le")) // 2 for place in (start, end)]
    return {"type": "labels", "value": {"start": wide[0], "end": wide[1], "text": TEXT[start:end], "labels": [label]}}


STUDIO = {"id": 7, "data": {"text": TEXT}}
FORMS = {
    "Prodigy": {"text": TEXT, "spans": [{"start": s, "end": e, "label": la} for s, e, la in NAMES], "answer": "accept"},
    "doccano": {"id": 3, "text": TEXT, "label": [list(name) for name in NAMES]},
    "doccano with relations": {
        "text": TEXT,
        "entities": [{"id": 1, "label": la, "start_offset": s, "end_offset": e} for s, e, la in NAMES],
        "relations": [],
    },
    "Label Studio, short": {"text": TEXT, "label": [named(*name) for name in NAMES]},
    "Label Studio": STUDIO
    | {"annotations": [{"was_cancelled": True, "result": []}, {"result": [in_utf16(*name) for name in NAMES]}]},
}


def write(path, *objects, array=False):
    lines = [json.dumps(content, ensure_ascii=False) for content in objects]
    text = json.dumps(objects, indent=1) if array else "\n".join(lines)
    path.write_text(text + "\n", encoding="utf-8")
    return str(path)


def entities(documents):
    return [
        (" ".join(sentence.tokens[span.start : span.end]), span.label)
        for document in documents
        for sentence in document.sentences
        for span in spans(sentence.tags)
    ]


@pytest.mark.parametrize("array", [False, True], ids=["lines", "array"])
@pytest.mark.parametrize("form", FORMS)
def test_every_tool_gives_the_same_sentences(form, array, tmp_path):
    (document,) = read(write(tmp_path / "own.txt", FORMS[form], array=array))["train"]
    assert entities([document]) == FOUND and len(document.sentences) == 2 and document.name == "own#1"


def test_the_output_of_uk_tag_can_be_corrected_and_learned_from(tmp_path):
    lines = run_program("uk-tag", "-O", "jsonl", stdin=f"{TEXT}\n\n".encode(), check=True).stdout
    (tmp_path / "tagged.jsonl").write_bytes(lines)
    found = entities(read(str(tmp_path / "tagged.jsonl"))["train"])
    assert ("Києві", "LOC") in found


def test_refused_and_unfinished_texts_are_left_out(tmp_path):
    refused = [FORMS["Prodigy"] | {"answer": answer} for answer in ("reject", "ignore")]
    open_tasks = [STUDIO, STUDIO | {"annotations": []}, STUDIO | {"annotations": [{"was_cancelled": True}]}]
    path = write(tmp_path / "own.jsonl", *refused, *open_tasks, FORMS["doccano"])
    assert [document.name for document in read(path)["train"]] == ["own#6"]
    with pytest.raises(DataError, match=r"none\.jsonl: no text in this file"):
        read(write(tmp_path / "none.jsonl", *refused))


def test_entities_follow_the_tokens_of_running_text(tmp_path):
    told = []
    text = "Він родом з  Києва , з вул. Садової."
    content = {"text": text, "spans": []}
    content["spans"] = [
        {"start": 12, "end": 19, "label": "LOC"},  # with spaces at both ends
        {"start": 14, "end": 16, "label": "PART"},  # overlaps
        {"start": 23, "end": 33, "label": "STREET"},  # ends within a token
    ]
    path = write(tmp_path / "own.jsonl", content)
    documents = read(path, log=told.append)["train"]
    assert entities(documents) == [("Києва", "LOC"), ("вул. Садової", "STREET")]
    widened, dropped = told
    assert "widened to whole tokens: 1" in widened and "left out (the longer one stays): 1" in dropped
    read(write(tmp_path / "fine.jsonl", FORMS["doccano"]), log=told.append)
    assert len(told) == 2


def test_a_sentence_does_not_end_within_an_entity(tmp_path):
    text = "Бачив фільм «Хто ти? Друг чи ворог» учора.\nКрапка. Кома"
    start = text.index("Хто")
    content = {"text": text, "spans": [{"start": start, "end": text.index("»"), "label": "FILM"}]}
    (document,) = read(write(tmp_path / "own.jsonl", content))["train"]
    assert entities([document]) == [("Хто ти ? Друг чи ворог", "FILM")]
    assert "".join("".join(sentence.tokens) for sentence in document.sentences) == "".join(text.split())


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('{"text": "Київ", "spans": [}', r"data\.jsonl:2: .*one object on each line"),
        ('{"words": ["Київ"], "spans": []}', r'data\.jsonl:2: there is no "text"'),
        ('{"text": "Київ"}', r"data\.jsonl:2: there are no entities; .*spans, label, labels, entities"),
        ('{"text": "Київ", "spans": [{"start": 0, "end": 5, "label": "LOC"}]}', r":2: the entity 0 to 5 is not in"),
        ('{"text": "Київ", "spans": [{"start": 3, "end": 3, "label": "LOC"}]}', r":2: the entity 3 to 3 is not in"),
        ('{"text": "Київ", "spans": [{"start": -1, "end": 3, "label": "LOC"}]}', r":2: the entity -1 to 3 is not in"),
        ('{"text": "Київ   ", "spans": [{"start": 4, "end": 6, "label": "LOC"}]}', r":2: the entity at 6 is white"),
        ('{"text": "Київ", "spans": [{"start": 0, "end": 4}]}', r":2: the entity .* has no start, end and label"),
        ('{"text": "Київ", "spans": [{"start": 0, "end": 4, "label": "A B"}]}', r":2: the entity .* without spaces"),
        ('{"text": "Київ", "label": ["LOC"]}', r':2: the entity "LOC" has no start'),
        ('{"text": "Київ", "label": [{"start": 0, "end": 2, "text": "Ки", "label": "L"}]}', None),
        ('{"text": "Київ", "label": [{"start": 0, "end": 2, "text": "їв", "label": "L"}]}', r":2: the entity 'їв' is"),
        ('["Київ"]', r":2: this is no object"),
        ('{"data": {"a": "x", "b": "y"}, "annotations": [{"result": []}]}', r':2: its "data" has no "text"'),
    ],
)
def test_what_is_wrong_is_told_with_its_line(line, message, tmp_path):
    path = tmp_path / "data.jsonl"
    path.write_text('{"text": "Львів", "spans": []}\n' + line + "\n", encoding="utf-8")
    if message is None:
        assert len(read(str(path))["train"]) == 2
        return
    with pytest.raises(DataError, match=message):
        read(str(path))


def test_faults_of_whole_files_name_the_file(tmp_path):
    path = tmp_path / "own.json"
    for content, message in (
        (b'[{"text": "\xff"}]', r"own\.json: byte 12 is not UTF-8"),
        (b'[{"text": "a",\n"spans": []', r"own\.json:2: .*export the file once more"),
        (b'[{"text": "a", "spans": []}, {"text": "b"}]', r"own\.json: object 2: there are no entities"),
    ):
        path.write_bytes(content)
        with pytest.raises(DataError, match=message):
            read(str(path))


def test_conll_that_starts_with_a_bracket_is_still_conll(tmp_path):
    for token in "{[":
        path = tmp_path / "own.conll"
        path.write_text(f"{token}\tO\nКиїв\tB-LOC\n", encoding="utf-8")
        assert entities(read(str(path))["train"]) == [("Київ", "LOC")]


def test_the_program_reads_such_files(tmp_path):
    path = write(tmp_path / "own.jsonl", *FORMS.values())
    done = run_program("uk-tag-train", "describe", path, "--json", check=True)
    (described,) = json.loads(done.stdout).values()
    assert json.dumps(described).count("LOC") and done.stderr == b""
