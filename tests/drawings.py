"""Figures in the style of the course's, for the tests of their comparison.

As a program, `python drawings.py FOLDER`, it draws each into FOLDER: tests/matplotlib-3.9/ has them
as matplotlib 3.9.4 under Python 3.10 drew them.
"""

import io
import sys
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from PIL import Image
from scipy.ndimage import gaussian_filter

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from utils import plots  # noqa: E402

STYLE = Path(plots.__file__).with_name("course.mplstyle")
NAMES = ["T-shirt", "trouser", "pullover", "dress", "coat"]


def blobs(n, seed=0):
    """Return n smooth pictures of 28 x 28 pixels."""
    noise = np.random.default_rng(seed).normal(size=(n, 28, 28))
    return gaussian_filter(noise, (0, 3, 3)) * 10


def thumbnails(names=NAMES, sign=1):
    return plots.image_grid(sign * blobs(5), names, cell=0.85)


def filters(signed=True):
    return plots.image_grid(blobs(16)[:, :5, :5] + 0.3, columns=8, signed=signed, cell=0.55)


def matrix(seed=0, transposed=False):
    """A confusion matrix; another seed changes counts by a few."""
    counts = np.triu(np.random.default_rng(1).poisson(4, (10, 10)))  # few are below the diagonal
    rng = np.random.default_rng(seed)
    counts += (counts > 1) * rng.choice([-1, 0, 0, 1], (10, 10))
    counts[np.diag_indices(10)] = rng.integers(950, 1000, 10)
    return plots.confusion_matrix(counts.T if transposed else counts, [str(i) for i in range(10)])


def curves(flat=False, wiggle=0.0):
    figure, axes = plt.subplots()
    steps = np.arange(1, 50)
    rng = np.random.default_rng(0)
    for i, (name, rate) in enumerate({"ours": 8, "the lecture's": 20}.items()):
        heights = 98 - 60 * np.exp(-steps / rate) + wiggle * rng.normal(size=49)
        heights = np.full(49, 70) if flat and i else heights
        axes.plot(steps, heights, ".-", color=f"C{i}")
        axes.text(30, 88 - 10 * i, name, color=f"C{i}")
    axes.set(xlabel="iteration", ylabel="test accuracy in %", ylim=(35, 101))
    return figure


def bars(panels=2):
    figure, axes = plt.subplots(1, 2, figsize=(7.2, 2.8))
    axes[0].barh(NAMES, [90, 97, 81, 88, 79])
    axes[1].bar(range(10), np.arange(10) ** 2 / 81, color="C2")
    axes[1].set(xlabel="digit", ylabel="probability", xticks=range(10))
    axes[1].set_visible(panels == 2)
    return figure


def cloud():
    figure, axes = plt.subplots(figsize=(4, 3))
    rng = np.random.default_rng(0)
    for i in range(5):
        points = 3 * rng.normal(size=2) + rng.normal(size=(100, 2))
        axes.scatter(*points.T, s=5)
        axes.text(*np.median(points, axis=0), i, fontsize=12, bbox={"facecolor": "w", "alpha": 0.7})
    axes.set(xticks=[], yticks=[], title="FC512, t-SNE", xlabel="first number")
    return figure


def contours():
    figure, axes = plt.subplots(1, 2, figsize=(8, 3.4), sharey=True)
    x, y = np.meshgrid(np.linspace(-1, 1, 41), np.linspace(-1, 1, 41))
    for axis, steep in zip(axes, (1, 4), strict=True):
        filled = axis.contourf(x, y, x**2 + np.sin(steep * y), 20, cmap="viridis")
        axis.set(title=f"steepness {steep}", xlabel="$w_1$", aspect="equal")
    figure.colorbar(filled, ax=axes, label="loss")
    return figure


def photograph():
    figure, axes = plt.subplots(1, 2, figsize=(7.6, 3))
    picture = gaussian_filter(np.random.default_rng(0).random((200, 250, 3)), (2, 2, 0))
    picture = (picture - picture.min()) / np.ptp(picture)
    axes[0].imshow(picture)
    axes[1].imshow(picture[..., 0] > 0.5)
    for axis, name in zip(axes, ("photograph", "edges"), strict=True):
        axis.set_title(name, fontsize=9)
        axis.set_axis_off()
    return figure


def scheme():
    figure, axes = plt.subplots(figsize=(7, 2))
    for i, name in enumerate(["input\n28 × 28", "CL32", "MP4", "FC512", "FC10"]):
        box = {"boxstyle": "round,pad=0.5", "facecolor": f"C{i}", "alpha": 0.3}
        axes.text(i, 0, name, ha="center", va="center", bbox=box)
        axes.annotate("", (i + 0.7, 0), (i + 0.35, 0), arrowprops={"arrowstyle": "->"})
    axes.set(xlim=(-0.5, 5), ylim=(-1, 1))
    axes.set_axis_off()
    return figure


def logarithmic():
    figure, axes = plt.subplots(figsize=(5, 3.2))
    axes.loglog(2.0 ** np.arange(3, 12), 4.0 ** -np.arange(3, 12), "o-", label="measured")
    axes.set(xlabel="hidden units", ylabel="largest error")
    axes.set_xticks([8, 64, 512], [8, 64, 512])
    axes.legend()
    return figure


DRAWINGS = [
    thumbnails, filters, matrix, curves, bars, cloud, contours, photograph, scheme, logarithmic,
]  # fmt: skip


def picture(figure, kind="png", **options):
    """Return `figure` as a picture, and close it."""
    file = io.BytesIO()
    figure.savefig(file, format=kind, **options)
    plt.close(figure)
    return Image.open(file).convert("RGB")


if __name__ == "__main__":
    plt.style.use(STYLE)
    for draw in DRAWINGS:
        picture(draw()).save(Path(sys.argv[1], f"{draw.__name__}.png"))
