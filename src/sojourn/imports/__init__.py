"""Import of published tables: rows become claims with source, date, address and candidate readings.

Input: a table (UNHCR, HXL, SDMX-CSV, World Bank, or any CSV) and a mapping (TOML) that is kept in the case.
Output: a case with the claims.
"""

from sojourn.imports.imported_claims import Imported, import_table
from sojourn.imports.mapping import Mapping, read_mapping
from sojourn.imports.mapping_sketch import sketch_mapping
from sojourn.imports.published_table import PublishedTable, TableRow, read_table

__all__ = [
    "Imported",
    "Mapping",
    "PublishedTable",
    "TableRow",
    "import_table",
    "read_mapping",
    "read_table",
    "sketch_mapping",
]
