"""Tests of what serves the notebook on graphs, and of the table that it quotes from the others."""

import ast
import json
from pathlib import Path

import matplotlib.pyplot as plt
import nbformat
import numpy as np
import pytest

from utils import conclusion, datasets, files
from utils.graphs import best_rates, beyond, check_graph, draw_graph

ROOT = Path(__file__).resolve().parent.parent
ROW = np.eye(4, k=1) + np.eye(4, k=-1)


def changed(i, j, weight):
    W = ROW.copy()
    W[i, j] = weight
    return W


def test_graph():
    assert check_graph(ROW) is ROW
    assert check_graph(ROW.astype(int).tolist()).shape == (4, 4)


@pytest.mark.parametrize(
    "W, sentence",
    [
        (ROW[:3], "square matrix; got the shape .3, 4."),
        (np.zeros((0, 0)), "square matrix"),
        (ROW.astype(complex), "finite real numbers"),
        (changed(0, 1, np.nan), "finite real numbers"),
        (changed(1, 1, np.inf), "finite real numbers"),
        (changed(0, 0, -2), "between nodes 0 and 0 it is -2"),
        (changed(0, 3, 1), "from node 0 to 3 the weight is 1, back it is 0"),
        (np.diag([1.0, 0, 0, 0]) + np.diag([0.0, 1, 1], 1) + np.diag([0.0, 1, 1], -1), "Node 0"),
        (np.zeros((2, 2)), "Node 0 has no neighbour"),
    ],
)
def test_wrong_graphs(W, sentence):
    with pytest.raises(ValueError, match=sentence) as caught:
        check_graph(W)
    assert "\n" not in str(caught.value)


def test_rates_beyond_the_edge():
    runs = [dict(kind=k, rate=r, validation=v) for k, r, v in [
        ("a", 0.1, 3), ("a", 0.3, 2), ("a", 1, 1), ("b", 0.1, 1), ("b", 0.3, 2), ("b", 1, 1),
    ]]  # fmt: skip
    best = best_rates(runs, [{"kind": "a"}, {"kind": "b"}])
    assert best == [{"kind": "a", "rate": 0.1}, {"kind": "b", "rate": 0.3}]
    assert beyond(best, (0.1, 0.3, 1)) == [{"kind": "a", "rate": 0.0333}]
    assert beyond(best, (0.1,)) == [{"kind": "a", "rate": 0.3}]
    with pytest.raises(ValueError, match="No run belongs to the case {'kind': 'c'}"):
        best_rates(runs, [{"kind": "c"}])


@pytest.mark.parametrize("values, signed", [(None, True), ([1, -2, 0, 3], True), (range(4), False)])
def test_drawing(values, signed):
    figure, axes = plt.subplots()
    draw_graph(axes, np.eye(4)[:, :2], ROW, values, signed=signed, names="abcd")
    assert [text.get_text() for text in axes.texts] == [*"abcd"]
    assert len(axes.collections[0].get_segments()) == 3
    with pytest.raises(ValueError, match=r"needs points \(4, 2\)"):
        draw_graph(axes, np.eye(3)[:, :2], ROW)
    plt.close(figure)


def test_docstrings():
    words, labels, vocabulary, packages = datasets.docstrings()
    assert words.shape == (len(labels), 20) and words.dtype == np.uint16
    assert words.max() == len(vocabulary) - 1 and vocabulary == sorted(vocabulary)
    assert labels.max() == len(packages) - 1 == 7
    assert not {*packages} & {*vocabulary}
    assert len({tuple(row) for row in words.tolist()}) == len(words)


def evidence():
    """Return what the notebook quotes."""
    notebook = nbformat.read(ROOT / "notebooks" / "20_beyond_images.ipynb", 4)
    found = []
    for cell in notebook.cells:
        for node in ast.parse(cell.source).body if cell.cell_type == "code" else ():
            targets = getattr(node, "targets", [getattr(node, "target", None)])
            if getattr(targets[0], "id", "").startswith("EVIDENCE"):
                found += ast.literal_eval(node.value)
    return found


def test_evidence():
    made = [
        number for _, _, number, _ in evidence() if (files.DATA / f"results/{number}.json").exists()
    ]
    rows = conclusion.evidence_table(evidence())
    assert [row[-1] for row in rows] == made
    assert len(rows) >= 14 and {row[0] for row in rows} == {1, 2, 3, 4}
    assert all(all(row) for row in rows)


def test_a_changed_result_changes_the_table(monkeypatch, tmp_path):
    before = conclusion.evidence_table(evidence())
    monkeypatch.setattr(files, "find", lambda name: tmp_path / Path(name).name)
    numbers = {number for _, _, number, _ in evidence()}
    tables = {}
    for number in numbers:
        path = files.DATA / f"results/{number}.json"
        if path.exists():
            tables[number] = json.loads(path.read_text(encoding="utf-8"))
            (tmp_path / path.name).write_text(json.dumps(tables[number]), encoding="utf-8")
    assert conclusion.evidence_table(evidence()) == before
    for _, _, number, places in evidence():
        for label, column in places if number in tables else ():
            table = json.loads(json.dumps(tables[number]))
            at = next(i for i, head in enumerate(table["headers"]) if head.startswith(column))
            next(cells for cells in table["rows"] if label in cells)[at] = "another figure"
            (tmp_path / f"{number}.json").write_text(json.dumps(table), encoding="utf-8")
            after = conclusion.evidence_table(evidence())
            assert sum("another figure" in row[2] for row in after) >= 1
            assert after != before
            (tmp_path / f"{number}.json").write_text(json.dumps(tables[number]), encoding="utf-8")


def test_what_no_table_has():
    with pytest.raises(ValueError, match="notebook 09 have no row 'AlexNot'; they have AlexNet"):
        conclusion.quoted("09", "AlexNot", "lecture")
    with pytest.raises(ValueError, match="notebook 09 have no column 'year': lecture; paper"):
        conclusion.quoted("09", "AlexNet, parameters", "year")
    with pytest.raises(ValueError, match="have no row ''"):
        conclusion.quoted("01", "", "here")
    with pytest.raises(ValueError, match="no file named 'results/99.json'"):
        conclusion.quoted("99", "anything", "here")
    assert conclusion.evidence_table([(1, "of the future", "99", [("anything", "here")])]) == []
