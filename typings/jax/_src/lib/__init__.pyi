"""`jax.numpy`'s own stub imports Device from here, where JAX does not define it."""

from typing import Any

class Device: ...

def __getattr__(name: str) -> Any: ...
