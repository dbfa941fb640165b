"""Only kennislab/core/transaction.py commits. Seen in the syntax tree, so that a comment or a text does not count."""

from __future__ import annotations

import ast
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
THE_PLACE = Path("kennislab/core/transaction.py")

# A block that commits by itself when it ends: engine.begin(), session.begin(), sessionmaker.begin(), begin_nested() is harmless.
COMMITS_AT_ITS_END = {"begin"}


def commits(source: str) -> list[int]:
    """The lines where ``source`` commits: a call of anything's `commit`, or a `with ….begin()`."""
    lines = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "commit":
            lines.append(node.lineno)
        if isinstance(node, ast.With | ast.AsyncWith):
            for item in node.items:
                call = item.context_expr
                if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr in COMMITS_AT_ITS_END:
                    lines.append(node.lineno)
    return sorted(lines)


def test_only_the_transaction_commits() -> None:
    found = {}
    for path in sorted((ROOT / "kennislab").rglob("*.py")):
        name = path.relative_to(ROOT)
        lines = commits(path.read_text("utf-8"))
        if lines and name != THE_PLACE:
            found[str(name)] = lines
    assert found == {}
    assert commits((ROOT / THE_PLACE).read_text("utf-8")), f"{THE_PLACE} no longer commits; has it moved?"


def test_what_counts_as_a_commit() -> None:
    assert commits("db.session.commit()") == [1]
    assert commits("with engine.begin() as connection:\n    pass") == [1]
    assert commits("'session.commit()'  # session.commit()\nwith session.begin_nested():\n    git_commit()") == []
