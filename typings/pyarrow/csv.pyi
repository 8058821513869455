"""What sojourn uses of `pyarrow.csv`, which carries no types."""

from collections.abc import Mapping
from pathlib import Path

from pyarrow import DataType, Table

class ConvertOptions:
    def __init__(self, *, column_types: Mapping[str, DataType], strings_can_be_null: bool) -> None: ...

def read_csv(input_file: Path, *, convert_options: ConvertOptions) -> Table: ...
def write_csv(data: Table, output_file: Path) -> None: ...
