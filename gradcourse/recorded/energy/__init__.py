"""The runs of chapter 05 on real data: rankings of iris, wine and digits, and five label tables.

R seeds train side by side. Each has its own cut of the data, its own weights and guesses; the last
two come from one stream, which the first seed starts.
"""

from gradcourse.recorded.energy.labels import multilabel, rivals
from gradcourse.recorded.energy.orders import digits, small

RUNS = {"digits": digits, "small": small, "multilabel": multilabel, "rivals": rivals}
