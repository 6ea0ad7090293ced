"""The author's tools: derive, refresh, lint and run pages."""

from gradcourse.notebooks.derive import derive, derive_notebook
from gradcourse.notebooks.ledger import claims, ledger_table
from gradcourse.notebooks.lint import lint
from gradcourse.notebooks.new import new, unfilled
from gradcourse.notebooks.record import record, records
from gradcourse.notebooks.refresh import refresh, stale
from gradcourse.notebooks.run import Run, run

__all__ = [
    "Run",
    "claims",
    "derive",
    "derive_notebook",
    "ledger_table",
    "lint",
    "new",
    "record",
    "records",
    "refresh",
    "run",
    "stale",
    "unfilled",
]
