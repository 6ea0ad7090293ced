"""Pictures of chapter 05: a sum of 1,024 terms learnt from ten guesses, and where that fails."""

from gradcourse.pictures.energy_parts.figures import (
    bowl,
    budget,
    law,
    opening,
    price,
    referee,
    trap,
    unseen,
)
from gradcourse.pictures.energy_parts.panels import PANELS, SharePanel, SpreadPanel, TrapPanel

__all__ = ["PANELS", "SharePanel", "SpreadPanel", "TrapPanel", "bowl", "budget", "law", "opening",
           "price", "referee", "trap", "unseen"]
