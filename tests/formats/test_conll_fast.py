"""CoNLL and CoNLL-U by blocks: the same bytes, sentences and messages as line by line."""

from codecs import BOM_UTF8

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support import corpora
from support.processes import run_program

from tagger.errors import DataError
from tagger.formats.labels import Labels, LabelSettings
from tagger.formats.lined import conllu
from tagger.formats.lined.block_writer import NO_TAG
from tagger.formats.lined.conll import ConllReader
from tagger.formats.lined.conll_fast import MOST_RUNS
from tagger.formats.lined.conllu import ConlluReader
from tagger.formats.reader import Reader, ReaderSettings
from tagger.formats.sentence import Block, ConllBlock, TextBlock
from tagger.formats.writer import Writer, WriterSettings
from tagger.inference.window import Annotation

TAGS = ["O", "B-PERS", "I-PERS", "B-LOC", "I-LOC"]

LINES = [
    "Київ",
    "Київ\tB-LOC",
    "а\t_\t\t",
    "",
    "",
    "",
    "# note",
    "# a\tb",
    "-DOCSTART-",
    "\tx",
    "x y",
    "x\r",
    "\r",
    " ",
    "\v",
    "п’ять",
    "\x1c",
    "\x85",
    "\u2028",
    "\0",
]
BYTES = st.lists(st.sampled_from([line.encode() for line in LINES]) | st.just(b"\xff\tO"), max_size=40).map(b"\n".join)


def regular(*lines):
    """Generate sentences of these lines, some with comments before them, some with further empty lines."""
    fronts = st.sampled_from(["", "", "# note\n", "# a = b\n# \n", "\n"])
    sentences = st.tuples(fronts, st.lists(st.sampled_from(lines), min_size=1, max_size=5).map("\n".join)).map("".join)
    return st.lists(sentences, max_size=8).map("\n\n".join).map(str.encode)


REGULAR = regular("Київ", "а\t_\t\t", "п’ять\tO")
SPACED = regular("Київ NOUN B-LOC", "а  _ _", "п’ять O")
IRREGULARLY_SPACED = st.lists(
    st.sampled_from(["а O", "а O", "а ", " а", "а", "# note", "# a\tb", "", "", "а\tO", "а\x1cO", "а\vO"]), max_size=9
)
MIXED = st.lists(REGULAR | BYTES.map(lambda data: data[:12]), max_size=24).map(b"\n\n".join)
MIXED |= st.lists(SPACED | IRREGULARLY_SPACED.map("\n".join).map(str.encode), max_size=24).map(b"\n\n".join)
MIXED |= st.tuples(REGULAR | SPACED | MIXED, st.sampled_from([b"", b"\n"])).map(
    lambda parts: b"".join(parts).replace(b"\n", b"\r\n")
)

# Lines of CoNLL-U: tokens (one contains a space, one is empty), and lines that pass through.
CONLLU_LINES = [
    "1\tКиїв\t_\tPROPN\t_\t_\t0\troot\t_\t_",
    "2\tп’ять\t_\t_\t_\t_\t_\t_\t_\tSpaceAfter=No",
    "12\tа б\t_\t_\t_\tNER=x\t_\t_\t_\tNER=B-LOC|Id=3|NERScore=0.5",
    "3\t\t_\t_\t_\t_\t_\t_\t_\tXNER=1|NERScore=1",
    "123456789\tа\t\t\t\t\t\t\t\t",
    "1234567890\tабв\t_\t_\t_\t_\t_\t_\t_\t_",
    "3-4\tабв\t_\t_\t_\t_\t_\t_\t_\tNER=B-LOC",
    "5.1\tабв\t_\t_\t_\t_\t_\t_\t_\t_",
    "# text = Київ",
    "#",
    "# a\tb\t|NER=1",
]
CONLLU_IRREGULAR = [
    "",
    "",
    "",
    "x\tКиїв\t_\t_\t_\t_\t_\t_\t_\t_",
    "1\tКиїв\t_",
    "Київ",
    "1:\tа\t_\t_\t_\t_\t_\t_\t_\t_",
    "\t\t\t\t\t\t\t\t\t",
    " ",
    "-DOCSTART-",
]
CONLLU_IRREGULAR += [CONLLU_LINES[0] + "\r", "\r", "3-\tа\t_\t_\t_\t_\t_\t_\t_\t_"]
BAD = CONLLU_LINES[0].encode() + b"\xff"
CONLLU_BYTES = st.lists(
    st.sampled_from([line.encode() for line in [*CONLLU_LINES, *CONLLU_IRREGULAR]]) | st.just(BAD), max_size=40
).map(b"\n".join)
CONLLU_REGULAR = (
    st.lists(st.lists(st.sampled_from(CONLLU_LINES), min_size=1, max_size=5).map("\n".join), max_size=12)
    .map("\n\n".join)
    .map(str.encode)
)
CONLLU_MIXED = st.lists(CONLLU_REGULAR | CONLLU_BYTES, max_size=5).map(b"\n\n".join)


def pieces(reading, data, cuts):
    """Return all pieces that a reader gives for data that arrives split at these offsets."""
    found = [
        piece
        for start, end in zip([0, *cuts], [*cuts, len(data)], strict=True)
        for piece in reading.feed(data[start:end])
    ]
    return [*found, *reading.close()]


def run(data, cuts, strict, options, together, form="conll"):
    """Read data that arrives split at these offsets, tag every token, and write it.

    :returns: the bytes, the line of each token, the tokens of each sentence, the gap, the warnings and the error.
    """
    said = []
    view = LabelSettings("bio", options["mapping"], options["only"], options["scores"])
    writing = Writer("corpus", WriterSettings(options["form"], key=options["key"]), Labels(TAGS, view))
    in_misc = form == "conllu" and options["form"] != "conll"
    assert (form in writing.block_forms) == (
        options["form"] in ("same", "conll", form) and not (in_misc and options["scores"])
    )
    settings = ReaderSettings(form, options["column"], strict=strict)
    reading = Reader("corpus", settings, said.append, together=writing.block_forms if together else ())
    if not together:  # no blocks either that the reader splits into sentences
        reader = reading._reader
        reader.read_block = lambda block, number, found: reader.read(block.split(b"\n"), number, found)
    written, sentences = [], []
    for piece in pieces(reading, data, cuts):
        if isinstance(piece, Block):
            words = [word.decode() for word in piece.words]
            numbers = np.where(in_sentences(piece), [TAGS.index(tag_of(word)) for word in words], len(TAGS) + NO_TAG)
            written.append(writing.write_block(piece, numbers, probabilities_of(words)))
            sentences += piece.sentences()
        else:
            probabilities = probabilities_of(piece.tokens)
            written.append(
                writing.write(
                    piece, Annotation([tag_of(token) for token in piece.tokens], probabilities, probabilities)
                )
            )
            sentences.append(piece)
    token_lines = [
        (sentence.line + row, token)
        for sentence in sentences
        for row, token in zip(sentence.rows, sentence.tokens, strict=True)
    ]
    tokens = [sentence.tokens for sentence in sentences if sentence.tokens]
    return (
        b"".join(written),
        token_lines,
        tokens,
        writing.gap(),
        said,
        str(reading.error) if isinstance(reading.error, DataError) else None,
    )


def tag_of(token):
    return TAGS[len(token) % 4 and 1 + 2 * (len(token) % 2)]  # O, B-LOC or B-PERS


def in_sentences(block):
    """Return a mask of the words that are tokens of a sentence."""
    rows = np.zeros(len(block.words), bool)
    for start, length in zip(block.starts.tolist(), block.lengths.tolist(), strict=True):
        rows[start : start + length] = True
    return rows


def probabilities_of(tokens):
    """Return probabilities of tags that depend on the token alone; some are 1, some halfway between two scores."""
    generators = [
        np.random.default_rng(len(token.encode("utf-8", "surrogateescape")) % 3 * 7 + len(token)) for token in tokens
    ]
    rows = [generator.choice([generator.random(5), np.eye(5)[1], np.full(5, 0.03125)]) for generator in generators]
    return np.array(rows, np.float32).reshape(-1, 5)


def compare(data, draw, form, outputs):
    data = draw.draw(st.sampled_from([b"", BOM_UTF8])) + data
    cuts = sorted(draw.draw(st.lists(st.integers(0, len(data)), max_size=4)))
    strict = draw.draw(st.booleans())
    options = draw.draw(
        st.fixed_dictionaries(
            {
                "form": st.sampled_from(outputs),
                "key": st.sampled_from(["NER", "R", "N.R"]),
                "mapping": st.sampled_from([{}, {"LOC": "GEO"}, {"LOC": "O"}]),
                "only": st.sampled_from([(), ("PERS",)]),
                "scores": st.booleans(),
                "column": st.sampled_from([0, 0, 0, 1, 2, -1, -2] if form == "conll" else [0]),
            }
        )
    )
    assert run(data, cuts, strict, options, True, form) == run(data, cuts, strict, options, False, form)


@settings(max_examples=500)
@given(BYTES | REGULAR | SPACED | MIXED, st.data())
def test_blocks_equal_lines(data, draw):
    compare(data, draw, "conll", ["same", "conll", "jsonl"])


@settings(max_examples=500)
@given(CONLLU_BYTES | CONLLU_REGULAR | CONLLU_MIXED, st.data())
def test_conllu_blocks_equal_lines(data, draw):
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(conllu, "FEWEST", draw.draw(st.sampled_from([1, 4])))
        compare(data, draw, "conllu", ["same", "conll", "conllu", "jsonl", "inline"])


def test_which_sentences_take_the_fast_path():
    def kinds(block, column=0):
        found = []
        ConllReader(Reader("corpus", ReaderSettings("conll"), print)._decoder, column=column).read_block(
            block, 1, found
        )
        return [isinstance(piece, ConllBlock) for piece in found]

    assert kinds(b"a\nb\n\nc\tO\n\nd") == [True]  # the last one is still open
    assert kinds(b"a\nb\n") == [True]
    assert kinds(b"a b\n\nc\nd\n") == [False, True]
    assert not any(kinds(b"a\r\n\r\nc\n"))
    assert kinds(b"a\r\n\r\n# one\r\nc\tO\r\n\r") == [True]
    assert kinds(b"a X O\nb O\n\n# one\n# two\nc O\n") == [True]
    assert kinds(b"# one\n# two\na\n\n# three\n# four\nb\n") == [
        True
    ]  # one column: the spaces of comments are no separators
    assert kinds(b"a O\nb O\n\nc \nd O\n\n\n# one\ne O\n") == [True, False, True]
    assert kinds(b"a O\n# one\nb O\n\nc O\n\n# two\n\nd O\n") == [False, True, False, True]
    regular_part, irregular_part = b"a\nb\n\nc\tO\n\n", b"x y\nz\n\n"
    assert kinds((regular_part + irregular_part + regular_part + irregular_part)[:-1]) == [True, False, True, False]
    assert kinds((b"\n" + regular_part + b"\n\n" + regular_part)[:-1]) == [True]  # further empty lines
    assert kinds(regular_part + b"\n\n# one\n" + regular_part + b"\n") == [True, False]  # after the last sentence
    assert kinds(regular_part + b"\n" + irregular_part + b"\n" + regular_part[:-1]) == [True, False, True]
    assert sum(kinds((regular_part + irregular_part) * 50)) == MOST_RUNS
    assert kinds((regular_part + b"\xff\n\n" + regular_part)[:-1]) == [True, False, True]
    assert kinds(b"# one\n# \na\nb\tO\n\n# two\nc\n") == [True]
    assert kinds(b"# one\na\n\nb\n# two\nc\n\nd\n") == [True, False, True]  # not before a sentence
    assert kinds(b"# one\n\na\n") == [False, True] and not any(kinds(b"# o\tn\na\n"))
    assert kinds(b"a\n\n# \xff\nb\n\nc\n") == [True, False, True]
    assert kinds(b"1\ta\n2\t\n\n# one\n\n3\tc\n", 1) == [True, False, True]
    assert kinds(b"1 a\n2  b\n\n# one\n3 c\n", 1) == [True]
    assert kinds(b"a\tb\tc\n\nd\n", -1) == [True]


def test_which_conllu_sentences_take_the_fast_path():
    def kinds(*lines):
        found = []
        ConlluReader(Reader("corpus", ReaderSettings("conllu"), print)._decoder).read_block(
            "\n".join(lines).encode(), 1, found
        )
        return [isinstance(piece, Block) for piece in found]

    token, other = CONLLU_LINES[0], CONLLU_LINES[6:]
    many = [token] * conllu.FEWEST
    assert kinds(*many, "", *other[1:], token, other[1], token, "") == [True]
    assert kinds(*many, "", other[0], token, CONLLU_LINES[5], "", token) == [True]
    assert kinds(*many, "", "", *many, "", token, "") == [True, False, True]
    assert kinds(*many, "", "# a comment", "", *many, "") == [True, False, True]
    assert kinds(token + "\r", "", *many, "") == [False, False]
    assert kinds(token, "", token, "") == [False, False]  # too few tokens for the fast path


@pytest.mark.parametrize("options", [{"form": "jsonl"}, {"form": "inline"}, {"color": True}])
def test_other_outputs_accept_no_blocks(options):
    assert not Writer("corpus", WriterSettings(**options), Labels(TAGS, LabelSettings())).block_forms


def test_inserted_columns_accept_no_conll_blocks():
    assert Writer("corpus", WriterSettings(column=0), Labels(TAGS, LabelSettings())).block_forms == ("text", "conllu")


def test_other_schemes_accept_no_blocks():
    assert not Writer("corpus", WriterSettings(), Labels(TAGS, LabelSettings("bioes"))).block_forms


def test_scores_accept_no_conllu_blocks():
    assert Writer("corpus", WriterSettings(), Labels(TAGS, LabelSettings(scores=True))).block_forms == ("text", "conll")


def test_scores_of_blocks_are_rounded_like_python_floats():
    """Check each float32 nearest to a midpoint between two scores of four decimals, and its neighbours."""
    middles = ((np.arange(10_000) + 0.5) / 10_000).astype(np.float32)
    probabilities = np.concatenate([middles, np.nextafter(middles, 0), np.nextafter(middles, 2), np.float32([0, 1])])
    labels = Labels(["O"], LabelSettings(scores=True))
    block = TextBlock(
        words=["а"] * len(probabilities),
        starts=np.array([0]),
        lengths=np.array([len(probabilities)]),
        line=1,
        line_end=b"\n",
    )
    written = Writer("corpus", WriterSettings(), labels).write_block(
        block, np.zeros(len(probabilities), np.int64), probabilities[:, None]
    )
    assert written.decode().split("\n")[:-1] == [f"а\tO\t{score:.4f}" for score in probabilities.tolist()]


def test_program_tags_conllu_like_conll():
    """The tags are those of the token column alone; other lines stay as they are."""
    sentences = [tokens for tokens, _ in corpora.sentences(1200, seed=3)]
    tail = "\t_\tX\t_\tA=b\t0\tdep\t_\tId=1"
    full = "".join(
        "# text\n" + "".join(f"{number}\t{token}{tail}\n" for number, token in enumerate(tokens, 1)) + "\n"
        for tokens in sentences
    ).encode()
    plain = "".join("\n".join(tokens) + "\n\n" for tokens in sentences).encode()
    tagged = run_program("uk-tag", "-i", "conll", "--device", "cpu", stdin=plain, check=True).stdout
    assert (
        run_program("uk-tag", "-i", "conllu", "-O", "conll", "--device", "cpu", stdin=full, check=True).stdout == tagged
    )
    own = (
        run_program("uk-tag", "-i", "conllu", "--device", "cpu", stdin=full + full, check=True)
        .stdout.decode()
        .split("\n")
    )
    lines, tags = (
        full.decode().split("\n"),
        iter([line.rpartition("\t")[2] for line in tagged.decode().split("\n") if line]),
    )
    expected = [
        line if not line.endswith("Id=1") or (tag := next(tags)) == "O" else f"{line}|NER={tag}" for line in lines
    ]
    assert own == [*expected[:-1], *expected]
    assert sum("|NER=B-" in line for line in expected) > 100


def test_program_with_and_without_blocks(tmp_path):
    """A comment after each sentence forces the slow path; except for the comments, the output is the same."""
    sentences = [tokens for tokens, _ in corpora.sentences(1200, seed=3)]
    plain = "".join("".join(f"{token}\tx\n" for token in tokens) + "\n" for tokens in sentences).encode()
    commented = plain.replace(b"\n\n", b"\n# a comment\n\n")
    in_front = plain.replace(b"\n\n", b"\n\n# a comment\n").removesuffix(b"# a comment\n")
    together = run_program("uk-tag", "-i", "conll", "--device", "cpu", stdin=plain, check=True).stdout
    apart = run_program("uk-tag", "-i", "conll", "--device", "cpu", stdin=commented, check=True).stdout
    assert apart.replace(b"# a comment\n", b"") == together
    expected = together.replace(b"\n\n", b"\n\n# a comment\n").removesuffix(b"# a comment\n")
    assert run_program("uk-tag", "-i", "conll", "--device", "cpu", stdin=in_front, check=True).stdout == expected
    assert together.count(b"\tO\n") > 1000 and together.count(b"\tB-") > 100
