"""The device of the network: CUDA if there is a GPU, else the CPU; a device asked for by name is never replaced."""

import ctypes
import os
import sys

from tagger.errors import DeviceError

CPU, CUDA = "CPUExecutionProvider", "CUDAExecutionProvider"
# TF32 would round the products of the recurrent layers to 10 bits, and tags could differ from the CPU's.
# The arena grows by the size requested, not by doubling: batches have a bounded size.
CUDA_OPTIONS = {"use_tf32": "0", "arena_extend_strategy": "kSameAsRequested", "cudnn_conv_algo_search": "HEURISTIC"}


def has_gpu() -> bool:
    """Tell whether NVIDIA's driver is installed and sees a device.

    onnxruntime lists its CUDA provider on machines without a GPU, too.
    """
    try:
        driver = ctypes.CDLL("nvcuda.dll" if sys.platform == "win32" else "libcuda.so.1")
        count = ctypes.c_int(0)
        return driver.cuInit(0) == 0 and driver.cuDeviceGetCount(ctypes.byref(count)) == 0 and count.value > 0
    except (OSError, AttributeError):
        return False


def processors() -> int:
    """Return the number of processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def choose(device: str, available: list[str]) -> tuple[bool, str]:
    """Decide between CUDA and the CPU.

    :param device: `auto`, `cpu` or `cuda`.
    :param available: the providers that onnxruntime was built with.
    :returns: whether to try CUDA, and the reason, in words for `-v`.
    :raises DeviceError: `cuda` was asked for and cannot be used.
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
