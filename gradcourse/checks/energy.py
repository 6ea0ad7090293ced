"""FILL: the graded exercises of chapter 05, in a line."""

from gradcourse.checks.compare import Failure
from gradcourse.checks.exercise import Exercise

FIRST = Exercise(
    id="energy.1",
    name="first",
    title="FILL: its name",
    points=1,
    difficulty=1,
    minutes=5,
    hints=("FILL: a nudge.", "FILL: the formula, with its tag.", "FILL: the answer in words"),
)


@FIRST.check("one number", hint=1)
def _one_number(call, draw):
    x = draw.normal(3)
    call("first", x)  # then: return same(reply.value, ..., tried=..., causes=[...], hint=1)
    return Failure("x of shape (3,)", "a check", "none yet",
                   "FILL: gradcourse/checks/energy.py: judge the answer, and name likely causes", 1)
