"""Real data that came with the libraries; only `multilabel` ever looks elsewhere."""

import importlib.util
import os
import re
from collections import Counter
from functools import cache
from pathlib import Path
from typing import NamedTuple

import torch
from torch import Tensor

__all__ = ["MULTILABEL", "SOURCES", "Labelled", "Split", "Table", "Text", "breast_cancer",
           "class_rankings", "digits", "iris", "multilabel", "python_letters", "python_prose",
           "python_source", "wine"]

SOURCES = ("argparse", "difflib", "doctest", "inspect", "pickle", "subprocess", "tarfile", "typing")
MULTILABEL = {  # name: (labels, number at OpenML or None)
    "yeast": (14, 40597), "scene": (6, 40595), "birds": (19, 40588), "emotions": (6, 40589),
    "cal500": (174, None)}


class Split(NamedTuple):
    """A data set cut in two: what is learnt from, and what stays unseen."""

    x_train: Tensor  # inputs, (N, d), unit of the data set
    y_train: Tensor  # classes 0 to C - 1, (N,), int64
    x_test: Tensor  # unseen inputs, (M, d), same unit
    y_test: Tensor  # unseen classes, (M,), int64


class Table(NamedTuple):
    """A data set as a whole, for problems of optimisation."""

    x: Tensor  # inputs, (N, d), unit of the data set
    y: Tensor  # classes 0 to C - 1, (N,), int64


class Labelled(NamedTuple):
    """A multilabel data set cut in two: every row may have any number of labels."""

    x_train: Tensor  # inputs, (N, d), unit of the data set
    y_train: Tensor  # labels, 1 on and 0 off, (N, k)
    x_test: Tensor  # unseen inputs, (M, d), same unit
    y_test: Tensor  # unseen labels, (M, k)


class Text(NamedTuple):
    """A text as numbers."""

    tokens: Tensor  # the words in order, 0 to V - 1, (N,), int64
    words: tuple[str, ...]  # what each number stands for; the first is "unknown"


def digits(
    train: int = 1000, seed: int = 0, dtype: torch.dtype = torch.float64, *, centred: bool = False
) -> Split:
    """Shuffle scikit-learn's 1,797 handwritten digits and cut them in two.

    Args:
        train: how many to learn from, 1 to 1,796; the others stay unseen.
        seed: of the shuffle; the same seed gives the same cut.
        dtype: floating-point type of the inputs.
        centred: subtract each pixel's mean over the training part, from both parts.

    Returns:
        Images of 8 x 8 pixels as rows of 64 numbers, 0 (paper) to 1 (ink), on the CPU, and the
        digit each one shows.

    Raises:
        ValueError: if train is out of range or dtype is not floating point.

    Example:
        >>> part = digits(train=1000)
        >>> part.x_train.shape, part.x_test.shape
        (torch.Size([1000, 64]), torch.Size([797, 64]))

    Source:
        E. Alpaydin, C. Kaynak, 1998, as bundled with scikit-learn.
    """
    x, y = _bundled_digits()
    if not 1 <= train < len(x):
        raise ValueError(f"train must be in [1, {len(x) - 1}], got {train}")
    if not dtype.is_floating_point:
        raise ValueError(f"dtype must be floating point, got {dtype}")
    order = torch.randperm(len(x), generator=torch.Generator().manual_seed(seed))
    x, y = x[order].to(dtype), y[order]
    if centred:
        x = x - x[:train].mean(0)
    return Split(x[:train], y[:train], x[train:], y[train:])


def breast_cancer(dtype: torch.dtype = torch.float64) -> Table:
    """Standardise scikit-learn's 569 tumours and append a column of ones.

    Args:
        dtype: floating-point type of the inputs.

    Returns:
        30 features of mean 0 and variance 1 and the intercept's ones, (569, 31), on the CPU; class
        1 is benign.

    Raises:
        ValueError: if dtype is not floating point.

    Example:
        >>> breast_cancer().x.shape
        torch.Size([569, 31])

    Source:
        W. Wolberg, O. Mangasarian, N. Street, W. Street, 1993, as bundled with scikit-learn.
    """
    if not dtype.is_floating_point:
        raise ValueError(f"dtype must be floating point, got {dtype}")
    x, y = _bundled_breast_cancer()
    x = (x - x.mean(0)) / x.std(0, correction=0)
    return Table(torch.cat([x, torch.ones_like(x[:, :1])], 1).to(dtype), y.clone())


def python_source(vocabulary: int = 400, words: int = 12_000) -> Text:
    """Read eight modules of Python's standard library as words.

    A word is a name, a number or one sign; indentation and ends of lines are left out. The modules
    are those of `SOURCES`. They differ a little between versions of Python, so nothing that is
    measured on them is the same everywhere.

    Args:
        vocabulary: how many words have a number of their own, counting "unknown", which is 0.
        words: how many of each module's first words to take.

    Returns:
        The text as numbers, on the CPU, and the words they stand for, most frequent first.

    Raises:
        ValueError: unless vocabulary >= 2 and words >= 1.

    Example:
        >>> text = python_source(vocabulary=3, words=100)
        >>> text.words[0], len(text.tokens)
        ('unknown', 800)
    """
    if vocabulary < 2 or words < 1:
        raise ValueError(f"vocabulary must be >= 2 and words >= 1, got {vocabulary} and {words}")
    read = [word for name in SOURCES for word in _module_words(name)[:words]]
    by_count = sorted(Counter(read).items(), key=lambda item: (-item[1], item[0]))
    known = ("unknown", *(word for word, _ in by_count[:vocabulary - 1]))
    number = {word: i for i, word in enumerate(known)}
    number.pop("unknown")
    return Text(torch.tensor([number.get(word, 0) for word in read]), known)


def python_letters(letters: int = 60_000) -> Text:
    """Read the modules of `SOURCES` letter by letter.

    Args:
        letters: how many of each module's first letters to take.

    Returns:
        The text as numbers, one module after the other, on the CPU, and the 97 letters they stand
        for: "unknown", the end of a line, and the printable ones of ASCII.

    Raises:
        ValueError: if letters < 1, or a module is shorter.

    Example:
        >>> text = python_letters(100)
        >>> len(text.tokens), len(text.words), text.words[2:5]
        (800, 97, (' ', '!', '"'))
    """
    return _as_letters([_module_text(name) for name in SOURCES], letters)


def python_prose(letters: int = 60_000) -> Text:
    """Read Python's built-in help, English prose about the language, letter by letter.

    Args:
        letters: how many to take.

    Returns:
        As `python_letters`, with the same numbers for the same letters.

    Raises:
        ValueError: if letters < 1, or more than there are.

    Example:
        >>> len(python_prose(100).tokens)
        100
    """
    from pydoc_data.topics import topics  # not at the top: half a megabyte

    return _as_letters(["\n".join(topics[name] for name in sorted(topics))], letters)


def _as_letters(texts: list[str], letters: int) -> Text:
    shortest = min(map(len, texts))
    if not 1 <= letters <= shortest:
        raise ValueError(f"letters must be in [1, {shortest}], got {letters}")
    known = ("unknown", "\n", *map(chr, range(32, 127)))
    number = {letter: i for i, letter in enumerate(known)}
    read = (letter for text in texts for letter in text[:letters])
    return Text(torch.tensor([number.get(letter, 0) for letter in read]), known)


@cache
def _module_words(name: str) -> list[str]:
    path = Path(importlib.util.find_spec(name).origin)
    return re.findall(r"[A-Za-z_]\w*|\d+|[^\w\s]", path.read_text(encoding="utf-8"))


def _module_text(name: str) -> str:
    return Path(importlib.util.find_spec(name).origin).read_text(encoding="utf-8")


def iris(dtype: torch.dtype = torch.float64) -> Table:
    """Return scikit-learn's 150 irises: lengths and widths of sepals and petals.

    Args:
        dtype: floating-point type of the inputs.

    Returns:
        Sepal length and width, petal length and width, (150, 4), cm, on the CPU, and the species.

    Raises:
        ValueError: if dtype is not floating point.

    Example:
        >>> iris().x.shape
        torch.Size([150, 4])

    Source:
        R. Fisher, 1936, as bundled with scikit-learn.
    """
    if not dtype.is_floating_point:
        raise ValueError(f"dtype must be floating point, got {dtype}")
    x, y = _bundled_iris()
    return Table(x.to(dtype), y.clone())


def wine(dtype: torch.dtype = torch.float64) -> Table:
    """Return scikit-learn's 178 wines: thirteen chemical measurements of three cultivars.

    Args:
        dtype: floating-point type of the inputs.

    Returns:
        The measurements, (178, 13), each in a unit of its own, on the CPU, and the cultivar.

    Raises:
        ValueError: if dtype is not floating point.

    Example:
        >>> wine().x.shape
        torch.Size([178, 13])

    Source:
        S. Aeberhard, M. Forina, 1991, as bundled with scikit-learn.
    """
    if not dtype.is_floating_point:
        raise ValueError(f"dtype must be floating point, got {dtype}")
    x, y = _bundled_wine()
    return Table(x.to(dtype), y.clone())


def class_rankings(x: Tensor, y: Tensor, smoothing: float = 1e-9) -> Tensor:
    """Rank the classes for every row by a naive Bayes classifier fitted to all of them.

    This is how the label-ranking data sets of the literature are made from classification ones.

    Args:
        x: inputs, (N, d).
        y: classes 0 to C - 1, (N,), each present.
        smoothing: share of the largest variance that is added to all, >= 0.

    Returns:
        Centred ranks, (N, C): (C - 1) / 2 for the most likely class; dtype of x.

    Raises:
        ValueError: if smoothing < 0.

    Example:
        >>> table = iris()
        >>> class_rankings(*table)[0]  # the first is a setosa
        tensor([ 1.,  0., -1.], dtype=torch.float64)

    Source:
        E. Hullermeier, J. Furnkranz, W. Cheng, K. Brinker, 2008.
    """
    if not smoothing >= 0:
        raise ValueError(f"smoothing must be >= 0, got {smoothing}")
    from sklearn.naive_bayes import GaussianNB  # not at the top: this import takes a second

    model = GaussianNB(var_smoothing=smoothing).fit(x.double().numpy(), y.numpy())
    logs = torch.tensor(model.predict_joint_log_proba(x.double().numpy()))
    ranks = logs.argsort(stable=True, dim=-1).argsort(-1)
    return ranks.to(x.dtype) - (logs.shape[-1] - 1) / 2


def multilabel(
    name: str, folder: str | Path | None = None, seed: int = 0, dtype: torch.dtype = torch.float64
) -> Labelled:
    """Load one of the five multilabel data sets of the literature; they do not come with us.

    Args:
        name: "yeast", "scene", "birds", "emotions" or "cal500".
        folder: holds Mulan's files, such as yeast-train.arff; None takes the environment variable
            GRADCOURSE_MULTILABEL, and without it asks OpenML (which lacks cal500) over the network.
        seed: of the cut, four fifths to one fifth, where the source has no cut of its own.
        dtype: floating-point type of inputs and labels.

    Returns:
        Inputs and labels, on the CPU; in Mulan's files the cut is Mulan's.

    Raises:
        ValueError: an unknown name, or a file with the wrong number of labels.
        FileNotFoundError: the folder lacks the files, or there is no folder and no network.

    Source:
        G. Tsoumakas and others, Mulan, 2011.
    """
    if name not in MULTILABEL:
        raise ValueError(f"name must be one of {', '.join(MULTILABEL)}, got {name!r}")
    folder = folder or os.environ.get("GRADCOURSE_MULTILABEL")
    k = MULTILABEL[name][0]
    if folder is None:
        whole = [_from_openml(name)]
    else:
        parts = [Path(folder) / f"{name}-{part}.arff" for part in ("train", "test")]
        alone = Path(folder) / f"{name}.arff"
        whole = [_from_arff(path, k) for path in (parts if parts[0].is_file() else [alone])]
    if len(whole) == 1:
        x, y = whole[0]
        order = torch.randperm(len(x), generator=torch.Generator().manual_seed(seed))
        cut = 4 * len(x) // 5
        whole = [(x[order[:cut]], y[order[:cut]]), (x[order[cut:]], y[order[cut:]])]
    return Labelled(*(part.to(dtype) for pair in whole for part in pair))


def _from_arff(path: Path, k: int) -> tuple[Tensor, Tensor]:
    """Read one of Mulan's files; its last k columns are the labels."""
    from scipy.io import arff

    if not path.is_file():
        raise FileNotFoundError(f"no {path.name} in {path.parent}: put Mulan's files there, or set "
                                f"GRADCOURSE_MULTILABEL to the folder that has them")
    rows, about = arff.loadarff(path)
    names = about.names()
    switches = [name for name in names if about[name] == ("nominal", ("0", "1"))]
    if switches[-k:] != names[-k:]:
        raise ValueError(f"the last {k} columns of {path.name} must be labels of 0 and 1")
    table = torch.tensor([[float(value) for value in row] for row in rows.tolist()])
    return table[:, :-k].double(), table[:, -k:].double()


def _from_openml(name: str) -> tuple[Tensor, Tensor]:
    k, number = MULTILABEL[name]
    where = "give the folder of Mulan's files, or set GRADCOURSE_MULTILABEL to it"
    if number is None:
        raise FileNotFoundError(f"OpenML has no {name}: {where}")
    from sklearn.datasets import fetch_openml

    try:
        found = fetch_openml(data_id=number, as_frame=False, parser="liac-arff")
    except OSError as error:
        raise FileNotFoundError(f"cannot fetch {name} from OpenML ({error}): {where}") from None
    on = torch.tensor([[str(v).lower() in ("1", "1.0", "true") for v in row]
                       for row in found.target])
    if on.shape[1:] != (k,):
        raise ValueError(f"OpenML's {name} must have {k} labels, got {tuple(on.shape[1:])}")
    return torch.tensor(found.data.astype(float)), on.double()


@cache
def _bundled_breast_cancer() -> tuple[Tensor, Tensor]:
    from sklearn.datasets import load_breast_cancer  # not at the top: this import takes a second

    x, y = load_breast_cancer(return_X_y=True)
    return torch.tensor(x), torch.tensor(y, dtype=torch.int64)


@cache
def _bundled_iris() -> tuple[Tensor, Tensor]:
    from sklearn.datasets import load_iris  # not at the top: this import takes a second

    x, y = load_iris(return_X_y=True)
    return torch.tensor(x), torch.tensor(y, dtype=torch.int64)


@cache
def _bundled_wine() -> tuple[Tensor, Tensor]:
    from sklearn.datasets import load_wine  # not at the top: this import takes a second

    x, y = load_wine(return_X_y=True)
    return torch.tensor(x), torch.tensor(y, dtype=torch.int64)


@cache
def _bundled_digits() -> tuple[Tensor, Tensor]:
    from sklearn.datasets import load_digits  # not at the top: this import takes a second

    x, y = load_digits(return_X_y=True)
    return torch.tensor(x) / 16, torch.tensor(y, dtype=torch.int64)
