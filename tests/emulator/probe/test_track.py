"""Whose answer one to GET /track is, and what is said where it is nobody's."""

import re

import pytest

from emulator.errors import ProbeError
from emulator.probe.site import Reply, track_of


def test_the_template_prints_the_track() -> None:
    assert (
        track_of(Reply(status=200, body=b'{"canary": "true", "mark": "second", "x": "canary"}', headers={})) == "true"
    )


@pytest.mark.parametrize("body", [b"", b"{}", b"[]", b'{"message":"Too Many Requests"}'])
def test_another_answer_settles_nothing_and_is_shown(body: bytes) -> None:
    shown = f"GET /track answered 429 `{body.decode()}` ({len(body)} bytes), which is not its template's JSON"
    with pytest.raises(ProbeError, match=f"^{re.escape(shown)}$"):
        track_of(Reply(status=429, body=body, headers={}))
