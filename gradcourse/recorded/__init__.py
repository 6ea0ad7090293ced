"""Runs too large for a page: the numbers that came out, and where, when and how.

A folder a chapter: `__init__.py` holds the functions that make its records, under `RUNS`, and
`NAME.json` what came out last. `gradcourse record slug NAME` makes one again.

    def digits(device, progress, *, seeds=range(1000, 1020)):
        return {"height": ...}              # a plain dict: numbers, words, lists, dicts

    RUNS = {"digits": digits}
"""

import json
from pathlib import Path

__all__ = ["load"]
FOLDER = Path(__file__).parent


def load(slug: str, name: str) -> dict:
    """Return a record.

    Args:
        slug: the chapter, such as "multistage".
        name: which of its records.

    Returns:
        A dict with command, date, device, versions, settings, hash and numbers.

    Raises:
        ValueError: no such record; the message lists those of the chapter.
    """
    known = sorted(path.stem for path in (FOLDER / slug).glob("*.json"))
    if name not in known:
        raise ValueError(f"no record {name!r} of {slug}; there is {', '.join(known) or 'none'}")
    return json.loads((FOLDER / slug / f"{name}.json").read_text(encoding="utf-8"))
