"""PURE: every decision that orderlink takes, as functions of rows, answers and the time.

`timing` says what is due when, `arrival` what a look at the marketplace means, `creation` what the
shop's answer to a creation means, `shop` what a look at the shop means, and `shipping` what is
reported and what the marketplace's answer means. Each returns values, mostly a `Verdict`, which the
store writes down in one transaction. Nothing here does I/O, and no decision is taken anywhere else.
"""
