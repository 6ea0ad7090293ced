"""The site, built and walked in a real browser: whole without network, kernel, mouse or eyes."""

import contextlib
import functools
import http.server
import importlib.util
import json
import os
import subprocess
import sys
import threading
import time
from pathlib import Path
from urllib.parse import urlsplit

import pytest

ROOT = Path(__file__).resolve().parents[1]
CHAPTERS = [path.stem for path in sorted((ROOT / "chapters").glob("*.ipynb"))]
BUDGET = 120  # seconds to build the site on two idle cores; the test allows four times as much
MOST_SITE, MOST_PAGE, MOST_PANEL = 40e6, 2e6, 300e3
DESKTOP, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 800}
FOUND = f"#search-results a[href*='chapters/{CHAPTERS[0]}.html']"
HALVES = 2  # the walk is cut in two, one for each of the tests' processes

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.notebook]


@pytest.fixture(scope="session")
def site(tmp_path_factory):
    """Build the site once for all processes of the test run."""
    _needs("sphinx", "the site's packages: make setup-site")
    own = tmp_path_factory.getbasetemp()
    shared = own.parent if os.environ.get("PYTEST_XDIST_WORKER") else own
    folder, done = shared / "site", shared / "site.json"
    with contextlib.suppress(FileExistsError):
        (shared / "site.started").touch(exist_ok=False)
        done.write_text(json.dumps(_built(folder)))
    deadline = time.monotonic() + 8 * BUDGET
    while not done.is_file() and time.monotonic() < deadline:
        time.sleep(0.5)
    told = json.loads(done.read_text())
    assert told["error"] == ""
    return folder, told["seconds"]


def _built(folder):
    """Build as `make site` does, with sockets limited to this machine."""
    began = time.monotonic()
    done = subprocess.run([sys.executable, "-m", "gradcourse.web", str(folder)], cwd=ROOT,
                          capture_output=True, text=True)
    error = done.stdout + done.stderr if done.returncode else ""
    return {"error": error, "seconds": time.monotonic() - began}


@pytest.fixture(scope="module")
def address(site):
    """Serve the site on the loopback."""
    handler = functools.partial(Quiet, directory=str(site[0]))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *words):
        pass


def pages(folder):
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*.html"))


class Visit:
    """A page in a browser, with every fault it shows."""

    def __init__(self, context, address):
        self.page, self.address, self.faults, self.weight = context.new_page(), address, [], {}
        self.page.on("console", self._console)
        self.page.on("pageerror", lambda error: self.faults.append(f"script: {error}"))
        self.page.on("requestfailed", self._lost)
        self.page.on("request", self._request)
        self.page.on("response", self._response)

    def go(self, name):
        self.page.goto(f"{self.address}/{name}", wait_until="load")
        self.page.wait_for_function("""() => !document.querySelector('.math') ||
            (window.MathJax && MathJax.startup && MathJax.startup.promise)""")
        self.page.evaluate("""() => window.MathJax && MathJax.startup &&
            MathJax.startup.promise""")
        return self.page

    def _console(self, message):
        if message.type in ("error", "warning"):
            self.faults.append(f"console: {message.text}")

    def _lost(self, request):
        if request.failure != "net::ERR_ABORTED":  # a lazy picture, when the walk goes on
            self.faults.append(f"lost: {request.url}: {request.failure}")

    def _request(self, request):
        if not request.url.startswith((self.address, "data:")):
            self.faults.append(f"off the site: {request.url}")

    def _response(self, response):
        if response.status >= 400:
            self.faults.append(f"{response.status}: {response.url}")
        path = urlsplit(response.url).path
        self.weight[path] = int(response.headers.get("content-length", 0))


EACH_LOOK_ONCE = """() => {  // ten thousand texts share some dozens of colours, sizes and grounds
    const clear = 'rgba(0, 0, 0, 0)', seen = new Set(), kinds = new Set();
    for (const span of document.querySelectorAll('.highlight span'))
        if (kinds.has(span.className)) span.replaceWith(...span.childNodes);
        else kinds.add(span.className);
    const ground = e => e && (s => [s.backgroundColor === clear ? '' : s.backgroundColor,
        s.backgroundImage === 'none' ? '' : s.backgroundImage, s.opacity === '1' ? '' : s.opacity,
        ground(e.parentElement)].join(''))(getComputedStyle(e)) || '';
    for (const e of document.body.querySelectorAll('*')) {
        delete e.dataset.look;
        const said = [...e.childNodes].some(n => n.nodeType === Node.TEXT_NODE && n.data.trim());
        if (!said || !e.checkVisibility()) continue;
        const s = getComputedStyle(e);
        const look = [s.color, s.fontSize, s.fontWeight, s.textShadow, ground(e)].join();
        if (!seen.has(look)) e.dataset.look = seen.add(look).size;
    }
}"""


@contextlib.contextmanager
def visit(browser, address, **settings):
    context = browser.new_context(reduced_motion="reduce", **settings)
    try:
        yield Visit(context, address)
    finally:
        context.close()


def axe():
    import axe_playwright_python

    return (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text("utf-8")


def violations(page, script):
    """Return axe's violations of level serious or above, but for contrast."""
    return _axe(page, script, "document", "rules: {'color-contrast': {enabled: false}}")


def too_faint(page, script):
    """Return the texts whose contrast is too low, each look once."""
    page.evaluate(EACH_LOOK_ONCE)
    return _axe(page, script, "{include: [['[data-look]']]}", "runOnly: ['color-contrast']")


def _axe(page, script, where, which):
    if not page.evaluate("() => Boolean(window.axe)"):
        page.add_script_tag(content=script)
    return page.evaluate(f"""() => axe.run({where}, {{preload: false, {which},
        resultTypes: ['violations']}}).then(r =>
        r.violations.filter(v => ['serious', 'critical'].includes(v.impact)).map(v =>
            v.id + ': ' + v.nodes.slice(0, 3).map(n => n.html.slice(0, 160)).join(' | ')))""")


def test_it_builds_in_time(site):
    assert site[1] < 4 * BUDGET


def test_its_size(site):
    folder = site[0]
    assert sum(p.stat().st_size for p in folder.rglob("*") if p.is_file()) < MOST_SITE
    for panel in (folder / "frames").glob("*/*"):
        assert sum(frame.stat().st_size for frame in panel.iterdir()) <= MOST_PANEL, panel


def test_every_chapter_its_exercises_and_every_guide_are_there(site):
    there = pages(site[0])
    for name in CHAPTERS:
        assert f"chapters/{name}.html" in there
        assert f"exercises/{name}/{name}.html" in there
    for guide in ("learners", "instructors", "ledger", "syllabus", "benchmarks", "gallery"):
        assert f"docs/{guide}.html" in there


@pytest.mark.parametrize("half", range(HALVES))
def test_every_page_is_whole_and_accessible(browser, site, address, half):
    script, wrong = axe(), []
    with visit(browser, address, viewport=DESKTOP) as seen:
        for name in pages(site[0])[half::HALVES]:
            seen.page.emulate_media(color_scheme="light")
            page = seen.go(name)
            found = too_faint(page, script) + violations(page, script) + order(page)
            page.emulate_media(color_scheme="dark")
            page.wait_for_selector("html[data-theme=dark]", state="attached")
            found += [f"{fault} (dark)" for fault in too_faint(page, script)]
            wrong += [f"{name}: {fault}" for fault in found]
    assert wrong + list(dict.fromkeys(seen.faults)) == []


@pytest.mark.parametrize("half", range(HALVES))
def test_every_page_fits_a_phone(browser, site, address, half):
    wrong = []
    with visit(browser, address, viewport=PHONE, has_touch=True, is_mobile=True) as seen:
        for name in pages(site[0])[half::HALVES]:
            page = seen.go(name)
            wide = page.evaluate("document.documentElement.scrollWidth")
            wrong += [f"{name}: {wide} pixels wide"] if wide > PHONE["width"] + 1 else []
    assert wrong + seen.faults == []


def order(page):
    """Return headings that skip a level, and pictures without a word for who cannot see them."""
    levels = page.evaluate("""() => [...document.querySelectorAll(
        ':is(article, .bd-search-container) :is(h1, h2, h3, h4)')]
        .map(h => Number(h.tagName[1]))""")
    found = [f"h{a} is followed by h{b}"
             for a, b in zip(levels, levels[1:], strict=False) if b > a + 1]
    found += ["no h1"] if levels[:1] != [1] else []
    return found + page.evaluate("""() => [...document.images].filter(i => !i.alt &&
        i.getAttribute('aria-hidden') !== 'true').map(i => 'no alt: ' + i.src)""")


@pytest.fixture(scope="class")
def opened(browser, address, chapter):
    """A chapter's page, opened once for its tests."""
    with visit(browser, address, viewport=DESKTOP) as seen:
        seen.go(f"chapters/{chapter}.html")
        yield seen


@pytest.mark.parametrize("chapter", CHAPTERS, scope="class")  # all tests of one, then the next
class TestEveryChapter:
    def test_it_is_light(self, opened, chapter):
        for picture in opened.page.locator("article img").all():
            if picture.is_visible():
                picture.scroll_into_view_if_needed()
        opened.page.wait_for_load_state("networkidle")
        weight = {path: size for path, size in opened.weight.items() if "/mathjax/" not in path}
        assert sum("/frames/" in path for path in weight) > 5 * asked(chapter)
        assert sum(weight.values()) < MOST_PAGE

    def test_every_panel_moves_without_a_kernel(self, opened, chapter):
        """To both ends and back, by keyboard; each frame is another picture in words."""
        panels = opened.page.locator(".gc-panel").all()
        assert len(panels) == asked(chapter) > 0
        for panel in panels:
            slider = panel.locator("input[type=range]")
            opening = look(panel)
            assert panel.locator("label").inner_text().strip()
            ends = [moved(panel, slider, key) for key in ("Home", "End")]
            assert len({opening["frame"], *(end["frame"] for end in ends)}) >= 2
            assert ends[0]["value"] != ends[1]["value"]
            for _ in range(40):
                if look(panel)["frame"] == opening["frame"]:
                    break
                slider.press("ArrowLeft")
            assert look(panel) == opening
        assert opened.faults == []


def test_the_first_page_moves_too(browser, site, address):
    with visit(browser, address, viewport=DESKTOP) as seen:
        panel = seen.go("index.html").locator(".gc-panel")
        opening = look(panel)
        assert moved(panel, panel.locator("input[type=range]"), "End") != opening
        assert seen.faults == []


def moved(panel, slider, key):
    """Press a key and return what is seen once the new frame is decoded."""
    slider.focus()
    slider.press(key)
    over = panel.locator(".gc-over")
    assert over.evaluate("""e => e.hidden || Promise.all(
        [e, e.parentElement.firstElementChild].map(image => image.decode())).then(() =>
        e.naturalWidth === e.parentElement.firstElementChild.naturalWidth)""")
    return look(panel)


def look(panel):
    return {"frame": panel.get_attribute("data-frame"),
            "value": panel.locator("output").inner_text(),
            "spoken": panel.locator("input").get_attribute("aria-valuetext"),
            "says": panel.locator(".gc-says").inner_text()}


def asked(chapter):
    cells = json.loads((ROOT / "chapters" / f"{chapter}.ipynb").read_text("utf-8"))["cells"]
    code = ["".join(c["source"]) for c in cells if c["cell_type"] == "code"]
    return sum(line.startswith("panel(") for text in code for line in text.splitlines())


def test_a_finger_moves_a_slider(browser, site, address):
    with visit(browser, address, viewport=PHONE, has_touch=True, is_mobile=True) as seen:
        page = seen.go(f"chapters/{CHAPTERS[0]}.html")
        panel = page.locator(".gc-panel").first
        before = look(panel)
        slider = panel.locator("input")
        slider.scroll_into_view_if_needed()
        box = slider.bounding_box()
        assert box["height"] >= 44
        page.touchscreen.tap(box["x"] + 0.9 * box["width"], box["y"] + box["height"] / 2)
        assert look(panel) != before


def test_without_scripts_a_panel_is_its_strip(browser, site, address):
    with visit(browser, address, viewport=DESKTOP, java_script_enabled=False) as seen:
        seen.page.goto(f"{address}/chapters/{CHAPTERS[0]}.html")
        panel = seen.page.locator(".gc-panel").first
        assert not panel.locator("input").is_visible()
        strip = panel.locator("noscript img, :scope > .gc-scroll img").first
        strip.scroll_into_view_if_needed()
        assert strip.is_visible() and len(strip.get_attribute("alt")) > 20


def test_it_works_from_the_file_system(browser, site):
    with visit(browser, site[0].as_uri(), viewport=DESKTOP) as seen:
        page = seen.go(f"chapters/{CHAPTERS[0]}.html")
        assert page.locator("mjx-container svg").count() > 10
        panel = page.locator(".gc-panel").first
        assert moved(panel, panel.locator("input"), "End")["frame"] != "0"
        page.goto(f"{site[0].as_uri()}/search.html?q=momentum")
        page.wait_for_selector(FOUND, timeout=20_000)
        assert seen.faults == []


def test_search_finds_a_chapter_from_the_keyboard(browser, site, address):
    with visit(browser, address, viewport=DESKTOP) as seen:
        page = seen.go("index.html")
        page.keyboard.press("Control+k")
        page.keyboard.type("momentum")
        page.keyboard.press("Enter")
        page.wait_for_selector(FOUND, timeout=20_000)
        assert seen.faults == []


def test_axe_would_see_a_fault(browser, site, address):
    with visit(browser, address, viewport=DESKTOP) as seen:
        page = seen.go("index.html")
        page.evaluate("document.querySelector('article').innerHTML += '<img src=\"x.png\">'")
        assert any(found.startswith("image-alt") for found in violations(page, axe()))


@pytest.mark.parametrize("where", ["article", "article p", "footer"])
def test_axe_would_see_a_faint_text_among_many(browser, site, address, where):
    with visit(browser, address, viewport=DESKTOP) as seen:
        page = seen.go("docs/learners.html")
        assert too_faint(page, axe()) == []
        page.evaluate("""where => { const all = document.querySelectorAll(where);
            all[all.length - 1].insertAdjacentHTML('beforeend',
            '<span style="color: #999; background: #fff">faint</span>'); }""", where)
        assert any(found.startswith("color-contrast") for found in too_faint(page, axe()))


def _needs(module, what):
    if importlib.util.find_spec(module):
        return
    if os.environ.get("CI") == "true" and not os.environ.get("PINS"):
        pytest.fail(f"there are not {what}")
    pytest.skip(f"there are not {what}")
