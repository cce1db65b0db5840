"""`--document`: where documents begin and end in a stream, what is written when, with real processes."""

import json
import signal

import pytest
from inference.test_document import STORY
from support.processes import fine, read_until, start, tag

import tagger.inference.documents.document
from tagger import Tagger
from tagger.formats.labels import Labels, LabelSettings
from tagger.formats.reader import Reader, ReaderSettings
from tagger.formats.sentence import document_marks
from tagger.formats.writer import Writer, WriterSettings
from tagger.pipeline import stream as documents
from tagger.pipeline.stream import DocumentStream
from tagger.system.signals import SignalGuard

TEXT = "\n".join(STORY) + "\n"
CONLL = "".join("\n".join(line.split()) + "\n\n" for line in STORY)


@pytest.fixture(scope="module")
def together():
    """The tags of the story as one document, from Python."""
    tagger = Tagger.load(device="cpu")
    sentences = [line.split() for line in STORY]
    found = [tuple(item.tags) for item in tagger.annotate(sentences, document=True)]
    assert found != [tuple(tags) for tags in tagger.stream(sentences)]
    return found


def tags_of(data: bytes) -> list[tuple[str, ...]]:
    """Return the tags of each sentence of CoNLL output."""
    blocks = [[line for line in block.split("\n") if "\t" in line] for block in data.decode().split("\n\n")]
    return [tuple(line.rsplit("\t")[-1] for line in block) for block in blocks if block]


def test_the_filter_and_python_agree_in_all_forms(together, tmp_path):
    conllu = "".join(
        "".join(f"{number}\t{word}" + "\t_" * 8 + "\n" for number, word in enumerate(line.split(), 1)) + "\n"
        for line in STORY
    )
    assert tags_of(fine("--document", "-i", "text", stdin=TEXT.encode())) == together
    assert tags_of(fine("--document", "-i", "conll", stdin=CONLL.encode())) == together
    assert tags_of(fine("--document", "-i", "conllu", "-O", "conll", stdin=conllu.encode())) == together
    options = ["--document", "--threads", "2", "--batch-tokens", "40", "--pretokenized"]
    assert tags_of(fine(*options, stdin=TEXT.encode())) == together
    entities = Tagger.load(device="cpu")(TEXT, sentences=False, document=True)
    lines = fine("--document", "-i", "text", "-O", "jsonl", stdin=TEXT.encode()).decode().splitlines()
    assert [(entity["text"], entity["score"]) for line in lines for entity in json.loads(line)["entities"]] == [
        (entity.text, round(entity.score, 4)) for entity in entities
    ]


def test_without_the_option_nothing_changes():
    plain = fine("-i", "conll", stdin=CONLL.encode())
    first = fine("-i", "conll", "--document", stdin=("# newdoc\n" + CONLL.split("\n\n")[0] + "\n\n").encode())
    assert plain.startswith(first.removeprefix(b"# newdoc\n"))


@pytest.mark.parametrize("mark", ["# newdoc id = a", "#newdoc", "-DOCSTART- -X- O"])
def test_marks_end_documents(together, mark):
    """Sentences of another document have no say; an unmarked input is one document."""
    form = "conllu" if mark == "#newdoc" else "conll"
    columns = (lambda number, word: f"{number}\t{word}" + "\t_" * 8) if form == "conllu" else lambda number, word: word
    sentences = ["\n".join(columns(*pair) for pair in enumerate(line.split(), 1)) + "\n\n" for line in STORY]
    apart = "".join(f"{mark}\n{sentence}" for sentence in sentences).encode()
    whole = f"{mark}\n{''.join(sentences)}".encode()
    options = ["--document", "-i", form, "-O", "conll"]
    assert tags_of(fine(*options, stdin=whole * 2)) == together * 2
    each = tags_of(fine(*options, stdin=apart))
    tagger = Tagger.load(device="cpu")
    assert each == [tuple(tagger.annotate([line.split()], document=True)[0].tags) for line in STORY] != together


def test_files_are_documents(together, tmp_path):
    half = len(STORY) // 2
    for name, lines in (("one.txt", STORY[:half]), ("two.txt", STORY[half:]), ("all.txt", STORY)):
        (tmp_path / name).write_text("\n".join(lines) + "\n", encoding="utf-8")
    files = [tmp_path / "one.txt", tmp_path / "two.txt", tmp_path / "all.txt"]
    together_out = fine("--document", *files)
    assert tags_of(together_out)[len(STORY) :] == together != tags_of(together_out)[: len(STORY)]
    fine("--document", *files, "--output-dir", tmp_path / "out", "--jobs", "2")
    assert together_out == b"".join((tmp_path / "out" / f"{path.stem}.conll").read_bytes() for path in files)
    fine("--document", "--in-place", files[2])
    assert tags_of(files[2].read_bytes()) == together


def test_a_document_is_written_when_it_ends_and_at_a_signal():
    process = start("--document", "-i", "conll")
    process.stdin.write(f"# newdoc\n{CONLL}# newdoc\nКиїв\n\n".encode())
    process.stdin.flush()
    seen = read_until(process.stdout.fileno(), "спав\tO\n.\tO\n\n".encode())
    assert "Київ".encode() not in seen
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=30) == 143
    assert process.stdout.read() == "# newdoc\nКиїв\tB-LOC\n\n".encode() and process.stderr.read() == b""
    for stream in (process.stdin, process.stdout, process.stderr):
        stream.close()


@pytest.mark.parametrize("output", [[], ["-O", "jsonl"], ["-O", "tsv"], ["-O", "tsv", "--lemma"]])
def test_a_record_is_written_when_it_is_complete(output):
    """Nothing complete is held back, also where rows wait for the end of their document."""
    process = start("--document", "-i", "jsonl", *output)
    for name in ("Київ", "Львів"):
        process.stdin.write(f'{{"text": "Ми у місті {name}. А {name} великий."}}\n'.encode())
        process.stdin.flush()
        assert name.encode() in read_until(process.stdout.fileno(), b"\n")
    process.stdin.close()
    process.stdin = None
    process.communicate()
    assert process.returncode == 0


def test_a_signal_leaves_no_linked_mention_behind():
    process = start("--document", "-i", "conll", "-O", "tsv", "--lemma")
    process.stdin.write("# newdoc\nУ\nКиєві\n\n# newdoc\nУ\nЛьвові\n\n".encode())
    process.stdin.flush()
    assert "Київ".encode() in read_until(process.stdout.fileno(), b"\n")
    process.send_signal(signal.SIGTERM)
    out, error = process.communicate(timeout=30)
    assert process.returncode == 143 and out.count("Львів".encode()) == 2 and error == b""


@pytest.mark.parametrize("mark", ["# newdoc id = {}", "#newdoc", "-DOCSTART- -X- O\n", '<doc id="{}">'])
def test_names_of_different_documents_are_not_linked(mark):
    """The table of names and that of mentions find documents where `--document` finds them."""
    texts = ["Міністр Олена Коваленко живе в Одесі .", "Міністр Іван Коваленко живе в Одесі .", "Я бачив Коваленка ."]
    data = "".join(
        mark.format(number) + "\n" + "# x\n" * 30 * ("<" not in mark) + text.replace(" ", "\n") + "\n\n"
        for number, text in enumerate(texts)
    )
    options = ["-i", "vertical" if "<" in mark else "conll", "--lemma"]
    table = [line.split("\t") for line in fine("--count", *options, stdin=data.encode()).decode().splitlines()]
    assert {row[3]: row[:2] for row in table} == {
        "Одеса": ["2", "2"],
        **{name: ["1", "1"] for name in ("Олена Коваленко", "Іван Коваленко", "Коваленко")},
    }
    rows = fine("--document", "-O", "tsv", *options, stdin=data.encode()).decode().splitlines()
    assert [name for row in rows if (name := row.split("\t")[7]) != "Одеса"] == [
        "Олена Коваленко",
        "Іван Коваленко",
        "Коваленко",
    ]


def test_what_was_read_before_an_error_is_written(together):
    done = tag("--document", "-i", "conllu", stdin=b"1\tx" + b"\t_" * 8 + b"\n\nbroken\n")
    assert done.returncode == 1 and done.stdout.startswith(b"1\tx") and done.stderr.count(b"\n") == 1


def test_it_excludes_single_sentences():
    done = tag("--document", "-u")
    assert done.returncode == 2 and b"--document" in done.stderr


def run(data: bytes, model, **settings) -> list[bytes]:
    """Return what a stream of documents writes, piece by piece."""
    written: list[bytes] = []

    class Input:
        is_ready = True

        def __init__(self) -> None:
            self.blocks = [data[start : start + 500] for start in range(0, len(data), 500)]

        def next(self) -> bytes | None:
            return self.blocks.pop(0) if self.blocks else None

    stream = DocumentStream(model.engine, lambda piece: written.append(bytes(piece)), SignalGuard())
    stream.run(
        Input(),
        Reader("file", ReaderSettings(**settings), print),
        Writer("file", WriterSettings(), Labels(model.bundle.tags, LabelSettings())),
    )
    return [piece for piece in written if piece]


@pytest.mark.parametrize("data", [b"Kyiv\n" * 2000, b"\n" * 2000, b"# comment\n" * 40_000, b"x\n\n" * 2000])
@pytest.mark.parametrize("limit", ["DOCUMENT_BYTES", "DOCUMENT_TOKENS"])
def test_a_stream_without_end_is_cut(tiny_model, monkeypatch, data, limit):
    """Nothing grows with the length of the input: each part is written when it is full, and no byte is lost."""
    form = "conll" if b"#" in data or b"x" in data else "text"
    module = documents if limit == "DOCUMENT_BYTES" else tagger.inference.documents.document
    monkeypatch.setattr(module, limit, 40_000 if limit == "DOCUMENT_BYTES" else 100)
    model = Tagger.load(tiny_model, device="cpu")
    written = run(data, model, form=form)
    monkeypatch.undo()
    assert b"".join(written) == b"".join(run(data, model, form=form))
    if limit == "DOCUMENT_BYTES" or b"K" in data or b"x" in data:
        assert len(written) > 10 and max(map(len, written)) < 40_000


def test_marks():
    def marks(data: bytes, form: str = "conll") -> list[tuple[bool, bool]]:
        reading = Reader("file", ReaderSettings(form=form), print)
        return [document_marks(sentence) for sentence in [*reading.feed(data), *reading.close()]]

    assert marks(b"# newdoc\na\n\nb\n\n# newdoc id = 2\n# x\nc\n") == [(True, False), (False, False), (True, False)]
    assert marks(b"# newdocument\na\n") == [(False, False)] and marks(b"# newdoc\tO\n") == [(False, False)]
    assert marks(b"a\n-DOCSTART-\n\nb\n")[0] == (False, True)
    assert marks(b"# newdoc\n", "text") == [(False, False)]
