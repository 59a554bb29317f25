"""From what is wanted to what the components are given: `(Settings, Lineup) -> Arguments`.

Pure, but for `configuration.py`, which asks the engine which stack this is, and `lineup.py`, which reads manifests.
"""
