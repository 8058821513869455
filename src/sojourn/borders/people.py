"""Identifiers replaced by a keyed hash on reading; the key is never written.

HMAC-SHA-256 (RFC 2104) is worked out by the engine from the two padded keys, once for every distinct
identifier; its first 64 bits are kept, as a whole number. Among n persons about n² / 2⁶⁵ pairs share one: one
pair in a hundred registers of half a billion people.
"""

from __future__ import annotations

import hashlib
import os
from decimal import Decimal
from pathlib import Path
from typing import Any

from sojourn.borders.days import engine
from sojourn.borders.errors import BordersError
from sojourn.borders.order import Table
from sojourn.borders.scratch import kept

VARIABLE = "SOJOURN_BORDERS_KEY"
LEAST = 16
BLOCK = 64


def read_key(file: str | Path | None = None) -> bytes:
    """The secret from a file, or from the environment variable SOJOURN_BORDERS_KEY.

    Raises BordersError where there is none or it has fewer than 16 bytes. White space around it is cut.
    """
    if file is not None:
        try:
            key, where = Path(file).read_bytes().strip(), str(file)
        except OSError as error:
            raise BordersError(f"key file {file}: {error.strerror}") from None
    else:
        key, where = os.environ.get(VARIABLE, "").encode().strip(), f"environment variable {VARIABLE}"
    if len(key) < LEAST:
        raise BordersError(
            f"{where}: a key of at least {LEAST} bytes is needed to replace identifiers; there are {len(key)}"
        )
    return key


def fingerprint(key: bytes) -> str:
    """Tells whether two runs had the same key, and nothing else about it."""
    return hashlib.pbkdf2_hmac("sha256", key, b"sojourn borders fingerprint", 200_000).hex()[:16]


def pseudonym(text: Any, key: bytes) -> Any:
    """The first 64 bits of HMAC-SHA-256 of a text column, as a signed number."""
    ibis = engine()
    block = (hashlib.sha256(key).digest() if len(key) > BLOCK else key).ljust(BLOCK, b"\0")
    inner, outer = (bytes(byte ^ pad for byte in block) for pad in (0x36, 0x5C))
    return _functions(ibis, text)(text.cast("string"), inner.hex(), outer.hex())


def _functions(ibis: Any, text: Any) -> Any:
    spark = text.get_backend().name == "pyspark"

    def builtin(name: str, kinds: tuple[str, ...], result: str) -> Any:
        def one(a: Any) -> Any: ...
        def two(a: Any, b: Any) -> Any: ...
        def three(a: Any, b: Any, c: Any) -> Any: ...

        function = (one, two, three)[len(kinds) - 1]
        function.__name__ = name
        return ibis.udf.scalar.builtin(function, name=name, signature=(kinds, result))

    unhex = builtin("unhex", ("string",), "binary")
    if spark:
        encode = builtin("encode", ("string", "string"), "binary")
        digest = builtin("sha2", ("binary", "int32"), "string")
        join = builtin("concat", ("binary", "binary"), "binary")
        signed = builtin("conv", ("string", "int32", "int32"), "string")
    else:
        encode = builtin("encode", ("string",), "binary")
        digest = builtin("sha256", ("binary",), "string")
        join = builtin("sojourn_join", ("binary", "binary"), "binary")
        signed = builtin("sojourn_number", ("string",), "int64")
        text.get_backend().raw_sql("CREATE OR REPLACE TEMP MACRO sojourn_join(a, b) AS (a || b)")
        text.get_backend().raw_sql(
            "CREATE OR REPLACE TEMP MACRO sojourn_number(h) AS "
            "(('0x' || h)::UBIGINT::HUGEINT - 9223372036854775808)::BIGINT"
        )

    def hashed(value: Any, inner: str, outer: str) -> Any:
        def hash_of(key: str, message: Any) -> Any:
            joined = join(unhex(ibis.literal(key)), message)
            return digest(joined, 256) if spark else digest(joined)

        first = hash_of(inner, encode(value, "UTF-8") if spark else encode(value))
        head = hash_of(outer, unhex(first)).left(16)
        if not spark:
            return signed(head)
        number = signed(head, 16, 10).cast("decimal(20, 0)") - ibis.literal(Decimal(2**63), "decimal(20, 0)")
        return number.cast("int64")

    return hashed


def with_pseudonyms(table: Table, columns: list[str], key: bytes | None) -> Table:
    """The table with each column's identifiers replaced, each distinct one worked out once.

    Without a key the identifiers are taken to be pseudonyms already, and are kept.
    """
    if key is None:
        return table
    for name in columns:
        distinct = kept(table.filter(table[name].notnull()).select(of=name).distinct())
        distinct = kept(distinct.select("of", number=pseudonym(distinct.of, key)))
        joined = table.left_join(distinct, [(name, "of")])
        table = joined.mutate(**{name: joined.number}).drop("of", "number")
    return table
