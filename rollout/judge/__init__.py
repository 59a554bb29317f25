"""The judge: is the canary worse than the stable release, as far as a rollout's own numbers can tell?

Pure: no I/O, no clock, no chance, no log. `docs/judge.md` has the reasoning, `docs/policy.md` the presets.
"""
