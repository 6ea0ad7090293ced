"""Paired comparisons with what one would pick instead; `python -m benchmarks --help`."""
