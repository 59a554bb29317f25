"""Lets pass whoever brings a valid RS256 token of one issuer. The standard library alone, so any zip can carry it."""
