"""The product, pure: what happened goes in, what to do comes out. No I/O, no clock, no randomness.

Imports the standard library, msgspec and the RE2 binding, and nothing else of this package's
other rooms. Times are integer microseconds: `…_at` is wall time (a fact), `…_due` is service
time (a wait); the two are never mixed in one field.
"""
