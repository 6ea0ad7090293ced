"""The author's tools: derive, refresh, lint and run pages."""

from gradcourse.notebooks.derive import derive, derive_notebook

__all__ = ["derive", "derive_notebook"]
