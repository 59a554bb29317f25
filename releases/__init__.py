"""Releases: what may be served. Pure."""
