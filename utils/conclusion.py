"""What the last notebook quotes from the results of the others."""

import json

from utils import files


def quoted(number, row, column):
    """Return the text that the table Results of notebook `number` has in a row and a column.

    number: of the notebook, "06b" say. row: a cell that no other row has. column: the header, of
    which the beginning is enough. The table is that of data/results/NN.json, which the notebook's
    last stored run wrote. Raises ValueError with one sentence for a row or column that the table
    does not have, and the errors of `files.find` for a notebook without results.
    """
    table = json.loads(files.find(f"results/{number}.json").read_text(encoding="utf-8"))
    columns = [i for i, header in enumerate(table["headers"]) if header.startswith(column)]
    rows = [cells for cells in table["rows"] if row and row in cells]
    if len(rows) != 1:
        there = "; ".join(cells[0] for cells in table["rows"])
        raise ValueError(
            f"The results of notebook {number} have no row {row!r}; they have {there}."
        )
    if not column or len(columns) != 1:
        there = "; ".join(filter(None, table["headers"]))
        raise ValueError(f"The results of notebook {number} have no column {column!r}: {there}.")
    return rows[0][columns[0]]


def evidence_table(evidence):
    """Return the rows of a table that quotes the results of notebooks.

    evidence: a list of (statement, what, number of the notebook, [(row, column), ...]). Each makes
    a row (statement, what, the quoted texts, the number). One whose notebook has left no results
    yet is left out. Raises ValueError for what a table of results does not have.
    """
    rows = []
    for statement, what, number, places in evidence:
        if f"results/{number}.json" in files.checksums():
            found = [quoted(number, row, column) for row, column in places]
            rows.append([statement, what, "; ".join(found), number])
    return rows
