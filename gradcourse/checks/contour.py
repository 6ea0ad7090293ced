"""The six graded exercises of chapter 04: a bin, a force, a price, a weight, a step, a rest.

Two have no twin in the library: the experiment that isolates the steps, and the masses at rest when
a weight is rounded to either edge.
"""

from gradcourse.checks.contour_parts.forces import BIN, FORCE
from gradcourse.checks.contour_parts.rests import ISOLATE, REST
from gradcourse.checks.contour_parts.weights import PRICE, WEIGHT

__all__ = ["BIN", "FORCE", "ISOLATE", "PRICE", "REST", "WEIGHT"]
