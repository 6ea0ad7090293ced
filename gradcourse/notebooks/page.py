"""A page as the linter's rules see it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from gradcourse.notebooks import files
from gradcourse.notebooks.derive import BEGIN, END

Finding = tuple[str, str]  # cell id, what to do
FENCE = re.compile(r"^```.*?^```[^\n]*$", re.MULTILINE | re.DOTALL)
CODE = re.compile(r"`[^`\n]+`")
DISPLAY = re.compile(r"\$\$.*?\$\$", re.DOTALL)
INLINE = re.compile(r"(?<![\\$])\$[^$\n]+\$")
HTML = re.compile(r"<!--.*?-->|</?[a-zA-Z][^>]*>", re.DOTALL)
TARGET = re.compile(r"(?<=\])\([^)\s]*\)")


@dataclass(frozen=True)
class Page:
    """A notebook with what its place in the course says about it."""

    path: Path
    kind: str  # chapters, exercises or solutions
    root: Path
    notebook: dict

    @property
    def name(self) -> str:
        """The page's name: `00_descent`."""
        return self.path.stem

    @property
    def slug(self) -> str:
        """The name without its number: `descent`."""
        return files.slug_of(self.name)

    @property
    def cells(self) -> list:
        """All cells."""
        return self.notebook["cells"]

    @property
    def code(self) -> list:
        """The code cells."""
        return files.code_cells(self.notebook)

    @property
    def prose(self) -> Iterator[tuple[str, str]]:
        """Id and text of each markdown cell, without fenced code."""
        for cell in self.cells:
            if cell["cell_type"] == "markdown":
                yield cell["id"], FENCE.sub("", cell["source"])

    def outputs(self) -> Iterator[tuple[dict, dict]]:
        """Each stored output with its cell."""
        for cell in self.code:
            for output in cell.get("outputs", ()):
                yield cell, output


def words(text: str) -> int:
    """Return how many words a reader reads: no formulas, no mark-up, no link targets."""
    for pattern in (DISPLAY, INLINE, HTML, TARGET):
        text = pattern.sub(" ", text)
    return len(re.findall(r"[^\W_]+(?:['’.,-][^\W_]+)*", text))


def without_solutions(text: str) -> str:
    """Return a text without its solution regions."""
    kept, inside = [], False
    for line in text.split("\n"):
        if BEGIN.match(line):
            inside = True
        elif END.match(line):
            inside = False
        elif not inside:
            kept.append(line)
    return "\n".join(kept)
