"""`--min-score` leaves the same entities out of all outputs, with scores or without."""

import json
import re

import pytest
from support.processes import fine, tag

from tagger.formats.labels import Labels, LabelSettings
from tagger.inference.engine import Engine
from tagger.tagger import Tagger

TEXT = "Командир Володимир Ворон отримав нагороду. До Анкари прилетів Шакіл О'Ніл із фірми Зоря.\n"
CONLL = "".join(f"{token}\n" for token in re.findall(r"[\w']+|\.", TEXT)) + "\n"


@pytest.fixture(scope="module")
def entities():
    """All entities of the text, and a score that some of them do not reach."""
    found = json.loads(fine("-O", "jsonl", stdin=TEXT.encode()))["entities"]
    scores = sorted(entity["score"] for entity in found)
    least = round((scores[len(scores) // 2 - 1] + scores[len(scores) // 2]) / 2, 4)
    kept = [entity["text"] for entity in found if entity["score"] >= least]
    assert 0 < len(kept) < len(found)
    return least, kept


def names(output, form):
    """Return the names in an output."""
    match form:
        case "jsonl":
            return [entity["text"] for entity in json.loads(output)["entities"]]
        case "inline":
            return re.findall(r"<(?:PERS|LOC|ORG|MISC)[^>]*>(.*?)</", output)
        case "brat":
            return [line.split("\t")[2] for line in output.splitlines() if line.startswith("T")]
        case "html":
            return [name.replace("&#x27;", "'") for name in re.findall(r"<mark[^>]*>([^<]*)<b>", output)]
        case "count":
            return [line.split("\t")[2] for line in output.splitlines()]
    found: list[str] = []
    for line in output.splitlines():
        if form == "conllu":
            cells = line.split("\t")
            cell = re.search(r"NER=(\S-\w+)", cells[-1])
            token, label = (cells[1], cell[1] if cell else "O") if len(cells) == 10 else ("", "O")
        else:
            token, label, *_ = [*line.split("\t"), "O", "O"]
        if label[0] in "BS":
            found.append(token)
        elif label[0] in "IE":
            found[-1] += f" {token}"
    return found


@pytest.mark.parametrize("form", ["jsonl", "inline", "brat", "html", "conll", "conllu", "same", "count"])
def test_all_outputs(entities, form):
    least, kept = entities
    options = ["--count"] if form == "count" else ["-O", form]
    for scores in [[]] if form == "count" else [[], ["--scores"]]:
        found = names(fine(*options, *scores, "--min-score", least, stdin=TEXT.encode()).decode(), form)
        assert sorted(found) == sorted(kept), (form, scores)


def test_columns_keep_their_lines_and_legal_tags(entities):
    least, _ = entities
    found = fine("-i", "conll", "--min-score", least, "--scheme", "bioes", "--scores", stdin=CONLL.encode()).decode()
    assert [line.split("\t")[0] for line in found.split("\n")] == CONLL.split("\n")
    assert all(0 <= float(line.split("\t")[2]) <= 1 for line in found.splitlines() if line)
    assert fine("-i", "conll", "--min-score", 0, stdin=CONLL.encode()) == fine("-i", "conll", stdin=CONLL.encode())


@pytest.mark.parametrize("value", ["1.5", "-0.1", "nan", "half"])
def test_values_that_are_no_probability(value):
    done = tag(f"--min-score={value}", stdin=b"")
    assert done.returncode == 2 and done.stderr.count(b"\n") == 1


def test_the_score_of_a_dropped_tag_is_that_of_o(tagger: Tagger):
    engine: Engine = tagger.engine
    sentence = "Леся Українка жила в Києві .".split()
    (annotation,) = tagger.annotate([sentence], probabilities=True)
    assert any(tag != "O" for tag in annotation.tags)
    view = Labels(engine.bundle.tags, LabelSettings(scores=True, min_score=1.0)).view(annotation)
    assert set(view.tags) == {"O"} and view.spans == []
    outside = annotation.probabilities[:, engine.bundle.tags.index("O")]
    assert view.scores == pytest.approx(outside.tolist())
