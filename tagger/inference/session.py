"""A model file, opened: what it says of itself, the device it runs on, one padded batch in and its emissions out."""

import contextlib
import sys
from functools import partial
from pathlib import Path

import numpy as np

from tagger.errors import DeviceError, ModelError
from tagger.inference.device import CPU, CUDA, CUDA_OPTIONS, choose
from tagger.model_file import digest
from tagger.model_file.bundle import Bundle, graph_of, read_bundle
from tagger.model_file.content import read_prefetched
from tagger.model_file.graph import Graph
from tagger.model_file.metadata import without_metadata
from tagger.model_file.shapes import EMBEDDED, EMISSIONS, FEATURES, INDEX, LENGTHS, VECTORS
from tagger.system import packages
from tagger.system.background import Background
from tagger.validation import DEVICES, MEND, first_line, of_file, one_of

LARGE = 4096  # padded tokens; what a batch of more took on the CPU is given back, as that is a lot and each run is long anyway
OUT_OF_MEMORY = ("out of memory", "failed to allocate", "bad_alloc")
# What the other half of the graph is given when one half is run, as onnxruntime runs all of it whatever is asked for: a sentence of one word, which
# on the CPU is said to have none: the recurrent layers stop at that. On CUDA that was not tried, and a GPU is asked far less often.
NOWHERE = np.zeros((1, 1), np.int32)
NO_LENGTHS = {"cpu": np.zeros(1, np.int32), "cuda": np.ones(1, np.int32)}


class Session:
    """A network ready to run.

    :param path: a file written by uk-tag-export.
    :param device: `auto`, `cpu` or `cuda`.
    :raises ModelError: the file cannot be used.
    :raises DeviceError: the device cannot be used.
    :raises OptionError: there is no such device.
    :raises PackageError: onnxruntime is missing or broken.
    """

    def __init__(self, path: str | Path, *, device: str = "auto") -> None:
        one_of("device", device, DEVICES)
        self.path, self.wanted_device = Path(path).absolute(), device
        importing = Background(
            packages.onnxruntime
        )  # takes most of the start-up, and reading and checking the file some
        try:
            content = read_prefetched(path)
            with of_file(path):
                graph = graph_of(content)  # before onnxruntime sees it
        finally:
            onnxruntime = importing.result()
        reading = Background(partial(_read_bundle, content, graph))  # while onnxruntime opens the network
        self.digest = digest.read(content) or ""
        want_cuda, self.device_reason = choose(device, onnxruntime.get_available_providers())
        options = onnxruntime.SessionOptions()
        options.log_severity_level = 4  # none: what fails is raised, and told in one line
        options.intra_op_num_threads = (
            1  # batches run side by side instead: threads within one would mostly wait for each other
        )
        options.inter_op_num_threads = 1
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        options.add_session_config_entry(
            "session.load_model_format", "ONNX"
        )  # never its own format, which nobody has looked through
        # The arena stays on: what comes and goes with each batch lies apart from what lasts, and the heap does not get full of holes.
        options.enable_mem_pattern = (
            False  # a plan for each shape of a batch, of which there are many: 4 MB, and no time saved
        )
        try:
            self._session = self._open(onnxruntime, content, options, want_cuda)
        except Exception as error:
            if not want_cuda:
                _raise_if_full(error)
                raise ModelError(f"{path}: onnxruntime cannot open it: {first_line(error)}; {MEND}") from None
            if device == "cuda":
                raise DeviceError(f"--device cuda: {first_line(error)}") from None
            self.device_reason = f"the CPU, since CUDA failed: {first_line(error)}"
            want_cuda = False
            self._session = self._open(onnxruntime, content, options, want_cuda)
        self.device = "cuda" if want_cuda else "cpu"
        with of_file(path):
            self.bundle: Bundle = reading.result()
        self.width, self.kind = graph.width, graph.kind  # of a word's vector, and of its figures
        # A GPU would be sent all of it with each batch. On the CPU it is read where it stands.
        self.takes_table = self.bundle.takes_table and not want_cuda
        self._silent = onnxruntime.RunOptions()
        self._silent.log_severity_level = 4  # what fails is raised, and a batch that was too large for a GPU is then done in halves: no news for anybody
        self._giving_back = onnxruntime.RunOptions()
        self._giving_back.log_severity_level = 4
        self._giving_back.add_run_config_entry("memory.enable_memory_arena_shrinkage", "cpu:0")
        self._no_vectors = np.zeros((1, self.width), self.kind)
        self._no_lengths = NO_LENGTHS[self.device]
        self._no_features = np.zeros((1, self.bundle.vocabulary.settings.slots), np.int32)

    @staticmethod
    def _open(onnxruntime, content: bytes, options, cuda: bool):
        # Standard output is for data, and onnxruntime's Python layer prints to it when a provider fails.
        with contextlib.redirect_stdout(sys.stderr):
            if cuda:
                onnxruntime.preload_dlls(directory="")
                options.add_session_config_entry("session.record_ep_graph_assignment_info", "1")
            session = onnxruntime.InferenceSession(
                without_metadata(content), options, providers=[(CUDA, CUDA_OPTIONS), CPU] if cuda else [CPU]
            )
            session.disable_fallback()
            session._model_bytes = None  # the file's bytes, kept to open it again with other providers
        if cuda:
            if CUDA not in session.get_providers():
                raise DeviceError(
                    "onnxruntime could not load its CUDA provider; CUDA and cuDNN are needed (pip install 'onnxruntime-gpu[cuda,cudnn]')"
                )
            if strays := recurrent_nodes_off_cuda(session):
                raise DeviceError(f"recurrent layers would run on the CPU: {', '.join(strays)}")
        return session

    def embed(self, features: np.ndarray) -> np.ndarray:
        """The vectors of words. Safe to call from several threads.

        *Shape:* (words, slots), int32 -> (words, width), of the session's kind.

        :raises MemoryError: the device has too little for so many.
        :raises ModelError: the network cannot be run.
        """
        feeds = {FEATURES: features, VECTORS: self._no_vectors, INDEX: NOWHERE, LENGTHS: self._no_lengths}
        return self._run(EMBEDDED, feeds, self._silent)

    def emissions(self, vectors: np.ndarray, index: np.ndarray, lengths: np.ndarray) -> np.ndarray:
        """Run the network over one padded batch. Safe to call from several threads.

        *Shape:* vectors (words, width), as they were embedded, of the batch's distinct words, or, where the session takes a table, of any that
        include them; index (time, batch), the word at each position; lengths (batch,), each at least 1; both int32 -> (time, batch, tags), float32.
        What stands behind a sentence's end is without meaning.

        :raises MemoryError: the device has too little for a batch of this size.
        :raises ModelError: the network cannot be run.
        """
        options = self._giving_back if index.size > LARGE and self.device == "cpu" else self._silent
        return self._run(
            EMISSIONS, {FEATURES: self._no_features, VECTORS: vectors, INDEX: index, LENGTHS: lengths}, options
        )

    def _run(self, output: str, feeds: dict[str, np.ndarray], options) -> np.ndarray:
        try:
            return self._session.run([output], feeds, options)[0]
        except Exception as error:  # onnxruntime has no class of its own for it
            _raise_if_full(error)
            mend = MEND if self.device == "cpu" else "try --device cpu"
            raise ModelError(f"{self.path}: onnxruntime cannot run it: {first_line(error)}; {mend}") from None


def _read_bundle(content: bytes, graph: Graph) -> Bundle:
    bundle = read_bundle(content, graph)
    bundle.vocabulary.prepare()
    return bundle


def recurrent_nodes_off_cuda(session) -> list[str]:
    """Names of the recurrent nodes that onnxruntime's placement report does not put on CUDA."""
    strays = []
    for part in session.get_provider_graph_assignment_info():
        if part.ep_name != CUDA:
            strays += [
                node.name for node in part.get_nodes() if node.op_type in ("LSTM", "DynamicQuantizeLSTM", "GRU", "RNN")
            ]
    return strays


def _raise_if_full(error: Exception) -> None:
    """Raise MemoryError where that is what onnxruntime's error says."""
    if isinstance(error, MemoryError) or any(sign in str(error).lower() for sign in OUT_OF_MEMORY):
        raise MemoryError(first_line(error)) from None
