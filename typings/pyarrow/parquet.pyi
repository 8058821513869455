"""What sojourn uses of `pyarrow.parquet`, which carries no types."""

from pathlib import Path

from pyarrow import Table

def read_table(source: Path) -> Table: ...
def write_table(table: Table, where: Path, *, compression: str = "snappy") -> None: ...
