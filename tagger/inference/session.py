"""An open model: its metadata, its device, and the network in onnxruntime, from a padded batch to emissions."""

import contextlib
import sys
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from tagger.errors import DeviceError, ModelError
from tagger.inference.device import CPU, CUDA, CUDA_OPTIONS, choose
from tagger.model_file import digest
from tagger.model_file.bundle import Bundle, graph_of, read_bundle
from tagger.model_file.content import read_prefetched
from tagger.model_file.graph import Graph
from tagger.model_file.metadata import without_metadata
from tagger.model_file.shapes import EMBEDDED, EMISSIONS, FEATURES, GATES, INDEX, LENGTHS, VECTORS
from tagger.system import packages
from tagger.system.background import Background
from tagger.validation import DEVICES, MEND, first_line, of_file, one_of

# Padded tokens. After a larger batch on the CPU its memory is given back: it is much, and the run is long anyway.
LARGE = 4096
OUT_OF_MEMORY = ("out of memory", "failed to allocate", "bad_alloc")
# onnxruntime runs both halves of the graph whatever output is requested. The half that is not needed is given a
# sentence of one word, whose length on the CPU is said to be 0, as then the recurrent layers do nothing. On CUDA length
# 0 was not tried; a GPU is called far less often.
ONE_WORD = np.zeros((1, 1), np.int32)
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
        # Importing onnxruntime takes most of the start-up; meanwhile the file is read and checked.
        importing = Background(packages.onnxruntime)
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
        options.log_severity_level = 4  # no log: failures raise, and are reported in one line
        # Batches run side by side instead: threads within one batch would mostly wait for each other.
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        # Never onnxruntime's own format, which `graph_of` does not check.
        options.add_session_config_entry("session.load_model_format", "ONNX")
        # The memory arena stays on: it keeps the short-lived memory of batches apart, so the heap is not fragmented.
        # Memory patterns are off: one per shape of a batch, of which there are many, takes 4 MB and saves no time.
        options.enable_mem_pattern = False
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
        self.width, self.kind = graph.width, graph.kind  # values of a word's vector, and their type
        # On the CPU the network reads the table of all words in place; a GPU would be sent all of it with each batch.
        self.takes_table = self.bundle.takes_table and not want_cuda
        # No log here, either: failures raise, and a batch too large for a GPU is run again in halves.
        self._keeping = onnxruntime.RunOptions()
        self._keeping.log_severity_level = 4
        self._shrinking = onnxruntime.RunOptions()
        self._shrinking.log_severity_level = 4
        self._shrinking.add_run_config_entry("memory.enable_memory_arena_shrinkage", "cpu:0")
        self._no_vectors = np.zeros((1, self.width), self.kind)
        self._no_lengths = NO_LENGTHS[self.device]
        self._no_features = np.zeros((1, self.bundle.vocabulary.settings.slots), np.int32)

    @staticmethod
    def _open(onnxruntime: ModuleType, content: bytes, options: Any, cuda: bool) -> Any:
        """Open the network.

        :param options: onnxruntime.SessionOptions.
        :returns: onnxruntime.InferenceSession.
        :raises DeviceError: it cannot run on CUDA as it should.
        """
        # Standard output is for data, but onnxruntime's Python layer prints to it when a provider fails.
        with contextlib.redirect_stdout(sys.stderr):
            if cuda:
                onnxruntime.preload_dlls(directory="")
                options.add_session_config_entry("session.record_ep_graph_assignment_info", "1")
            session = onnxruntime.InferenceSession(
                without_metadata(content), options, providers=[(CUDA, CUDA_OPTIONS), CPU] if cuda else [CPU]
            )
            session.disable_fallback()
            session._model_bytes = None  # free the file's bytes, kept to open it again with other providers
        if cuda:
            if CUDA not in session.get_providers():
                mend = "CUDA and cuDNN are needed (pip install 'onnxruntime-gpu[cuda,cudnn]')"
                raise DeviceError(f"onnxruntime could not load its CUDA provider; {mend}")
            if strays := recurrent_nodes_off_cuda(session):
                raise DeviceError(f"recurrent layers would run on the CPU: {', '.join(strays)}")
        return session

    def embed(self, features: np.ndarray) -> np.ndarray:
        """Compute the vectors of words. May be called from several threads.

        :param features: feature ids, int32. *Shape:* (words, slots).
        :returns: vectors, of type `kind`. *Shape:* (words, width).
        :raises MemoryError: the device has too little memory for this number of words.
        :raises ModelError: the network cannot be run.
        """
        feeds = {FEATURES: features, VECTORS: self._no_vectors, INDEX: ONE_WORD, LENGTHS: self._no_lengths}
        return self._run(EMBEDDED, feeds, self._keeping)

    def emissions(self, vectors: np.ndarray, index: np.ndarray, lengths: np.ndarray) -> np.ndarray:
        """Run the network over one padded batch. May be called from several threads.

        :param vectors: vectors from :meth:`embed` of the batch's distinct words, or, if `takes_table`, of any words
            that include them. *Shape:* (words, width).
        :param index: index of the vector of each token, int32. *Shape:* (time, batch).
        :param lengths: lengths of the sentences, at least 1 each, int32. *Shape:* (batch,).
        :returns: emissions, float32; undefined after a sentence's end. *Shape:* (time, batch, tags).
        :raises MemoryError: the device has too little memory for a batch of this size.
        :raises ModelError: the network cannot be run.
        """
        options = self._shrinking if index.size > LARGE and self.device == "cpu" else self._keeping
        feeds = {FEATURES: self._no_features, VECTORS: vectors, INDEX: index, LENGTHS: lengths}
        return self._run(EMISSIONS, feeds, options)

    def _run(self, output: str, feeds: dict[str, np.ndarray], options: Any) -> np.ndarray:
        try:
            result: np.ndarray = self._session.run([output], feeds, options)[0]
        except Exception as error:  # onnxruntime's errors have no common class
            _raise_if_full(error)
            mend = MEND if self.device == "cpu" else "try --device cpu"
            raise ModelError(f"{self.path}: onnxruntime cannot run it: {first_line(error)}; {mend}") from None
        return result


def _read_bundle(content: bytes, graph: Graph) -> Bundle:
    bundle = read_bundle(content, graph)
    bundle.vocabulary.prepare()
    return bundle


def recurrent_nodes_off_cuda(session: Any) -> list[str]:
    """Return the names of recurrent nodes that onnxruntime does not run on CUDA, by its placement report."""
    strays: list[str] = []
    for part in session.get_provider_graph_assignment_info():
        if part.ep_name != CUDA:
            strays += [node.name for node in part.get_nodes() if node.op_type in GATES]
    return strays


def _raise_if_full(error: Exception) -> None:
    """Raise MemoryError if an error of onnxruntime means that memory is short."""
    if isinstance(error, MemoryError) or any(sign in str(error).lower() for sign in OUT_OF_MEMORY):
        raise MemoryError(first_line(error)) from None
