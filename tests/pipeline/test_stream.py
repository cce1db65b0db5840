"""Large or irregular inputs: memory stays flat, and nothing takes quadratic time."""

import threading
import time

import pytest
from speed import Blocks, Undisturbed
from support.processes import LINE, fine, start

from tagger.errors import DataError
from tagger.formats.labels import Labels, LabelSettings
from tagger.formats.reader import Reader, ReaderSettings
from tagger.formats.writer import Writer, WriterSettings
from tagger.inference.engine import WINDOW_TOKENS, Engine
from tagger.inference.session import Session
from tagger.pipeline.stream import NARROW_TOKENS, Stream


def memory(process) -> int:
    """Return the resident memory in KiB."""
    with open(f"/proc/{process.pid}/status", encoding="ascii") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmRSS"))


@pytest.mark.parametrize(
    ("line", "sizes"),
    [("слово\n", (NARROW_TOKENS, 3 * NARROW_TOKENS)), ("слово\t" + "_\t" * 40 + "\n", (WINDOW_TOKENS, NARROW_TOKENS))],
)
def test_windows_of_short_lines_are_larger(tiny_model, line, sizes):
    engine, taken, written = Engine(Session(tiny_model, device="cpu")), [], []
    submit = engine.submit
    engine.submit = lambda tokens, *places, **options: taken.append(len(tokens)) or submit(tokens, *places, **options)
    labels = Labels(engine.bundle.tags, LabelSettings())
    writing = Writer("corpus", WriterSettings(), labels)
    reading = Reader("corpus", ReaderSettings("conll"), print, together=writing.block_forms)
    data = ((line * 9 + "\n") * 8000).encode()
    Stream(engine, written.append, Undisturbed()).run(Blocks(data), reading, writing)
    assert len(b"".join(written).splitlines()) == 80_000
    assert all(sizes[0] <= size < sizes[1] for size in taken[:-1]) and len(taken) > 2


def test_sentences_before_an_error_are_written(tiny_model):
    """Also where they are in one window with the sentence that the format cannot hold."""
    engine, written = Engine(Session(tiny_model, device="cpu")), []
    writer = Writer("corpus", WriterSettings("jsonl"), Labels(engine.bundle.tags, LabelSettings()))
    reader = Reader("corpus", ReaderSettings("conll"), print)
    data = b"one\n\n" + b"a" * 500_000 + b"\n\ntwo\n\n"
    with pytest.raises(DataError, match="corpus:3: a token that is too long"):
        Stream(engine, written.append, Undisturbed()).run(Blocks(data), reader, writer)
    assert b"".join(written).count(b"\n") == 1 and b'"one"' in b"".join(written)


def test_many_blank_lines():
    started = time.monotonic()
    assert fine(stdin=b"\n" * 200_000) == b"\n" * 200_000
    assert fine("-i", "conll", stdin=b"\n" * 200_000) == b"\n" * 200_000
    assert time.monotonic() - started < 20


@pytest.mark.slow
def test_a_million_tiny_sentences():
    for arguments in ((), ("-i", "conll")):
        assert fine(*arguments, stdin=b"\n" * 1_000_000) == b"\n" * 1_000_000
    assert fine("-i", "conll", stdin=b"a\n\n" * 1_000_000) == b"a\tO\n\n" * 1_000_000


@pytest.mark.slow
def test_memory_stays_flat():
    process = start()
    block, total = (LINE * 1000).encode(), 60_000_000
    sizes: list[int] = []

    def feed() -> None:
        for sent in range(0, total, len(block)):
            process.stdin.write(block)
            if sent // 10_000_000 != (sent - len(block)) // 10_000_000:
                sizes.append(memory(process))
        process.stdin.close()

    feeder = threading.Thread(target=feed)
    feeder.start()
    while process.stdout.read(1 << 16):
        pass
    feeder.join()
    assert process.wait() == 0 and max(sizes[2:]) < sizes[1] + 30_000, sizes


@pytest.mark.slow
def test_twenty_megabytes_in_one_line():
    """One block comes out, with all tokens. The small model is enough: the length of the line is what is tried."""
    line = (LINE.strip() + " ") * (20_000_000 // len(LINE.encode()))
    out = fine("-m", "uk-ner-small", stdin=line.encode())
    assert out.count(b"\n\n") == 1
    assert b"".join(row.split(b"\t")[0] for row in out.split(b"\n")) == line.replace(" ", "").encode()
