"""Fixtures that many tests share: a tiny tagger, trained once, as a checkpoint and as a model file."""

import gzip
import signal
import sys
from pathlib import Path

import hypothesis
import pytest
from support import corpora
from support.processes import ROOT, run_program

# The same examples in every run and no deadline: a failure must not depend on chance or on the load of the machine.
hypothesis.settings.register_profile("repeatable", derandomize=True, deadline=None)
hypothesis.settings.load_profile("repeatable")
# Shells start background jobs with SIGINT ignored, and child processes inherit that. Programs under test must receive
# it wherever the tests run.
signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture
def examples_folder(tmp_path) -> Path:
    """The files named in the examples of the documents, and a folder `programs` with uk-tag, for `processes.bash`."""
    sentences = [" ".join(tokens) for tokens, _ in corpora.sentences(30)]
    (tmp_path / "corpus.txt").write_text("\n".join(sentences) + "\n", encoding="utf-8")
    (tmp_path / "corpus.conll").write_text(corpora.conll(30), encoding="utf-8")
    rows = "\n".join(f"{number}\t{token}" + "\t_" * 8 for number, token in enumerate(sentences[0].split(), 1))
    (tmp_path / "corpus.conllu").write_text(rows + "\n\n", encoding="utf-8")
    (tmp_path / "more.txt.gz").write_bytes(gzip.compress(sentences[1].encode() + b"\n"))
    (tmp_path / "news.csv").write_text(f'id,title\n1,"{sentences[0]}"\n', encoding="utf-8")
    (tmp_path / "posts.jsonl").write_text(f'{{"text": "{sentences[0]}"}}\n', encoding="utf-8")
    words = "\n".join(f"{word}\t_" for word in sentences[0].split())
    (tmp_path / "corpus.vert").write_text(f"<s>\n{words}\n</s>\n", encoding="utf-8")
    (tmp_path / "own.tsv").write_text("Київ\tLOC\n", encoding="utf-8")
    (tmp_path / "none.txt").write_text("Львів\n", encoding="utf-8")
    (tmp_path / "texts").mkdir()
    (tmp_path / "texts" / "one.txt").write_text(sentences[2] + "\n", encoding="utf-8")
    (tmp_path / "programs").mkdir()
    launcher = tmp_path / "programs" / "uk-tag"
    launcher.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{ROOT}/bin/uk-tag" "$@"\n')
    launcher.chmod(0o755)
    return tmp_path


@pytest.fixture(scope="session")
def tiny_corpus(tmp_path_factory) -> Path:
    """A CoNLL file of 200 sentences in 20 documents."""
    path = tmp_path_factory.mktemp("corpus") / "train.conll"
    path.write_text(corpora.conll(200), encoding="utf-8")
    return path


@pytest.fixture(scope="session")
def tiny_checkpoint(tiny_corpus, tmp_path_factory) -> Path:
    """A tagger trained on `tiny_corpus` by the real program."""
    path = tmp_path_factory.mktemp("checkpoint") / "tiny.pt"
    options = "--epochs 4 --width 24 --embedding 24 --batch-tokens 256 --rate 0.01 --dropout 0.1 --threads 1".split()
    done = run_program("uk-tag-train", "fit", tiny_corpus, "--output", path, *options)
    assert done.returncode == 0, done.stderr.decode()
    return path


@pytest.fixture(scope="session")
def tiny_model(tiny_checkpoint, tmp_path_factory) -> Path:
    """The same tagger as a model file."""
    path = tmp_path_factory.mktemp("model") / "tiny.onnx"
    done = run_program("uk-tag-export", tiny_checkpoint, path)
    assert done.returncode == 0, done.stderr.decode()
    return path


@pytest.fixture(scope="session")
def tagger(tiny_model):
    """The tiny tagger, opened once."""
    from tagger import Tagger

    return Tagger.load(tiny_model, device="cpu")


@pytest.fixture(scope="session")
def tokenizer(tmp_path_factory) -> Path:
    """The tokenizer of a tiny encoder."""
    from support.tiny_encoder import definition

    path = tmp_path_factory.mktemp("tokenizer") / "tokenizer.json"
    path.write_text(definition(), encoding="utf-8")
    return path


@pytest.fixture(scope="session")
def weights(tokenizer) -> Path:
    """The weights of the same encoder, in 4 bits."""
    from support.tiny_encoder import write_weights

    from tagger.train.teacher.encoder.tokenizer import SubwordTokenizer

    path = tokenizer.with_name("weights.bin")
    write_weights(path, len(SubwordTokenizer.read(tokenizer)))
    return path


@pytest.fixture(scope="session")
def teacher_corpus(tmp_path_factory) -> Path:
    """A folder with an annotated file and plain text, some of which is from documents of the annotated file."""
    folder = tmp_path_factory.mktemp("corpus")
    (folder / "train.conll").write_text(corpora.conll(200), encoding="utf-8")
    blocks = ["\n".join(" ".join(tokens) for tokens, _ in corpora.sentences(12, seed)) for seed in range(10, 40)]
    (folder / "news.txt").write_text("\n\n".join(blocks), encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def teacher_pipeline(teacher_corpus, tokenizer, weights) -> tuple[Path, str]:
    """Run all steps of the teacher's commands. Return the folder of their files, and the output of evaluate."""
    from support.tiny_encoder import run

    corpus = teacher_corpus
    package = ["--weights", weights, "--tokenizer", tokenizer, "--threads", 1]
    data = corpus / "train.conll"
    run("prepare", data, "--text", corpus / "news.txt", "--training", "-o", corpus / "text.npz")
    run(
        "pretrain",
        corpus / "text.npz",
        "-o",
        corpus / "encoder.pt",
        "--epochs",
        2,
        "--length",
        32,
        "--rows",
        8,
        *package,
    )
    tuning = [
        "--epochs",
        8,
        "--batch",
        32,
        "--rate",
        1e-2,
        "--head-rate",
        2e-2,
        "--layer-decay",
        1,
        "--windows",
        "16",
        "--plain",
        "--threads",
        1,
    ]
    run("fit", data, "--encoder", corpus / "encoder.pt", "-o", corpus / "teacher.pt", *tuning)
    teachers = ["--teacher", corpus / "teacher.pt", "--teacher", corpus / "teacher.pt"]
    run("label", corpus / "text.npz", *teachers, "-o", corpus / "silver.npz", "--threads", 1)
    return corpus, run("evaluate", data, *teachers)


@pytest.fixture
def words(tmp_path) -> Path:
    """A folder with two files of one word in CoNLL, with two columns."""
    top = tmp_path / "words"
    top.mkdir()
    for name in ("a.conll", "b.conll"):
        (top / name).write_text("Київ\tx\n\n", encoding="utf-8")
    return top
