"""The function of the contract `enriched-v1`: a model's ratings, with titles and what the user has rated.

    event -> ratings (SageMaker) -> titles, seen (DynamoDB) -> three lists of one length

It keeps no state between calls but its connections. Everything that goes wrong raises one of `errors.py`'s words.
"""
