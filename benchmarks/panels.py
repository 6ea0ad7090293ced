"""How fast a panel answers: from a key press to the new picture, in JupyterLab in a real browser.

`python -m benchmarks.panels` measures every panel on its chapter's page, in a learner's folder and
with JupyterLab's own settings, and writes `panels.json` beside it.  A press counts from the
browser's key event to the frame after the new picture is decoded; presses come slowly, so
that each finds the machine idle.  A burst is thirty presses, thirty a second, and settles when the
last picture of it is shown.  The denser one that follows once the slider rests is not counted.
"""

import itertools
import json
import os
import platform
import statistics
import sys
import tempfile
import time
from pathlib import Path

from gradcourse import folders
from gradcourse.web import show
from gradcourse.web.jupyterlab import browser, open_lab, run_all, server, wait_idle

PRESSES, WARM, PAUSE = 20, 4, 0.7  # measured, thrown away before, seconds between them
BURST, EVERY = 30, 1 / 30  # presses, seconds between them
GOAL = {"median_ms": 60, "p90_ms": 100, "burst_s": 0.5}
WATCH = """panel => {
  const picture = panel.querySelector('img');
  const seen = window.seen = {key: 0, shown: 0, count: 0};
  const wide = parseFloat(picture.style.width);
  panel.addEventListener('keydown', () => { seen.key = performance.now(); }, true);
  new MutationObserver(() => picture.decode().catch(() => 0).then(() =>
    requestAnimationFrame(() => { if (picture.naturalWidth <= wide) {
      seen.shown = performance.now(); seen.count += 1; } })
  )).observe(picture, {attributes: true, attributeFilter: ['src']});
}"""


def main() -> int:
    """Measure every panel and write the file."""
    rows = []
    with tempfile.TemporaryDirectory() as folder, browser() as running:
        work, home = Path(folder) / "work", Path(folder) / "home"
        folders.update(work)
        with server(work, home, windowing=None) as address:
            for chapter, known in itertools.groupby(show.panels(), key=lambda pair: pair[0]):
                page = open_lab(running, address, f"chapters/{chapter}.ipynb")
                run_all(page, 300)
                for number, names in enumerate(known):
                    rows.append(_row(page, number, *names))
                    print(rows[-1], flush=True)
                page.close()
    record = {"date": time.strftime("%Y-%m-%d"), "machine": _machine(),
              "command": "python -m benchmarks.panels", "goal": GOAL, "rows": rows}
    path = Path(__file__).with_name("panels.json")
    path.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
    return 0


def _row(page, number: int, chapter: str, name: str) -> dict:
    box = page.locator(".gradcourse-panel").nth(number)
    box.scroll_into_view_if_needed()
    wait_idle(page, 60)
    box.evaluate(WATCH)
    handles = box.locator(".noUi-handle")
    times = sorted(_sweep(page, handles.first))
    if handles.count() > 1:  # another setting of the second slider: no frame is remembered
        handles.nth(1).focus()
        for key in ("ArrowRight", "ArrowLeft", "ArrowLeft"):
            handles.nth(1).press(key)
    burst = _burst(page, handles.first)
    row = {"chapter": chapter, "panel": name, "median_ms": round(statistics.median(times)),
           "p90_ms": round(times[int(0.9 * len(times))]), "burst_s": round(burst, 2)}
    met = all(row[key] <= most for key, most in GOAL.items())
    return row | {"goal": "met" if met else "missed"}


def _sweep(page, handle) -> list[float]:
    """Press from the low end on, each time to a frame not drawn before; return milliseconds."""
    handle.focus()
    handle.press("Home")
    wait_idle(page, 60)
    times = []
    for _ in range(WARM + PRESSES):
        if handle.get_attribute("aria-valuenow") == handle.get_attribute("aria-valuemax"):
            break
        before = page.evaluate("seen.count")
        handle.press("ArrowRight")
        time.sleep(PAUSE)  # asking all the while would keep the browser busy
        if _changed(page, before):
            times.append(page.evaluate("seen.shown - seen.key"))
    return times[WARM:]


def _changed(page, before: int) -> bool:
    """Wait for the new picture; False when the kernel is done and drew the same one again."""
    deadline = time.monotonic() + 20
    while page.evaluate("seen.count") == before and time.monotonic() < deadline:
        time.sleep(0.02)
        if time.monotonic() > deadline - 17:  # three seconds without a picture
            wait_idle(page, 60)
            break
    return page.evaluate("seen.count") > before


def _burst(page, handle) -> float:
    """Press thirty times and return the seconds from the last press to the last picture."""
    handle.focus()
    handle.press("Home")
    wait_idle(page, 60)
    for _ in range(BURST):
        page.keyboard.press("ArrowRight")
        time.sleep(EVERY)
    count = -1
    while page.evaluate("seen.count") != count:
        count = page.evaluate("seen.count")
        time.sleep(1)
    return max(0.0, page.evaluate("seen.shown - seen.key") / 1000)


def _machine() -> str:
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else float("nan")
    return (f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, "
            f"load {load:.1f} at the end")


if __name__ == "__main__":
    sys.exit(main())
