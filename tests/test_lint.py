"""The frozen rules of the linter, limit by limit: what just fails, and what just passes."""

import importlib.util
from pathlib import Path

import pytest

from gradcourse import notebooks
from gradcourse.notebooks import files
from gradcourse.notebooks.rules_cells import FORBIDDEN

spec = importlib.util.spec_from_file_location("toy_course",
                                              Path(__file__).parent / "toy_course.py")
toy = importlib.util.module_from_spec(spec)
spec.loader.exec_module(toy)
STEPS, TWIN = "toy-steps", "toy-twin"


@pytest.fixture
def course(tmp_path):
    """The small course, never run: what that costs is in UNRUN."""
    root = toy.make(tmp_path)
    notebooks.derive(root=root)
    return root


UNRUN = ("counts", "compared", "stamp")


def lint(course, kind, change):
    """Change one page, and return the faults that running it would not cure."""
    path = files.page_path(kind, "00_toy", course)
    page = files.read(path)
    change(page)
    files.write(path, page)
    found = [line.partition(": ")[2] for line in notebooks.lint(path, root=course)]
    return [line for line in found if line.split(": ")[1] not in UNRUN]


def cell_of(page, id):
    return next(cell for cell in page["cells"] if cell["id"] == id)


def put(id, source):
    return lambda page: cell_of(page, id).update(source=source)


def prose(text):
    return put(STEPS, "## Steps\n\n$$x^+ = x/2 \\tag{0.1}$$\n\n" + text)


def named(id):
    return lambda page: cell_of(page, STEPS).update(id=id)


def drop(id):
    return lambda page: page["cells"].remove(cell_of(page, id))


def to_end(id):
    def move(page):
        cell = cell_of(page, id)
        page["cells"].remove(cell)
        page["cells"].append(cell)
    return move


def printed(text):
    output = {"output_type": "stream", "name": "stdout", "text": text}
    return lambda page: cell_of(page, TWIN).update(outputs=[output])


def picture(metadata):
    output = {"output_type": "display_data", "data": {"image/png": "aGk="}, "metadata": metadata}
    return lambda page: cell_of(page, TWIN).update(outputs=[output])


WORDS_148 = "word " * 148  # with the heading's one: 149
BAD = {
    # limits
    "26 lines": (put(TWIN, "\n".join(["x = 1"] * 26)), "length: 26 lines of code"),
    "151 words": (prose(WORDS_148 + "and two"), "length: 151 words"),
    "words after formulas": (prose("$a b c$ " + WORDS_148 + "and two"), "length: 151 words"),
    "3 displays": (prose("$$a$$\n\n$$b$$"), "length: more than 2 displayed"),
    # ids
    "capitals": (named("toy-Steps"), "ids: an id reads toy-word"),
    "no slug": (named("steps"), "ids: an id reads toy-word"),
    "a number": (named("toy-12"), "ids: an id reads toy-word"),
    "hexadecimal": (named("toy-cell-0f3a9b2c"), "ids: this id was made by a machine"),
    # order
    **{f"no {tag}": (drop(f"toy-{id}"), f"order: a code cell tagged '{tag}' is missing")
       for tag, id in (("parameters", "parameters"), ("setup", "setup"), ("panel", "panel"),
                       ("twin", "twin"), ("nbval-check-output", "ledger"),
                       ("colophon", "colophon"))},
    "setup late": (to_end("toy-setup"), "order: 'setup' must come before 'panel'"),
    "ledger late": (to_end("toy-ledger"), "order: the last code cell calls .end()"),
    "a line before the title": (put("toy-title", "Hello\n# How?"), "order: begin with a markdown"),
    "another default": (put("toy-parameters", toy.PARAMETERS.replace("read", "smoke")),
                        "parameters: write exactly"),
    # pictures
    "blank alt": (prose("![ ](00_toy.ipynb)"), "alt: this picture has no alt text"),
    "img without alt": (prose('<img src="00_toy.ipynb">'), "alt: this picture has no alt text"),
    "img with empty alt": (prose('<img src="00_toy.ipynb" alt="">'), "alt: this picture"),
    "an output's blank alt": (picture({"image/png": {"alt": " "}}), "alt: this output's picture"),
    # forbidden
    "sys.path": (put(TWIN, "import sys\nsys.path.insert(0, '.')"), "forbidden: the library is"),
    "shell": (put(TWIN, "  !ls"), "forbidden: no shell"),
    "os.system": (put(TWIN, "import os\nos.system('ls')"), "forbidden: no shell"),
    "subprocess": (put(TWIN, "import subprocess"), "forbidden: no shell"),
    "%pip": (put(TWIN, "%pip install x"), "forbidden: no %cd"),
    "%%bash": (put(TWIN, "%%bash\nls"), "forbidden: no %cd"),
    "cuda:0": (put(TWIN, 'x = "cuda:0"'), "forbidden: ask begin"),
    ".cuda()": (put(TWIN, "x = y.cuda()"), "forbidden: ask begin"),
    "simplefilter": (put(TWIN, "from warnings import simplefilter"), "forbidden: cure"),
    "catch_warnings": (put(TWIN, "warnings.catch_warnings(action='ignore')"), "forbidden: cure"),
    "rcParams": (put(TWIN, "rcParams['a'] = 1"), "forbidden: the style is set"),
    "from_url": (put(TWIN, "load_state_dict_from_url('x')"), "forbidden: nothing is downloaded"),
    "requests": (put(TWIN, "import requests as r"), "forbidden: pages use no network"),
    "inside a function": (put(TWIN, "def f():\n    import socket"), "forbidden: pages use no net"),
    # decimals
    "a new decimal": (prose("It is 0.51."), "decimals: 0.51 is neither"),
    "a negative one": (prose("It is -0.51."), "decimals: -0.51 is neither"),
    "without a zero": (prose("It is .51."), "decimals: .51 is neither"),
    "in a table": (prose("| a |\n|---|\n| 7.25 |"), "decimals: 7.25 is neither"),
    "in a formula": (prose("$x = 7.25$"), "decimals: 7.25 is neither"),
    "in a picture's words only": (
        lambda page: (picture({"image/png": {"alt": "at 0.51"}})(page),
                      prose("It is 0.51.")(page)), "decimals: 0.51 is neither"),
    # links
    "a link to nothing": (prose("[x](01_next.ipynb)"), "links: the link 01_next.ipynb leads"),
    "a picture's link": (prose("![a](a.png)"), "links: the link a.png leads nowhere"),
    "an href": (prose('<a href="gone.md">x</a>'), "links: the link gone.md leads nowhere"),
    "a reference": (prose("[x][1]\n\n[1]: gone.md"), "links: the link gone.md leads nowhere"),
    "out of the copy": (prose("[x](../gradcourse/methods/toy.py)"), "leaves the learner's copy"),
    # outputs
    "an address": (printed("<object at 0x7f3bc0a81c10>"), "stored: a memory address"),
    "a drive": (printed("C:\\Users\\ada"), "stored: a path of this machine"),
    "a home": (printed("/Users/ada/x"), "stored: a path of this machine"),
}


@pytest.mark.parametrize("name", BAD)
def test_what_just_fails(course, name):
    change, said = BAD[name]
    found = lint(course, "chapters", change)
    assert any(said in line for line in found), found


GOOD = {
    "as it is": lambda page: None,
    "25 lines": put(TWIN, "\n".join(["x = 1"] * 25)),
    "150 words": prose(WORDS_148 + "one"),
    "2 displays": prose("$$a$$"),
    "html": prose("<details><summary>A</summary>\nB\n</details>"),
    "dollars in code": prose("`$` costs"),
    "an escaped dollar": prose("5 \\$"),
    "an id with a number": named("toy-derive-d1"),
    "a known decimal": prose("It is 0.5 and -0.5."),
    "a rounded literal": put("toy-title", "# How?\n\nAbout 0.5."),
    "a paper": prose("arXiv:1905.11881, Section 3.2, Python 3.11"),
    "links": prose("[x](https://a.b/0.77) [y](#steps) [z](../exercises/00_toy/00_toy.ipynb) "
                   '<a href="00_toy.ipynb">w</a>'),
    "a picture with words": picture({"image/png": {"alt": "a dot"}}),
    "words like a path": printed("and/or, 1/2, https://x.org/home/y"),
}


@pytest.mark.parametrize("name", GOOD)
def test_what_just_passes(course, name):
    assert lint(course, "chapters", GOOD[name]) == []


@pytest.mark.parametrize(("kind", "change", "said"), [
    ("solutions", drop("toy-progress"), "order: the last code cell calls progress()"),
    ("solutions", drop("toy-setup"), "order: a code cell tagged 'setup' is missing"),
    ("exercises", put("toy-progress", "1"), "order: the last code cell calls progress()"),
    ("exercises", put("toy-halve-task", "## Halve\n\n[x](../../README.md)"), "links: "),
    ("solutions", put("toy-why-task", "## Why?\n\n" + "word " * 150), "length: 151 words"),
])
def test_exercises_and_solutions_are_held_to_the_rules_too(course, kind, change, said):
    found = lint(course, kind, change)
    assert any(said in line for line in found), found


def test_the_lines_of_a_solution_do_not_count(course):
    long = toy.STEP.replace("    return x / 2\n", "    x = x\n" * 30 + "    return x / 2\n")
    assert lint(course, "solutions", put("toy-halve", long)) == []


def test_each_pattern_of_forbidden_code_is_tried():
    """A rule without a bad page would be a wish."""
    said = [words.partition("forbidden: ")[2] for _, words in BAD.values() if "forbidden" in words]
    for remedy in FORBIDDEN.values():
        assert any(remedy.startswith(words) for words in said), remedy
