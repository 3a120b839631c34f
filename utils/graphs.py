"""What serves the notebook on graphs: check and drawing of a graph, and the choice of rates."""

import numpy as np
from matplotlib.collections import LineCollection


def check_graph(W):
    """Return `W`, the weights of an undirected graph, or raise ValueError with one sentence.

    W: (n, n) array with the weight of the edge between nodes i and j at [i, j], 0 for none:
    finite, symmetric, not negative, and no row of zeros, which would be an isolated node.
    """
    W = np.asarray(W)
    if W.ndim != 2 or W.shape[0] != W.shape[1] or not len(W):
        raise ValueError(f"A graph's weights form a square matrix; got the shape {W.shape}.")
    if W.dtype.kind not in "biuf" or not np.isfinite(W).all():
        raise ValueError("A graph's weights are finite real numbers.")
    if (W < 0).any():
        i, j = np.argwhere(W < 0)[0]
        raise ValueError(f"A weight is not negative; between nodes {i} and {j} it is {W[i, j]:g}.")
    if not np.allclose(W, W.T, rtol=1e-6, atol=0):
        i, j = np.argwhere(~np.isclose(W, W.T, rtol=1e-6, atol=0))[0]
        raise ValueError(
            f"An undirected graph is symmetric; from node {i} to {j} the weight is {W[i, j]:g}, "
            f"back it is {W[j, i]:g}."
        )
    alone = np.flatnonzero(W.sum(axis=1) - np.diag(W) == 0)
    if len(alone):
        raise ValueError(f"Node {alone[0]} has no neighbour: connect it or leave it out.")
    return W


def draw_graph(axes, points, W, values=None, size=40, signed=True, names=None):
    """Draw the graph of the weights `W` (n, n), with node i at points[i], (n, 2) x y.

    values: n numbers that colour the nodes, from blue over white (0) to red if `signed`, else
    whole numbers, one colour each. names: n short texts inside the nodes.
    """
    points, W = np.asarray(points, float), check_graph(W)
    if points.shape != (len(W), 2):
        raise ValueError(f"A graph of {len(W)} nodes needs points ({len(W)}, 2).")
    i, j = np.nonzero(np.triu(W, 1))
    lines = LineCollection(np.stack([points[i], points[j]], axis=1), colors="0.7", linewidths=0.8)
    axes.add_collection(lines)
    look = dict(s=size, edgecolors="0.3", linewidths=0.5, zorder=2)
    if values is None:
        axes.scatter(*points.T, c="white", **look)
    elif signed:
        limit = np.abs(values).max()
        axes.scatter(*points.T, c=values, cmap="RdBu_r", vmin=-limit, vmax=limit, **look)
    else:
        axes.scatter(*points.T, c=[f"C{int(value)}" for value in values], **look)
    for point, name in zip(points, names if names is not None else (), strict=False):
        axes.text(*point, name, ha="center", va="center", fontsize=8, zorder=3)
    axes.set_aspect("equal")
    axes.set_axis_off()


def best_rates(runs, cases):
    """Return each case with the learning rate that did best on the validation set.

    runs: dicts with "rate" and "validation" beside what `cases`, dicts too, say. Of equal ones the
    first counts. Raises ValueError for a case without a run.
    """
    best = []
    for case in cases:
        own = [run for run in runs if run | case == run]
        if not own:
            raise ValueError(f"No run belongs to the case {case}.")
        best.append(case | {"rate": max(own, key=lambda run: run["validation"])["rate"]})
    return best


def beyond(best, rates):
    """Return those of `best` whose rate is at an end of the rates tried, with the next one.

    best: what `best_rates` returned. rates: the rates tried, ascending. The next one is a third of
    the least or three times the greatest; of a single rate three times it.
    """
    steps = {rates[0]: rates[0] / 3, rates[-1]: rates[-1] * 3}
    return [
        case | {"rate": round(steps[case["rate"]], 4)} for case in best if case["rate"] in steps
    ]
