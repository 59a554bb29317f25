"""A YAML document as Pulumi's engine reads it. Pure.

What YAML itself says, the events, is ruamel.yaml's to find; what a plain scalar means is not left to it
(`settings/scalars.py`). Refused, where the engine would pass over or guess: a second document, tags other than
strings', keys that are no strings.
"""

import io
import math
from typing import Any, NoReturn, cast

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from settings.errors import StackFileError
from settings.scalars import scalar

_STR, _MAP, _SEQ = (f"tag:yaml.org,2002:{name}" for name in ("str", "map", "seq"))


def read_document(text: str, name: str) -> object:
    """Return the value of the one document in `text`, None where it is empty.

    Raises:
        StackFileError: headed by `name` and the line.
    """
    return _Reader(text, name).document()


class _Reader:
    """One text's events, turned into values one after the other."""

    def __init__(self, text: str, name: str) -> None:
        self._name = name
        self._anchors: dict[str, object] = {}
        yaml: Any = YAML(typ="safe", pure=True)  # Any: ruamel's own annotations are incomplete
        self._events: Any = iter(yaml.parse(io.StringIO(text)))

    def document(self) -> object:
        """Return the one document's value, None for an empty text."""
        try:
            next(self._events)  # the stream's start
            if type(next(self._events)).__name__ == "StreamEndEvent":
                return None
            value = self._value(next(self._events))
            next(self._events)  # the document's end
            following = next(self._events)
        except (YAMLError, ValueError) as error:
            fault: Any = error  # Any: as above
            mark = getattr(fault, "problem_mark", None)
            where = "" if mark is None else f", line {mark.line + 1}"
            raise StackFileError(f"{self._name}{where}: no YAML: {getattr(fault, 'problem', error)}") from None
        if type(following).__name__ != "StreamEndEvent":
            self._refuse(following, "a second document, which the engine would pass over. Write one")
        return value

    def _value(self, event: Any) -> object:  # noqa: ANN401 - ruamel's events have no common type
        name = type(event).__name__
        if name == "AliasEvent":
            if event.anchor not in self._anchors:
                self._refuse(event, f"nothing is named *{event.anchor}")
            return self._anchors[event.anchor]
        value = {"ScalarEvent": self._scalar, "SequenceStartEvent": self._list, "MappingStartEvent": self._map}[name](
            event
        )
        if event.anchor is not None:
            self._anchors[event.anchor] = value
        return value

    def _scalar(self, event: Any) -> object:  # noqa: ANN401 - as above
        text = cast("str", event.value)
        if event.tag not in (None, _STR):
            self._refuse(event, f"the tag {event.tag} is not read here. Write the value plainly")
        value = scalar(text) if event.tag is None and event.implicit[0] else text
        if isinstance(value, float) and not math.isfinite(value):
            self._refuse(event, f"{text} is no number that the engine hands on. Write a finite one, or quotes")
        return value

    def _list(self, event: Any) -> object:  # noqa: ANN401 - as above
        self._check_tag(event, _SEQ)
        found: list[object] = []
        while type(following := next(self._events)).__name__ != "SequenceEndEvent":
            found.append(self._value(following))
        return found

    def _map(self, event: Any) -> object:  # noqa: ANN401 - as above
        self._check_tag(event, _MAP)
        found: dict[str, object] = {}
        merged: dict[str, object] = {}
        following: Any
        while type(following := next(self._events)).__name__ != "MappingEndEvent":
            is_merge = getattr(following, "value", None) == "<<" and following.implicit[0]
            key = self._key(following)
            value = self._value(next(self._events))
            if is_merge:
                merged = self._merged(following, value)
            elif key in found:
                self._refuse(following, f"the key {key} stands twice")
            else:
                found[key] = value
        return {**merged, **found}

    def _merged(self, event: Any, value: object) -> dict[str, object]:  # noqa: ANN401 - as above
        sources = cast("list[object]", value) if isinstance(value, list) else [value]
        merged: dict[str, object] = {}
        for source in reversed(sources):  # of several the first counts
            if not isinstance(source, dict):
                self._refuse(event, "<< takes a mapping, or a list of mappings")
            merged |= cast("dict[str, object]", source)
        return merged

    def _key(self, event: Any) -> str:  # noqa: ANN401 - as above
        key = self._value(event)
        if isinstance(key, bool):
            return "true" if key else "false"
        if isinstance(key, str | int):
            return str(key)
        return self._refuse(event, "a key is a string. Write it in quotes")

    def _check_tag(self, event: Any, tag: str) -> None:  # noqa: ANN401 - as above
        if event.tag not in (None, tag):
            self._refuse(event, f"the tag {event.tag} is not read here. Write the value plainly")

    def _refuse(self, event: Any, problem: str) -> NoReturn:  # noqa: ANN401 - as above
        raise StackFileError(f"{self._name}, line {event.start_mark.line + 1}: {problem}")
