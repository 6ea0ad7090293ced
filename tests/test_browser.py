"""Pages in a real browser: every cell runs, every slider moves its picture, every card answers.

JupyterLab is started on a learner's copy in a temporary folder and driven in Chromium.
"""

import contextlib
import json
import os
import re
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import nbformat
import pytest

from gradcourse import folders
from gradcourse.pictures import style  # noqa: F401  builds matplotlib's font cache beforehand

FAULTS = ("[data-mime-type='application/vnd.jupyter.error'],"
          "[data-mime-type='application/vnd.jupyter.stderr']")
COURSE = Path(__file__).resolve().parents[1]
CHAPTERS = [path.stem for path in sorted((COURSE / "chapters").glob("*.ipynb"))]
EXERCISES = [name for name in CHAPTERS if folders.exercise(name, COURSE).is_file()]
OWN_PAGE = """
import sys
sys.path.insert(0, {folder!r})
from test_lab import Dot
from gradcourse.lab import panel
panel(Dot())
"""

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.notebook]


@pytest.fixture(scope="module")
def address(browser, tmp_path_factory):
    folder, home = tmp_path_factory.mktemp("work"), tmp_path_factory.mktemp("home")
    folders.update(folder, COURSE)
    cell = nbformat.v4.new_code_cell(OWN_PAGE.format(folder=str(COURSE / "tests")))
    page = nbformat.v4.new_notebook(cells=[cell])
    page.metadata.kernelspec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(page, folder / "own.ipynb")
    with server(folder, home) as running:
        yield running


def test_a_panel_shows_its_error_and_lives_on(browser, address):
    """Also proof that a fault on a page would be seen by the tests below."""
    with opened(browser, address, "own.ipynb") as page:
        run_all(page, 60)
        assert faults(page) == []
        picture, handles = panel_parts(page, 0)
        assert len(handles) == 3
        assert moves(picture, handles[0], "ArrowRight")
        assert page.locator(".gradcourse-says").inner_text().startswith("The dot is at 0.60 m")
        handles[1].focus()
        page.keyboard.press("End")
        page.wait_for_selector(FAULTS, timeout=20_000)
        assert "nine is too many" in faults(page)[0]
        assert moves(picture, handles[1], "ArrowLeft")
        page.wait_for_selector(FAULTS, state="detached", timeout=20_000)
        assert faults(page) == []


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_every_slider_of_a_chapter_moves_its_picture(browser, address, chapter):
    with opened(browser, address, f"chapters/{chapter}.ipynb") as page:
        run_all(page, 180)
        assert faults(page) == []
        wanted = panels_asked(folders.page(chapter, COURSE))
        assert page.locator(".gradcourse-panel").count() == wanted > 0
        for number in range(wanted):
            picture, handles = panel_parts(page, number)
            assert handles
            for handle in handles:
                assert moves(picture, handle, "ArrowRight") or moves(picture, handle, "ArrowLeft")
            width = picture.evaluate("e => e.clientWidth / e.naturalWidth")
            assert 0.4 < width <= 1
        assert faults(page) == []


@pytest.mark.parametrize("chapter", EXERCISES)
def test_cards_answer_a_stub_a_wrong_and_a_right_answer(browser, address, chapter):
    cells = json.loads(folders.exercise(chapter, COURSE).read_text(encoding="utf-8"))["cells"]
    with opened(browser, address, f"exercises/{chapter}/{chapter}.ipynb") as page:
        run_all(page, 120)
        assert faults(page) == []
        checks = [i for i, cell in enumerate(cells) if exercise_checked(cell)]
        assert len(checks) >= 5
        for i in checks:
            assert "not started" in output(page, i)
        first = checks[0]
        exercise = exercise_checked(cells[first])
        wrong, right = answer(chapter, "wrong", exercise), answer(chapter, "right", exercise)
        causes = wrong.causes
        assert any(cause in solve(page, first, wrong.code, causes[0]) for cause in causes)
        assert "not started" not in output(page, first)
        said = solve(page, first, right.code, "right")
        assert re.search(r"\b(\d+(?:\.\d+)?) (?:of|/) \1 point", said), said
        assert faults(page) == []


class Answer:
    """A wrong or right answer beside the solution: its code and the causes it must be told."""

    def __init__(self, path: Path):
        self.code = path.read_text(encoding="utf-8")
        space = {}
        exec(compile(self.code, path.name, "exec"), space)
        self.exercise = space["EXERCISE"]
        self.causes = [text.lower() for text in space.get("REJECTED_BY", {}).values()]


def answer(chapter: str, kind: str, exercise: str) -> Answer:
    """Return the first answer of a kind to an exercise."""
    paths = sorted((COURSE / "solutions" / chapter / kind).glob("*.py"))
    return next(found for found in map(Answer, paths) if found.exercise == exercise)


def exercise_checked(cell: dict) -> str | None:
    """Return the exercise that a cell checks."""
    found = re.match(r"""check\(\s*["']([a-z0-9_]+\.\d+)["']""", "".join(cell["source"]))
    return found[1] if cell["cell_type"] == "code" and found else None


def panels_asked(path: Path) -> int:
    """Count the cells of a page that show a panel."""
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    code = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    return sum(len(re.findall(r"^\s*panel\(", text, re.M)) for text in code)


def panel_parts(page, number: int):
    """Return a panel's picture and its slider handles."""
    box = page.locator(".gradcourse-panel").nth(number)
    box.scroll_into_view_if_needed()
    return box.locator("img"), box.locator(".noUi-handle").all()


def moves(picture, handle, key: str) -> bool:
    """Press a key on a slider and tell whether the picture changed."""
    before = picture.get_attribute("src")
    for _ in range(3):
        handle.focus()
        handle.press(key)
        for _ in range(50):
            if picture.get_attribute("src") != before:
                return picture.evaluate("e => e.decode().then(() => e.naturalWidth > 0)")
            time.sleep(0.05)
    return False


def faults(page) -> list[str]:
    """Return the text of every error and every line on stderr."""
    return page.locator(FAULTS).all_inner_texts()


def output(page, index: int) -> str:
    """Return what a cell shows, in lower case."""
    return page.locator(".jp-Notebook .jp-Cell").nth(index).locator(
        ".jp-Cell-outputArea").inner_text().lower()


def solve(page, check: int, code: str, wanted: str) -> str:
    """Type an answer into the cell above a check, run both and return the card's text."""
    cell = page.locator(".jp-Notebook .jp-Cell").nth(check - 1)
    cell.locator(".cm-content").click()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(code)
    page.keyboard.press("Shift+Enter")
    page.keyboard.press("Shift+Enter")
    deadline = time.monotonic() + 60
    while wanted not in output(page, check) and time.monotonic() < deadline:
        time.sleep(0.1)
    wait_idle(page, 60)
    return output(page, check)


@contextlib.contextmanager
def opened(browser, address: str, path: str):
    """Open a notebook, and close its tab and kernel when done."""
    page = open_page(browser, address, path)
    try:
        yield page
    finally:
        page.close()


@contextlib.contextmanager
def server(folder: Path, home: Path):
    """Run JupyterLab on a folder, with its own settings, and yield its address."""
    port = _free_port()
    _settings(home)
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root",
               "--ip=127.0.0.1", f"--port={port}", "--ServerApp.port_retries=0",
               "--IdentityProvider.token=", "--ServerApp.password=",
               f"--ServerApp.root_dir={folder}", f"--LabApp.user_settings_dir={home / 'settings'}",
               f"--LabApp.workspaces_dir={home / 'workspaces'}"]
    with open(home / "server.log", "w", encoding="utf-8") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, env=_environment(home))
        try:
            _wait(f"http://127.0.0.1:{port}/api", process, home / "server.log")
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def open_page(browser, address: str, path: str):
    """Open a notebook in a fresh workspace and wait until its kernel is idle."""
    page = browser.new_page(viewport={"width": 1280, "height": 900}, device_scale_factor=1)
    page.goto(f"{address}/lab/workspaces/{re.sub('[^a-z0-9]', '-', path)}/tree/{path}?reset")
    page.wait_for_selector("text=/Python 3.*\\| Idle/", timeout=90_000)  # the kernel is connected
    wait_idle(page, 90)
    return page


def wait_idle(page, seconds: float) -> None:
    """Wait until the kernel has nothing to do."""
    page.wait_for_selector(".jp-Notebook-ExecutionIndicator[data-status=idle]",
                           state="attached", timeout=1000 * seconds)


def run_all(page, seconds: float) -> None:
    """Run every cell and wait until none is waiting."""
    page.click("text=Run >> nth=0")
    page.click(".lm-Menu-itemLabel:text-is('Run All Cells')")
    page.wait_for_function(
        """() => { const p = [...document.querySelectorAll('.jp-CodeCell .jp-InputPrompt')]
                     .map(e => e.textContent);
                   return p.length && !p.some(t => t.includes('[*]'))
                          && p.every(t => /\\[\\d+\\]/.test(t)); }""", timeout=1000 * seconds)
    wait_idle(page, seconds)


def _settings(home: Path) -> None:
    wanted = {"notebook-extension/tracker": '{"windowingMode": "none"}',
              "apputils-extension/notification": '{"fetchNews": "false", "checkForUpdates": false}'}
    for name, text in wanted.items():
        path = home / "settings" / "@jupyterlab" / f"{name}.jupyterlab-settings"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def _environment(home: Path) -> dict[str, str]:
    """Keep this machine's Jupyter settings out; run pages in seconds."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("JUPYTER", "GRADCOURSE"))}
    return kept | {"GRADCOURSE_MODE": "smoke", "IPYTHONDIR": str(home / "ipython"),
                   "JUPYTER_CONFIG_DIR": str(home / "config"),
                   "JUPYTER_DATA_DIR": str(home / "data"),
                   "JUPYTER_RUNTIME_DIR": str(home / "runtime")}


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def _wait(address: str, process, log: Path, seconds: float = 60) -> None:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and process.poll() is None:
        with contextlib.suppress(OSError):
            opener.open(address, timeout=2)
            return
        time.sleep(0.2)
    raise RuntimeError(f"JupyterLab did not start:\n{log.read_text(encoding='utf-8')[-2000:]}")
