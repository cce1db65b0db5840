"""CoNLL read and written block by block gives, byte for byte and line for line, what line by line gives."""

from hypothesis import given
from hypothesis import strategies as st

from tagger.errors import DataError
from tagger.formats.columns import add_column
from tagger.formats.conll import ConllReader
from tagger.formats.reading import Reading, ReadSettings
from tagger.labels import View

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
USUAL = (
    st.lists(st.lists(st.sampled_from(["Київ", "а\t_\t\t", "п’ять\tO"]), min_size=1, max_size=5).map("\n".join), max_size=8).map("\n\n".join).map(str.encode)
)


def read(data, cuts, strict, careful):
    """What comes of some bytes that arrive in pieces: tokens with their lines, bytes with a tag on each token, and what was said."""
    said = []
    reading = Reading("corpus", ReadSettings("conll", strict=strict), said.append)
    if careful:
        reader = reading._reader
        reader.read_block = lambda block, number, found: reader.read(block.split(b"\n"), number, found)
    found = []
    for start, end in zip([0, *cuts], [*cuts, len(data)], strict=True):
        found += reading.feed(data[start:end])
    found += reading.close()
    places = [(sentence.line + row, token) for sentence in found for row, token in zip(sentence.rows, sentence.tokens, strict=True)]
    written = b"".join(add_column(sentence, View(["B-LOC"] * len(sentence.tokens), [])) for sentence in found)
    sentences = [sentence.tokens for sentence in found if sentence.tokens]
    return sentences, places, written, said, str(reading.error) if isinstance(reading.error, DataError) else None


@given(BYTES | USUAL, st.data())
def test_blocks_give_what_lines_give(data, draw):
    cuts = sorted(draw.draw(st.lists(st.integers(0, len(data)), max_size=4)))
    strict = draw.draw(st.booleans())
    assert read(data, cuts, strict, careful=False) == read(data, cuts, strict, careful=True)


def test_the_fast_way_is_taken_where_it_may_be_and_left_where_it_may_not():
    def kinds(block):
        found = []
        ConllReader(Reading("corpus", ReadSettings("conll"), print)._decoder).read_block(block, 1, found)
        return [sentence.plain for sentence in found]

    assert kinds(b"a\nb\n\nc\tO\n\nd") == [True, True]
    assert kinds(b"a\nb\n") == [True]
    assert not any(kinds(b"a b\n\nc\n"))
    assert not any(kinds(b"a\r\n\r\nc\n"))
