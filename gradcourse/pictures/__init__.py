"""The figures and panel frames of the course: one module per chapter, pure functions of data."""
