import matplotlib.pyplot as plt
import numpy as np
import pytest

from utils import plots


@pytest.fixture
def shown(monkeypatch):
    """What the notebook is given: a list of (data, metadata)."""
    calls = []
    monkeypatch.setattr(
        plots, "display", lambda data, raw, metadata=None: calls.append((data, metadata))
    )
    return calls


def figure_of(array):
    figure, axes = plt.subplots()
    axes.imshow(array)
    return figure


@pytest.mark.parametrize("photo, mime", [(False, "image/png"), (True, "image/jpeg")])
def test_show(shown, photo, mime):
    plots.show(figure_of(np.eye(3)), "an identity matrix", photo=photo)
    ((data, metadata),) = shown
    assert data["text/plain"] == metadata[mime]["alt"] == "an identity matrix"
    assert len(data[mime]) > 1000 and b"Software" not in data[mime]
    assert not plt.get_fignums()


@pytest.mark.parametrize("alt", ["", "  ", None])
def test_show_needs_words(alt):
    with pytest.raises(ValueError, match="A figure needs alternative text"):
        plots.show(figure_of(np.eye(3)), alt)


def test_show_refuses_a_large_figure():
    figure, axes = plt.subplots(figsize=(10, 10))
    axes.imshow(np.random.default_rng(0).normal(size=(800, 800)))
    with pytest.raises(ValueError, match="kB, more than 200"):
        plots.show(figure, "noise")


def test_show_table(shown):
    plots.show_table(["layer", "n"], [["a<b", 10], ["c", 9]], caption="two")
    data = shown[0][0]
    assert data["text/plain"] == "two\nlayer | n\na<b | 10\nc | 9"
    assert "<td>a&lt;b</td><td>10</td>" in data["text/html"]
    with pytest.raises(ValueError, match="needs 2 cells"):
        plots.show_table(["layer", "n"], [["a"]])


def test_image_grid():
    figure = plots.image_grid(np.ones((5, 4, 6)), titles=list("abcde"), columns=3)
    assert len(figure.axes) == 6
    assert [axes.get_title() for axes in figure.axes] == [*"abcde", ""]
    signed = plots.image_grid(np.eye(4)[np.newaxis] * -3, signed=True).axes[0].images[0]
    assert signed.get_cmap().name == "RdBu_r" and signed.get_clim() == (-3, 3)
    colour = plots.image_grid(np.ones((2, 4, 4, 3)))
    assert colour.axes[0].images[0].get_array().shape == (4, 4, 3)
    plt.close("all")


@pytest.mark.parametrize(
    "images, titles",
    [
        (np.ones((4, 4)), None),
        (np.ones((0, 4, 4)), None),
        (np.ones((2, 4, 4)), ["a"]),
        (np.ones((2, 4, 4, 2)), None),
    ],
)
def test_image_grid_bad_input(images, titles):
    with pytest.raises(ValueError, match="image_grid (takes|got)"):
        plots.image_grid(images, titles)


def test_image_grid_without_columns():
    with pytest.raises(ValueError, match="at least 1 column"):
        plots.image_grid(np.ones((2, 4, 4)), columns=0)


def test_confusion_matrix():
    figure = plots.confusion_matrix([[5, 1], [0, 7]], ["a", "b"])
    shown = {t.get_position(): t.get_text() for t in figure.axes[0].texts if t.get_visible()}
    assert shown == {(0, 0): "5", (1, 0): "1", (1, 1): "7"}  # (column, row)
    np.testing.assert_array_equal(figure.axes[0].images[0].get_array(), [[0, 1], [0, 0]])
    assert figure.axes[0].get_xlabel() == "the network's answer"
    assert [t.get_text() for t in figure.axes[0].get_xticklabels()] == ["a", "b"]
    with pytest.raises(ValueError, match="2 names need a square of counts"):
        plots.confusion_matrix(np.ones((2, 3)), ["a", "b"])
    plt.close("all")


def test_diagram_draws_boxes_and_arrows():
    boxes = {
        "in": dict(at=(1, 0.5), text="patch"),
        "out": dict(at=(3, 0.5), text="logits", size=(1.2, 0.4), color="C1", dashed=True),
    }
    figure, axes = plots.diagram(boxes, [("in", "out", "96 × 96"), ("out", (3.9, 0.5))], (4, 1))
    assert plots.words(figure) == ["patch", "logits", "96 × 96"]
    assert (axes.get_xlim(), axes.get_ylim()) == ((0, 4), (0, 1))
    first, second = [p for p in axes.patches if hasattr(p, "get_arrowstyle")]
    assert first.patchA is not None and first.patchB is not None and second.patchB is None
    with pytest.raises(ValueError, match="no box 'middle'; it has in, out"):
        plots.diagram(boxes, [("in", "middle")])


def test_draw_boxes_frames_pixels():
    figure, axes = plt.subplots()
    axes.imshow(np.zeros((20, 30)))
    plots.draw_boxes(axes, [[2, 10, 12, 19], [0, 0, 5, 5]], ["one", "two"])
    first, second = axes.patches
    assert first.get_bbox().extents.tolist() == [1.5, 9.5, 11.5, 18.5]
    assert [text.get_position() for text in axes.texts] == [(1.5, 9.5), (-0.5, 4.5)]  # no room
    plots.draw_boxes(axes, [], [])  # nothing found
    assert len(axes.patches) == 2
    with pytest.raises(ValueError, match="1 boxes and 2 texts"):
        plots.draw_boxes(axes, [[0, 0, 1, 1]], ["one", "two"])
    with pytest.raises(ValueError, match=r"\(1, 3\)"):
        plots.draw_boxes(axes, [[0, 0, 1]])
    plt.close(figure)
