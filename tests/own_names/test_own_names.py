"""The user's own names: found in every interface and output, in all case forms; forbidden ones are gone everywhere."""

import json
import pickle
import re

import pytest
from support.processes import run_program

from tagger import DataError, Tagger
from tagger.own_names.lists import NameLists, OwnName, name_lists
from tagger.own_names.matcher import Matcher

LINES = [
    "Олена Коваленко живе в Києві .",
    "Учора Петро був у Львові , а Коваленко ні .",
    "Так , Київ і Вежа Сонця і Вежа .",
]
NAMES = "# a comment\nВежа\tTOWER\n\nВежа Сонця\tTOWER\tВежа Сонця\r\nживе\tLOC\nТак\tORG\n"
FORBIDDEN = "Київ\tLOC\nКиєві\nПетро\tORG\nОлена Коваленко\n"
OUTPUTS = {
    "conll": ["-i", "text", "-O", "conll"],
    "same": ["-i", "text"],
    "scores": ["-i", "text", "--scores"],
    "conllu": ["-i", "text", "-O", "conllu"],
    "jsonl": ["-i", "text", "-O", "jsonl"],
    "inline": ["-i", "text", "-O", "inline"],
    "brat": ["-i", "text", "-O", "brat"],
    "html": ["-i", "text", "-O", "html"],
    "count": ["-i", "text", "--count"],
    "bioes": ["-i", "text", "--scheme", "bioes"],
    "line by line": ["-i", "text", "-u"],
    "tokens": ["-i", "conll"],
}


@pytest.fixture(scope="module")
def lists(tmp_path_factory):
    folder = tmp_path_factory.mktemp("names")
    (folder / "names.tsv").write_bytes(b"\xef\xbb\xbf" + NAMES.encode())
    (folder / "forbidden.txt").write_text(FORBIDDEN, encoding="utf-8")
    return {"names": folder / "names.tsv", "forbid": folder / "forbidden.txt"}


def found(tagger, text):
    return [(entity.text, entity.label) for entity in tagger(text)]


def matches(names, tokens):
    matcher = Matcher(name_lists(names))
    return [
        tuple(match) for match in sorted(matcher.find(tokens, lambda indexes: [len(tokens)] * len(list(indexes)))[0])
    ]


def test_names_come_before_the_model(tiny_model, tagger, lists):
    own = Tagger.load(tiny_model, device="cpu", **lists)
    before, after = found(tagger, LINES[0]), found(own, LINES[0])
    assert ("Олена Коваленко", "PERS") in before and ("Києві", "LOC") in before
    assert after == [("живе", "LOC")]
    assert [name for name in found(own, LINES[2]) if name[1] == "TOWER"] == [("Вежа Сонця", "TOWER"), ("Вежа", "TOWER")]
    assert {entity.score for entity in own(LINES[2]) if entity.label == "TOWER"} == {1.0}
    petro = [name for name in found(tagger, LINES[1]) if name[0] == "Петро"]
    assert [name for name in found(own, LINES[1]) if name[0] == "Петро"] == petro, "forbidden under another label"


def test_python_gives_what_the_program_gives(tiny_model, lists):
    own = Tagger.load(tiny_model, device="cpu", **lists)
    options = ["-m", tiny_model, "--names", lists["names"], "--forbid", lists["forbid"], "-i", "text"]
    text = "\n".join(LINES).encode()
    rows = run_program("uk-tag", *options, "-O", "jsonl", stdin=text, check=True).stdout.decode().splitlines()
    for line, row in zip(LINES, rows, strict=True):
        entities = [{**entity.to_dict(), "score": round(entity.score, 4)} for entity in own(line, sentences=False)]
        assert json.loads(row)["entities"] == entities
    columns = run_program("uk-tag", *options, "--pretokenized", stdin=text, check=True).stdout.decode()
    tags = [line.split("\t")[1] for line in columns.splitlines() if line]
    assert tags == [tag for line in LINES for tag in own.tag(line.split())]
    assert tags == [tag for own_tags in own.stream([line.split() for line in LINES]) for tag in own_tags]
    assert own.map_batch({"text": LINES[:1]})["entities"][0][0]["text"] == "живе"
    copy = pickle.loads(pickle.dumps(own))
    assert copy is not own and found(copy, LINES[2]) == found(own, LINES[2]), "also in another process"


@pytest.mark.parametrize("output", OUTPUTS)
def test_a_forbidden_name_is_gone_in_every_output(tiny_model, tmp_path, output):
    """Every line of output where the name is an entity is another one, and an own name is in all of them."""
    (tmp_path / "names.tsv").write_text("вщухав\tWORD\n", encoding="utf-8")
    (tmp_path / "forbidden.txt").write_text("Києві\n", encoding="utf-8")
    options = ["-m", tiny_model, *OUTPUTS[output]]
    text = "Дощ у Києві не вщухав .\n" * 3
    if output == "tokens":
        text = text.replace(" ", "\n").replace(".\n", ".\n\n")
    lists = ["--names", tmp_path / "names.tsv", "--forbid", tmp_path / "forbidden.txt"]
    before = run_program("uk-tag", *options, stdin=text.encode(), check=True).stdout.decode()
    after = run_program("uk-tag", *options, *lists, stdin=text.encode(), check=True).stdout.decode()
    tagged = re.compile(
        r"Києві\s*(\t_)*\t(NER=)?[BIES]-|NER=B-LOC|<LOC[^>]*>Києві|LOC \d+ \d+\tКиєві|LOC\tКиєві|"
        r'"label": "LOC", "text": "Києві|>Києві<b>'
    )
    assert tagged.search(before) and not tagged.search(after), after
    assert "WORD" in after and "WORD" not in before
    if output == "scores":
        assert "вщухав\tB-WORD\t1.0000" in after and "Києві\tO\t1.0000" in after


def test_files_and_resume(tiny_model, tmp_path, lists):
    """Files one by one, in several processes; another list is another run."""
    (tmp_path / "in").mkdir()
    for name in ("a.txt", "b.txt"):
        (tmp_path / "in" / name).write_text(LINES[2] + "\n", encoding="utf-8")
    command = ["uk-tag", "-m", tiny_model, "-r", tmp_path / "in", "--output-dir", tmp_path / "out", "--resume"]
    command += ["--jobs", "2", "-O", "inline"]
    run_program(*command, check=True)
    assert "TOWER" not in (tmp_path / "out" / "a.txt").read_text(encoding="utf-8")
    run_program(*command, "--names", lists["names"], check=True)
    for name in ("a.txt", "b.txt"):
        assert "<TOWER>Вежа Сонця</TOWER>" in (tmp_path / "out" / name).read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("content", "where"),
    [
        ("Київ\n".encode(), "1"),
        ("# c\nКиїв\t\n".encode(), "2"),
        (b"\tLOC\n", "1"),
        ("Київ\tLOC\tКиїв\tще\n".encode(), "1"),
        ("Київ\tO\n".encode(), "1"),
        ("Київ\tA B\n".encode(), "1"),
        ("Київ\tLOC\n".encode() + b"\xff\tLOC\n", "2"),
    ],
)
def test_bad_lists_are_refused_by_name_and_line(tiny_model, tmp_path, content, where):
    path = tmp_path / "names.tsv"
    path.write_bytes(content)
    done = run_program("uk-tag", "-m", tiny_model, "--names", path, stdin="Київ\n".encode())
    message = done.stderr.decode()
    assert (done.returncode, done.stdout) == (1, b"") and message.count("\n") == 1
    assert f"{path}:{where}: " in message


def test_a_list_that_is_not_there(tmp_path):
    with pytest.raises(DataError, match=r"none\.txt: cannot be read"):
        name_lists(forbid=tmp_path / "none.txt")
    done = run_program("uk-tag", "--forbid", tmp_path / "none.txt", stdin="Київ\n".encode())
    assert done.returncode == 1 and done.stderr.decode().count("\n") == 1


def test_lists_from_python():
    expected = NameLists((OwnName("Дія", "MISC"), OwnName("Азов", "ORG", "Азов")), (OwnName("Січ"),))
    assert name_lists([("Дія", "MISC"), ["Азов", "ORG", "Азов"]], ["Січ"]) == expected
    assert name_lists(expected.names, expected.forbidden) == expected
    assert name_lists({"Дія": "MISC"}).names == expected.names[:1] and not name_lists()


def test_longest_first_and_letters():
    names = {"Леся Українка": "PERS", "Українка": "LOC", "Банк Леся": "ORG", "НАТО": "ORG", "сонце": "SUN"}
    assert matches(names, ["Банк", "Леся", "Українка"]) == [(0, 2, "ORG"), (2, 3, "LOC")]
    assert matches({**names, "Леся Українка Київ": "LOC"}, ["Банк", "Леся", "Українка", "Київ"]) == [(1, 4, "LOC")]
    assert matches(names, ["ЛЕСЯ", "УКРАЇНКА"]) == [(0, 2, "PERS")]
    assert matches(names, ["леся", "українка", "нато", "Нато", "НАТО", "Сонце", "сонце"]) == [
        (4, 5, "ORG"),
        (5, 6, "SUN"),
        (6, 7, "SUN"),
    ]
    assert matches({"Кам'янець": "LOC"}, ["Кам’янець", "Камʼянець".encode()]) == [(0, 1, "LOC"), (1, 2, "LOC")]


def test_names_with_hyphens_under_other_tokens():
    for tokens in (["Івано-Франківськ"], ["Івано", "-", "Франківськ"]):
        assert matches({"Івано-Франківськ": "LOC"}, tokens) == [(0, len(tokens), "LOC")]


def test_case_forms():
    pytest.importorskip("pymorphy3", reason="pymorphy3 is not installed")
    pytest.importorskip("pymorphy3_dicts_uk", reason="pymorphy3-dicts-uk is not installed")
    names = {"Київстар": "ORG", "Леся Українка": "PERS", "Івано-Франківськ": "LOC"}
    assert matches(names, "Лесею Українкою з Київстару в Івано-Франківську".split()) == [
        (0, 2, "PERS"),
        (3, 4, "ORG"),
        (5, 6, "LOC"),
    ]
    assert matches([("Лесі Українки", "PERS", "Леся Українка")], ["Лесю", "Українку"]) == [(0, 2, "PERS")]
    assert matches({"Київ": "LOC"}, ["Києм", "Кий", "Києву"]) == [(2, 3, "LOC")], "no forms of other words"


def test_without_pymorphy(tiny_model, tmp_path, lists):
    """Names are found as listed, and one line says what finds the others."""
    (tmp_path / "sitecustomize.py").write_text(
        "import importlib.util\nfind = importlib.util.find_spec\n"
        "importlib.util.find_spec = lambda name, *rest: None if name.startswith('pymorphy3') else find(name, *rest)\n",
        encoding="utf-8",
    )
    names = tmp_path / "own.tsv"
    names.write_text("Вежа\tTOWER\n", encoding="utf-8")
    options = ["-m", tiny_model, "-i", "text", "-O", "inline", "--names", names]
    done = run_program("uk-tag", *options, stdin="Вежу і Вежа\n".encode(), PYTHONPATH=str(tmp_path), check=True)
    assert done.stdout.decode() == "Вежу і <TOWER>Вежа</TOWER>\n"
    assert re.fullmatch(r"uk-tag: names are found as .* pip install 'uk-tag\[lemma\]'\n", done.stderr.decode())


@pytest.mark.parametrize("options", [[], ["--document"], ["-u"]])
def test_no_name_goes_over_a_cell(tiny_model, tmp_path, options):
    (tmp_path / "names").write_text("Нова Пошта\tORG\n", encoding="utf-8")
    text = "дощ\tНова\tПошта\tі Нова Пошта .\nТут Нова Пошта .\tНова\n\nПошта\tНова Пошта\n"
    own = ["-m", tiny_model, "--names", tmp_path / "names", "--only", "ORG", "-O", "inline", "-i", "text", *options]
    out = run_program("uk-tag", *own, stdin=text.encode(), check=True).stdout.decode()
    assert re.sub("</?ORG>", "", out) == text
    marked = [cell.count("<ORG>Нова Пошта</ORG>") for cell in re.split("[\t\n]", out)]
    assert marked == [cell.count("Нова Пошта") for cell in re.split("[\t\n]", text)]


@pytest.mark.parametrize("options", [[], ["--document"], ["--map", "BANK=B"], ["--scores"]])
def test_the_base_form_of_a_list_is_the_base_form(tiny_model, tmp_path, options):
    pytest.importorskip("pymorphy3", reason="pymorphy3 is not installed: pip install 'uk-tag[lemma]'")
    (tmp_path / "names").write_text(
        "Приват\tBANK\tПриватБанк\nНова Зоря\tORG\nЗЕ\tPERS\tВолодимир Зе\n", encoding="utf-8"
    )
    text = "У Приваті та в ПриватБанку , у Новій Зорі , про ЗЕ .\n"
    own = ["-m", tiny_model, "--lemma", "--names", tmp_path / "names", "-i", "text", *options]
    expected = ["ПриватБанк", "ПриватБанк", "Нова Зоря", "Володимир Зе"]
    out = run_program("uk-tag", *own, "-O", "tsv", stdin=text.encode(), check=True).stdout.decode()
    assert [line.split("\t")[6] for line in out.splitlines()] == expected
    out = run_program("uk-tag", *own, stdin=text.encode(), check=True).stdout.decode()
    assert [line.split("\t")[-1] for line in out.splitlines() if "\tB-" in line] == expected
    tagger = Tagger.load(tiny_model, device="cpu", names=tmp_path / "names")
    assert [entity.lemma for entity in tagger(text, lemma=True, document="--document" in options)] == expected
