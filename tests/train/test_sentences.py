"""Sentences of annotated data, split as running text is."""

import pytest

from tagger.text.tokenizer import sentence_spans, tokenize
from tagger.train.data.corpus import Document, Sentence
from tagger.train.data.retokenize import running_text, split_sentences


def split(words: str, tags: str) -> list[str]:
    (document,) = split_sentences([Document("d", [Sentence(tuple(words.split()), tuple(tags.split()))])])
    assert [tag for sentence in document.sentences for tag in sentence.tags] == tags.split()
    return [" ".join(sentence.tokens) for sentence in document.sentences]


@pytest.mark.parametrize(
    "words, tags, expected",
    [
        ("Так було . Олена пішла .", "O O O B-PERS O O", ["Так було .", "Олена пішла ."]),
        ("Пішли у « Рух » . Рух виграв !", "O O O B-ORG O O B-ORG O O", ["Пішли у « Рух » .", "Рух виграв !"]),
        ("Це м . Київ .", "O O O B-LOC O", ["Це м . Київ ."]),
        ("Вийшла « Гей ! Слов’яни » учора .", "O O B-MISC I-MISC I-MISC O O O", ["Вийшла « Гей ! Слов’яни » учора ."]),
        ("І . Франко писав .", "B-PERS I-PERS I-PERS O O", ["І . Франко писав ."]),
    ],
)
def test_sentences_end_where_running_text_ends_them_and_never_within_an_entity(words, tags, expected):
    assert split(words, tags) == expected


def test_the_text_of_tokens_is_tokenized_into_them():
    text = '«Рух» (Київ) — це "так", каже І. Франко: 15% і 3,5; добре! “Слово”… і „ще”.'
    joined, starts = running_text(tokenize(text))
    assert joined == text and tokenize(joined) == tokenize(text)
    assert [joined[start:].startswith(token) for start, token in zip(starts, tokenize(text), strict=True)]
    assert len(sentence_spans("Так. Ні.")) == 2
