"""Lay out a course for nbgrader: source and release trees, and the configuration of our step.

Only derived exercises go there; a solution never lies in nbgrader's folders.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from gradcourse import folders
from gradcourse.grading import library, report
from gradcourse.notebooks import derive, files

CONFIG = '''"""nbgrader's settings for this course, from `gradcourse release`: yours to change."""

import sys

sys.path.append({course!r})  # nbgrader's environment need not have the course installed
from gradcourse.grading.nbgrader_step import configure

c = get_config()
c.CourseDirectory.course_id = {name!r}
configure(c, python={python!r}, folder={folder!r})
'''
WITHOUT = ("nbgrader is not here: pip install 'gradcourse[classroom]', then in {folder}: "
           "nbgrader generate_assignment {names}")


def release(names: list[str], out: Path) -> list[str]:
    """Write the trees, and let nbgrader register the assignments where it is there.

    Args:
        names: assignments; all when empty.
        out: nbgrader's course folder.

    Returns:
        What was done, a line each.

    Raises:
        ValueError: an unknown name, an exercise that is not derived from its solution as it
            stands, or nbgrader that refuses.
    """
    chosen = library.choose(names or None)
    stale = derive(chosen, check=True)
    if stale:
        raise ValueError(f"{stale[0].name} is not derived from its solution as it stands: "
                         "gradcourse notebooks derive")
    out = out.resolve()
    lines = [_config(out)]
    for name in chosen:
        page = files.read(files.page_path("exercises", name, folders.root()))
        files.write(out / "source" / name / f"{name}.ipynb", page)
        files.write(out / "release" / name / f"{name}.ipynb", locked(page))
        lines.append(f"{name}: source and release")
    command = nbgrader()
    if command is None:
        return [*lines, WITHOUT.format(folder=out, names=" ".join(chosen))]
    for name in chosen:
        _generate(command, name, out)
    return [*lines, f"nbgrader knows {', '.join(chosen)}"]


def _config(out: Path) -> str:
    """Write the configuration; one that an instructor changed stays."""
    path = out / "nbgrader_config.py"
    told = CONFIG.format(course=str(folders.root()), name=out.name, python=sys.executable,
                         folder=str(out))
    if path.is_file() and path.read_text("utf-8") != told:
        return f"{path.name}: yours is kept"
    report.write_text(path, told)
    return f"{path.name}: written"


def locked(page):
    """Return an exercise as a learner gets it: checks cannot be edited by mistake."""
    page = page.copy()
    page["cells"] = [_locked(cell) for cell in page["cells"]]
    return page


def _locked(cell):
    mark = cell["metadata"].get("nbgrader")
    if not mark:
        return cell
    guard = {"deletable": False} | ({} if mark["solution"] else {"editable": False})
    return {**cell, "metadata": {**cell["metadata"], **guard}}


def nbgrader() -> Path | None:
    """Find nbgrader: beside this Python, in the course's own environment for it, on the path."""
    words = [Path(sys.executable).parent, folders.root() / ".venv-nbgrader" / "bin",
             folders.root() / ".venv-nbgrader" / "Scripts"]
    found = (shutil.which("nbgrader", path=str(place)) for place in words)
    told = next(filter(None, found), None) or shutil.which("nbgrader")
    return Path(told) if told else None


def _generate(command: Path, name: str, out: Path) -> None:
    env = os.environ | {"PATH": f"{command.parent}{os.pathsep}{os.environ.get('PATH', '')}"}
    done = subprocess.run([str(command), "generate_assignment", name, "--force"], cwd=out, env=env,
                          capture_output=True, text=True)
    if done.returncode:
        raise ValueError(f"nbgrader generate_assignment {name}: {done.stderr.strip()[-400:]}")
