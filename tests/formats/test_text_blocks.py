"""Running text by blocks: the same bytes, sentences and messages as line by line."""

from codecs import BOM_UTF8

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support import corpora
from support.processes import run_program
from test_conll_fast import TAGS, in_sentences, pieces, probabilities_of, tag_of

from tagger.errors import DataError
from tagger.formats.labels import Labels, LabelSettings
from tagger.formats.lined.block_writer import NO_TAG
from tagger.formats.reader import Reader, ReaderSettings
from tagger.formats.sentence import Sentence, TextBlock
from tagger.formats.writer import Writer, WriterSettings
from tagger.inference.window import Annotation

LINES = [
    "",
    "",
    " ",
    "Олена живе у Львові.",
    "Олена живе у Львові. Вона каже: «Так!»",
    "Народився великий поет у 1843 р. на околиці міста Київ. Потім виїхав. А. Коваль, і т. д., лишився",
    "\ttab\u00a0nbsp\u2028ls\x85nel\x0bvt\x1cfs",
    "п’ять\0нуль",
    "# note",
    "-DOCSTART-",
    "сло\u00adво \u200b",
    "\U0001f600 A",
]
ENDS = ["\n", "\r\n", "\r", "\n\n", "\r\r\n"]
MIXED = (
    st.lists(st.tuples(st.sampled_from(LINES), st.sampled_from(ENDS)).map("".join), max_size=16)
    .map("".join)
    .map(str.encode)
)
ALIKE = st.builds(
    lambda lines, end: (end.join(lines) + end).encode(),
    st.lists(st.sampled_from(LINES), max_size=16),
    st.sampled_from(ENDS[:2]),
)
BROKEN = st.tuples(ALIKE, st.sampled_from([b"\xff \xd0\n", b"\xd0"]), ALIKE).map(b"".join)
CUTTING = st.fixed_dictionaries(
    {"pretokenized": st.booleans(), "sentences": st.booleans(), "null": st.booleans(), "strict": st.booleans()}
)
FORM = {
    "form": st.sampled_from(["same", "conll", "jsonl"]),
    "mapping": st.sampled_from([{}, {"LOC": "O"}]),
    "only": st.sampled_from([(), ("PERS",)]),
    "scores": st.booleans(),
}


def run(data, cuts, cutting, form, mapping, only, scores, together):
    """Read data that arrives split at these offsets, tag every token, and write it.

    :returns: the bytes, the tokens of each sentence, the gap, the characters read, the warnings and the error.
    """
    said = []
    writing = Writer("corpus", WriterSettings(form), Labels(TAGS, LabelSettings("bio", mapping, only, scores)))
    assert ("text" in writing.block_forms) == (form != "jsonl")
    reading = Reader(
        "corpus", ReaderSettings("text", **cutting), said.append, together=writing.block_forms if together else ()
    )
    written, sentences = [], []
    for piece in pieces(reading, data, cuts):
        if isinstance(piece, Sentence):
            probabilities = probabilities_of(piece.tokens)
            written.append(
                writing.write(
                    piece, Annotation([tag_of(token) for token in piece.tokens], probabilities, probabilities)
                )
            )
            sentences.append(piece.tokens)
            continue
        sentences += [
            piece.words[start : start + length]
            for start, length in zip(piece.starts.tolist(), piece.lengths.tolist(), strict=True)
        ]
        numbers = [TAGS.index(tag_of(word)) for word in piece.words]
        written.append(
            writing.write_block(
                piece, np.where(in_sentences(piece), numbers, len(TAGS) + NO_TAG), probabilities_of(piece.words)
            )
        )
    characters = reading._reader.characters
    return (
        b"".join(written),
        sentences,
        writing.gap(),
        characters,
        said,
        str(reading.error) if isinstance(reading.error, DataError) else None,
    )


@settings(max_examples=500)
@given(
    MIXED | ALIKE | BROKEN,
    st.lists(st.integers(0, 999), max_size=4),
    st.sampled_from([b"", BOM_UTF8]),
    CUTTING,
    st.fixed_dictionaries(FORM),
)
def test_text_blocks_equal_lines(data, cuts, mark, cutting, form):
    data = mark + data
    cuts = sorted(cut % (len(data) + 1) for cut in cuts)
    assert run(data, cuts, cutting, **form, together=True) == run(data, cuts, cutting, **form, together=False)


@pytest.mark.parametrize(
    ("data", "kinds"),
    [
        (b"a\n\nb c.\n", [TextBlock]),
        (b"a\r\n\r\nb c.\r\n", [TextBlock]),
        (b"a\r\nb\n", [Sentence, Sentence]),
        (b"a\r\nb\rc\r\n", [Sentence, Sentence]),
        (b"a\n\xff\n", [Sentence, Sentence]),
        (b"a\nb", [TextBlock, Sentence]),  # the last line may continue
        ("Олена живе в м. Київ.\nТак.\n".encode(), [TextBlock]),
    ],
)
def test_which_blocks_take_the_fast_path(data, kinds):
    reading = Reader("corpus", ReaderSettings("text"), print, together=("text",))
    assert [type(piece) for piece in [*reading.feed(data), *reading.close()]] == kinds


def test_program_tags_text_like_conll(tmp_path):
    """Many blocks of text give the same as their tokens in CoNLL, and as line by line."""
    lines = [" ".join(tokens) for tokens, _ in corpora.sentences(4000, seed=4)]
    lines[1000] += " і народився великий поет у 1843 р. на околиці міста Київ, а там, див. вище, жив."
    data = "\n".join(lines).encode() + b"\n"
    tagged = run_program("uk-tag", "-i", "text", "--device", "cpu", stdin=data, check=True).stdout
    plain = b"".join(line.split(b"\t")[0] + b"\n" for line in tagged[:-1].split(b"\n"))
    assert run_program("uk-tag", "-i", "conll", "--device", "cpu", stdin=plain, check=True).stdout == tagged
    carefully = run_program("uk-tag", "-i", "text", "--device", "cpu", "--line-buffered", stdin=data, check=True).stdout
    assert carefully == tagged
    assert run_program(
        "uk-tag", "-i", "text", "--device", "cpu", stdin=data.replace(b"\n", b"\r\n"), check=True
    ).stdout == tagged.replace(b"\n", b"\r\n")
