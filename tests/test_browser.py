"""Pages in a real browser: every cell runs, every slider moves its picture, every card answers.

JupyterLab is started on a learner's copy in a temporary folder and driven in Chromium.
"""

import contextlib
import json
import os
import re
import shutil
import time
from pathlib import Path

import pytest

from gradcourse import folders, home
from gradcourse.pictures import style  # noqa: F401  builds matplotlib's font cache beforehand
from gradcourse.web import jupyterlab
from gradcourse.web.jupyterlab import notebook, open_lab, run_all, server, wait_idle

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

WATCH = """e => {  // counts new pictures, and those drawn while a slider moves
  const seen = e.seen = {pictures: 0, moves: 0}, wide = parseFloat(e.style.width);
  new MutationObserver(all => { seen.pictures += all.length; }).observe(e,
    {attributeFilter: ['src']});
  e.addEventListener('load', () => { seen.moves += e.naturalWidth <= wide; });
  e.moved = past => seen.moves > past.moves || seen.pictures > past.pictures + 1;
  e.decodes = async () => {
    const source = e.src;
    try { await e.decode(); } catch (fault) {
      if (e.src === source) throw fault;
      return e.decodes();  // the next picture took its place
    }
    return e.naturalWidth > 0;
  };
  e.rests = () => e.complete && e.naturalWidth > wide;
  e.within = (seconds, test) => new Promise(done => {
    const end = performance.now() + 1000 * seconds;
    const look = () => test() || performance.now() > end ? done(test()) : setTimeout(look, 20);
    look();
  });
}"""
MIN, MAX = "aria-valuemin", "aria-valuemax"

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.notebook]


@pytest.fixture(scope="module")
def address(browser, tmp_path_factory):
    folder, own = tmp_path_factory.mktemp("work"), tmp_path_factory.mktemp("home")
    folders.update(folder, COURSE)
    home.write(folder)
    if warm := os.environ.get("JUPYTER_PATH"):
        shutil.copytree(Path(warm, "kernels"), own / "data" / "kernels")
    notebook(folder / "own.ipynb", OWN_PAGE.format(folder=str(COURSE / "tests")))
    with server(folder, own) as running:
        yield running


@pytest.fixture(scope="module")
def lab(browser, address):
    """Return how to get JupyterLab: the one that is open, or a new one after a fault."""
    pages = []

    def lab():
        if not pages or pages[-1].is_closed():
            pages.append(open_lab(browser, address))
        return pages[-1]

    return lab


def test_a_panel_shows_its_error_and_lives_on(lab):
    """Also proof that a fault on a page would be seen by the tests below."""
    with opened(lab, "own.ipynb") as page:
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
def test_every_slider_of_a_chapter_moves_its_picture(lab, chapter):
    with opened(lab, f"chapters/{chapter}.ipynb") as page:
        run_all(page, 180)
        assert faults(page) == []
        wanted = panels_asked(folders.page(chapter, COURSE))
        assert page.locator(".gradcourse-panel").count() == wanted > 0
        for number in range(wanted):
            picture, handles = panel_parts(page, number)
            assert handles
            for place, handle in enumerate(handles):
                assert one_step(picture, handle)
                to_both_ends_and_back(page, number, place)
            width = picture.evaluate("e => e.clientWidth / e.naturalWidth")
            assert 0.4 < width <= 1
        assert faults(page) == []
        assert page.wrong == []


@pytest.mark.parametrize("chapter", EXERCISES)
def test_cards_answer_a_stub_a_wrong_and_a_right_answer(lab, chapter):
    cells = json.loads(folders.exercise(chapter, COURSE).read_text(encoding="utf-8"))["cells"]
    with opened(lab, f"exercises/{chapter}/{chapter}.ipynb") as page:
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
        hints_unfold(page, cells)
        points = re.search(r"right, (\S+) of", said)[1]
        assert f"{points} of " in again(page, len(cells) - 1, f"{points} of ")
        assert faults(page) == []
        assert page.wrong == []


def test_a_learner_finds_the_way(browser, address):
    """The first page lists every chapter, says what is next and leads there."""
    with contextlib.closing(open_lab(browser, address, home.PAGE)) as page:
        stored = output(page, 1)
        assert "next:" in stored and all(name[:2] in stored for name in CHAPTERS)
        run_all(page, 60)
        assert output(page, 1) == stored or "points so far" in output(page, 1)
        links = page.locator(".jp-Cell-outputArea a")
        assert links.count() >= 2 * len(CHAPTERS)
        links.first.click()
        page.wait_for_selector(f".lm-TabBar-tabLabel:has-text('{CHAPTERS[0]}')", timeout=30_000)
        assert faults(page) == []
        assert page.wrong == []


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
    picture = box.locator("img")
    picture.evaluate(WATCH)
    return picture, box.locator(".noUi-handle").all()


def one_step(picture, handle) -> bool:
    """Tell whether one step changes the picture: where there is room first, then the other way."""
    ways = ("ArrowRight", "ArrowLeft")
    return any(moves(picture, handle, key) for key in (ways[::-1] if at(handle, MAX) else ways))


def moves(picture, handle, key: str) -> bool:
    """Press a key on a slider and tell whether the picture changed."""
    return any(changes(picture, lambda: handle.press(key)) for _ in range(3))


def changes(picture, act) -> bool:
    """Do something and tell whether the picture changes.

    One picture more may be the last one, drawn denser at rest; two are not.
    """
    past = picture.evaluate("e => ({...e.seen})")
    act()
    return (picture.evaluate("(e, past) => e.within(4, () => e.moved(past))", past)
            and picture.evaluate("e => e.decodes()"))


def rests(picture) -> bool:
    """Wait until the picture is drawn denser, as it is once its sliders rest."""
    return picture.evaluate("e => e.within(20, e.rests)")


def at(handle, end: str) -> bool:
    """Tell whether a slider stands at an end."""
    return handle.get_attribute("aria-valuenow") == handle.get_attribute(end)


def to_both_ends_and_back(page, number: int, place: int) -> None:
    """Move a slider to both ends with keys, then type its opening value; the words follow."""
    box = page.locator(".gradcourse-panel").nth(number)
    picture, handle = box.locator("img"), box.locator(".noUi-handle").nth(place)
    readout, says = box.locator(".widget-readout").nth(place), box.locator(".gradcourse-says")
    assert rests(picture)  # until then the frame of the last key may still be on its way
    opening = readout.inner_text(), says.inner_text()
    for key, end in (("Home", MIN), ("End", MAX)):
        assert at(handle, end) or moves(picture, handle, key)
        assert at(handle, end)
    if readout.inner_text() == opening[0]:
        write(page, readout, opening[0])
    else:
        changes(picture, lambda: write(page, readout, opening[0]))
    wait_idle(page, 20)
    deadline = time.monotonic() + 10
    while says.inner_text() != opening[1] and time.monotonic() < deadline:
        time.sleep(0.05)
    assert rests(picture)
    assert (readout.inner_text(), says.inner_text()) == opening


def write(page, readout, value: str) -> None:
    """Type a value into a slider's readout."""
    readout.click()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(value)
    page.keyboard.press("Enter")


def hints_unfold(page, cells: list[dict]) -> None:
    """Open the first exercise's hints one after the other."""
    index = next(i for i, cell in enumerate(cells) if "".join(cell["source"]).startswith("hint("))
    folds = page.locator(".jp-Notebook .jp-Cell").nth(index).locator("details")
    assert folds.count() == 3
    for number in range(3):
        summary = folds.nth(number).locator("summary").first
        summary.focus()
        summary.press("Enter")
        assert folds.nth(number).evaluate("e => e.open && e.offsetHeight > 30")


def again(page, index: int, wanted: str) -> str:
    """Run a cell once more and return what it shows, in lower case."""
    cell = page.locator(".jp-Notebook .jp-Cell").nth(index)
    cell.locator(".cm-content").click()
    page.keyboard.press("Shift+Enter")
    deadline = time.monotonic() + 30
    while wanted not in output(page, index) and time.monotonic() < deadline:
        time.sleep(0.1)
    return output(page, index)


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
def opened(lab, path: str):
    """Open a notebook in the lab that is there, and close it; after a fault the lab as well."""
    page = lab()
    page.wrong.clear()
    try:
        with jupyterlab.opened(page, path):
            yield page
    except BaseException:
        page.close()
        raise
