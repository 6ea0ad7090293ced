"""The line below a chapter's title: what it costs, where to run it."""

import os
import tomllib
from pathlib import Path
from urllib.parse import quote, urlencode

import nbformat

from gradcourse.web.facts import Chapter


class Repository:
    """Where the course lives on the web: one setting, from which every launch link is made.

    Args:
        address: such as "https://github.com/someone/gradcourse"; empty: no links.
        branch: the branch that is launched.
        hub: a JupyterHub with nbgitpuller; empty: no such link.
    """

    def __init__(self, address: str = "", branch: str = "main", hub: str = ""):
        self.address, self.branch, self.hub = address.rstrip("/"), branch, hub.rstrip("/")

    def links(self, page: str) -> dict[str, str]:
        """Return launch links of a page by their names."""
        found = {}
        if self.address.startswith("https://github.com/"):
            owner = self.address.removeprefix("https://github.com/")
            words = urlencode({"urlpath": f"lab/tree/{page}"})
            found["Binder"] = f"https://mybinder.org/v2/gh/{owner}/{quote(self.branch)}?{words}"
        if self.address and self.hub:
            folder = self.address.rpartition("/")[2]
            words = urlencode({"repo": self.address, "branch": self.branch,
                               "urlpath": f"lab/tree/{folder}/{page}"})
            found["your hub"] = f"{self.hub}/hub/user-redirect/git-pull?{words}"
        return found


def repository(root: Path) -> Repository:
    """Read the setting: `repository` of docs/site.toml, or GRADCOURSE_REPOSITORY if that is set."""
    stored = tomllib.loads((root / "docs" / "site.toml").read_text(encoding="utf-8"))
    address = os.environ.get("GRADCOURSE_REPOSITORY") or stored["repository"]
    return Repository(address, stored["branch"], stored["hub"])


def launch(chapter: Chapter, where: Repository) -> nbformat.NotebookNode:
    """Return the cell below a chapter's title."""
    exercises = f"../exercises/{chapter.name}/{chapter.name}.html"
    parts = [f'<a href="{exercises}">{chapter.points:g} points to earn</a>',
             "run it with <code>make lab</code>"]
    parts += [f'<a href="{link}">on {name}</a>'
              for name, link in where.links(f"chapters/{chapter.name}.ipynb").items()]
    text = f'<p class="gc-launch">{" · ".join(parts)}</p>'
    return nbformat.v4.new_markdown_cell(text, id=f"{chapter.slug}-launch")
