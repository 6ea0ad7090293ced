"""The mathematics of the course: one module per chapter, tensors in, tensors out."""
