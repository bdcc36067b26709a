"""The schema as a Mermaid entity-relationship diagram."""

from collections.abc import Sequence

from cally.store.schema import Column, Table


def mermaid(tables: Sequence[Table]) -> str:
    """The text of an `erDiagram`: tables with their columns, and who points to whom."""
    lines = ["erDiagram"]
    for table in tables:
        lines.append(f"  {table.name} {{")
        lines.extend(f"    {_column(column)}" for column in table.columns)
        lines.append("  }")
    for table in tables:
        for column in table.columns:
            if column.references is not None:
                end = "|o" if column.key else "o{"
                lines.append(f'  {column.references} ||--{end} {table.name} : "{column.name}"')
    return "\n".join(lines)


def _column(column: Column) -> str:
    marks = [mark for mark, wanted in (("PK", column.key), ("FK", column.references is not None)) if wanted]
    return f"{column.type} {column.name} {', '.join(marks)}".rstrip()
