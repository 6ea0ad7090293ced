"""Exercises judge fairly: solutions earn all, starters nothing, wrong answers their sentence."""

import ast
import runpy
from functools import cache
from pathlib import Path

import pytest

from gradcourse import checks
from gradcourse.notebooks import files
from gradcourse.notebooks.derive import derive_notebook

ROOT = Path(__file__).resolve().parents[1]
SOURCES = sorted(ROOT.glob("solutions/*/*.ipynb"))
SLUGS = [path.stem for path in SOURCES]
WRONG = sorted(ROOT.glob("solutions/*/wrong/*.py"))
RIGHT = sorted(ROOT.glob("solutions/*/right/*.py"))
SEEDS = ("1", "2")


def exercises(slug):
    """List the exercises of 00_descent that code answers."""
    found = checks.load(slug.partition("_")[2]).values()
    return [exercise for exercise in found if exercise.kind == "code"]


def named(path):
    return f"{path.parents[1].name}-{path.stem}"


@cache
def notebook(slug):
    return files.read(ROOT / "solutions" / slug / f"{slug}.ipynb")


def cell(page, id):
    return next(c["source"] for c in page["cells"] if c["id"] == id)


def answers(page, slug):
    """Define the imports of a page and all its answers; never run its checks."""
    space = {}
    for part in page["cells"]:
        if part["cell_type"] != "code":
            continue
        for node in ast.parse(part["source"]).body:
            ours = isinstance(node, ast.ImportFrom) and (node.module or "").endswith(".lab")
            if isinstance(node, ast.Import | ast.ImportFrom | ast.FunctionDef) and not ours:
                exec(compile(ast.Module([node], []), slug, "exec"), space)
    return space


@cache
def answer(path):
    space = runpy.run_path(str(path))
    return checks.find(space["EXERCISE"]), space


def judged(exercise, space, seed):
    return checks.run(exercise, checks.local_call(space[exercise.name]), seed)


def test_there_are_chapters_to_test():
    assert SLUGS and WRONG and RIGHT


@pytest.mark.parametrize("slug", SLUGS)
def test_solution_earns_full_marks(slug):
    space = answers(notebook(slug), slug)
    for exercise in exercises(slug):
        for seed in SEEDS:
            result = judged(exercise, space, seed)
            assert (result.state, result.points) == ("right", exercise.points), result.failures


@pytest.mark.parametrize("slug", SLUGS)
def test_starter_earns_nothing_and_is_called_not_started(slug):
    space = answers(derive_notebook(notebook(slug)), slug)
    for exercise in exercises(slug):
        result = judged(exercise, space, SEEDS[0])
        assert (result.state, result.points) == ("not started", 0)
        assert set(result.failures.values()) == {"not started"}


@pytest.mark.parametrize("slug", SLUGS)
def test_an_answer_that_returns_nothing_earns_nothing(slug):
    for exercise in exercises(slug):
        result = checks.run(exercise, checks.local_call(**{exercise.name: lambda *a, **k: None}))
        assert result.points == 0, [o.check for o in result.outcomes if o.passed]


@pytest.mark.parametrize("path", WRONG, ids=named)
def test_wrong_answer_is_told_the_declared_causes(path):
    exercise, space = answer(path)
    for seed in SEEDS:
        assert judged(exercise, space, seed).failures == space["REJECTED_BY"], f"seed {seed}"


@pytest.mark.parametrize("path", RIGHT, ids=named)
def test_right_answer_in_another_style_passes(path):
    exercise, space = answer(path)
    for seed in SEEDS:
        assert judged(exercise, space, seed).failures == {}, f"seed {seed}"


@pytest.mark.parametrize("slug", SLUGS)
def test_each_exercise_ships_enough_answers(slug):
    for exercise in exercises(slug):
        mine = [p.parent.name for p in WRONG + RIGHT
                if p.parents[1].name == slug and answer(p)[0] is exercise]
        assert mine.count("wrong") >= 3 and mine.count("right") >= 1, exercise.id


@pytest.mark.parametrize("path", WRONG + RIGHT, ids=named)
def test_answer_file_holds_literals_and_its_function(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    said = {n.targets[0].id: ast.literal_eval(n.value) for n in tree.body
            if isinstance(n, ast.Assign) and n.targets[0].id in ("EXERCISE", "REJECTED_BY")}
    exercise = checks.find(said["EXERCISE"])
    assert exercise.name in [getattr(node, "name", None) for node in tree.body]
    assert set(said.get("REJECTED_BY", {})) <= {check.name for check in exercise.checks}
    assert bool(said.get("REJECTED_BY")) == (path.parent.name == "wrong")


@pytest.mark.parametrize("slug", SLUGS)
def test_task_says_the_points_the_exercise_gives(slug):
    for exercise in exercises(slug):
        text = cell(notebook(slug), exercise.id.replace(".", "-") + "-task")
        word = "point" if exercise.points == 1 else "points"
        assert f"## {exercise.id} · {exercise.title}" in text
        assert f"{exercise.points} {word} · difficulty {exercise.difficulty} of 5" in text
        assert f"{exercise.minutes} minutes" in text


@pytest.mark.parametrize("slug", SLUGS)
def test_chapter_has_five_exercises_with_hints(slug):
    found = exercises(slug)
    assert len(found) >= 5
    assert all(1 <= exercise.points <= 5 and len(exercise.hints) == 3 for exercise in found)


@pytest.mark.parametrize("slug", SLUGS)
def test_the_chapter_lists_the_exercises_as_they_are(slug):
    page = files.read(ROOT / "chapters" / f"{slug}.ipynb")
    lines = [line for c in page["cells"] if c["cell_type"] == "markdown"
             for line in c["source"].splitlines()]
    rows = [[word.strip() for word in line.strip("| ").split("|")] for line in lines]
    listed = {row[0]: row[-3:] for row in rows if row[0].startswith(slug.partition("_")[2] + ".")}
    for exercise in exercises(slug):
        wanted = (exercise.points, exercise.difficulty, exercise.minutes)
        assert listed[exercise.id] == [f"{number:g}" for number in wanted], exercise.id
