"""gradcourse: a course on gradient descent that one can run."""

__version__ = "0.1.0"
