"""The two parts of templates and names: one to train on, one to score on.

No template and no listed name is in both, so a score on composed development sentences tells what a tagger has learned
about the kind and not what it remembers.
"""

import zlib
from collections.abc import Sequence

TRAINING, DEVELOPMENT = "training", "development"
PARTS = (TRAINING, DEVELOPMENT)
SHARE = 5  # one template and one name in five are kept for development


def part_of(name: str) -> str:
    """Return the part of a name, whatever its case and spacing: a checksum decides."""
    key = "".join(name.lower().split())
    return PARTS[zlib.crc32(key.encode()) % SHARE == 0]


def own_templates(templates: Sequence[str], part: str) -> list[str]:
    """Return the templates of a part: a fifth of them, chosen by checksum, are for development."""
    ranked = sorted(templates, key=lambda template: zlib.crc32(template.encode()))
    kept = max(1, len(ranked) // SHARE)
    own = set(ranked[:kept] if part == DEVELOPMENT else ranked[kept:])
    return [template for template in templates if template in own]
