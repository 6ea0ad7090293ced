"""What an instructor decides: `course.toml`, and the secret that inputs are drawn from."""

import datetime
import hashlib
import hmac
import json
import os
import secrets
import tomllib
from dataclasses import dataclass, field
from pathlib import Path

from gradcourse.grading.sandbox import Limits

KNOWN = {"secret", "assignments", "exercises", "points", "deadlines", "checks", "limits"}


@dataclass
class Settings:
    """What `course.toml` says; each line may be left out."""

    secret: Path
    assignments: list[str] | None = None
    exercises: tuple[str, ...] = ()  # ids that count; all when empty
    points: dict[str, float] = field(default_factory=dict)  # by exercise, in place of its own
    deadlines: dict[str, datetime.datetime] = field(default_factory=dict)  # by assignment
    checks: tuple[str, ...] = ()
    limits: Limits = field(default_factory=Limits)


def settings(out: Path, file: Path | None = None) -> Settings:
    """Read `course.toml`: the one named, else the one beside the results, if there is one.

    Raises:
        ValueError: it cannot be read, or names what is not known.
    """
    if file and not file.is_file():
        raise ValueError(f"no file {file}")
    file = file or out / "course.toml"
    if not file.is_file():
        return Settings(out / "secret.key")
    try:
        told = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ValueError(f"{file.name}: {error}") from None
    if set(told) - KNOWN:
        raise ValueError(f"{file.name} knows {', '.join(sorted(KNOWN))}, not "
                         + ", ".join(sorted(set(told) - KNOWN)))
    try:
        return _settings(file.parent, told)
    except (TypeError, AttributeError) as error:
        raise ValueError(f"{file.name}: {error}") from None


def _settings(here: Path, told: dict) -> Settings:
    checks = tuple(str((here / name).resolve()) for name in told.get("checks", []))
    points = {id: _points(id, worth) for id, worth in told.get("points", {}).items()}
    deadlines = {name: _moment(name, told) for name, told in told.get("deadlines", {}).items()}
    return Settings(here / told.get("secret", "secret.key"), told.get("assignments"),
                    tuple(told.get("exercises", ())), points, deadlines, checks,
                    Limits(**told.get("limits", {})))


def _points(id: str, worth: object) -> float:
    if type(worth) not in (int, float) or not 0 < worth < 1e6:
        raise ValueError(f"points of {id} must be > 0, got {worth!r}")
    return float(worth)


def _moment(name: str, told: object) -> datetime.datetime:
    """Take a date as its end, and a time without a zone as this machine's."""
    if type(told) is datetime.date:
        told = datetime.datetime.combine(told, datetime.time(23, 59, 59))
    if not isinstance(told, datetime.datetime):
        raise ValueError(f"the deadline of {name} must be a date, such as 2026-11-30, got {told!r}")
    return told.astimezone()


def secret(path: Path) -> bytes:
    """Read the course's secret; make it, for the owner's eyes only, when there is none.

    Raises:
        ValueError: others may read it.
    """
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(secrets.token_hex(32) + "\n")
    if path.stat().st_mode & 0o077:
        raise ValueError(f"{path.name} may be read by others: chmod 600 {path.name}")
    content = path.read_bytes().strip()
    if len(content) < 32:
        raise ValueError(f"{path.name} is too short for a secret")
    return content


def seed(key: bytes, purpose: str, exercise: str, student: str) -> bytes:
    """Derive what a student's inputs are drawn from."""
    text = json.dumps([purpose, exercise, student]).encode()
    return hmac.new(key, text, hashlib.sha256).digest()
