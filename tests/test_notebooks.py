"""The author's tools on a small course: derive, refresh, lint, run."""

import base64
import copy
import importlib.util
import io
import json
import re
import shutil
import sys
from pathlib import Path

import pytest
from PIL import Image, PngImagePlugin

from gradcourse import notebooks
from gradcourse.notebooks import files
from gradcourse.notebooks.kernel import execute
from gradcourse.notebooks.stamp import bare, code_hash

here = Path(__file__).parent
spec = importlib.util.spec_from_file_location("toy_course", here / "toy_course.py")
toy = importlib.util.module_from_spec(spec)
spec.loader.exec_module(toy)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    root = toy.make(tmp_path_factory.mktemp("made"))
    assert notebooks.refresh(root=root)
    assert notebooks.derive(root=root)
    return root


@pytest.fixture
def course(made, tmp_path):
    shutil.copytree(made, tmp_path / "course")
    return tmp_path / "course"


def page_of(course, kind="chapters"):
    path = files.page_path(kind, "00_toy", course)
    return path, files.read(path)


def cell_of(notebook, id):
    return next(cell for cell in notebook["cells"] if cell["id"] == id)


# derive


def test_derived_exercise_has_a_stub_and_no_solution(course):
    _, exercise = page_of(course, "exercises")
    source = cell_of(exercise, "toy-halve")["source"]
    assert source == ('def halve(x):\n    """Return half of x."""\n'
                      '    raise NotImplementedError("toy.1: not started")\n')
    assert cell_of(exercise, "toy-why-answer")["source"] == "*Your answer here.*"
    assert "SOLUTION" not in files.text_of(exercise)


def test_derived_cells_carry_nbgrader_metadata(course):
    _, exercise = page_of(course, "exercises")
    keys = ("grade", "solution", "locked", "points")

    def grading(id):
        meta = cell_of(exercise, id)["metadata"]["nbgrader"]
        return tuple(meta.get(key) for key in keys)

    assert grading("toy-halve") == (False, True, False, None)
    assert grading("toy-halve-check") == (True, False, True, 2)
    assert grading("toy-why-answer") == (True, True, False, 4)


def test_derive_gives_the_same_bytes_and_drops_outputs(course):
    _, solution = page_of(course, "solutions")
    fresh = files.text_of(notebooks.derive_notebook(solution))
    ran = copy.deepcopy(solution)
    cell = cell_of(ran, "toy-halve-check")
    cell["outputs"] = [{"output_type": "stream", "name": "stdout", "text": "4"}]
    cell["execution_count"] = 3
    before = copy.deepcopy(ran)
    assert files.text_of(notebooks.derive_notebook(ran)) == fresh
    assert ran == before
    assert notebooks.derive(check=True, root=course) == []


def test_derive_check_names_what_differs_and_writes_nothing(course):
    path, exercise = page_of(course, "exercises")
    exercise["cells"][0]["source"] = "# Edited by hand"
    files.write(path, exercise)
    kept = path.read_bytes()
    assert notebooks.derive("toy", check=True, root=course) == [path]
    assert path.read_bytes() == kept
    assert notebooks.derive("toy", root=course) == [path]
    assert notebooks.derive(check=True, root=course) == []


@pytest.mark.parametrize(("source", "said"), [
    ("def halve(x):\n    ### BEGIN SOLUTION\n    return 1\n", "without an END"),
    ("def halve(x):\n    return 1\n    ### END SOLUTION\n", "without a BEGIN"),
    ("### BEGIN SOLUTION\nhalve = 1\n### END SOLUTION", "inside a function"),
    ("def other(x):\n    ### BEGIN SOLUTION\n    return 1\n    ### END SOLUTION", "no check cell"),
    ("def halve(x):\n    if x:\n    ### BEGIN SOLUTION\n        return 1\n    ### END SOLUTION\n",
     "no Python"),
    ('def halve(x):\n    ### BEGIN SOLUTION\n    return 1\n    ### END SOLUTION\n'
     'check("toy.1", halve)', "never cut"),
])
def test_derive_refuses_what_it_cannot_cut(source, said):
    solution = toy.solution()
    cell_of(solution, "toy-halve")["source"] = source
    with pytest.raises(ValueError, match=said):
        notebooks.derive_notebook(solution)


def test_points_come_from_the_registry(monkeypatch):
    solution = toy.solution()
    del cell_of(solution, "toy-halve-check")["metadata"]["points"]
    exercise = notebooks.derive_notebook(solution, points=lambda id: {"toy.1": 3.0}[id])
    assert cell_of(exercise, "toy-halve-check")["metadata"]["nbgrader"]["points"] == 3


def test_unknown_names_are_refused_in_one_line(course):
    for tool in (notebooks.derive, notebooks.refresh, notebooks.run, notebooks.lint):
        with pytest.raises(ValueError, match="no page 'nine'.*00_toy") as caught:
            tool("nine", root=course)
        assert "\n" not in str(caught.value)


# refresh


def test_refreshed_page_is_clean(course):
    path, page = page_of(course)
    counts = [cell["execution_count"] for cell in files.code_cells(page)]
    assert counts == list(range(1, len(counts) + 1))
    assert set(page["metadata"]) == {"gradcourse", "kernelspec", "language_info"}
    assert "widget-view" not in path.read_text(encoding="utf-8")
    strip, note = cell_of(page, "toy-panel")["outputs"]
    assert strip["metadata"]["image/png"]["alt"] == "a strip"
    assert "sliders" in note["data"]["text/plain"]
    assert cell_of(page, "toy-twin")["outputs"][0]["text"] == "0.5\n2\n"
    assert page["metadata"]["gradcourse"]["hash"] == code_hash(page, "00_toy", course)


def test_refresh_again_changes_nothing_and_keeps_equal_pictures(course):
    path, page = page_of(course)
    old = cell_of(page, "toy-panel")["outputs"][0]["data"]
    image = Image.open(io.BytesIO(base64.b64decode(old["image/png"])))
    note, out = PngImagePlugin.PngInfo(), io.BytesIO()
    note.add_text("made", "elsewhere")
    image.save(out, "PNG", pnginfo=note)
    other = base64.b64encode(out.getvalue()).decode()
    assert other != old["image/png"]
    old["image/png"] = other
    files.write(path, page)
    assert notebooks.refresh(root=course) == []
    cell_of(page, "toy-panel")["source"] = toy.PANEL.replace("picture(9)", "picture(8)")
    files.write(path, page)
    assert notebooks.refresh(root=course) == [path]
    assert cell_of(page_of(course)[1], "toy-panel")["outputs"][0]["data"]["image/png"] != other


@pytest.mark.parametrize(("source", "said"), [
    ("1 / 0", "toy-twin: ZeroDivisionError"),
    ("import sys\nprint('x', file=sys.stderr)", "toy-twin: .*stderr"),
    ("import os\nprint(os.path.join('/home', 'someone', 'x'))", "toy-twin: a path"),
    ("print(object())", "toy-twin: a memory address"),
])
def test_refresh_refuses_and_leaves_the_file(course, source, said):
    path, page = page_of(course)
    cell_of(page, "toy-twin")["source"] = source
    files.write(path, page)
    kept = path.read_bytes()
    with pytest.raises(ValueError, match=said):
        notebooks.refresh(root=course)
    assert path.read_bytes() == kept


def test_stamp_counts_code_and_neither_docstrings_nor_comments(course):
    method = course / "gradcourse" / "methods" / "toy.py"
    assert notebooks.stale(root=course) == []
    code = method.read_text(encoding="utf-8")
    reworded = code.replace("Return half of x.", "Halve x.").replace("x / 2\n", "x / 2  # half\n")
    method.write_text(reworded, encoding="utf-8")
    assert reworded != code
    assert notebooks.stale(root=course) == []
    method.write_text(code.replace("return x / 2", "return x / 3"), encoding="utf-8")
    assert notebooks.stale(root=course) == [course / "chapters" / "00_toy.ipynb"]


def test_stamp_counts_of_shared_code_only_what_the_page_reaches(course):
    problems = course / "gradcourse" / "problems.py"
    page = toy.notebook([toy.code("toy-one", "%magic"),
                         toy.code("toy-two", "from gradcourse.problems import bowl")])
    before = "def bowl():\n    return depth()\n\n\ndef depth():\n    return 1\n"
    stamps = []
    for code in (before, before + "\n\ndef other():\n    return 2\n", before.replace("1", "3")):
        problems.write_text(code, encoding="utf-8")
        stamps.append(code_hash(page, "00_toy", course))
    assert stamps[0] == stamps[1] != stamps[2]


def test_bare_code_keeps_strings_that_are_no_docstrings():
    assert bare('def f():\n    """Doc.\n\n    More."""\n    # why\n    return "# no"\n') == (
        'def f():\n    return "# no"')
    assert bare("%magic") == "%magic"


# run


def test_run_prints_a_line_and_the_ledger(course, capsys):
    (result,) = notebooks.run("toy", mode="smoke", progress=False, root=course)
    assert result.ok and result.name == "00_toy"
    assert [claim["verdict"] for claim in result.claims] == ["reproduced"]
    setup = cell_of(result.notebook, "toy-setup")
    assert setup["outputs"][0]["text"] == "mode smoke\n"
    printed = capsys.readouterr().out
    assert "00_toy: ok" in printed
    assert "0A  reproduced  half is half [0.4 to 0.6]" in printed


def test_run_shows_a_progress_bar(course, capfd):
    notebooks.run("toy", mode="smoke", root=course)
    assert re.search(r"00_toy: +\d+%.*\d/10 .*cell/s", capfd.readouterr().err)


@pytest.mark.parametrize(("given", "said"), [
    ({"mode": "fast"}, "mode must be one of"),
    ({"device": "abacus"}, "device must be one of"),
    ({"seed": -1}, "seed must be"),
    ({"parameters": {"mod": 1}}, "no parameter 'mod'; there is mode, seed, device"),
])
def test_run_refuses_before_it_runs(course, monkeypatch, given, said):
    monkeypatch.setattr(sys.modules["gradcourse.notebooks.run"], "execute", None)
    with pytest.raises(ValueError, match=said) as caught:
        notebooks.run("toy", root=course, **given)
    assert "\n" not in str(caught.value)


def test_failing_page_names_its_cell(course, capsys):
    path, page = page_of(course)
    cell_of(page, "toy-twin")["source"] = "raise KeyError('left')"
    files.write(path, page)
    (result,) = notebooks.run("toy", mode="smoke", progress=False, root=course)
    assert not result.ok
    assert result.error == "cell toy-twin: KeyError: 'left'"
    assert "00_toy: cell toy-twin: KeyError" in capsys.readouterr().out


def test_failing_callback_fails_the_run(course):
    path, page = page_of(course)
    cell_of(page, "toy-twin")["source"] = (
        "out = ipywidgets.Output()\ndisplay(out)\nwith out:\n    1 / 0")
    files.write(path, page)
    (result,) = notebooks.run("toy", mode="smoke", progress=False, root=course)
    assert result.error == "a widget's callback: ZeroDivisionError: division by zero"


def test_kernel_starts_in_the_page_folder_without_warning_offline(course, capfd):
    path, page = page_of(course)
    cell_of(page, "toy-twin")["source"] = (
        "import os, socket\nprint(os.path.basename(os.getcwd()))\n"
        "try:\n    socket.create_connection(('192.0.2.1', 80), timeout=1)\n"
        "except PermissionError as error:\n    print('refused', error)")
    files.write(path, page)
    done = execute(path)
    assert done.error == ""
    text = cell_of(done.notebook, "toy-twin")["outputs"][0]["text"]
    assert text.startswith("chapters\nrefused no network here")
    assert "encryption" not in capfd.readouterr().err  # ipykernel's warning at each start


def test_importing_the_tools_is_light():
    import subprocess

    code = ("import sys, gradcourse.notebooks\n"
            "print([m for m in ('torch', 'papermill', 'nbformat') if m in sys.modules])")
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "[]"


# lint


def test_good_page_has_no_fault(course):
    assert notebooks.lint(root=course) == []


def _set(id, source):
    return lambda page: cell_of(page, id).update(source=source)


def _output(id, output):
    return lambda page: cell_of(page, id).update(outputs=[output])


def _stream(text, name="stdout"):
    return {"output_type": "stream", "name": name, "text": text}


def _data(data, metadata=None):
    return {"output_type": "display_data", "data": data, "metadata": metadata or {}}


def _drop(id):
    return lambda page: page["cells"].remove(cell_of(page, id))


def _swap(page):
    cells = page["cells"]
    cells[5], cells[6], cells[7] = cells[7], cells[5], cells[6]


def _again(page):
    page["cells"].append(toy.md("toy-steps", "twice"))


BAD = {
    "order: a code cell tagged 'twin' is missing": _drop("toy-twin"),
    "order: a code cell tagged 'panel' is missing": _drop("toy-panel"),
    "order: 'twin' must come before": _swap,
    "order: begin with a markdown cell": _drop("toy-title"),
    "order: the last code cell calls .end()": _drop("toy-colophon"),
    "parameters: write exactly": _set("toy-parameters", toy.PARAMETERS + "\nextra = 1"),
    "parameters: the setup cell calls begin": _set("toy-setup", toy.HELPERS.replace("begin", "b")),
    "ids: this id is used twice": _again,
    "ids: an id reads toy-word": lambda page: page["cells"][4].update(id="other-steps"),
    "ids: this id was made by a machine":
        lambda page: page["cells"][4].update(id="toy-steps-1f3a9b2c"),
    "length: 26 lines": _set("toy-twin", "\n".join(["x = 1"] * 26)),
    "length: 151 words": _set("toy-steps", "## Steps\n\n" + "word " * 150),
    "length: more than 2 displayed": _set("toy-steps", "## Steps\n" + "$$x$$\n" * 3),
    "syntax: no Python": _set("toy-twin", "def f(:"),
    "forbidden: the library is installed": _set("toy-twin", "import sys\nsys.path.append('x')"),
    "forbidden: no shell": _set("toy-twin", "!pip install x"),
    "forbidden: no %cd": _set("toy-twin", "%cd .."),
    "forbidden: ask begin": _set("toy-twin", "x = 'cuda'"),
    "forbidden: cure the warning": _set("toy-twin", "warnings.filterwarnings('ignore')"),
    "forbidden: the style is set": _set("toy-twin", "plt.rcParams['x'] = 1"),
    "forbidden: nothing is downloaded": _set("toy-twin", "fetch_openml('mnist')"),
    "forbidden: pages use no network: do not import urllib":
        _set("toy-twin", "from urllib.request import urlopen"),
    "balance: an odd number of $$": _set("toy-steps", "## Steps\n\n$$x"),
    "balance: an odd number of $:": _set("toy-steps", "## Steps\n\n$x"),
    "balance: close <details>": _set("toy-steps", "## Steps\n\n<details>"),
    "filled: to be filled in: three sentences":
        _set("toy-steps", "## Steps\n\nFILL: three sentences"),
    "headings: a second title": _set("toy-steps", "# Steps"),
    "headings: a heading of level 4 after level 1": _set("toy-steps", "#### Steps"),
    "alt: this picture": _set("toy-steps", "## Steps\n\n![](00_toy.ipynb)"),
    "alt: this output's picture": _output("toy-twin", _data({"image/png": "aGk="})),
    "links: the link nowhere.md leads nowhere": _set("toy-steps", "## S\n\n[x](nowhere.md)"),
    "links: the link ../solutions/00_toy/00_toy.ipynb leaves":
        _set("toy-steps", "## S\n\n[x](../solutions/00_toy/00_toy.ipynb)"),
    "decimals: 0.73 is neither": _set("toy-steps", "## Steps\n\nIt is 0.73."),
    "equations: equation (0.4) is not in the docstring": _set("toy-steps", "## S\n\nSee (0.4)."),
    "equations: equation (0.1) is not checked": _set("toy-check", "1"),
    "counts: execution count 9": lambda page: page["cells"][1].update(execution_count=9),
    "compared: tagged nbval-check-output": lambda page: page["cells"][7].update(outputs=[]),
    "stored: something was written to stderr": _output("toy-twin", _stream("x", "stderr")),
    "stored: a path of this machine: /home/ada": _output("toy-twin", _stream("in /home/ada/x")),
    "stored: a live widget": _output(
        "toy-twin", _data({"application/vnd.jupyter.widget-view+json": {"model_id": "1"}})),
    "stored: the cell failed": _output(
        "toy-twin", {"output_type": "error", "ename": "E", "evalue": "v", "traceback": []}),
    "stored: widget state": lambda page: page["metadata"].update(widgets={}),
    "stamp: stale": _set("toy-twin", "print(3)"),
    "shape: not valid": lambda page: page["cells"][1].update(colour="red"),
    "shape: the kernelspec": lambda page: page["metadata"]["kernelspec"].update(name="xpython"),
}


@pytest.mark.parametrize("fault", BAD)
def test_linter_names_the_fault(course, fault):
    path, page = page_of(course)
    BAD[fault](page)
    path.write_text(json.dumps(page), encoding="utf-8")
    found = notebooks.lint(path, root=course)
    assert any(fault in line for line in found), found
    assert all(line.startswith("chapters/00_toy.ipynb: ") for line in found)


def test_each_rule_has_a_bad_page():
    from gradcourse.notebooks.lint import RULES

    assert set(RULES) == {fault.partition(":")[0] for fault in BAD}


def test_linter_names_spelling_and_outputs_of_exercises(course):
    path, exercise = page_of(course, "exercises")
    cell_of(exercise, "toy-progress")["outputs"] = [_stream("3")]
    path.write_text(json.dumps(exercise), encoding="utf-8")
    found = "\n".join(notebooks.lint("toy", root=course))
    assert "exercises/00_toy/00_toy.ipynb: toy-progress: counts: an exercise holds no" in found
    assert "exercises/00_toy/00_toy.ipynb: page: shape: spelt otherwise" in found


@pytest.mark.parametrize("text", [
    "It is 0.5.", "About 0.4 to 0.6.", "arXiv:1905.11881v2", "Theorem 3.2", "`1.2.3`",
    "[x](https://host/0.77)",
])
def test_decimals_that_are_computed_or_names_pass(course, text):
    path, page = page_of(course)
    cell_of(page, "toy-steps")["source"] = "## Steps\n\n" + text
    files.write(path, page)
    assert notebooks.lint(path, root=course) == []


def test_unreadable_file_is_refused_in_one_line(course):
    path = course / "chapters" / "00_toy.ipynb"
    path.write_text("{", encoding="utf-8")
    with pytest.raises(ValueError, match="no readable notebook") as caught:
        notebooks.lint(path, root=course)
    assert "\n" not in str(caught.value)
