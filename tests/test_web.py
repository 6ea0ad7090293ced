"""What the site is made of, without building it: frames, facts, tables, links, pictures."""

import io
import json
import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from gradcourse import folders, home
from gradcourse.pictures.panel import Slider
from gradcourse.pictures.style import FAILURE, METHOD
from gradcourse.web import api, docstring, facts, notebook, parts, show
from gradcourse.web import frames as drawing
from gradcourse.web.launch import Repository, repository

ROOT = Path(__file__).resolve().parents[1]
CHAPTERS = folders.chapters(ROOT)
KNOWN = facts.chapters(ROOT)


class Spot:
    """A panel small enough to draw many times."""

    alt = "A spot that moves."
    sliders = (Slider("place", "place", 0, 40, 10, 1), Slider("size", "size", 1, 9, 3, 1))

    def __init__(self, noise=False):
        self.noise = noise

    def start(self):
        return {"place": 10, "size": 3}

    def look(self, place):
        pixels = np.full((60, 200, 3), 255, np.uint8)
        pixels[20:40, 4 * place : 4 * place + 20] = tuple(bytes.fromhex(METHOD[1:]))
        pixels[:4] = tuple(bytes.fromhex(FAILURE[1:]))
        if self.noise:
            pixels = np.random.default_rng(place).integers(0, 256, (60, 200, 3), np.uint8)
        file = io.BytesIO()
        Image.fromarray(pixels).save(file, "PNG")
        return file.getvalue(), f"at {place}"


def pixels(data):
    return np.asarray(Image.open(io.BytesIO(data)).convert("RGBA"))


class TestFrames:
    def test_each_frame_laid_over_the_opening_is_the_panels_own_picture(self):
        panel, drawn = Spot(), drawing.frames(Spot())
        opening = pixels(drawn.frames[drawn.opening].image)
        assert (opening[..., 3] == 255).all()
        for frame, place in zip(drawn.frames, drawing.settings(panel.sliders[0], 21), strict=True):
            over = pixels(frame.image)
            seen = np.where(over[..., 3:] > 0, over, opening)[..., :3]
            assert np.array_equal(seen, pixels(panel.look(place)[0])[..., :3])
            assert (frame.value, frame.says) == (str(place), f"at {place}")

    def test_only_what_differs_is_stored(self):
        drawn = drawing.frames(Spot())
        shares = [(pixels(f.image)[..., 3] > 0).mean() for f in drawn.frames]
        assert sorted(shares)[-2] < 0.1

    def test_a_panel_too_busy_is_refused_with_its_weight(self, monkeypatch):
        monkeypatch.setattr(drawing, "MOST", 5000)
        with pytest.raises(ValueError, match=r"five frames of Spot weigh \d+ bytes, more than"):
            drawing.frames(Spot(noise=True), stops=5)

    @pytest.mark.parametrize("slider", [
        Slider("a", "a", 0.05, 4.2, 1.9, 0.01), Slider("b", "b", 1, 80, 1, 1),
        Slider("c", "c", 0.1, 1000.0, 2.0, 0.1, log=True), Slider("d", "d", 0, 1, 1, 1)])
    def test_settings_hold_both_ends_and_the_start(self, slider):
        values = drawing.settings(slider, 21)
        assert values[0] == slider.low and values[-1] == slider.high and slider.start in values
        assert values == sorted(set(values)) and len(values) <= 22

    def test_kept_frames_are_drawn_again_when_a_source_changes(self, tmp_path, monkeypatch):
        source, count = tmp_path / "source.py", []
        monkeypatch.setattr(drawing, "frames", lambda panel: count.append(1) or "drawn")
        for text in ("one", "one", "two"):
            source.write_text(text)
            assert drawing.kept(Spot(), [source], tmp_path / "kept") == "drawn"
        assert len(count) == 2


class TestFacts:
    @pytest.mark.parametrize("chapter", KNOWN, ids=lambda c: c.name)
    def test_points_and_minutes_are_those_of_the_chapters_own_table(self, chapter):
        page = folders.page(chapter.name, ROOT)
        cells = json.loads(page.read_text("utf-8"))["cells"]
        text = "\n".join("".join(c["source"]) for c in cells if c["id"].endswith("-exercises"))
        rows = re.findall(r"^\| *[a-z]+\.\d+ *\|.*\| *(\d+) *\| *\d *\| *(\d+) *\|$", text, re.M)
        assert chapter.points == sum(int(points) for points, _ in rows)
        assert chapter.solving == sum(int(minutes) for _, minutes in rows)
        assert f" {chapter.solving} minutes to solve" in chapter.time

    @pytest.mark.parametrize("chapter", KNOWN, ids=lambda c: c.name)
    def test_a_chapter_follows_one_it_names(self, chapter):
        above = facts.parent(chapter, KNOWN)
        assert (above is None) == (not chapter.after)
        assert above is None or above.number in chapter.needs

    def test_a_title_cell_that_says_too_little_is_named(self, tmp_path):
        page = json.loads((ROOT / "chapters" / f"{CHAPTERS[0]}.ipynb").read_text("utf-8"))
        page["cells"][0]["source"] = "# A title\n"
        (tmp_path / "chapters").mkdir()
        (tmp_path / "chapters" / f"{CHAPTERS[0]}.ipynb").write_text(json.dumps(page))
        with pytest.raises(ValueError, match="lacks its sentence, You need, minutes to read"):
            facts.chapters(tmp_path)


class TestParts:
    def test_the_ledger_has_a_row_for_every_claim(self):
        text = parts.ledger(KNOWN)
        assert text.count('class="gc-verdict"') == sum(len(c.claims) for c in KNOWN) > 0
        counts = [int(n) for n in re.findall(r"<li><b>(\d+)</b>", text)]
        assert sum(counts) == sum(len(c.claims) for c in KNOWN)

    def test_the_map_and_the_syllabus_name_every_chapter_once(self):
        for text in (parts.trails(KNOWN), parts.syllabus(KNOWN)):
            assert [text.count(f"{c.name}.html") for c in KNOWN] == [
                1 if text.startswith("<nav") else 2] * len(KNOWN)

    def test_what_was_not_measured_says_so(self, tmp_path):
        assert "Not measured" in parts.benchmarks(tmp_path) + parts.speed(tmp_path)
        (tmp_path / "benchmarks").mkdir()
        record = {"date": "2026-01-02", "rows": [{"name": "<ours>", "seconds": 0.12345}]}
        (tmp_path / "benchmarks" / "panels.json").write_text(json.dumps(record))
        shown = parts.speed(tmp_path)
        assert "0.123" in shown and "&lt;ours&gt;" in shown and "2026-01-02" in shown

    def test_the_tables_of_the_benchmarks_are_shown_one_heading_lower(self, tmp_path):
        (tmp_path / "benchmarks").mkdir()
        (tmp_path / "benchmarks" / "results.json").write_text("{}")
        (tmp_path / "benchmarks" / "README.md").write_text("# Benchmarks\n\nText.\n\n## One\n")
        assert parts.benchmarks(tmp_path) == "Text.\n\n### One\n"

    def test_an_unknown_part_is_refused(self):
        with pytest.raises(ValueError, match="no part 'weather'"):
            parts.fill("<!-- part: weather -->", KNOWN, ROOT)


class TestLaunch:
    def test_links_are_made_from_one_setting(self):
        links = Repository("https://github.com/o/n/", "main", "https://hub.example").links("a.ipynb")
        assert links == {
            "Binder": "https://mybinder.org/v2/gh/o/n/main?urlpath=lab%2Ftree%2Fa.ipynb",
            "your hub": "https://hub.example/hub/user-redirect/git-pull?repo=https%3A%2F%2Fgithub."
                        "com%2Fo%2Fn&branch=main&urlpath=lab%2Ftree%2Fn%2Fa.ipynb"}
        assert Repository().links("a.ipynb") == {}

    def test_the_workflow_sets_it(self, monkeypatch):
        monkeypatch.setenv("GRADCOURSE_REPOSITORY", "https://github.com/x/y")
        assert repository(ROOT).address == "https://github.com/x/y"
        for name in ("pages", "release"):
            text = (ROOT / ".github" / "workflows" / f"{name}.yml").read_text("utf-8")
            assert "GRADCOURSE_REPOSITORY:" in text and "secrets." not in text


class TestNotebook:
    @pytest.mark.parametrize("name", CHAPTERS)
    def test_an_exercise_shows_cards_and_hints_without_running(self, name):
        page = notebook.exercise(folders.exercise(name, ROOT))
        shown = ["".join(o["data"]["text/html"] for o in c["outputs"])
                 for c in page["cells"] if c["cell_type"] == "code"]
        asked = len(folders.asked(folders.exercise(name, ROOT)))
        assert sum("not started" in text.lower() for text in shown) == asked
        assert sum("Pseudocode" in text for text in shown) == asked

    def test_a_panel_nobody_listed_is_refused(self, tmp_path):
        with pytest.raises(ValueError, match="this panel is not in PANELS"):
            notebook.chapter(folders.page(CHAPTERS[0], ROOT), {}, tmp_path)


class TestApi:
    def test_stars_and_bars_are_only_signs(self):
        text = docstring.as_html("Take |x| * 2, `y`.\n\nArgs:\n    x: a < b.\n    **how: more.\n")
        assert "<p>Take |x| * 2, <code>y</code>.</p>" in text
        assert "<dt><code>x</code></dt><dd>a &lt; b.</dd>" in text and "**how" in text

    def test_every_method_has_its_page(self):
        for name in CHAPTERS:
            text = api.page(f"methods.{folders.slug(name)}")
            assert text.count("\n## ") >= 2 and "```python" in text


class TestHome:
    @pytest.fixture
    def copy(self, tmp_path):
        folders.update(tmp_path / "work", ROOT)
        return tmp_path / "work"

    def test_it_lists_the_chapters_and_begins_with_the_first(self, copy):
        text = home.overview(copy)
        assert text.startswith("**Next:** read [") and f"chapters/{CHAPTERS[0]}.ipynb" in text
        assert text.count("| 0 of ") == len(CHAPTERS)
        for link in re.findall(r"\]\(([^)]+)\)", text):
            assert (copy / link).is_file()

    def test_it_knows_what_is_done_and_what_is_next(self, copy):
        first = home.steps(copy)[0]
        entries = {t.id: {"points": t.points, "max": t.points, "state": "right", "tries": 1}
                   for t in first.tasks}
        last = first.tasks[-1]
        del entries[last.id]
        (copy / ".gradcourse" / "progress.json").write_text(json.dumps(entries))
        text = home.overview(copy)
        assert f"**Next:** [{last.id} · {last.title}]" in text and "| begun |" in text
        assert f"| {first.points - last.points} of {first.points} |" in text
        entries[last.id] = {"points": last.points, "state": "right", "tries": 2}
        (copy / ".gradcourse" / "progress.json").write_text(json.dumps(entries))
        text = home.overview(copy)
        assert "| solved |" in text and f"chapters/{CHAPTERS[1]}.ipynb" in text.splitlines()[0]

    def test_points_are_those_of_the_checks(self, copy):
        told = {step.name: step.points for step in home.steps(copy)}
        assert told == {c.name: sum(e.points for e in c.exercises) for c in KNOWN}

    def test_a_page_the_learner_changed_stays(self, copy):
        path = home.write(copy)
        page = json.loads(path.read_text("utf-8"))
        assert "Next" in page["cells"][1]["outputs"][0]["data"]["text/markdown"]
        page["cells"][0]["source"] = "mine"
        path.write_text(json.dumps(page))
        home.write(copy)
        assert json.loads(path.read_text("utf-8"))["cells"][0]["source"] == "mine"


class TestPictures:
    def test_the_first_is_drawn_by_its_script(self):
        from gradcourse.web import pictures

        stored = Image.open(ROOT / "docs" / "pictures" / "bowl.png").convert("RGB")
        fresh = pictures.bowl().resize(stored.size, Image.Resampling.LANCZOS)
        apart = np.abs(np.asarray(stored, float) - np.asarray(fresh, float))
        assert apart.mean() < 2

    def test_every_panel_has_its_picture_by_light_and_by_night(self):
        wanted = {f"{chapter}-{name}-{theme}" for chapter, name in show.panels(ROOT)
                  for theme in ("light", "dark")}
        found = {path.stem: path for path in (ROOT / "docs" / "panels").glob("*.webp")}
        assert set(found) == wanted, "python -m gradcourse.web.pictures takes them"
        assert max(path.stat().st_size for path in found.values()) < 90_000

    def test_the_readme_shows_pictures_that_are_there(self):
        text = (ROOT / "README.md").read_text("utf-8")
        shown = re.findall(r"(docs/pictures/[\w-]+\.png)", text)
        assert len(set(shown)) >= 2
        assert all((ROOT / path).is_file() for path in shown)
