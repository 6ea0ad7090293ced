"""Show the chapters of the learner's copy, what is done and what is next."""

from pathlib import Path

from gradcourse import folders, home


def course() -> None:
    """Show the chapters, the points earned so far and the next step."""
    from gradcourse.lab.cards import display

    text = home.overview(folders.learner() or folders.root(Path.cwd()))
    display({"text/markdown": text, "text/plain": text})
