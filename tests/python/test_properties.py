"""Invariants for every input: without the tags the input comes back, and tags depend on the sentence alone."""

import itertools
import os
import random
import re
import time

import pytest
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from tagger.errors import DataError
from tagger.formats.labels import Labels, LabelSettings
from tagger.formats.reader import Reader, ReaderSettings
from tagger.formats.writer import Writer, WriterSettings
from tagger.tagger import Tagger

QUICK = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
LONG = settings(QUICK, max_examples=2000)
ROUNDS = 10
WORDS = [
    "Леся",
    "Шевчук",
    "у",
    "Києві",
    ".",
    "#",
    "Нафтогаз",
    "B-PERS",
    "O",
    "NER=x",
    "\u2028",
    "п'ять",
    "й\u0301",
    "-DOCSTART",
    "1",
    "_",
    "\ufeff",
    "\ud83d\ude00",
]
ODD = [b"\xff", b"\xd0", b"\0", b"\xc0\x80", b"\x85", b"\xed\xa0\x80", b"\x1c"]
words = st.sampled_from([word.encode("utf-8", "surrogatepass") for word in WORDS] + ODD) | st.binary(
    min_size=1, max_size=4
)
fields = words.map(lambda word: re.sub(rb"[\t\n\r\f\v ]", b"", word) or b"x")
conll_lines = st.one_of(
    st.lists(fields, min_size=1, max_size=4).map(b"\t".join),
    st.lists(fields, min_size=1, max_size=4).map(b" ".join),
    st.sampled_from([b"", b"", b"", b" ", b"\t", b"# c", b"#", b"#\tx", b"-DOCSTART- -X-", b"a b\tc ", b"\ta", b"x "]),
)
ends = st.sampled_from([b"\n", b"\n", b"\n", b"\r\n"])


def join(lines: list[bytes], end: bytes, finished: bool, mark: bool) -> bytes:
    """Join lines to a file."""
    return (b"\xef\xbb\xbf" if mark else b"") + end.join(lines) + (end if finished else b"")


conll = st.builds(join, st.lists(conll_lines, max_size=12), ends, st.booleans(), st.booleans())
misc = st.sampled_from([b"_", b"SpaceAfter=No", b"A=1|B=2", b"XNER=1", b""])
numbers = st.sampled_from([b"1", b"2", b"33", b"1-2", b"1.1"])
conllu_rows = st.builds(lambda number, word, last: b"\t".join([number, word, *[b"_"] * 7, last]), numbers, fields, misc)
conllu = st.builds(
    join,
    st.lists(conllu_rows | st.sampled_from([b"", b"# a = b", b"#x\ty"]), max_size=12),
    ends,
    st.booleans(),
    st.booleans(),
)
texts = st.lists(
    st.lists(st.sampled_from([word for word in WORDS if word.isprintable()]), max_size=8).map(" ".join), max_size=8
)


def read(data: bytes, cuts: list[int], **how):
    """Read the sentences of an input that arrives in pieces, split at `cuts`."""
    reading = Reader("file", ReaderSettings(**how), lambda line: None)
    places = [0, *sorted(cut % (len(data) + 1) for cut in cuts), len(data)]
    sentences = [sentence for start, end in itertools.pairwise(places) for sentence in reading.feed(data[start:end])]
    return [*sentences, *reading.close()], reading.error


def convert(tagger: Tagger, data: bytes, cuts: list[int], form: str = "same", *, scores: bool = False, **how) -> bytes:
    """Tag an input; nothing may fail."""
    sentences, error = read(data, cuts, **how)
    assert error is None
    writing = Writer("file", WriterSettings(form), Labels(tagger.bundle.tags, LabelSettings(scores=scores)))
    annotations = tagger.annotate([sentence.tokens for sentence in sentences], probabilities=scores)
    return b"".join(map(writing.write, sentences, annotations))


def without_column(out: bytes, columns: int) -> bytes:
    """Remove the last columns of CoNLL where they contain tags."""
    return re.sub(rb"(?m)(?:[\t ](?:O|[BI]-[A-Z]+)" + rb"[\t ][01]\.\d{4}" * (columns - 1) + rb")(?=\r?$)", b"", out)


def check_conll(tagger, data, cuts):
    """Compare line by line, as a line that is passed through may look as if it had a tag."""
    for scores in (False, True):
        out = convert(tagger, data, cuts, form="same", scores=scores)
        before, after = data.split(b"\n"), out.split(b"\n")
        assert len(before) == len(after)
        assert all(new == old or without_column(new, 1 + scores) == old for old, new in zip(before, after, strict=True))
        assert out == convert(tagger, data, [], form="same", scores=scores)


def check_conllu(tagger, data, cuts):
    """Check that removing the key gives the input back."""
    out = convert(tagger, data, cuts)
    assert (
        re.sub(rb"\|NER=[BI]-[A-Z]+(?=\r?(\n|$))", b"", re.sub(rb"\tNER=[BI]-[A-Z]+(?=\r?(\n|$))", b"\t_", out)) == data
    )


def check_neighbours(tagger, sentences, seed, batch_tokens):
    """Check that sentences get the same tags alone, in any order and in any batch."""
    alone = [tagger.tag(sentence) for sentence in sentences]
    order = random.Random(seed).sample(range(len(sentences)), len(sentences))
    other = Tagger(tagger.session, batch_tokens=batch_tokens)
    together = other.annotate([sentences[place] for place in order])
    assert [annotation.tags for annotation in together] == [alone[place] for place in order]
    assert list(other.stream(sentences, window_tokens=7)) == alone


def check_reader(data, cuts, how):
    """Check that any bytes in any pieces give the same sentences, and no error but DataError."""
    try:
        whole, error = read(data, [], **how)
        pieces, other = read(data, cuts, **how)
    except DataError:
        return
    assert str(error) == str(other)
    assert [sentence.tokens for sentence in whole if sentence.tokens] == [
        sentence.tokens for sentence in pieces if sentence.tokens
    ]


cuts_of = st.lists(st.integers(0, 500), max_size=6)
some_sentences = st.lists(st.lists(st.sampled_from(WORDS[:7]), max_size=9), max_size=9)
settings_of = st.fixed_dictionaries(
    {"form": st.sampled_from([None, "text", "conll", "conllu"]), "strict": st.booleans()},
    optional={
        "column": st.integers(-3, 3),
        "pretokenized": st.booleans(),
        "sentences": st.booleans(),
        "null": st.booleans(),
    },
)
any_bytes = st.binary(max_size=300) | conll | conllu | st.lists(words, max_size=60).map(b" ".join)


@QUICK
@given(conll, cuts_of)
def test_conll_less_the_added_column_is_the_input(tagger, data, cuts):
    check_conll(tagger, b"-DOCSTART-\n\nx\ty\n" + data.removeprefix(b"\xef\xbb\xbf"), cuts)


@QUICK
@given(conllu, cuts_of)
def test_conllu_less_the_key_is_the_input(tagger, data, cuts):
    head = b"1\tx" + b"\t_" * 8 + b"\n\n"
    check_conllu(tagger, head + data.removeprefix(b"\xef\xbb\xbf"), cuts)


@QUICK
@given(texts, cuts_of)
def test_text_in_any_pieces(tagger, lines, cuts):
    data = "\n".join(lines).encode()
    for form in ("same", "inline", "jsonl", "brat", "conllu"):
        assert convert(tagger, b"- \n" + data, cuts, form) == convert(tagger, b"- \n" + data, [], form)


@QUICK
@given(some_sentences, st.integers(0, 99), st.integers(1, 60))
def test_tags_depend_on_the_sentence_alone(tagger, sentences, seed, batch_tokens):
    check_neighbours(tagger, sentences, seed, batch_tokens)


@QUICK
@given(any_bytes, cuts_of, settings_of)
def test_readers_accept_any_bytes(data, cuts, how):
    check_reader(data, cuts, how)


def test_tags_do_not_depend_on_threads(tagger, tiny_model):
    generator = random.Random(5)
    sentences = [generator.choices(WORDS[:7], k=generator.randrange(1, 40)) for _ in range(200)]
    assert list(Tagger.load(tiny_model, device="cpu", threads=2).stream(sentences)) == list(tagger.stream(sentences))


@pytest.mark.slow
@LONG
@given(conll, conllu, cuts_of, some_sentences, st.integers(1, 60))
def test_many_examples(tagger, data, universal, cuts, sentences, batch_tokens):
    check_conll(tagger, b"-DOCSTART-\n\nx\ty\n" + data.removeprefix(b"\xef\xbb\xbf"), cuts)
    check_conllu(tagger, b"1\tx" + b"\t_" * 8 + b"\n\n" + universal.removeprefix(b"\xef\xbb\xbf"), cuts)
    check_neighbours(tagger, sentences, len(cuts), batch_tokens)


@pytest.mark.slow
def test_fuzzing_the_readers():
    """Fuzz for UK_TAG_FUZZ_SECONDS; without it, for some rounds that are always the same."""
    end = time.monotonic() + float(os.environ.get("UK_TAG_FUZZ_SECONDS", "inf"))
    for number in itertools.count() if end < float("inf") else range(ROUNDS):

        @seed(number)
        @settings(LONG, database=None, derandomize=False)
        @given(any_bytes, cuts_of, settings_of)
        def once(data, cuts, how):
            check_reader(data, cuts, how)

        once()
        if time.monotonic() > end:
            break
