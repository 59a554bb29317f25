"""What the enriched route's tables hold: the movies' titles, and which of them each user has rated.

    MovieLens-100K -> titles, training ratings -> DynamoDB items -> two tables on AWS, or two files for the emulator

Whoever loads them fetches them, as with the ratings (`training/source.py`): neither is part of this repository.
"""
