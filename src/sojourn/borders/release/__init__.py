"""Tables for release: counts, disclosure control, and how far link errors would move them."""
