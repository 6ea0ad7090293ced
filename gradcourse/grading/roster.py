"""A learning platform's list of people: whose a downloaded file is, and their marks put back.

Reads Canvas' exported gradebook and Moodle's grading worksheet; what is written back keeps the
platform's separator, line ends, byte-order mark, rows and columns. Files are known by the numbers
that the platform puts into their names, or by a folder or file named like somebody's login, mail
or number.
"""

import csv
import datetime
import io
import re
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

CANVAS = re.compile(r"(?P<who>[^_]+)(?P<late>_LATE)?_(?P<id>\d+)_\d+_(?P<file>.+)")
MOODLE = re.compile(
    r"(?P<who>[^_]+)_(?P<id>\d+)_assignsubmission_(?:file|onlinetext)_?(?P<file>.*)")
AGAIN = re.compile(r"(?P<stem>.+?)(?:-(?P<n>\d+)| \((?P<m>\d+)\))?(?P<ext>\.\w+)")
WORDS = {  # what names a person, the best first; the first that is filled becomes the student
    "canvas": ("SIS Login ID", "ID", "SIS User ID"),
    "moodle": ("Email address", "Identifier", "ID number", "Username"),
}
TIMES = ("%A, %d %B %Y, %I:%M %p", "%A, %d %B %Y, %H:%M", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M")


@dataclass
class Roster:
    """A gradebook's file, read."""

    kind: str  # canvas or moodle
    name: str  # the file's
    header: list[str]
    rows: list[list[str]]
    people: dict[str, int]  # student -> row
    known: dict[str, str]  # what a file may be named by, in small letters -> student
    dialect: dict = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)  # student -> full name

    def place(self, parts: tuple[str, ...]) -> tuple[tuple[str, ...], dict]:
        """Take the platform's marks out of a path.

        Returns:
            The path that is left, which may name an assignment, and what is known of the file:
            student, attempt, late, time. A stranger's file keeps its path.
        """
        for at, part in enumerate(parts):
            found = (CANVAS if self.kind == "canvas" else MOODLE).fullmatch(part)
            if not found:
                continue
            own = (*parts[:at], found["file"] or parts[-1])
            own = own if at == len(parts) - 1 else (*parts[:at], *parts[at + 1 :])
            told = {"student": self.known.get(found["id"], found["who"] + "_" + found["id"])}
            if self.kind == "canvas":
                told["late"] = bool(found["late"])
            return self._again(own, told | self._handed_in(told["student"]))
        for part in (*parts[:-1], Path(parts[-1]).stem):
            student = self.known.get(part.casefold())
            if student:
                return parts, {"student": student} | self._handed_in(student)
        return parts, {}

    def _again(self, own: tuple[str, ...], told: dict) -> tuple[tuple[str, ...], dict]:
        """Read the number that a second upload of the same name gets."""
        found = AGAIN.fullmatch(own[-1])
        if not found:
            return own, told
        number = int(found["n"] or found["m"] or 0)
        return (*own[:-1], found["stem"] + found["ext"]), told | {"attempt": 1 + number}

    def _handed_in(self, student: str) -> dict:
        column = "Last modified (submission)"
        if self.kind != "moodle" or column not in self.header or student not in self.people:
            return {}
        text = self.rows[self.people[student]][self.header.index(column)].strip()
        for form in TIMES:
            try:
                return {"time": datetime.datetime.strptime(text, form).astimezone().timestamp()}
            except ValueError:
                continue
        return {}


def read(path: Path) -> Roster:
    """Read a gradebook.

    Raises:
        ValueError: no such file, or neither Canvas' nor Moodle's.
    """
    if not path.is_file():
        raise ValueError(f"no file {path}")
    text = path.read_bytes().decode("utf-8", "replace")
    bom, text = text.startswith("\ufeff"), text.removeprefix("\ufeff")
    first = text.split("\n", 1)[0]
    comma = max(",;\t", key=first.count)
    dialect = {"delimiter": comma, "lineterminator": "\r\n" if first.endswith("\r") else "\n",
               "bom": bom}
    table = list(csv.reader(io.StringIO(text, newline=""), delimiter=comma))
    if not table:
        raise ValueError(f"{path.name} is empty")
    header, rows = table[0], [row for row in table[1:] if row]
    kind = _kind(header)
    if not kind:
        raise ValueError(f"{path.name} is neither Canvas' gradebook (Student, ID, …) nor Moodle's "
                         "grading worksheet (Identifier, Full name, …)")
    roster = Roster(kind, path.name, header, rows, {}, {}, dialect)
    _meet(roster)
    return roster


def _kind(header: list[str]) -> str:
    if {"Student", "ID"} <= set(header):
        return "canvas"
    return "moodle" if {"Identifier", "Full name"} <= set(header) else ""


def _meet(roster: Roster) -> None:
    """Learn how each person may be named; a name that two share names nobody."""
    spoken: Counter = Counter()
    who = roster.header.index("Student" if roster.kind == "canvas" else "Full name")
    for number, row in enumerate(roster.rows):
        row += [""] * (len(roster.header) - len(row))
        names = [row[roster.header.index(word)].strip() for word in WORDS[roster.kind]
                 if word in roster.header]
        names = [name.removeprefix("Participant ") for name in names if name]
        if not names or _no_person(row[who]):
            continue
        roster.people[names[0]] = number
        roster.names[names[0]] = row[who].strip()
        for name in {name.casefold() for name in (*names, row[who].strip())}:
            spoken[name] += 1
            roster.known[name] = names[0]
    for name in [name for name, times in spoken.items() if times > 1]:
        del roster.known[name]


def _no_person(name: str) -> bool:
    """Tell the line of possible points, and Canvas' test student, from people."""
    return not name.strip() or name.strip() in ("Points Possible", "Student, Test", "Test Student")


# ---------------------------------------------------------------- marks back


def fill(roster: Roster, column: str, marks: dict[str, float], most: float) -> list[str]:
    """Put marks into a column; who has none keeps what stands there.

    Args:
        roster: changed in place.
        column: "" chooses Moodle's Grade; Canvas' columns must be named, a part is enough.
        marks: by student.
        most: the points that can be earned.

    Returns:
        The students that the gradebook does not know.

    Raises:
        ValueError: no such column, several, or one worth another number of points.
    """
    at = _column(roster, column)
    worth = _worth(roster, at)
    if worth is not None and abs(worth - most) > 1e-9:
        raise ValueError(f"{roster.header[at]!r} is worth {worth:g} points there and {most:g} "
                         "here: change one of them, or [points] in course.toml")
    for student, points in marks.items():
        if student in roster.people:
            roster.rows[roster.people[student]][at] = f"{points:g}"
    return sorted(set(marks) - set(roster.people))


def _column(roster: Roster, column: str) -> int:
    fixed = {"Student", "ID", "SIS User ID", "SIS Login ID", "Section", "Root Account"}
    open_ones = [name for name in roster.header if name not in fixed]
    if not column and roster.kind == "moodle":
        column = "Grade"
    exact = [name for name in open_ones if name == column]
    match = exact or [name for name in open_ones if column and column.lower() in name.lower()]
    if len(match) != 1:
        raise ValueError(f"--column must name one of: {', '.join(open_ones)}; got {column!r}")
    return roster.header.index(match[0])


def _worth(roster: Roster, at: int) -> float | None:
    """Return the points that the gradebook gives a column, if it says so."""
    if roster.kind == "canvas":
        rows = [row for row in roster.rows if row[0].strip() == "Points Possible"]
        text = rows[0][at] if rows else ""
    else:
        place = roster.header.index("Maximum grade") if "Maximum grade" in roster.header else -1
        text = roster.rows[0][place] if place >= 0 and roster.rows else ""
    try:
        return float(text.replace(",", "."))
    except ValueError:
        return None


def text_of(roster: Roster) -> str:
    """Write the gradebook as the platform did."""
    file = io.StringIO(newline="")
    table = csv.writer(file, delimiter=roster.dialect["delimiter"],
                       lineterminator=roster.dialect["lineterminator"])
    table.writerows([roster.header, *roster.rows])
    return ("\ufeff" if roster.dialect["bom"] else "") + file.getvalue()
