"""What a page imports, inert: in class the judge asks, so these calls show and do nothing."""


class Nothing:
    """Takes any call and any attribute."""

    mode, seed = "smoke", 0

    def __call__(self, *args, **kwargs):
        """Do nothing."""
        return self

    def __getattr__(self, name):
        """Have everything."""
        if name.startswith("__"):
            raise AttributeError(name)
        return self


class Page(Nothing):
    """A page that was opened."""

    def __init__(self):
        import torch

        self.device, self.dtype = torch.device("cpu"), torch.float64

    def pick(self, *, smoke, read, full):
        """Choose the shortest run."""
        return smoke

    def generator(self, offset=0):
        """Make a generator."""
        import torch

        return torch.Generator().manual_seed(self.seed + offset)


def begin(*args, **kwargs):
    """Open a page."""
    return Page()


def check(*args, **kwargs):
    """Do nothing."""


hint = progress = show = source = verify = panel = recorded = check
