"""One name, seven rooms; and which way the imports run.

Nothing here counts chapters: a new one is found by its page and must bring its rooms.
"""

import ast
import re
from pathlib import Path

import pytest

from gradcourse.notebooks.new import ROOMS, unfilled

ROOT = Path(__file__).resolve().parents[1]
LIBRARY = ROOT / "gradcourse"
CHAPTERS = sorted(path.stem for path in (ROOT / "chapters").glob("*.ipynb"))
SLUGS = [name.partition("_")[2] for name in CHAPTERS]
SHARED = {"problems", "models", "data", "wire", "evidence"}
HELPERS = {  # modules of a room that belong to no chapter
    "methods": set(),
    "pictures": {"style", "panel"},
    "checks": {"exercise", "call", "compare"},
}
# room -> what it may import of ours; a room may always import itself
ARROWS = {
    "methods": set(),
    **{module: SHARED for module in sorted(SHARED)},
    "pictures": {"methods", "recorded"} | SHARED,
    "checks": {"methods"} | SHARED,
    "recorded": {"methods"} | SHARED,
    "lab": {"checks", "pictures", "methods", "folders", "home", "recorded"} | SHARED,
    "folders": set(),
    "home": {"folders"},
}
BARE = {"wire", "folders"}  # import nothing of ours at all


def rooms(name):
    """Return the seven rooms of a chapter; a method may be a file or a package."""
    slug = name.partition("_")[2]
    return {
        "page": ROOT / "chapters" / f"{name}.ipynb",
        "method": LIBRARY / "methods" / f"{slug}.py",
        "checks": LIBRARY / "checks" / f"{slug}.py",
        "pictures": LIBRARY / "pictures" / f"{slug}.py",
        "exercise": ROOT / "exercises" / name / f"{name}.ipynb",
        "solution": ROOT / "solutions" / name / f"{name}.ipynb",
        "test": ROOT / "tests" / f"test_{slug}.py",
    }


@pytest.mark.parametrize("name", CHAPTERS)
def test_no_room_is_missing(name):
    missing = {room: str(path.relative_to(ROOT)) for room, path in rooms(name).items()
               if not (path.is_file() or (path.with_suffix("") / "__init__.py").is_file())}
    assert missing == {}, f"{name} lacks {', '.join(missing)}"


@pytest.mark.parametrize("room", ROOMS)
@pytest.mark.parametrize("name", CHAPTERS)
def test_room_is_filled(name, room):
    missing = unfilled(name, ROOT).get(room)
    assert missing is None, f"the {room} room is still the skeleton: {missing}"


@pytest.mark.parametrize("kind", ["exercises", "solutions"])
def test_no_notebook_is_left_over(kind):
    folders = sorted(path.name for path in (ROOT / kind).iterdir() if path.is_dir())
    assert folders == CHAPTERS
    found = sorted(path.relative_to(ROOT / kind).as_posix()
                   for path in (ROOT / kind).rglob("*.ipynb") if not _hidden(path))
    assert found == [f"{name}/{name}.ipynb" for name in CHAPTERS]


@pytest.mark.parametrize("name", CHAPTERS)
def test_wrong_and_right_answers_are_there(name):
    for kind in ("wrong", "right"):
        assert list((ROOT / "solutions" / name / kind).glob("*.py")), f"no {kind}/*.py"


def test_no_method_is_left_over():
    modules = _modules("methods")
    assert sorted(modules) == sorted(SLUGS)


@pytest.mark.parametrize("room", ["pictures", "checks"])
def test_every_module_of_a_room_is_a_chapter_or_serves_one(room):
    """What is named after no chapter is a helper that some other module of the room imports."""
    modules = _modules(room)
    spare = modules - set(SLUGS) - HELPERS[room]
    used = set()
    for module in sorted(modules):
        for target in imports(_file(LIBRARY / room / module)):
            if target.startswith(f"gradcourse.{room}."):
                used.add(target.split(".")[2])
    assert spare <= used, f"nothing uses {sorted(spare - used)}"


def test_chapter_numbers_are_two_digits_and_imports_contain_none():
    assert all(re.fullmatch(r"\d\d_[a-z]+", name) for name in CHAPTERS)
    assert len({name[:2] for name in CHAPTERS}) == len(CHAPTERS)
    for path in LIBRARY.rglob("*.py"):
        assert not re.search(r"\d\d_", path.stem), path


def imports(path):
    """Return the modules a file imports, with the names taken from packages of ours."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = _absolute(node, path)
            found |= {base} | {f"{base}.{alias.name}" for alias in node.names}
    return found


def _absolute(node, path):
    """Return the full name of what a `from … import` names, relative ones included."""
    if not node.level:
        return node.module
    package = path.resolve().relative_to(ROOT).parent.parts
    base = package[: len(package) - node.level + 1]
    return ".".join([*base, *filter(None, [node.module])])


def wrong_arrows(path, room):
    """Return what a file of a room imports of ours and may not."""
    ours = {name.split(".")[1] for name in imports(path) if name.startswith("gradcourse.")}
    ours &= {p.stem for p in LIBRARY.iterdir() if p.is_dir() or p.suffix == ".py"}
    allowed = set() if room in BARE else ARROWS[room] | {room}
    return sorted(ours - allowed - {"__init__"})


@pytest.mark.parametrize("room", ARROWS)
def test_imports_run_one_way(room):
    files = [LIBRARY / f"{room}.py", *sorted((LIBRARY / room).rglob("*.py"))]
    wrong = {path.name: wrong_arrows(path, room) for path in files if path.is_file()}
    assert {name: ours for name, ours in wrong.items() if ours} == {}


def test_methods_import_torch_and_nothing_of_ours():
    for path in (LIBRARY / "methods").rglob("*.py"):
        names = imports(path)
        own = {n for n in names if n.startswith("gradcourse")}
        package = f"gradcourse.methods.{path.parent.name}"
        assert not {n for n in own if not n.startswith(package)}, path.name
        heavy = {"numpy", "matplotlib", "scipy", "sklearn", "IPython", "ipywidgets"}
        foreign = {n for n in names if not n.startswith("scipy.optimize")}  # an assignment
        assert not {n.partition(".")[0] for n in foreign} & heavy, path.name


def test_a_wrong_arrow_is_seen(tmp_path):
    path = tmp_path / "x.py"
    path.write_text("def f():\n    from gradcourse.lab import begin\n", encoding="utf-8")
    assert wrong_arrows(path, "checks") == ["lab"]
    assert wrong_arrows(path, "lab") == []
    path.write_text("from gradcourse import audit, problems\n", encoding="utf-8")
    assert wrong_arrows(path, "pictures") == ["audit"]


def test_grading_stays_away_from_the_lab():
    for path in (LIBRARY / "grading").rglob("*.py"):
        assert "lab" not in wrong_arrows(path, "checks"), path.name


def _modules(room):
    paths = (LIBRARY / room).iterdir()
    return {p.stem for p in paths if (p.suffix == ".py" or (p / "__init__.py").is_file())} - {
        "__init__"}


def _file(stem):
    return stem.with_suffix(".py") if stem.with_suffix(".py").is_file() else stem / "__init__.py"


def _hidden(path):
    return ".ipynb_checkpoints" in path.parts


@pytest.mark.parametrize("name", CHAPTERS)
@pytest.mark.parametrize("room", ["pictures", "checks"])
def test_a_chapters_pictures_and_checks_are_one_module_whatever_their_parts(name, room):
    assert (LIBRARY / room / f"{name.split('_', 1)[1]}.py").is_file()
