"""The formats of a report: HTML, Markdown, tables, SDMX-CSV, and provenance (PROV, RO-Crate)."""
