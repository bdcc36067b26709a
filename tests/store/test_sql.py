"""No SQL from strings (R15): every statement is a whole constant of `cally/store`, its values are placeholders."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TypeGuard

import pytest

ROOT = Path(__file__).parents[2]
HOME = "cally/store/"
RUNS = frozenset({"run", "row", "rows", "execute", "executemany"})
SQL = re.compile(
    r"^\s*(SELECT\s.+\sFROM\s|INSERT\s+(OR\s+\w+\s+)?INTO\s|UPDATE\s+\w+\s+SET\s|DELETE\s+FROM\s|REPLACE\s+INTO\s|WITH\s+\w+\s+AS\s*\("
    r"|CREATE\s+(TABLE|INDEX|TRIGGER)\s|DROP\s+(TABLE|INDEX|TRIGGER)\s|ALTER\s+TABLE\s|PRAGMA\s+\w+|SAVEPOINT\s|ATTACH\s)",
    re.IGNORECASE | re.DOTALL,
)
DATABASES = frozenset({"tx", "db", "reader", "store", "connection", "session", "cursor", "_connection", "_writing"})
BUILT = "SQL made of pieces"
STRANGE = "a statement that is no constant"
OUTSIDE = "SQL outside of cally/store"
# What a statement may be besides a constant of the store: a path and the name of the function, with its reason.
ALLOWED = {
    ("cally/store/database.py", "_execute"): "hands on what its callers name, which are checked",
    ("cally/store/database.py", "run"): "as above",
    ("cally/store/database.py", "rows"): "as above",
    ("cally/store/database.py", "row"): "as above",
    ("cally/store/sqlite.py", "execute"): "as above",
    ("cally/store/migrate.py", "_take"): "runs the files of cally/store/migrations, whose checksums are known",
    ("cally/store/shell.py", None): "an SQL prompt runs what its owner types",
}


def faults(source: str, path: str) -> list[str]:
    """What is wrong in one file, each with its line."""
    tree = ast.parse(source)
    return sorted({f"{path}:{line}: {what}" for line, what in _found(tree, path)})


def _found(tree: ast.Module, path: str) -> Iterator[tuple[int, str]]:
    docstrings, looped = {id(node) for node in _docstrings(tree)}, _looped(tree)
    for function, node in _with_function(tree):
        if isinstance(node, ast.JoinedStr | ast.BinOp) and SQL.match(_beginning(node)):
            yield node.lineno, BUILT
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            if node.func.attr in {"format", "join", "replace"} and SQL.match(_beginning(node.func.value)):
                yield node.lineno, BUILT
            elif node.func.attr in RUNS and node.args and not _is_allowed(path, function):
                known = _name(node.args[0]) in looped
                yield from ((node.lineno, what) for what in _wrong(node.func.value, node.args[0]) if not known)
        elif _is_text(node) and id(node) not in docstrings and not path.startswith(HOME) and SQL.match(node.value):
            yield node.lineno, OUTSIDE


def _wrong(receiver: ast.expr, statement: ast.expr) -> Iterator[str]:
    """Pieces are refused whatever they say; what a database is given by a name must be a constant."""
    formatted = isinstance(statement, ast.Call) and getattr(statement.func, "attr", "") == "format"
    if formatted or isinstance(statement, ast.JoinedStr | ast.BinOp):
        yield BUILT
    elif isinstance(statement, ast.Name) and not statement.id.isupper() and _name(receiver) in DATABASES:
        yield STRANGE


def _looped(tree: ast.Module) -> set[str]:
    """Names that stand for one constant after another: `for statement in (FIRST, SECOND)`, also by a name of it."""
    lists = {
        _name(node.targets[0]): node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Tuple)
    }
    loops = [node for node in ast.walk(tree) if isinstance(node, ast.For)]
    return {_name(loop.target) for loop in loops if _are_constants(lists.get(_name(loop.iter), loop.iter))}


def _are_constants(node: ast.expr) -> bool:
    return isinstance(node, ast.Tuple) and all(_name(one).isupper() for one in node.elts)


def _name(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else getattr(node, "attr", "")


def _is_text(node: ast.AST) -> TypeGuard[ast.Constant]:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def _beginning(node: ast.expr) -> str:
    """The first words of a text, however it is put together; a name's value is not known, so it is its name."""
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else ""
    if isinstance(node, ast.JoinedStr):
        return "".join(_beginning(part) if isinstance(part, ast.Constant) else " x " for part in node.values)
    if isinstance(node, ast.BinOp):
        return _beginning(node.left) + " x " + _beginning(node.right)
    return ""


def _with_function(tree: ast.Module) -> Iterator[tuple[str, ast.AST]]:
    def walk(node: ast.AST, function: str) -> Iterator[tuple[str, ast.AST]]:
        for child in ast.iter_child_nodes(node):
            name = child.name if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef) else function
            yield function, child
            yield from walk(child, name)

    yield from walk(tree, "")


def _docstrings(tree: ast.Module) -> Iterator[ast.Constant]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            yield node.value


def _is_allowed(path: str, function: str) -> bool:
    return (path, function) in ALLOWED or (path, None) in ALLOWED


def test_every_statement_is_a_constant_of_the_store():
    """Over every file of the program."""
    files = sorted((ROOT / "cally").rglob("*.py"))
    assert len(files) > 300
    wrong = [fault for file in files for fault in faults(file.read_text(), str(file.relative_to(ROOT)))]
    assert wrong == []


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("await tx.run(f\"DELETE FROM booking WHERE uid = '{uid}'\")", BUILT),
        ("await tx.run(\"DELETE FROM booking WHERE uid = '%s'\" % uid)", BUILT),
        ('await tx.run("DELETE FROM booking WHERE uid = \'" + uid + "\'")', BUILT),
        ('await tx.run("DELETE FROM booking WHERE uid = {}".format(uid))', BUILT),
        ("await tx.run(LIST + ' ORDER BY ' + column)", BUILT),
        ("await tx.run(LIST.format(column))", BUILT),
        ("await tx.run(statement)", STRANGE),
        ("connection.execute(f'{anything}')", BUILT),
        ('X = f"SELECT {column} FROM booking"', BUILT),
        ('X = "SELECT uid FROM booking " + where', BUILT),
        ('X = " ".join(parts) if one else "INSERT INTO {} VALUES (1)".format(table)', BUILT),
    ],
)
def test_what_is_put_together_is_found(line: str, what: str):
    """In the store itself as well."""
    source = f"async def act(tx, uid, statement, column, where, parts, table, one, connection):\n    {line}\n"
    assert faults(source, "cally/store/bookings.py") == [f"cally/store/bookings.py:2: {what}"]


def test_sql_elsewhere_is_found():
    """A room that writes a statement of its own."""
    source = 'X = """\nSELECT uid\nFROM booking\n"""\n'
    assert faults(source, "cally/web/pages/host/home.py") == [f"cally/web/pages/host/home.py:1: {OUTSIDE}"]
    assert faults(source, "cally/store/bookings.py") == []


def test_no_exception_is_left_over():
    """Whatever is allowed is still there."""
    for path, function in ALLOWED:
        text = (ROOT / path).read_text()
        assert function is None or re.search(rf"def {function}\(", text), (path, function)
