"""What a learner has earned so far, kept in the learner's own folder.

The folder is the one that `gradcourse lab` made; elsewhere the points live as long as the kernel.
A record that cannot be read is set aside under another name, never a reason to fail.
"""

import json
import os
import re
import tempfile
from pathlib import Path

from gradcourse import folders, home
from gradcourse.checks import EXERCISES, Exercise, Result, load
from gradcourse.checks.exercise import slugs
from gradcourse.lab import card_text
from gradcourse.lab.card_text import GREEN, GREY, LINE, QUIET

_memory: dict[str, dict] = {}
_page: list[str] = []


def opened(page: str) -> None:
    """Remember which page is open, so that `progress()` knows whose exercises to list."""
    _page[:] = [page]


def record(result: Result) -> None:
    """Keep a result if it is the best so far."""
    entries = read()
    old = entries.get(result.id, {})
    entry = {"points": result.points, "max": result.max_points, "state": result.state}
    if old and old["points"] > result.points:
        entry = {key: old[key] for key in entry}
    entries[result.id] = {**entry, "tries": old.get("tries", 0) + (result.state != "not started")}
    _memory.update(entries)
    path = _file()
    if path:
        _write(path, entries)


def read() -> dict[str, dict]:
    """Return the entries by exercise id: points, max, state, tries."""
    path = _file()
    if path is None:
        return dict(_memory)
    try:
        return _sound(json.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        return {}
    except (ValueError, RecursionError):
        _set_aside(path)
    except OSError:
        pass
    return dict(_memory)


def progress(page: str | None = None) -> None:
    """Show this notebook's exercises: points, minutes, and which comes next.

    Args:
        page: such as "00_descent" or "descent"; by default the page that is open.

    Raises:
        ValueError: no such page, or none is open.
    """
    from gradcourse.lab.cards import display

    exercises = list(load(_slug(page)).values())
    entries = read()
    text, html = _as_text(exercises, entries), _as_html(exercises, entries)
    display({"text/html": html, "text/plain": text})


# ---------------------------------------------------------------- the record


def _file() -> Path | None:
    home = folders.learner()
    return home / folders.HOME / "progress.json" if home else None


def _sound(entries: object) -> dict[str, dict]:
    """Insist on the record's form.

    Raises:
        ValueError: another form.
    """
    form = {"points": (int, float), "max": (int, float), "state": str, "tries": int}
    if not isinstance(entries, dict):
        raise ValueError("no record")
    for entry in entries.values():
        if not isinstance(entry, dict) or not all(
            isinstance(entry.get(key), kind) for key, kind in form.items()
        ):
            raise ValueError("no record")
    return entries


def _write(path: Path, entries: dict) -> None:
    """Write whole or not at all; a folder that may not be written to is no reason to fail."""
    part = None
    try:
        with tempfile.NamedTemporaryFile(
            "w", dir=path.parent, suffix=".part", delete=False, encoding="utf-8", newline="\n"
        ) as file:
            part = file.name
            json.dump(entries, file, indent=1, sort_keys=True)
        os.replace(part, path)
    except OSError:
        if part:
            Path(part).unlink(missing_ok=True)


def _set_aside(path: Path) -> None:
    """Rename a record that cannot be read, so that nothing is lost."""
    for number in range(1, 100):
        aside = path.with_name(f"progress.unreadable-{number}.json")
        if not aside.exists():
            try:
                os.replace(path, aside)
            except OSError:
                pass
            return


def _slug(page: str | None) -> str:
    """Find the chapter: as asked, as opened, by the notebook's folder, by what was checked."""
    session = Path(os.environ.get("JPY_SESSION_NAME", "")).stem
    loaded = sorted({exercise.slug for exercise in EXERCISES.values()})
    for name in [page] if page else [*_page, session, Path.cwd().name, *loaded[:1]]:
        slug = re.sub(r"^\d\d_", "", name)
        if slug in slugs():
            return slug
    raise ValueError(f"which page? progress(page) knows {', '.join(slugs())}")


# ---------------------------------------------------------------- the picture


def _sums(exercises: list[Exercise], entries: dict) -> tuple[float, float, Exercise | None]:
    earned = sum(_earned(exercise, entries) for exercise in exercises)
    left = [e for e in exercises if _state(e, entries) not in ("right", "marked by hand")]
    return earned, sum(e.points for e in exercises), left[0] if left else None


def _earned(exercise: Exercise, entries: dict) -> float:
    return min(entries.get(exercise.id, {}).get("points", 0.0), exercise.points)


def _state(exercise: Exercise, entries: dict) -> str:
    if exercise.kind == "text":
        return "marked by hand"
    return entries.get(exercise.id, {}).get("state", "not started")


def _head(exercises: list[Exercise], entries: dict) -> str:
    earned, most, following = _sums(exercises, entries)
    if following is None:
        return f"{earned:.4g} of {most:g} points; all done"
    return f"{earned:.4g} of {most:g} points; next: {following.id}, {following.minutes} minutes"


def _as_text(exercises: list[Exercise], entries: dict) -> str:
    earned, most, _ = _sums(exercises, entries)
    filled = round(30 * earned / most) if most else 0
    lines = [f"[{'#' * filled}{'.' * (30 - filled)}] {_head(exercises, entries)}"]
    wide = max((len(e.title) for e in exercises), default=0)
    for e in exercises:
        points = f"{_earned(e, entries):.4g}/{e.points:g}"
        time = f"{e.minutes} min"
        lines.append(
            f"  {e.id:<12} {e.title:<{wide}}  {points:>8}  {time:>7}  {_state(e, entries)}"
        )
    return "\n".join(lines)


def _as_html(exercises: list[Exercise], entries: dict) -> str:
    earned, most, following = _sums(exercises, entries)
    share = 100 * earned / most if most else 0
    bar = (
        f'<div style="height: 6px; background: {LINE}; margin: 8px 0 10px 0;" role="img" '
        f'aria-label="{share:.0f} percent"><div style="height: 6px; width: {share:.1f}%; '
        f'background: {GREEN};"></div></div>'
    )
    rows = "".join(_row(e, entries, e is following) for e in exercises)
    grid = (
        '<div style="display: grid; grid-template-columns: max-content minmax(0, 1fr) '
        "max-content max-content max-content; column-gap: 20px; row-gap: 2px; "
        f'align-items: baseline;">{rows}</div>'
    )
    head = f'<div style="font-weight: 600;">{card_text.escape(_head(exercises, entries))}</div>'
    return card_text.frame(GREEN if following is None else GREY, head + bar + grid + _way())


def _way() -> str:
    """Lead back to the page that lists the chapters, where there is one."""
    copy = folders.learner()
    if copy is None or not (copy / home.PAGE).is_file():
        return ""
    up = os.path.relpath(copy / home.PAGE, Path.cwd()).replace(os.sep, "/")
    return f'<div style="margin-top: 10px;"><a href="{up}">All chapters, and what is next</a></div>'


def _row(exercise: Exercise, entries: dict, following: bool) -> str:
    weight = "600" if following else "400"
    right = f"text-align: right; color: {QUIET}; font-variant-numeric: tabular-nums;"
    cells = (
        (f"font-weight: {weight};", exercise.id),
        (f"font-weight: {weight};", exercise.title),
        (right, f"{_earned(exercise, entries):.4g} of {exercise.points:g}"),
        (right, f"{exercise.minutes} min"),
        (f"color: {QUIET};", _state(exercise, entries)),
    )
    return "".join(f'<span style="{style}">{card_text.escape(t)}</span>' for style, t in cells)
