"""Data cut as running text is: what is split, what entities keep, and what stays untouched."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.processes import SHARED, run_program

from tagger import tags as bio
from tagger.train.data.corpus import Document, Sentence, read_conll
from tagger.train.data.retokenize import is_glued, retokenize


def retokenize_one(text: str, *spans: tuple[int, int, str]) -> tuple[str, list[str]]:
    """The tokens and the entities' texts of a sentence given as text and spans of its words."""
    tokens = tuple(text.split(" "))
    tags = tuple(bio.write([bio.Span(*span) for span in spans], len(tokens)))
    ((sentence,),) = [document.sentences for document in retokenize([Document("d", [Sentence(tokens, tags)])])]
    return " ".join(sentence.tokens), [
        " ".join(sentence.tokens[span.start : span.end]) for span in bio.spans(sentence.tags)
    ]


@pytest.mark.parametrize(
    "text, span, expected",
    [
        ("ТОВ «Інтеко інжиніринг» вказав, що", (0, 3, "ORG"), "ТОВ « Інтеко інжиніринг »"),
        ("аеропорт «Бориспіль», звісно", (1, 2, "LOC"), "Бориспіль"),
        ("у Києві, звісно", (1, 2, "LOC"), "Києві"),
        ("(на думку Центру», кажуть", (2, 3, "ORG"), "Центру"),
        ("Єврорегіони «Схід» та «Захід», так", (0, 4, "LOC"), "Єврорегіони « Схід » та « Захід »"),
        ("газети «Схід» та «Захід», так", (1, 4, "ORG"), "« Схід » та « Захід »"),
        ("фірма «X Інк.» була", (1, 3, "ORG"), "X Інк ."),
        ("до «Палати областей». Він", (1, 3, "ORG"), "Палати областей"),
        ('фірма "Схід", так', (1, 2, "ORG"), "Схід"),
        ('ТОВ "Схід", так', (0, 2, "ORG"), 'ТОВ " Схід "'),
    ],
)
def test_entities_keep_their_words_and_drop_loose_marks(text, span, expected):
    assert retokenize_one(text, span)[1] == [expected]


def test_words_are_those_of_running_text():
    text, _ = retokenize_one("«Центр протидії корупції», (на думку ЗМІ) зауважує: так.")
    assert text.split(" ") == [
        "«",
        "Центр",
        "протидії",
        "корупції",
        "»",
        ",",
        "(",
        "на",
        "думку",
        "ЗМІ",
        ")",
        "зауважує",
        ":",
        "так",
        ".",
    ]


def test_documents_without_glued_marks_are_the_same_objects():
    document = Document("d", [Sentence(("прем'єр-міністр", "«", "р.", ":)", "2:1"), ("O",) * 5)])
    assert not is_glued(document) and retokenize([document])[0] is document


@given(
    st.lists(
        st.text("Абв«»“”„\"(),.:!? 1-'", min_size=1).map(lambda word: word.replace(" ", "") or "Ї"),
        min_size=1,
        max_size=8,
    ),
    st.data(),
)
def test_no_character_and_no_entity_is_lost(words, data):
    tags = data.draw(st.lists(st.sampled_from(["O", "B-A", "I-A", "B-B"]), min_size=len(words), max_size=len(words)))
    sentence = Sentence(tuple(words), tuple(bio.convert(tags)))
    (document,) = retokenize([Document("d", [sentence])])
    (new,) = document.sentences
    assert "".join(new.tokens) == "".join(words) and len(new.tokens) == len(new.tags) and all(new.tokens)
    assert [span.label for span in bio.spans(new.tags)] == [span.label for span in bio.spans(sentence.tags)]


def test_the_programs_write_what_is_read_again(tiny_corpus, tmp_path):
    glued, cut_again = tmp_path / "glued.conll", tmp_path / "cut.conll"
    glued.write_text("# newdoc id = ng/1\nу\tO\n«Схід»,\tB-ORG\n\nтак\tO\n", encoding="utf-8")
    done = run_program("uk-tag-train", "retokenize", glued, "-o", cut_again)
    assert done.returncode == 0 and b"1 documents had glued punctuation, which makes 3 more tokens" in done.stderr
    assert (
        cut_again.read_text(encoding="utf-8") == "# newdoc id = ng/1\nу\tO\n«\tO\nСхід\tB-ORG\n»\tO\n,\tO\n\nтак\tO\n\n"
    )
    development, training = tmp_path / "dev.conll", tmp_path / "train.conll"
    assert (
        run_program(
            "uk-tag-train", "split", tiny_corpus, "-o", development, "--training", training, "--dev-share", "0.2"
        ).returncode
        == 0
    )
    whole, (held_out, kept) = read_conll(tiny_corpus), (read_conll(development), read_conll(training))
    assert all(document in whole for document in held_out + kept)  # some repeat others and are left out
    assert len(kept) > len(held_out) > 0 and not {document.name for document in kept} & {
        document.name for document in held_out
    }
    failed = run_program("uk-tag-train", "recut", glued, "-o", tmp_path / "none" / "x")
    assert failed.returncode == 1 and b"cannot be written" in failed.stderr and b"Traceback" not in failed.stderr


@pytest.mark.skipif(not SHARED.is_dir(), reason="needs the corpus in shared/")
def test_only_documents_cut_at_white_space_are_touched():
    documents = read_conll(SHARED / "ner-uk" / "v2-train.conll")
    assert {document.source for document in documents if is_glued(document)} == {"ng"}
    assert sum(map(is_glued, documents)) == 209
