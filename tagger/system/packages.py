"""Packages that are missing or broken: one line says what mends it."""

import sys
from importlib import import_module
from types import ModuleType

from tagger.errors import PackageError

OURS = ("tagger", "export")
REQUIRED = ("click", "numpy", "onnxruntime", "tokenize_uk")
# The extra of setup.cfg that brings a package; what is not here comes with uk-tag itself.
EXTRAS = {
    "torch": "train",
    "datasets": "train",
    "tokenizers": "train",
    "onnx": "export",
    "matplotlib": "study",
    "spacy": "spacy",
    "pyspark": "spark",
    "pandas": "spark",
    "pyarrow": "spark",
}
NAMES = {"tokenize_uk": "tokenize-uk"}  # of the package, where that of the module is another
RUNTIMES = ("onnxruntime-gpu", "onnxruntime", "onnxruntime-directml", "onnxruntime-openvino", "onnxruntime-rocm")
NO_ROOM = (
    "failed to map segment",
    "cannot allocate memory",
    "bad_alloc",
)  # what the dynamic linker, the kernel and C++ say where memory is short
ONNXRUNTIME_USED = ("InferenceSession", "SessionOptions", "RunOptions", "get_available_providers")


def need(name: str) -> ModuleType:
    """Import a package. Raises PackageError where it is missing or broken; MemoryError passes."""
    try:
        return import_module(name)
    except Exception as error:
        if line := explain(error):
            raise PackageError(line) from None
        raise


def onnxruntime() -> ModuleType:
    """Import onnxruntime. Raises PackageError where it is missing, or lost its files to another package of it that was removed."""
    module = need("onnxruntime")
    if lost := [name for name in ONNXRUNTIME_USED if not hasattr(module, name)]:
        raise PackageError(_line("onnxruntime", f"it has no {lost[0]}: another package of it was removed, perhaps"))
    return module


def explain(error: BaseException, program: str = "") -> str | None:
    """The line for an error that a package raised while it was imported, or that its lack raised; `None` for other errors.

    :param program: whose extra is named, where it has one of its own.
    """
    name = _culprit(error)
    if name is None or any(sign in str(error).lower() for sign in NO_ROOM):
        return None
    reason = next((line.strip() for line in str(error).splitlines() if line.strip()), type(error).__name__)
    missing = isinstance(error, ModuleNotFoundError) and error.name == name
    return _line(
        name, reason, missing, "export" if program == "uk-tag-export" and EXTRAS.get(name) == "train" else None
    )


def _line(name: str, reason: str, missing: bool = False, extra: str | None = None) -> str:
    package = _runtime() if name == "onnxruntime" else NAMES.get(name, name)
    what = f"the package {package} is {'not installed' if missing else f'broken ({reason})'}"
    extra = extra or EXTRAS.get(name)
    return f"{what}; run: pip install " + (
        f"'uk-tag[{extra}]'" if missing and extra else f"--force-reinstall {package}"
    )


def _culprit(error: BaseException) -> str | None:
    """The package of others whose import an error came out of: the first one on the way there, or the one that is not there."""
    if isinstance(error, ModuleNotFoundError) and error.name in {*EXTRAS, *REQUIRED}:
        return error.name
    trace = error.__traceback__
    while trace is not None:
        code, name = trace.tb_frame.f_code, str(trace.tb_frame.f_globals.get("__name__", "")).partition(".")[0]
        if (
            code.co_name == "<module>"
            and name not in {*OURS, "__main__", "__mp_main__"}
            and name not in sys.stdlib_module_names
        ):
            return name
        trace = trace.tb_next
    if isinstance(error, ImportError):
        name = (error.name or "").partition(".")[0]
    elif isinstance(error, AttributeError) and isinstance(error.obj, ModuleType):
        name = error.obj.__name__.partition(".")[0]  # its files are gone, but for an empty folder
    else:
        return None
    return name if name and name not in OURS and name not in sys.stdlib_module_names else None


def _runtime() -> str:
    """Which package of onnxruntime is installed, by what pip noted; else the one that setup.cfg asks for on most machines."""
    from importlib.metadata import PackageNotFoundError, version

    for package in RUNTIMES:
        try:
            version(package)
        except PackageNotFoundError:
            continue
        return package
    import platform

    return (
        "onnxruntime-gpu"
        if sys.platform in ("linux", "win32") and platform.machine() in ("x86_64", "AMD64")
        else "onnxruntime"
    )
