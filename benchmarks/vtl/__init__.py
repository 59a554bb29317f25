"""How fast mapping templates render: `python -m benchmarks.vtl`."""
