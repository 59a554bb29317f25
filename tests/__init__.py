"""The tests. A package by itself, since the SageMaker SDK brings one of that name that would hide it."""
