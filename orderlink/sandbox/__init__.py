"""Small stateful servers that speak the platforms' real dialects.

One implementation, mounted two ways: on loopback HTTP (`orderlink.sandbox.server`) for people and
the demo, and in-process under `requests` for the tests.
"""
