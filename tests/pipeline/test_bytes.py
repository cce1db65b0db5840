"""Irregular bytes, compressed input, and files that are both input and output, with real processes."""

import gzip
import os
import random
import re
import resource
import signal
import subprocess

import pytest
from support.processes import LINE, fine, shell, start, tag

ANSWER = "Леся\tB-PERS\nУкраїнка\tI-PERS\nжила\tO\nв\tO\nКиєві\tB-LOC\n.\tO\n\n".encode()


def test_invalid_utf_8_is_kept(tmp_path):
    data = "Київ\tx\n\n".encode() + b"\xff\xd0\t\xfe\nab\t\xc0\x80\n\n\xff\ty\n"
    for more in (b"", b"a\tx\n\n" * 20_000 + b"a\0b\tx\n"):  # near the start, a NUL would mean that this is not text
        done = tag(stdin=data + more)
        assert done.returncode == 0 and re.sub(rb"\t(O|[BI]-[A-Z]+)\n", b"\n", done.stdout) == data + more
    done = tag(stdin=data)
    assert done.returncode == 0 and re.sub(rb"\t(O|[BI]-[A-Z]+)\n", b"\n", done.stdout) == data
    assert (
        done.stderr.decode().startswith("uk-tag: standard input:3: byte 0xff is not UTF-8")
        and done.stderr.count(b"\n") == 1
    )
    (tmp_path / "in").write_bytes(data)
    done = tag("--strict", "in", cwd=tmp_path)
    assert done.returncode == 1 and done.stdout == "Київ\tx\tB-LOC\n\n".encode()
    assert done.stderr.decode().startswith("uk-tag: in:3: byte 0xff is not UTF-8") and done.stderr.count(b"\n") == 1


def test_only_line_feeds_end_lines():
    data = "Київ\u2028так\x85ні\x0b\x0c\u2029.\rтак\nні\n".encode()
    assert fine("-O", "inline", stdin=data).replace("<LOC>Київ</LOC>".encode(), "Київ".encode()) == data
    assert fine("-O", "jsonl", stdin=data).count(b"\n") == 2
    assert fine("-i", "conll", stdin=data).count(b"\n") == 2


def test_utf_16_is_refused():
    done = tag(stdin=LINE.encode("utf-16"))
    assert (
        done.returncode == 1
        and done.stdout == b""
        and done.stderr == b"uk-tag: standard input:1: this is UTF-16; say --encoding utf-16\n"
    )


def test_a_token_of_a_megabyte():
    token = "Київ" * 130_000
    for data, arguments in (
        (f"{token} Київ\n", ()),
        (f"{token}\tx\n\n", ()),
        ("\u0301" * 500_000 + "\n", ()),
        ("a-" * 500_000 + "\n", ("--pretokenized",)),
    ):
        out = fine(*arguments, stdin=data.encode())
        tokens = [line.split(b"\t")[0] for line in out.split(b"\n")]
        assert (
            b"".join(tokens) == data.replace("\tx", "").replace(" ", "").replace("\n", "").encode()
            and len(tokens) < 100
        )


def test_gzip(tmp_path):
    members = (
        gzip.compress(LINE.encode()) + gzip.compress(b"") + b"\0" * 100 + gzip.compress(LINE.encode() * 2) + b"\0" * 512
    )
    (tmp_path / "plain.gz").write_bytes(LINE.encode())
    (tmp_path / "packed.txt").write_bytes(members)
    assert fine("plain.gz", "packed.txt", cwd=tmp_path) == ANSWER * 4
    assert fine(stdin=members) == ANSWER * 3
    assert fine(stdin=gzip.compress(b"\n" * 300_000)) == b"\n" * 300_000
    process = start()  # one byte of the two
    process.stdin.write(members[:1])
    process.stdin.flush()
    assert process.communicate(members[1:], timeout=60) == (ANSWER * 3, b"")


def test_broken_gzip():
    words = [LINE, "Так .\n", "Ні , не так .\n", "Дощ .\n"]
    generator = random.Random(1)
    whole = "".join(generator.choices(words, k=3000)).encode()
    packed = gzip.compress(whole)
    answer = fine(stdin=whole)
    for cut in (3, 30, len(packed) // 2, len(packed) - 1):
        done = tag(stdin=packed[:cut])
        assert done.returncode == 1 and b"cut short" in done.stderr and done.stderr.count(b"\n") == 1
        assert answer.startswith(done.stdout) and done.stdout[-2:] in (b"", b"\n\n") and (cut < 100 or done.stdout)
    damaged = packed[: len(packed) // 2] + bytes(100) + packed[len(packed) // 2 + 100 :]
    for data in (damaged, packed[:-5] + bytes([packed[-5] ^ 1]) + packed[-4:], packed + b"garbage"):
        done = tag(stdin=data)
        assert done.returncode == 1 and b"damaged" in done.stderr.splitlines()[-1] and b"Traceback" not in done.stderr


def test_an_input_that_is_the_output_is_refused(tmp_path):
    (tmp_path / "f").write_text(LINE, encoding="utf-8")
    (tmp_path / "g").write_text(LINE, encoding="utf-8")
    os.link(tmp_path / "f", tmp_path / "hard")
    os.symlink("f", tmp_path / "soft")
    done = shell(
        f"cd {tmp_path}; uk_tag f >> f; echo $?; uk_tag < f >> hard; echo $?; "
        "uk_tag g f -o soft; echo $?; uk_tag f < g >> g; echo $?"
    )
    assert done.stdout.split() == [b"1", b"1", b"1", b"0"]
    assert done.stderr.count(b"is also the output") == 3 and done.stderr.count(b"\n") == 3
    assert (tmp_path / "f").read_text(encoding="utf-8") == LINE and (
        tmp_path / "g"
    ).read_bytes() == LINE.encode() + ANSWER
    assert sorted(os.listdir(tmp_path)) == ["f", "g", "hard", "soft"]


def test_an_output_file_is_atomic(tmp_path):
    (tmp_path / "in").write_text(LINE * 500, encoding="utf-8")
    target = tmp_path / "out"
    target.write_bytes(b"old")
    target.chmod(0o640)

    def small_files() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, 10_000))

    done = tag("in", "-o", "out", cwd=tmp_path, preexec_fn=small_files)
    assert (
        done.returncode == 1
        and done.stderr == b"uk-tag: out: cannot be written: File too large; the file is as it was\n"
    )
    done = tag("in", "none", "-o", "out", cwd=tmp_path)
    assert done.returncode == 1 and b"out: not written" in done.stderr and target.read_bytes() == b"old"
    assert sorted(os.listdir(tmp_path)) == ["in", "out"]
    assert fine("in", "-o", "out", "--color", "always", cwd=tmp_path) == b""
    assert target.read_bytes() == ANSWER * 500 and target.stat().st_mode & 0o777 == 0o640
    for name in ("none/out", "."):
        done = tag("in", "-o", name, cwd=tmp_path)
        assert (
            done.returncode == 1
            and done.stderr.startswith(f"uk-tag: {name}: ".encode())
            and done.stderr.count(b"\n") == 1
        )
    assert sorted(os.listdir(tmp_path)) == ["in", "out"]


def test_a_device_as_output(tmp_path):
    os.mkfifo(tmp_path / "fifo")
    done = shell(
        f"cd {tmp_path}; cat fifo & echo Київ | uk_tag -o fifo && wait; echo Київ | uk_tag -o -; "
        "ln -s /dev/full full; echo Київ | uk_tag -o full"
    )
    assert done.stdout == "Київ\tB-LOC\n\n".encode() * 2 and done.returncode == 1
    assert done.stderr == b"uk-tag: full: cannot be written: No space left on device\n"
    assert sorted(os.listdir(tmp_path)) == ["fifo", "full"] and not (tmp_path / "fifo").is_file()


def test_inputs_stay_apart(tmp_path):
    conllu = "1\tКиїв\t_\t_\t_\t_\t_\t_\t_\t_"
    for name, content in (
        ("a", "\ufeffКиїв\tx"),
        ("b", "Харків\tx\n"),
        ("c", ""),
        ("d", "Дощ .\n"),
        ("e", conllu),
        ("f", conllu + "\n\n"),
        ("g", "Так"),
    ):
        (tmp_path / name).write_text(content, encoding="utf-8")
    out = fine(*"aabbcdefg", cwd=tmp_path).decode()
    tagged = conllu[:-1] + "NER=B-LOC\n\n"
    assert (
        out
        == "\ufeffКиїв\tx\tB-LOC\n\n" * 2 + "Харків\tx\tB-LOC\n\n" * 2 + "Дощ\tO\n.\tO\n\n" + tagged * 2 + "Так\tO\n\n"
    )
    assert fine(*"gg", "-O", "inline", cwd=tmp_path) == "Так\nТак".encode()
    (tmp_path / "bad").write_bytes("# c\nКиїв\tx\n\n".encode() + b"\xff\n")
    done = tag("--strict", "bad", "b", "g", cwd=tmp_path)
    assert done.returncode == 1 and done.stdout.decode() == "# c\nКиїв\tx\tB-LOC\n\nХарків\tx\tB-LOC\n\nТак\tO\n\n"
    assert done.stderr.startswith(b"uk-tag: bad:4: ")


def test_parts_of_a_stream_equal_the_whole(tmp_path):
    sentences = ["Леся\tx\nУкраїнка\ty", "Дощ\tx\nу\ty\nКиєві\tz", "# c\nТак\tx", "Київ\tx\n.\ty"]
    parts = [
        "".join(f"{sentence}\n\n" for sentence in random.Random(seed).choices(sentences, k=300)) for seed in range(4)
    ]
    whole = fine("-i", "conll", stdin="".join(parts).encode())
    assert b"".join(fine("-i", "conll", stdin=part.encode()) for part in parts) == whole
    if subprocess.run(["bash", "-c", "parallel --version"], capture_output=True).stdout.startswith(b"GNU"):
        (tmp_path / "in").write_text("".join(parts), encoding="utf-8")
        done = shell(f"export -f uk_tag; parallel --pipe -k --recend '\\n\\n' -N300 uk_tag -i conll < {tmp_path}/in")
        assert done.stdout == whole


@pytest.mark.parametrize("name", ["in.txt", "-", "fifo"])
def test_all_kinds_of_input(name, tmp_path):
    (tmp_path / "in.txt").write_text(LINE * 100, encoding="utf-8")
    os.mkfifo(tmp_path / "fifo")
    done = shell(f"cd {tmp_path}; cat in.txt > fifo & uk_tag {name} < in.txt; kill $! 2> /dev/null; true")
    assert done.stdout == ANSWER * 100 and done.stderr == b""
