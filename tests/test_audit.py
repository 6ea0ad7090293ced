"""The audit finds what is wrong with an exercise, and nothing where all is well."""

import nbformat
import pytest

from gradcourse import answers
from gradcourse import audit as tool
from gradcourse.audit import audit
from gradcourse.checks import EXERCISES, Exercise, refuses, same
from gradcourse.mutants import Clock, bounded, mutants
from gradcourse.wire import Stopped

ANSWER = """
def poly(x, *, lr):
    ### BEGIN SOLUTION
    if lr <= 0:
        raise ValueError(f"lr must be > 0, got {lr}")
    total = 3 * x
    for k in range(2):
        total = total + lr * k
    return total
    ### END SOLUTION
"""
WRONG = """EXERCISE = "toy.1"
REJECTED_BY = {"value": "you took it away"}

def poly(x, *, lr):
    if not lr > 0:
        raise ValueError(f"lr must be > 0, got {lr}")
    return 3 * x - lr
"""
RIGHT = WRONG.replace("- lr", "+ lr").replace("REJECTED_BY", "NOTE")


@pytest.fixture
def course(tmp_path, monkeypatch):
    """Make a course of one exercise."""
    toy = Exercise(id="toy.1", name="poly", title="Poly", points=2)

    @toy.check("value")
    def value(call, draw):
        x, lr = draw.normal(2), draw.uniform(0.1, 1.0)
        causes = [(3 * x - lr, "you took it away")]
        got = call("poly", x, lr=lr).value
        return same(got, 3 * x + lr, tried="poly(x)", causes=causes)

    @toy.check("bad lr")
    def bad(call, draw):
        asked = {"mentions": ("lr",), "cause": "refuse it"}
        return refuses(call, "poly", draw.normal(2), lr=-draw.uniform(), **asked) or refuses(
            call, "poly", draw.normal(2), lr=0.0, **asked
        )

    monkeypatch.setattr(tool, "load", lambda slug: {"toy.1": toy})
    folder = tmp_path / "solutions" / "00_toy"
    put(folder, "wrong/minus", WRONG)
    put(folder, "right/sum", RIGHT)
    write(folder, ANSWER)
    yield folder
    EXERCISES.pop("toy.1", None)


def put(folder, name, source):
    path = folder / f"{name}.py"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(source, encoding="utf-8")


def write(folder, answer):
    cells = [
        "%matplotlib inline\nimport torch\nfrom gradcourse.lab import begin, check",
        "begin('00_toy')\nraise SystemExit",
        answer,
        'check("toy.1", poly)',
    ]
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(c) for c in cells])
    nbformat.write(book, folder / "00_toy.ipynb")


def faults(folder, lines=None, **options):
    lines = [] if lines is None else lines
    report = audit("toy", seeds=5, out=lines.append, root=folder.parents[1], **options)
    return report.faults


def test_a_sound_exercise_has_no_fault(course):
    lines = []
    assert faults(course, lines) == []
    report = "\n".join(lines)
    assert "toy.1     2       full      none     1 of 1  1 of 1" in report
    assert "minus" in report and "1 of 2  5 of 5" in report and lines[-1] == "0 faults"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (("3 * x", "4 * x"), "toy.1 solution: 5 of 5 seeds, first seed 0: it fails 'value'"),
        (("def poly", "def other"), "no check cell asks for 'other'"),
        (("    ### END SOLUTION", ""), "the notebook cannot be cut: "),
    ],
)
def test_a_wrong_solution_is_a_fault(course, change, words):
    write(course, ANSWER.replace(*change))
    found = faults(course)
    assert any(words in fault for fault in found)


def test_a_starter_that_earns_points_is_a_fault(course):
    free = ANSWER.replace("    ### BEGIN SOLUTION\n    if lr <= 0", "    if lr <= 0").replace(
        "    total = 3", "    ### BEGIN SOLUTION\n    total = 3"
    )
    write(course, free)
    assert any(fault.startswith("toy.1 starter: 3 of 3 seeds") for fault in faults(course))


@pytest.mark.parametrize(
    ("source", "words"),
    [
        (WRONG.replace("took it away", "other"), "it fails 'value' (you took it away)"),
        (WRONG.replace('"value"', '"bad lr"'), "it passes 'bad lr'; it fails 'value'"),
        (WRONG.replace("3 * x - lr", "3 * x + lr"), "it passes 'value'"),
        (WRONG.replace("toy.1", "toy.9"), "EXERCISE is 'toy.9'"),
        (WRONG.replace("def poly", "def other"), "defines no poly"),
        (WRONG.replace("REJECTED_BY", "REJECTED"), "REJECTED_BY belongs"),
        (WRONG + "\n)", "unmatched"),
        (WRONG.replace("return", "while True: pass\n    return"), "does not come to an end"),
        (WRONG + "\nraise ValueError('at the top')\n", "stopped with ValueError"),
    ],
)
def test_a_wrong_answer_that_fails_otherwise_than_declared_is_a_fault(
    course, monkeypatch, source, words
):
    monkeypatch.setattr(tool, "Clock", lambda limit: Clock(1000))
    put(course, "wrong/minus", source)
    assert any("minus" in fault and words in fault for fault in faults(course))


def test_a_right_answer_that_fails_is_a_fault(course):
    put(course, "right/sum", 'EXERCISE = "toy.1"\n\ndef poly(x, *, lr):\n    return 3 * x + lr\n')
    assert any("right/sum" in fault and "'bad lr'" in fault for fault in faults(course))


def test_an_exercise_needs_right_and_wrong_answers(course):
    (course / "wrong" / "minus.py").unlink()
    assert faults(course) == ["toy.1: no wrong answer"]


def test_weak_checks_are_a_fault_unless_the_line_is_marked(course):
    weak = ANSWER.replace("total = 3 * x", "total = 3 * x\n    unused = lr + 1 + lr + 2 + lr")
    write(course, weak)
    assert any("mutants killed, 90% wanted" in fault for fault in faults(course))
    write(course, weak.replace("2 + lr", "2 + lr  # equivalent: never used"))
    assert faults(course) == []


def test_a_check_that_breaks_is_a_fault(course):
    def broken(call, draw):
        return call("poly", 1.0, lr=1.0).value.nothing

    EXERCISES["toy.1"].check("broken")(broken)
    assert any("a check itself broke: AttributeError" in fault for fault in faults(course))


def test_another_seed_is_another_question(course):
    table = WRONG.replace("- lr", "+ (lr if lr < 0.5 else 0)")
    put(course, "wrong/minus", table)
    lines = []
    audit("toy", seeds=40, out=lines.append, root=course.parents[1])
    assert any("of 40 seeds, first seed" in line for line in lines)


def test_an_unknown_chapter_and_no_seeds_are_refused(course):
    with pytest.raises(ValueError, match="there are: 00_toy"):
        audit("other", root=course.parents[1])
    with pytest.raises(ValueError, match="seeds must be >= 1, got 0"):
        audit("toy", seeds=0, root=course.parents[1])


# ---------------------------------------------------------------- mutants


def changes(body, name="f"):
    return {m.change for m in mutants(f"def {name}(a, b):\n    {body}\n", name)}


@pytest.mark.parametrize(
    ("body", "wanted"),
    [
        ("return a + b", {"a + b -> a - b", "a + b -> a", "a + b -> b"}),
        ("return a * b", {"a * b -> a / b", "a * b -> a", "a * b -> b"}),
        ("return a ** 2", {"a ** 2 -> a * 2", "2 -> 3", "2 -> 1"}),
        ("return -a", {"-a -> a"}),
        ("return 0.5", {"0.5 -> 1", "0.5 -> 0.25"}),
        ("a += b", {"a += b -> the other operator"}),
        ("for k in range(b): a = k", {"range(b) -> one more", "range(b) -> one less"}),
        ("if a < b: return a", {"a < b -> the other comparison", "a < b -> >"}),
        ("a.append(b)", {"a.append(b) -> left out"}),
        ("return a.min()", {"a.min -> max"}),
        ("return a, b", {"return (a, b) -> part 2 with the other sign"}),
    ],
)
def test_mutants_change_one_place(body, wanted):
    assert wanted <= changes(body)


def test_mutants_leave_words_and_other_functions_alone():
    assert changes('"""Doc."""\n    raise ValueError(f"{a + 1}")') == set()
    program = "def g():\n    return 1 + 1\n\ndef f():\n    pass\n"
    assert mutants(program, "f") == []


def test_every_mutant_is_python_and_differs():
    sources = [mutant.source for mutant in mutants(ANSWER, "poly")]
    assert len(set(sources)) == len(sources) > 10
    for source in sources:
        compile(source, "mutant", "exec")


def test_loops_are_bounded():
    space = {"__tick__": Clock(50)}
    with pytest.raises(Stopped, match="come to an end"):
        exec(compile(bounded("while True:\n    pass"), "loop", "exec"), space)


def test_the_kept_program_of_a_notebook_runs_nothing():
    cells = [{"cell_type": "code", "source": s} for s in ("!ls\nimport os", "os.abort()", "n = 3")]
    assert answers.program({"cells": cells}) == "import os\n\nn = 3\n"
