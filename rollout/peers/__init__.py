"""How other systems decide, re-implemented from their documented rules so that they can be measured beside ours.

Each module is one system; parameters and defaults are theirs. Arrays go in, one `Outcome` for all runs comes out.
Pure: no clock, no chance of their own, no I/O.
"""
