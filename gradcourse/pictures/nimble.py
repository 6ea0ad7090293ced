"""Pictures of chapter 07: a network that grows, how fast, and what a price makes of it."""

from gradcourse.pictures.nimble_parts.figures import (
    STYLES,
    fair,
    kick,
    loophole,
    network,
    opening,
    race,
    referee,
    shop,
    theory,
    valley,
)
from gradcourse.pictures.nimble_parts.panels import GrowPanel, PricePanel

__all__ = ["STYLES", "GrowPanel", "PricePanel", "fair", "kick", "loophole", "network", "opening",
           "race", "referee", "shop", "theory", "valley"]

PANELS = {"grow": GrowPanel, "price": PricePanel}
