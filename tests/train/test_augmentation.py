"""Text with other names from lists in it."""

from click.testing import CliRunner

from tagger.train.cli.teacher import teacher
from tagger.train.data.labelled_text import PlainDocument, read_text, write_text
from tagger.train.teacher.augmentation import Renamer

FORMS = {
    "олена": ["name"],
    "ірена": ["name"],
    "київ": ["place"],
    "чернігів": ["place"],
    "львів": ["place"],
    "віра": ["name", "ordinary"],
    "міра": ["name"],
}


def test_a_name_gives_way_to_another_of_its_classes_and_ending_and_nothing_else_changes():
    renamer = Renamer(FORMS, seed=1)
    seen = {renamer.sentence(("Олена", "любить", "Львів", "віра", "Віра", "ОЛЕНА", "київ")) for _ in range(200)}
    assert {tokens[0] for tokens in seen} == {"Олена", "Ірена"}
    assert {tokens[2] for tokens in seen} == {"Чернігів", "Львів"}
    assert {tokens[5] for tokens in seen} == {"ОЛЕНА", "ІРЕНА"}
    assert {(tokens[1], *tokens[3:5], tokens[6]) for tokens in seen} == {("любить", "віра", "Віра", "київ")}


def test_a_name_that_comes_twice_gets_one_other():
    renamer = Renamer(FORMS, seed=2)
    for _ in range(50):
        first, _, second = renamer.sentence(("Олена", "і", "Олена"))
        assert first == second


def test_only_changed_sentences_are_kept_and_the_seed_decides():
    text = [PlainDocument("a", "x", [("Олена", "тут")] * 20 + [("нікого",)]), PlainDocument("b", "x", [("нікого",)])]
    one, other = Renamer(FORMS, 3).documents(text), Renamer(FORMS, 3).documents(text)
    assert one == other
    assert [document.name for document in one] == ["a/renamed"]
    assert set(one[0].sentences) == {("Ірена", "тут")}


def test_the_command_writes_text_to_be_labelled(tmp_path):
    lists, text, target = tmp_path / "names.tsv", tmp_path / "text.npz", tmp_path / "renamed.npz"
    lists.write_text("олена\tname\nірена\tname\n", encoding="utf-8")
    write_text(text, [PlainDocument("a", "x", [("Олена", "тут")] * 20)])
    done = CliRunner().invoke(teacher, ["rename", str(text), "--gazetteer", str(lists), "-o", str(target)])
    assert done.exit_code == 0, done.output
    found = read_text(target)
    assert found.tags == [] and set(found.sentences) == {("Ірена", "тут")}
    write_text(text, [PlainDocument("a", "x", [("тут",)])])
    assert (
        CliRunner().invoke(teacher, ["rename", str(text), "--gazetteer", str(lists), "-o", str(target)]).exit_code == 2
    )
