"""The ledger: what was said (claims) apart from what it may count (readings).

In: a case folder. Out: a `Case`, or every error in it at once. Knows no other room.
"""
