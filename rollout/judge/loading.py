"""The edge of the judge: a policy or observations from where the command line says."""

import sys
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, BinaryIO, cast

from rollout.judge.errors import PolicyError, SourceError
from rollout.judge.parsing import metric_names, policy_of
from rollout.judge.policy import PRESETS, Policy


def chosen_policy(name: str, *, alpha: float | None = None, metrics: str | None = None) -> Policy:
    """Return a preset, or the policy of a YAML or JSON file, with what the command line overrides.

    Raises:
        PolicyError: there is neither such a preset nor such a file, or the policy is not one.
    """
    policy = PRESETS[name] if name in PRESETS else policy_of(_mapping(Path(name)))
    if alpha is not None:
        policy = replace(policy, alpha=policy_of({"alpha": alpha}).alpha)
    return policy if metrics is None else policy.select(metric_names(metrics))


@contextmanager
def observation_lines(name: str) -> Generator[BinaryIO]:
    """Open a file of JSON lines, `-` for standard input; raises SourceError."""
    if name == "-":
        yield sys.stdin.buffer
        return
    try:
        lines = Path(name).open("rb")  # noqa: SIM115 - only the opening may raise what is caught here
    except OSError as error:
        raise SourceError(f"cannot read observations from {name}: {error.strerror}; - is standard input") from error
    with lines:
        yield lines


def _mapping(path: Path) -> dict[str, Any]:
    from ruamel.yaml import YAML  # noqa: PLC0415 - a preset needs none of it
    from ruamel.yaml.error import YAMLError  # noqa: PLC0415 - as above

    if not path.is_file():
        raise PolicyError("policy", (f"{path} is neither a preset ({', '.join(PRESETS)}) nor a file",))
    try:
        data: object = cast("Any", YAML(typ="safe", pure=True)).load(path.read_text(encoding="utf-8"))
    except (YAMLError, UnicodeDecodeError) as error:
        raise PolicyError("policy", (f"{path} is not YAML: {error}",)) from error
    if not isinstance(data, dict):
        raise PolicyError("policy", (f"{path} holds {type(data).__name__}, not a mapping",))
    return cast("dict[str, Any]", data)
