"""The ports on real things, one adapter a file. Only these may import what they adapt."""
