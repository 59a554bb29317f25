"""Worlds from files and mappings: accepted, and refused with the key, the bound and the value."""

from pathlib import Path

import pytest

from rollout.simulation.errors import WorldError
from rollout.simulation.presets import WORLDS
from rollout.simulation.reading import find_world, make_world, parse_world
from rollout.simulation.worlds import Effect, Outages, World

FULL = """
summary: two things at once
requests_per_minute: 60
steps: [[0.05, 30], [0.25, 30]]
errors: {5xx: 0.002, 4xx: 0.01}
latency: {sigma: 0.3, quantiles: [0.5, 0.99]}
scores: {bins: 5}
outages: {per_instance_hour: 0.1, seconds: 60, effect: slow}
bursts: [{at_minute: 3, minutes: 1, rate: 0.5}]
fault: {at_minute: 10, errors: {5xx: 0.02}, latency_factor: 2}
"""


def test_everything_is_read() -> None:
    world = parse_world(FULL, "mine")
    assert world.name == "mine"
    assert world.steps == ((0.05, 30.0), (0.25, 30.0))
    assert world.outages == Outages(per_instance_hour=0.1, seconds=60.0, effect=Effect.SLOW)
    assert world.bursts[0].rate == 0.5
    assert world.latency is not None
    assert world.latency.quantiles == (0.5, 0.99)
    assert world.fault is not None
    assert world.fault.errors == {"5xx": 0.02}
    assert not world.identical


def test_a_file_and_a_preset_are_found(tmp_path: Path) -> None:
    file = tmp_path / "harbour.yaml"
    file.write_text("minutes: 7\n")
    assert find_world(str(file)) == World(name="harbour", minutes=7.0)
    assert find_world("identical") is WORLDS["identical"]
    with pytest.raises(WorldError, match="neither a file nor one of the presets: burst, "):
        find_world("nowhere")


@pytest.mark.parametrize(
    ("mapping", "message"),
    [
        ({"trafic": 3}, "unknown key 'trafic'; known are bursts, clump"),
        ({"minutes": "long"}, "world.minutes: must be a number, not 'long'"),
        ({"minutes": True}, "world.minutes: must be a number, not True"),
        ({"minutes": 0.1}, "minutes must be at least one look, not 0.1"),
        ({"steps": [[1.0, 5]]}, "share must be inside 0..1, not 1.0"),
        ({"steps": [[0.5]]}, r"world.steps\[0\]: must have 2 entries, not 1"),
        ({"errors": {"5xx": 2}}, "errors.5xx must be within 0..1, not 2.0"),
        ({"fault": {"errors": {"4xx": 0.1}}}, "fault.errors.4xx must be a class of errors"),
        ({"outages": {"per_instance_hour": 1, "seconds": 5, "effect": "sad"}}, "errors, slow, strange, not 'sad'"),
        ({"outages": {"seconds": 5}}, "per_instance_hour"),
        ({"scores": {"shares": [0.5, 0.6]}}, "a sum of 1"),
        ({"latency": {"quantiles": [0.9, 0.5]}}, "rising within 0..1"),
        ({"latency": 5}, "world.latency: must be a mapping of keys, not 5"),
        ({"clump": 0.5}, "clump must be at least 1, not 0.5"),
        ({"scores": {"bins": 2.5}}, "world.scores.bins: must be a whole number, not 2.5"),
    ],
)
def test_refused_with_the_key(mapping: dict[str, object], message: str) -> None:
    with pytest.raises(WorldError, match=message):
        make_world({"name": "x", **mapping})


@pytest.mark.parametrize("text", ["[1, 2]", "a: [", "3"])
def test_text_that_is_no_mapping(text: str) -> None:
    with pytest.raises(WorldError):
        parse_world(text, "x")


def test_presets_are_named_after_themselves() -> None:
    assert all(name == world.name and world.summary for name, world in WORLDS.items())
