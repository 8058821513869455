"""Stays as Arrow tables, for which the extra `borders` is needed."""

from __future__ import annotations

from typing import Any

import pyarrow as pa

SCHEMA = pa.schema(
    [("person", pa.int64()), ("entry", pa.date32()), ("exit", pa.date32()), ("permit", pa.string())]
)


def as_arrow(rows: list[tuple[Any, ...]], schema: pa.Schema = SCHEMA) -> pa.Table:
    return pa.table(
        [pa.array(column, field.type) for column, field in zip(zip(*rows, strict=True), schema, strict=True)],
        schema=schema,
    )
