"""Pictures of chapter 02: rare huge errors, what a cut does to them, and what else could be it."""

from gradcourse.pictures.clipping_parts.figures import (
    STYLES,
    fair,
    moments,
    norms,
    opening,
    referee,
    table,
    tails,
    theory,
)
from gradcourse.pictures.clipping_parts.panels import (
    BalancePanel,
    OutlierPanel,
    RestPanel,
    resting_place,
)

__all__ = ["STYLES", "BalancePanel", "OutlierPanel", "RestPanel", "fair", "moments", "norms",
           "opening", "referee", "resting_place", "table", "tails", "theory"]

PANELS = {"balance": BalancePanel, "rest": RestPanel, "outlier": OutlierPanel}
