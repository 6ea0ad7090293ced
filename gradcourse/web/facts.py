"""What the course says about itself: read from the title cells, the checks and the ledgers."""

import re
from pathlib import Path
from typing import NamedTuple

from gradcourse import folders
from gradcourse.checks import Exercise, load
from gradcourse.notebooks import files
from gradcourse.notebooks.ledger import claims_of

ROW = re.compile(r"^\| *([^|]+?) *\| *(.+?) *\|$", re.MULTILINE)

WORDS = re.compile(
    r"^\| *[\w.]+ *\|[^|]*\(in words\) *\| *(\d+) *\|[^|]*\| *(\d+) *\|$", re.MULTILINE)


class Chapter(NamedTuple):
    """One chapter: what its title cell promises, what its checks ask, what its ledger says."""

    name: str  # 00_descent
    title: str
    sentence: str
    needs: str  # in words
    after: tuple[str, ...]  # the chapters to read before
    time: str  # in words
    reading: int  # minutes
    exercises: tuple[Exercise, ...]
    words: tuple[tuple[float, int], ...]  # points and minutes of each question in words
    claims: tuple[dict, ...]

    @property
    def number(self) -> str:
        """The two digits."""
        return self.name[:2]

    @property
    def slug(self) -> str:
        """The name without the number."""
        return folders.slug(self.name)

    @property
    def solving(self) -> int:
        """Minutes of all exercises, those in words among them."""
        return sum(e.minutes for e in self.exercises) + sum(minutes for _, minutes in self.words)

    @property
    def points(self) -> float:
        """Points of all exercises, those in words among them."""
        return sum(e.points for e in self.exercises) + sum(points for points, _ in self.words)


def chapters(root: Path) -> list[Chapter]:
    """Read every chapter of a course.

    Raises:
        ValueError: a title cell lacks what a reader must know beforehand.
    """
    names = files.names("chapters", root)
    return [chapter(name, root, names) for name in names]


def chapter(name: str, root: Path, known: list[str]) -> Chapter:
    """Read one chapter; ``known`` are the names of all."""
    notebook = files.read(files.page_path("chapters", name, root))
    text = notebook["cells"][0]["source"]
    rows = dict(ROW.findall(text))
    title = re.search(r"^# (.+)$", text, re.MULTILINE)
    sentence = re.search(r"\*\*In one sentence:\*\* (.+?)\n\n", text + "\n\n", re.DOTALL)
    minutes = re.search(r"(\d+) minutes? to read", rows.get("Time", ""))
    missing = [word for word, found in (("a title", title), ("its sentence", sentence),
                                        ("You need", rows.get("You need")),
                                        ("minutes to read", minutes)) if not found]
    if missing:
        raise ValueError(f"{name}: the title cell lacks {', '.join(missing)}")
    return Chapter(
        name, title[1], " ".join(sentence[1].split()), rows["You need"],
        _after(rows["You need"], name, known), rows["Time"], int(minutes[1]),
        tuple(load(folders.slug(name)).values()), _in_words(notebook),
        tuple(claims_of(notebook, name)))


def parent(chapter: Chapter, known: list[Chapter]) -> Chapter | None:
    """Return the chapter that this one follows on the map: the last it needs in full."""
    full = re.sub(r"[^,;]*\bfor one row\b[^,;]*", "", chapter.needs)
    wanted = [c for c in known if c.name in chapter.after and c.number in full]
    return wanted[-1] if wanted else None


def _in_words(notebook) -> tuple[tuple[float, int], ...]:
    """Read points and minutes of the questions that a person marks off the chapter's own table."""
    text = "\n".join(c["source"] for c in notebook["cells"] if c["id"].endswith("-exercises"))
    return tuple((float(points), int(minutes)) for points, minutes in WORDS.findall(text))


def _after(needs: str, name: str, known: list[str]) -> tuple[str, ...]:
    numbers = set(re.findall(r"\b\d\d\b", needs))
    return tuple(other for other in known if other[:2] in numbers and other < name)
