"""Described worlds, thousands of runs in them, and what a policy does there.

Pure given the generator that is passed in: no clock, no global chance, no network. `worlds` says what a world
is, `scene` draws from it, `operating` measures a policy, `limits` knows what no test can beat.
"""
