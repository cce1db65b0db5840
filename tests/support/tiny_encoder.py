"""A tiny encoder for tests: a tokenizer over the words of the generated corpora, and weights in the 4-bit format.

The weights are written from the description of the format, not by the code under test.
"""

import json
import struct

import numpy as np
from click.testing import CliRunner
from support import corpora

from tagger.train.cli.teacher import teacher
from tagger.train.teacher.encoder.four_bit_file import BLOCK_WEIGHTS

WIDTH, LAYERS, HEADS, INNER, POSITIONS = 32, 1, 2, 64, 128


def definition() -> str:
    """Return a tokenizer.json like XLM-RoBERTa's: words of the corpora, letters, and subwords that no text contains."""
    words = sorted({token for tokens, _ in corpora.sentences(300) for token in tokens})
    letters = sorted({letter for word in words for letter in word.lower() + word} | set("'.,«»"))
    vocabulary = [["<s>", 0.0], ["<pad>", 0.0], ["</s>", 0.0], ["<unk>", 0.0], ["▁", -4.0]]
    vocabulary += [[f"▁{word}", -6.0] for word in words] + [[letter, -8.0] for letter in letters]
    vocabulary += [["▁東京都", -7.0], ["▁nowhere", -7.0], ["<mask>", 0.0]]
    ids = {piece: number for number, (piece, _) in enumerate(vocabulary)}
    special = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]
    flags = dict.fromkeys(["single_word", "lstrip", "rstrip", "normalized"], False) | {"special": True}
    return json.dumps({
        "version": "1.0",
        "added_tokens": [{"id": ids[piece], "content": piece, **flags} for piece in special],
        "pre_tokenizer": {"type": "Metaspace", "replacement": "▁", "add_prefix_space": True},
        "post_processor": None,
        "model": {"type": "Unigram", "unk_id": 3, "vocab": vocabulary},
    })  # fmt: skip


def quantized(values: np.ndarray) -> tuple[bytes, np.ndarray]:
    """Return the bytes of a matrix in 4 bits, and the values that a reader must find."""
    flat = values.reshape(-1, BLOCK_WEIGHTS)
    scales = (np.abs(flat).max(1) / 7).astype(np.float16)
    steps = np.clip(np.round(flat / scales[:, None].astype(np.float32)), -8, 7).astype(int) + 8
    parts = [
        scale.tobytes() + bytes(int(low) | int(high) << 4 for low, high in zip(row[:16], row[16:], strict=True))
        for scale, row in zip(scales, steps, strict=True)
    ]
    return b"".join(parts), ((steps - 8) * scales[:, None].astype(np.float32)).reshape(values.shape)


def write_weights(path, pieces: int) -> dict[str, np.ndarray]:
    """Write a 4-bit file of a tiny encoder. Return the values that a reader must find in it, by name."""
    generator = np.random.default_rng(3)
    shapes = {
        "emb.word": (pieces, WIDTH),
        "emb.pos": (POSITIONS, WIDTH),
        "emb.type": (2, WIDTH),
        "emb.ln.w": (WIDTH,),
        "emb.ln.b": (WIDTH,),
    }
    for layer in range(LAYERS):
        for short, out, into in [("q", WIDTH, WIDTH), ("k", WIDTH, WIDTH), ("v", WIDTH, WIDTH), ("ao", WIDTH, WIDTH)]:
            shapes |= {f"l{layer}.{short}.w": (out, into), f"l{layer}.{short}.b": (out,)}
        shapes |= {
            f"l{layer}.fi.w": (INNER, WIDTH),
            f"l{layer}.fi.b": (INNER,),
            f"l{layer}.fo.w": (WIDTH, INNER),
            f"l{layer}.fo.b": (WIDTH,),
        }
        shapes |= {f"l{layer}.{norm}.{part}": (WIDTH,) for norm in ("aln", "oln") for part in "wb"}
    written, expected, data = {}, {}, b""
    for name, shape in shapes.items():
        values = generator.normal(0, 0.3, shape).astype(np.float32) + (".ln.w" in name or "ln.w" in name)
        packed = len(shape) == 2 and not name.startswith(("emb.pos", "emb.type"))
        raw, expected[name] = quantized(values) if packed else (values.tobytes(), values)
        written[name] = (int(packed), values.size, len(data), len(raw))
        data += raw
    header = b"E5S1" + struct.pack("<I7ifi", 1, WIDTH, LAYERS, HEADS, INNER, pieces, POSITIONS, 2, 1e-12, BLOCK_WEIGHTS)
    text = "аб".encode()
    header += (
        struct.pack("<5iQ", 2, 0, 2, 1, 3, len(text))
        + struct.pack("<3I2f", 0, 2, 4, 0.0, 0.0)
        + text
        + struct.pack("<iI", 1, 4)
        + b"\0map"
    )
    header += struct.pack("<i", len(written))
    size = len(header) + sum(2 + len(name) + 21 for name in written)
    for name, (kind, elements, offset, length) in written.items():
        header += (
            struct.pack("<H", len(name)) + name.encode() + struct.pack("<BIQQ", kind, elements, size + offset, length)
        )
    path.write_bytes(header + data)
    return expected


def run(*arguments):
    """Run a command of `uk-tag-train teacher`, which must succeed, and return its output."""
    done = CliRunner().invoke(teacher, [*map(str, arguments)], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.output
