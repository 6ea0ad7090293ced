"""JupyterLab on the learner's copy, quiet: no news feed, Jupyter's own token security."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from gradcourse import folders, home

SETTINGS = {
    "@jupyterlab/apputils-extension:notification": {
        "checkForUpdates": False,
        "fetchNews": "false",
    },
}


def lab(
    folder: str | None = None,
    *,
    browser: bool = True,
    port: int | None = None,
    rest: list[str] = (),
    start: bool = True,
) -> int:
    """Bring the learner's copy up to date and open JupyterLab on the page that lists the chapters.

    Args:
        folder: the copy; the one around the working folder, or else the course's `work`.
        browser: open a browser window.
        port: the first port to try.
        rest: further options, handed on to Jupyter.
        start: False updates the copy and opens nothing.

    Returns:
        Jupyter's exit code.
    """
    course = folders.root()
    copy = Path(folder).resolve() if folder else folders.learner() or course / "work"
    for line in folders.update(copy, course):
        print(line)
    chapter = folders.unfinished(copy)
    page = home.write(copy).name
    print(f"gradcourse: your copy is {copy.name}/, next is {chapter}", flush=True)
    if not start:
        return 0
    command = _command(copy, page, browser=browser, port=port)
    return _wait(subprocess.Popen([*command, *rest], cwd=copy, env=_settings(copy)))


def _command(copy: Path, page: str, *, browser: bool, port: int | None) -> list[str]:
    command = [sys.executable, "-m", "jupyterlab", f"--ServerApp.root_dir={copy}"]
    command += ["--log-level=WARN"]  # the address is still told
    command += [f"--LabApp.default_url=/lab/tree/{page}"]
    command += [] if browser else ["--no-browser"]
    command += [] if port is None else [f"--port={port}"]
    if hasattr(os, "geteuid") and os.geteuid() == 0:  # a container: Jupyter asks for this word
        command += ["--allow-root"]
    return command


def _settings(copy: Path) -> dict[str, str]:
    """Lay the course's settings where only this server reads them; the user's own win."""
    home = copy / folders.HOME / "jupyter"
    target = home / "labconfig" / "default_setting_overrides.json"
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(json.dumps(SETTINGS, indent=1), encoding="utf-8")
    paths = [os.environ.get("JUPYTER_CONFIG_PATH", ""), str(home)]
    return {**os.environ, "JUPYTER_CONFIG_PATH": os.pathsep.join(filter(None, paths))}


def _wait(process: subprocess.Popen) -> int:
    """Wait for Jupyter, which answers Ctrl-C by itself."""
    while True:
        try:
            return process.wait()
        except KeyboardInterrupt:
            continue
