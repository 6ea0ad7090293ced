"""FILL: the pictures of chapter 05, in a line."""

from matplotlib.figure import Figure

from gradcourse.pictures.panel import Panel, Slider
from gradcourse.pictures.style import METHOD, figure, picture


@picture
def opening(path) -> Figure:
    """FILL: draw the phenomenon; the title is the sentence that the picture proves."""
    raise NotImplementedError("FILL: gradcourse/pictures/energy.py: a pure function of data")


class ToyPanel(Panel):
    """FILL: what the sliders move; it opens where something happens."""

    sliders = (Slider("lr", "step", 0.1, 2.0, 1.0, 0.1),)
    strip = ({}, {"lr": 0.5}, {"lr": 1.5})
    alt = "FILL: the panel in words"

    def compute(self, *, lr):
        """FILL: the data of one setting."""
        return [lr]

    def draw(self):
        """FILL: what stays still, with fixed axes."""
        fig = figure("one")
        (self.line,) = fig.subplots().plot([0], [0], color=METHOD, animated=True)
        self.moving = [self.line]
        return fig

    def update(self, data):
        """FILL: move the line."""
        raise NotImplementedError("FILL: gradcourse/pictures/energy.py: move the panel's line")

    def caption(self, data):
        """FILL: say what is seen now."""
        return f"step {data[0]:.1f}"


PANELS = {"toy": ToyPanel}
