"""The edge of the judge: a policy or observations from where the command line says."""

import sys
from collections.abc import Generator, Iterable
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

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
def observation_lines(name: str) -> Generator[Iterable[bytes]]:
    """Open a file of lines, `-` for standard input, or a folder with a journal's entries; raises SourceError."""
    if name == "-":
        yield sys.stdin.buffer
        return
    path = Path(name)
    try:
        if path.is_dir():
            yield [each.read_bytes() for each in _entries(path)]
            return
        lines = path.open("rb")
    except OSError as error:
        raise SourceError(f"cannot read observations from {name}: {error.strerror}; - is standard input") from error
    with lines:
        yield lines


def _entries(folder: Path) -> list[Path]:
    """A journal's entries in order: of the folder itself, or of the store that it is."""
    found = [*folder.glob("*.json"), *folder.glob("**/rollouts/journal/*.json")]
    entries = sorted({each for each in found if each.stem.isdigit()})
    if not entries:
        raise SourceError(f"{folder} holds no journal: no entry such as rollouts/journal/00000001.json is in it")
    if len({each.parent for each in entries}) > 1:
        several = ", ".join(sorted({str(each.parent) for each in entries}))
        raise SourceError(f"{folder} holds several journals: {several}; name one of them")
    return entries


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
