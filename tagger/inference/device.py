"""Where a network runs: CUDA where there is a GPU, the CPU where there is none, and never silently elsewhere than was asked."""

import ctypes
import os
import sys

from tagger.errors import DeviceError

CPU, CUDA = "CPUExecutionProvider", "CUDAExecutionProvider"
# TF32 would round the products of the recurrent layers to 10 bits, and tags could differ from the CPU's.
# The arena grows by what is asked for, not by doubling: batches have a bounded size.
CUDA_OPTIONS = {"use_tf32": "0", "arena_extend_strategy": "kSameAsRequested", "cudnn_conv_algo_search": "HEURISTIC"}


def has_gpu() -> bool:
    """Whether NVIDIA's driver is here and sees a device. onnxruntime lists its CUDA provider on machines without one, too."""
    try:
        driver = ctypes.CDLL("nvcuda.dll" if sys.platform == "win32" else "libcuda.so.1")
        count = ctypes.c_int(0)
        return driver.cuInit(0) == 0 and driver.cuDeviceGetCount(ctypes.byref(count)) == 0 and count.value > 0
    except (OSError, AttributeError):
        return False


def processors() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def choose(device: str, available: list[str]) -> tuple[bool, str]:
    """Decide between CUDA and the CPU.

    :param device: `auto`, `cpu` or `cuda`.
    :param available: the providers that onnxruntime was built with.
    :returns: whether to try CUDA, and why, in words for `-v`.
    :raises DeviceError: `cuda` was asked for and cannot be had.
    """
    if device == "cpu":
        return False, "the CPU, as asked"
    if CUDA not in available:
        why = "this onnxruntime is built without CUDA; install onnxruntime-gpu instead of onnxruntime"
    elif not has_gpu():
        why = "no NVIDIA driver with a GPU was found; run on a machine with one, or say --device cpu"
    else:
        return True, "CUDA, since there is a GPU"
    if device == "cuda":
        raise DeviceError(f"--device cuda: {why}")
    return False, f"the CPU: {why}"
