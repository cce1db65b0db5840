"""The dictionary of Ukrainian (VESUM), as pymorphy3 reads it. Both packages are an extra."""

from functools import cache
from typing import Any

from tagger.errors import PackageError
from tagger.system.packages import need


@cache
def analyzer() -> Any:
    """Open the dictionary of this process, once: it takes a fifth of a second and some 40 MB.

    :returns: pymorphy3's `MorphAnalyzer`.
    :raises PackageError: pymorphy3 or its Ukrainian dictionary is missing or broken.
    """
    package = need("pymorphy3")
    need("pymorphy3_dicts_uk")
    try:
        return package.MorphAnalyzer(lang="uk")
    except ValueError as error:  # it looks for the dictionary by entry points
        raise PackageError(
            f"pymorphy3 cannot open its Ukrainian dictionary ({error}); "
            "run: pip install --force-reinstall pymorphy3 pymorphy3-dicts-uk"
        ) from None
