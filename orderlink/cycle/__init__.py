"""The stages: read, decide, write down. No SQL text, no HTTP.

`run` is what they share, `importing` and `creating` are the stage import, `polling` and `pushing`
the other two, `stages` puts them in order.
"""
