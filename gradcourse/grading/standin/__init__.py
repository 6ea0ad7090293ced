"""What `gradcourse` is inside the sandbox: problems and data, no checks and no solutions."""

__version__ = "graded"
