"""Identifiers replaced by a keyed hash while they are read; neither they nor the key are ever written.

The engine computes HMAC-SHA-256 (RFC 2104) from the two padded keys, row by row and before the first join,
sort or grouping, so that no temporary file can hold an identifier. The first 64 bits are kept, as a whole
number: among n people about n² / 2⁶⁵ pairs share one, that is one pair in a hundred registers of half a
billion people. Each column has its own key (a domain), derived from the key of the register, so that equal
texts in two columns have different pseudonyms.
"""

from __future__ import annotations

import hashlib
import hmac
import math
import os
import secrets
import stat
from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import Any

from sojourn._core.ibis_tools import engine
from sojourn.borders.errors import BordersError
from sojourn.borders.sources import chunks_of, files_of

VARIABLE = "SOJOURN_BORDERS_KEY"
KEY_BYTES = 32
LEAST_BITS = 96
BLOCK = 64
DOMAIN = "sojourn borders 1/"


def make_key(file: str | Path) -> None:
    """Write a new key, 32 random bytes as 64 hexadecimal digits, into a file that only its owner may read.

    Raises:
        BordersError: The file exists (a key that was used must not be overwritten) or cannot be written.

    Examples:
        >>> import tempfile, pathlib
        >>> place = pathlib.Path(tempfile.mkdtemp()) / "key"
        >>> make_key(place)
        >>> len(read_key(place))
        32
    """
    try:
        place = os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    except FileExistsError:
        raise BordersError(
            f"key file {file}: exists already; a key that was used must not be overwritten"
        ) from None
    except OSError as error:
        raise BordersError(f"key file {file}: {error.strerror}") from None
    with os.fdopen(place, "w") as opened:
        opened.write(secrets.token_hex(KEY_BYTES) + "\n")


def read_key(file: str | Path | None = None) -> bytes:
    """The key from a file, or from the environment variable SOJOURN_BORDERS_KEY.

    White space around it is cut; 64 hexadecimal digits are read as the 32 bytes that they stand for.

    Raises:
        BordersError: There is no key, others than the owner may read the file, or the key can be guessed: it
            has fewer than 32 bytes, NUL bytes, or too little variety.
    """
    if file is None:
        raw, where = os.environb.get(VARIABLE.encode(), b""), f"environment variable {VARIABLE}"
    else:
        raw, where = _read_private(Path(file)), f"key file {file}"
    key = _decoded(raw.strip())
    advice = "make one with `sojourn borders key FILE`"
    if len(key) < KEY_BYTES:
        raise BordersError(f"{where}: has {len(key)} bytes; a key needs at least {KEY_BYTES}; {advice}")
    if b"\0" in raw:
        raise BordersError(f"{where}: the key holds NUL bytes, which a random text never does; {advice}")
    if _entropy_bits(key) < LEAST_BITS:
        raise BordersError(f"{where}: the key repeats itself and could be guessed; {advice}")
    return key


def _read_private(file: Path) -> bytes:
    try:
        mode = file.stat().st_mode
        if not stat.S_ISREG(mode):
            raise BordersError(f"key file {file}: is not a file")
        if mode & 0o077:
            raise BordersError(
                f"key file {file}: others may read or change it (mode {mode & 0o777:03o}); "
                f"allow its owner alone: chmod 600 {file}"
            )
        return file.read_bytes()
    except OSError as error:
        raise BordersError(f"key file {file}: {error.strerror}") from None


def _decoded(raw: bytes) -> bytes:
    if len(raw) != 2 * KEY_BYTES:
        return raw
    try:
        return bytes.fromhex(raw.decode("ascii"))
    except ValueError:
        return raw


def _entropy_bits(key: bytes) -> float:
    """Shannon's entropy of the bytes of a key, in bits: about 155 for 32 random bytes, 0 for one repeated."""
    counts = Counter(key).values()
    return -sum(count * math.log2(count / len(key)) for count in counts)


def fingerprint(key: bytes) -> str:
    """Tells whether two runs had the same key, and nothing else about it."""
    return hashlib.pbkdf2_hmac("sha256", key, b"sojourn borders fingerprint", 200_000).hex()[:16]


def domain_key(key: bytes, column: str) -> bytes:
    """The key of one column."""
    return hmac.digest(key, (DOMAIN + column).encode(), "sha256")


def content_key(path: str | Path) -> bytes:
    """A key derived from all bytes of a file or folder, for identifiers that only this file holds.

    It is not the SHA-256 that records name, from which it cannot be computed.
    """
    found = hashlib.blake2b(digest_size=KEY_BYTES, person=b"sojourn borders")
    for file in files_of(path):
        for chunk in chunks_of(file):
            found.update(chunk)
    return found.digest()


def pseudonym(text: Any, key: bytes, column: str) -> Any:
    """The first 64 bits of HMAC-SHA-256 of a text column under the key of `column`, as a signed number."""
    block = domain_key(key, column).ljust(BLOCK, b"\0")
    inner, outer = (bytes(byte ^ pad for byte in block) for pad in (0x36, 0x5C))
    return _hmac_of(text.cast("string"), inner.hex(), outer.hex())


def _hmac_of(text: Any, inner: str, outer: str) -> Any:
    """The expression of either engine: hash(outer key, hash(inner key, text)), of which the head is kept."""
    ibis = engine()
    backend = text.get_backend()
    unhex = _builtin("unhex", ("string",), "binary")
    if backend.name == "pyspark":
        encode = _builtin("encode", ("string", "string"), "binary")
        sha256 = _builtin("sha2", ("binary", "int32"), "string")
        join = _builtin("concat", ("binary", "binary"), "binary")
        number_of = _builtin("conv", ("string", "int32", "int32"), "string")
        first = sha256(join(unhex(ibis.literal(inner)), encode(text, "UTF-8")), 256)
        head = sha256(join(unhex(ibis.literal(outer)), unhex(first)), 256).left(16)
        shifted = number_of(head, 16, 10).cast("decimal(20, 0)")
        return (shifted - ibis.literal(Decimal(2**63), "decimal(20, 0)")).cast("int64")
    backend.raw_sql("CREATE OR REPLACE TEMP MACRO sojourn_join(a, b) AS (a || b)")
    backend.raw_sql(
        "CREATE OR REPLACE TEMP MACRO sojourn_number(h) AS "
        "(('0x' || h)::UBIGINT::HUGEINT - 9223372036854775808)::BIGINT"
    )
    encode = _builtin("encode", ("string",), "binary")
    sha256 = _builtin("sha256", ("binary",), "string")
    join = _builtin("sojourn_join", ("binary", "binary"), "binary")
    number_of = _builtin("sojourn_number", ("string",), "int64")
    first = sha256(join(unhex(ibis.literal(inner)), encode(text)))
    return number_of(sha256(join(unhex(ibis.literal(outer)), unhex(first))).left(16))


def _builtin(name: str, kinds: tuple[str, ...], result: str) -> Any:
    """A function that the engine has, made known to Ibis."""

    def one(a: Any) -> Any: ...
    def two(a: Any, b: Any) -> Any: ...
    def three(a: Any, b: Any, c: Any) -> Any: ...

    function = (one, two, three)[len(kinds) - 1]
    function.__name__ = name
    return engine().udf.scalar.builtin(function, name=name, signature=(kinds, result))
