"""The cases of the golden vectors: documents and paths over every construct of Jayway's language."""

import json
from pathlib import Path
from typing import TypedDict

_DEEP = (("[" * 400 + "]" * 400), ("[" * 401 + "]" * 401), '{"a":[' * 201 + "]}" * 201)


class Corpus(TypedDict):
    """corpus.json: every path meets every document, every filter three places, `alone` only what it names."""

    documents: dict[str, str]
    paths: list[str]
    filters: list[str]
    alone: list[tuple[str, str]]
    bodies: list[str]


def cases() -> list[tuple[str, str]]:
    """Return every (document, path), without repetition, in a fixed order."""
    corpus: Corpus = json.loads(Path(__file__).with_name("corpus.json").read_text(encoding="utf-8"))
    documents = corpus["documents"]
    asked = [(document, path) for path in corpus["paths"] for document in documents.values()]
    for name, form in (("array", "$[?({})]"), ("mixed", "$.l[?({})]"), ("store", "$.store.book[?({})].title")):
        asked += [(documents[name], form.format(condition)) for condition in corpus["filters"]]
    asked += [(documents[name], path) for name, path in corpus["alone"]]
    asked += [(body, "$") for body in (*corpus["bodies"], *_DEEP)]
    return list(dict.fromkeys(asked))
