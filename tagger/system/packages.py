"""Missing or broken packages, reported in one line with the command that fixes it."""

import sys
from importlib import import_module
from types import ModuleType

from tagger.errors import PackageError

OURS = ("tagger", "export")
REQUIRED = ("click", "numpy", "onnxruntime", "tokenize_uk")
# The extra of setup.cfg that installs a package; all others are installed with uk-tag itself.
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
    "pymorphy3": "lemma",
    "pymorphy3_dicts_uk": "lemma",
}
NAMES = {
    "tokenize_uk": "tokenize-uk",
    "pymorphy3_dicts_uk": "pymorphy3-dicts-uk",
}  # of packages that are named differently from their modules
RUNTIMES = ("onnxruntime-gpu", "onnxruntime", "onnxruntime-directml", "onnxruntime-openvino", "onnxruntime-rocm")
# Messages of the dynamic linker, the kernel and C++ when memory is short.
NO_MEMORY = ("failed to map segment", "cannot allocate memory", "bad_alloc")
ONNXRUNTIME_USED = ("InferenceSession", "SessionOptions", "RunOptions", "get_available_providers")


def need(name: str) -> ModuleType:
    """Import a package.

    :raises PackageError: it is missing or broken.
    :raises MemoryError: memory is short.
    """
    try:
        return import_module(name)
    except Exception as error:
        if line := explain(error):
            raise PackageError(line) from None
        raise


def onnxruntime() -> ModuleType:
    """Import onnxruntime.

    :raises PackageError: it is missing, or has lost files because another of its packages was removed.
    """
    module = need("onnxruntime")
    if lost := [name for name in ONNXRUNTIME_USED if not hasattr(module, name)]:
        raise PackageError(_line("onnxruntime", f"it has no {lost[0]}: another package of it was removed, perhaps"))
    return module


def explain(error: BaseException, program: str = "") -> str | None:
    """Return one line for an error caused by a missing package or by the import of a broken one, else `None`.

    :param program: name of the program; the line names its extra if it has one of its own.
    """
    name = _culprit(error)
    if name is None or any(sign in str(error).lower() for sign in NO_MEMORY):
        return None
    reason = next((line.strip() for line in str(error).splitlines() if line.strip()), type(error).__name__)
    missing = isinstance(error, ModuleNotFoundError) and error.name == name
    extra = "export" if program == "uk-tag-export" and EXTRAS.get(name) == "train" else None
    return _line(name, reason, missing, extra)


def _line(name: str, reason: str, missing: bool = False, extra: str | None = None) -> str:
    package = _runtime() if name == "onnxruntime" else NAMES.get(name, name)
    what = f"the package {package} is {'not installed' if missing else f'broken ({reason})'}"
    extra = extra or EXTRAS.get(name)
    wanted = f"'uk-tag[{extra}]'" if missing and extra else f"--force-reinstall {package}"
    return f"{what}; run: pip install {wanted}"


def _culprit(error: BaseException) -> str | None:
    """Return the third-party package that caused an error: the first one whose import led to it, or the missing one."""
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
        name = error.obj.__name__.partition(".")[0]  # only an empty folder is left of it
    else:
        return None
    return name if name and name not in OURS and name not in sys.stdlib_module_names else None


def _runtime() -> str:
    """Return the installed package of onnxruntime by pip's records, else the one that setup.cfg requires here."""
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
