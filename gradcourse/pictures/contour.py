"""Pictures of chapter 04: a flattened landscape, what it does to averages, and what undoes it."""

from gradcourse.pictures.contour_parts.figures import (
    STYLES,
    bins,
    calibration,
    fair,
    finite_steps,
    opening,
    plane,
    positions,
    referee,
    staircase,
    theory,
    visits,
)
from gradcourse.pictures.contour_parts.panels import ChainPanel, FlatPanel, RoundingPanel

__all__ = ["STYLES", "ChainPanel", "FlatPanel", "RoundingPanel", "bins", "calibration", "fair",
           "finite_steps", "opening", "plane", "positions", "referee", "staircase", "theory",
           "visits"]

PANELS = {"flat": FlatPanel, "rounding": RoundingPanel, "chain": ChainPanel}
