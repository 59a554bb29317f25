"""The judge and its peers on the same streams: `python -m benchmarks.judge --help`."""
