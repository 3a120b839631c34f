"""What a notebook computes: the statements that some names need, and a digest of its code.

A notebook is here what JSON or nbformat reads, with each source as one string. Only Python's own
library is used, and every Python that the course is made for gives the same digest.
"""

import ast
import copy
import hashlib
from pathlib import Path

MODELS = Path(__file__).resolve().parent.parent / "utils" / "models.py"
DRAWING = {"print", "display", "show_table", "plots", "widgets", "plt", "figure", "axes", "axis"}
BANDS = {"at_least", "at_most", "equals", "within", "unit", "deterministic"}
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
SCOPES = (*FUNCTIONS, *COMPREHENSIONS, ast.ClassDef)


def digest(notebook):
    """Return 16 hexadecimal digits that change with what the notebook computes.

    Counted are all code cells but the setup cell, exercises and solutions, with their "sabotage",
    and utils/models.py if the notebook imports from it. What only draws or reports, the bounds of
    claims, docstrings, comments and layout do not count.
    """
    parts, drawing, models = [], set(DRAWING), False
    for cell in code_cells(notebook)[1:]:
        tree = ast.parse(cell["source"])
        models |= any(map(from_models, ast.walk(tree)))
        parts.append(canonical(prune(tree.body, drawing)))
        if "sabotage" in cell["metadata"]:
            parts.append(canonical(ast.parse(cell["metadata"]["sabotage"])))
    if models:
        tree = ast.parse(MODELS.read_text(encoding="utf-8"))
        parts.append(canonical(prune(tree.body, set(DRAWING))))
    return hashlib.sha256(ascii([part for part in parts if part]).encode()).hexdigest()[:16]


def needed(notebook, targets):
    """Return the statements that `targets` need, those with them, as syntax trees in their order.

    targets: names, which get the value that the notebook leaves them with, and top-level
    statements. Claims and what only draws or reports are left out. Not seen is what is changed
    through another name or inside of a function, and what a module keeps, such as its seed.
    Raises ValueError for a target that the notebook does not have.
    """
    drawing, code = DRAWING | {"claim"}, []
    trees = {ast.dump(target) for target in targets if not isinstance(target, str)}
    chosen, todo = set(), []
    for cell in code_cells(notebook):
        for node in ast.parse(cell["source"]).body:
            kept = prune([node], drawing, deep=False)
            if ast.dump(node) in trees:
                kept = [node]
                chosen.add(len(code))
            code += kept
    if len({ast.dump(code[i]) for i in chosen}) < len(trees):
        raise ValueError("The notebook does not have this statement.")
    modules = stored(*(node for node in code if isinstance(node, (ast.Import, ast.ImportFrom))))
    binds = [stored(node) | changed(node, modules) for node in code]
    for name in (target for target in targets if isinstance(target, str)):
        if not any(name in names for names in binds):
            raise ValueError(f"The notebook does not define {name}.")
        todo.append((name, len(code)))
    todo += [(name, i) for i in chosen for name in exposed([code[i]])]
    seen = set()
    while todo:
        name, end = todo.pop()
        if (name, end) in seen:
            continue
        seen.add((name, end))
        for i in reversed([i for i in range(end) if name in binds[i]]):
            chosen.add(i)
            # what a function or class uses must be there when it is used
            places = {i, end} if isinstance(code[i], DEFINITIONS) else {i}
            todo += [(other, place) for other in exposed([code[i]]) for place in places]
            if name in rebound([code[i]]):
                break
    return [code[i] for i in sorted(chosen)]


def overwritten(notebook):
    """Return (id of a cell, name) where a later cell gives a name that the cell reads a new value.

    Whoever goes back to that cell, or runs it a second time, finds what the later cell left. Names
    in the functions that a cell defines or calls count; objects that change in place do not.
    """
    cells = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    bodies = [ast.parse(cell["source"]).body for cell in cells]
    makers = [assigned(body) for body in bodies]
    found, functions = [], {}
    for i, body in enumerate(bodies):
        functions |= {node.name: node for node in body if isinstance(node, DEFINITIONS)}
        todo, names = taken(body), set()
        while todo:
            name = todo.pop()
            names.add(name)
            todo |= taken([functions[name]]) - names if name in functions else set()
        for name in sorted(names):
            before = [made[name] for made in makers[:i] if name in made]
            later = {made[name] for made in makers[i:] if name in made}
            if before and later - {before[-1]}:
                found.append((cells[i]["id"], name))
    return found


def taken(statements, bound=frozenset()):
    """Return the names that the statements read before any of them binds them."""
    names = set()
    for node in statements:
        names |= read(*head(node)) - bound
        bound = bound | stored(*head(node))
        for block in blocks(node).values():
            names |= taken(block, bound)
            bound = bound | stored(*block)
    return names


def assigned(statements):
    """Return {name: code of the statements that bind it}; `name |= …` only fills what it names."""
    made = {}
    for node in statements:
        if not (isinstance(node, ast.AugAssign) and isinstance(node.op, ast.BitOr)):
            for name in stored(node):
                made[name] = made.get(name, "") + ast.unparse(node) + "\n"
    return made


def code_cells(notebook):
    """Return the code cells but exercises and solutions."""
    return [
        cell
        for cell in notebook["cells"]
        if cell["cell_type"] == "code"
        and not {"exercise", "solution"} & set(cell["metadata"].get("tags", []))
    ]


def prune(statements, drawing, deep=True):
    """Return the statements without those that only draw or report, and without docstrings.

    drawing: the names of what draws or reports, such as "plt"; kept up to date. An import of the
    widgets goes with them, so that a notebook gains and loses one without a new record.
    deep: prune functions and classes too, and leave out assignments of what drawing returns.
    """
    kept = []
    for node in statements:
        if isinstance(node, ast.ImportFrom) and stored(node) == {"widgets"}:
            continue
        if isinstance(node, ast.Expr):
            if not isinstance(node.value, ast.Constant) and root(node.value) not in drawing:
                kept.append(node)
        elif isinstance(node, DEFINITIONS):
            body = prune(node.body, (drawing - parameters(node)) | DRAWING)
            drawing.discard(node.name)
            if not body and not isinstance(node, ast.ClassDef):
                drawing.add(node.name)
            if body or not deep:
                kept.append(replaced(node, body=body) if deep else node)
        else:
            draws = isinstance(node, ast.For) and bool(read(node.iter) & drawing)
            if isinstance(node, ast.Assign) and not isinstance(node.value, ast.Name):
                draws = root(node.value) in drawing and not changed(node, ())
            if not isinstance(node, (ast.Import, ast.ImportFrom)):
                drawing -= stored(*head(node))
            if draws:
                drawing |= stored(*head(node))
            fields = {name: prune(block, drawing, deep) for name, block in blocks(node).items()}
            empty = fields and not any(fields.values())
            if not empty and not (deep and draws and isinstance(node, ast.Assign)):
                if fields:
                    fields["body"] = fields["body"] or [ast.Pass()]
                kept.append(replaced(node, **fields))
    return kept


def canonical(node):
    """Return the tree as nested lists of strings; ast.dump differs from Python to Python."""
    if isinstance(node, list):
        return [canonical(part) for part in node]
    if not isinstance(node, ast.AST):
        return ascii(node)
    fields = {name: getattr(node, name, None) for name in node._fields}
    if isinstance(node, ast.Call) and root(node) == "claim":
        fields["keywords"] = [word for word in node.keywords if word.arg not in BANDS]
    filled = {name: field for name, field in fields.items() if field is not None and field != []}
    return [type(node).__name__, *([name, canonical(field)] for name, field in filled.items())]


def from_models(node):
    """Tell whether the tree is an import from utils.models."""
    if not isinstance(node, ast.ImportFrom):
        return False
    names = {alias.name for alias in node.names}
    return node.module == "utils.models" or (node.module == "utils" and "models" in names)


def blocks(node):
    """Return {field: statements} of the blocks of a compound statement."""
    names = [] if isinstance(node, SCOPES) else ["body", "orelse", "finalbody"]
    found = {name: getattr(node, name) for name in names if getattr(node, name, None)}
    return found if isinstance(found.get("body"), list) else {}


def head(node):
    """Return the parts of a statement outside its blocks; without blocks, the whole statement."""
    parts = ast.iter_child_nodes(node) if blocks(node) else [node]
    return [part for part in parts if part is node or not isinstance(part, ast.stmt)]


def level(node):
    """Yield the tree's nodes, those inside of functions, classes and comprehensions left out."""
    yield node
    if not isinstance(node, SCOPES):
        for child in ast.iter_child_nodes(node):
            yield from level(child)


def parameters(function):
    if isinstance(function, ast.ClassDef):
        return set()
    return {part.arg for part in ast.walk(function.args) if isinstance(part, ast.arg)}


def stored(*nodes):
    """Return the names that the trees bind around them."""
    names = set()
    for node in (part for tree in nodes for part in level(tree)):
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            names.add(node.id)
        elif isinstance(node, DEFINITIONS):
            names.add(node.name)
        elif isinstance(node, ast.alias):
            names.add(node.asname or node.name.split(".")[0])
    return names


def read(*nodes):
    """Return the names that the trees take from around them."""
    names = set()
    for node in nodes:
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
            names.add(node.id)
        elif isinstance(node, ast.AugAssign):
            names |= read(node.target, node.value) | {root(node.target)}
        elif isinstance(node, FUNCTIONS):
            body = node.body if isinstance(node.body, list) else [node.body]
            names |= read(*body) - parameters(node) - stored(*body)
            names |= read(*(part for part in ast.iter_child_nodes(node) if part not in body))
        elif isinstance(node, COMPREHENSIONS):
            targets = stored(*(part.target for part in node.generators))
            names |= read(*ast.iter_child_nodes(node)) - targets
        else:
            names |= read(*ast.iter_child_nodes(node))
    return names


def exposed(statements, known=frozenset()):
    """Return the names that the statements take from around them before they bind them."""
    names = set()
    for node in statements:
        names |= read(*head(node)) - known
        for block in blocks(node).values():
            names |= exposed(block, known | stored(*head(node)))
        known = known | rebound([node])
    return names


def rebound(statements):
    """Return the names that the statements bind anew whatever happens."""
    names = set()
    for node in statements:
        if isinstance(node, (ast.Assign, ast.Import, ast.ImportFrom, *DEFINITIONS)):
            names |= stored(node)
        elif isinstance(node, ast.With):
            names |= stored(*head(node)) | rebound(node.body)
        elif isinstance(node, ast.If):
            names |= rebound(node.body) & rebound(node.orelse)
    return names


def changed(node, modules):
    """Return the names whose objects the statement changes: their parts, or by a call for itself.

    `model.build(…)` changes model, `randomise(model)` and `np.add.at(model, …)` too.
    """
    names = set()
    for part in level(node):
        if isinstance(part, (ast.Attribute, ast.Subscript)) and isinstance(part.ctx, ast.Store):
            names.add(root(part))
        elif isinstance(part, ast.Expr) and isinstance(part.value, ast.Call):
            call = part.value
            if read(call) & DRAWING:
                continue
            if isinstance(call.func, ast.Attribute) and root(call) not in modules:
                names.add(root(call))
            else:
                names |= {value.id for value in call.args if isinstance(value, ast.Name)}
    return names - {""}


def root(node):
    """Return the name that a chain of calls, attributes and indices begins with, or ""."""
    while isinstance(node, (ast.Call, ast.Attribute, ast.Subscript)):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node.id if isinstance(node, ast.Name) else ""


def replaced(node, **fields):
    node = copy.copy(node)
    for name, value in fields.items():
        setattr(node, name, value)
    return node
