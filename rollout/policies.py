"""How a stack is rolled out: policy, conduct, and whom to tell. From a file beside the stack's, or a preset.

`rollout.<stack>.yaml` (none: the preset `standard`, and nobody is told):

    policy: {preset: cautious, errors: {tolerance: 1.5}}    # docs/policy.md; or the name of a preset
    conduct: {interval: 60, undo_window: 172800}            # docs/rollouts.md; seconds
    notify:
      - {webhook: https://example.org/hook, secret: HOOK_SECRET, least: attention}
      - {topic: arn:aws:sns:eu-central-1:123456789012:rollouts}
      - {command: [notify-send, canary]}

A webhook's `secret` is the name of an environment variable, never the secret itself.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

from rollout.adapters.notify import Command, Everybody, Filtered, Topic, Unable, Webhook
from rollout.control.conduct import Conduct
from rollout.control.ports import Notifier, Severity
from rollout.errors import ConfigurationError
from rollout.judge.errors import JudgeError
from rollout.judge.parsing import policy_of
from rollout.judge.policy import PRESETS, STANDARD, Policy
from settings.documents import read_document
from settings.errors import StackFileError

_KEYS = ("policy", "conduct", "notify")
_WAYS = ("webhook", "topic", "command")


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """One way to tell people: `webhook` (an URL), `topic` (an ARN) or `command`, from a severity on."""

    webhook: str = ""
    secret: str = ""
    topic: str = ""
    command: tuple[str, ...] = ()
    least: Severity = Severity.INFO


@dataclass(frozen=True, slots=True, kw_only=True)
class Practice:
    """What a rollout is begun with."""

    policy: Policy = STANDARD
    conduct: Conduct = field(default_factory=Conduct)
    notify: tuple[Way, ...] = ()


def file_of(stack_file: Path, stack: str) -> Path:
    """Where a stack's practice is written: beside its own file."""
    return stack_file.parent / f"rollout.{stack}.yaml"


def read_practice(file: Path) -> Practice:
    """Read a file; one that is not there gives the presets.

    Raises:
        ConfigurationError: with every fault.
    """
    try:
        text = file.read_text(encoding="utf-8")
    except FileNotFoundError:
        return Practice()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{file}: cannot be read: {error}") from error
    try:
        raw = read_document(text, str(file))
    except StackFileError as error:
        raise ConfigurationError(str(error)) from error
    if raw is None:
        return Practice()
    if not isinstance(raw, dict):
        raise ConfigurationError(f"{file}: a mapping with {', '.join(_KEYS)} belongs there")
    return practice_of(cast("dict[str, object]", raw), str(file))


def practice_of(raw: Mapping[str, object], what: str) -> Practice:
    """Read what a file holds; `what` heads the message. Raises ConfigurationError with every fault."""
    faults = [f"{key} is not known: {', '.join(_KEYS)}" for key in raw if key not in _KEYS]
    policy, conduct = STANDARD, Conduct()
    try:
        policy = _policy(raw.get("policy", STANDARD.name))
    except JudgeError as error:
        faults.append(str(error))
    try:
        conduct = Conduct.of(cast("Mapping[str, object]", raw.get("conduct") or {}))
    except (ValueError, TypeError, AttributeError) as error:
        faults.append(f"conduct: {error}")
    entries = _listed(raw.get("notify"))
    notify = [way for index, each in enumerate(entries) if (way := _way(each, f"notify[{index}]", faults)) is not None]
    if faults:
        raise ConfigurationError(f"{what}: " + "; ".join(faults))
    return Practice(policy=policy, conduct=conduct, notify=tuple(notify))


def chosen(practice: Practice, name: str | None) -> Policy:
    """The policy to use: the practice's, or a preset or policy file that was named.

    Raises:
        ConfigurationError: it is neither a preset nor a file that holds a policy.
    """
    if name is None:
        return practice.policy
    if name in PRESETS:
        return PRESETS[name]
    file = Path(name)
    if not file.is_file():
        raise ConfigurationError(f"{name} is neither a preset ({', '.join(PRESETS)}) nor a file")
    try:
        return _policy(read_document(file.read_text(encoding="utf-8"), name))
    except (JudgeError, StackFileError, OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{name}: {error}") from error


def notifier(ways: tuple[Way, ...]) -> Notifier:
    """Make the notifier. Secrets are read from the environment now; where one is missing, each event says so."""
    return Everybody(notifiers=[Filtered(inner=_inner(way), least=way.least) for way in ways])


def unable(way: Way) -> str | None:
    """Why nobody can be told this way in this process's environment; None where it can be tried."""
    if not way.webhook or os.environ.get(way.secret):
        return None
    return f"the secret of the webhook {way.webhook} is to be in ${way.secret}, which is empty or not set"


def _inner(way: Way) -> Notifier:
    if why := unable(way):
        return Unable(why=why)
    if way.webhook:
        return Webhook(url=way.webhook, secret=os.environ[way.secret])
    if way.topic:
        import boto3  # noqa: PLC0415 - only where a topic is told

        client = cast("Any", boto3).client("sns", region_name=way.topic.split(":")[3])
        return Topic(arn=way.topic, client=client)
    return Command(arguments=way.command)


def _listed(value: object) -> list[object]:
    if value is None:
        return []
    return cast("list[object]", value) if isinstance(value, list) else [value]


def _policy(raw: object) -> Policy:
    if isinstance(raw, str):
        raw = {"preset": raw}
    return policy_of(cast("Mapping[str, Any]", raw if isinstance(raw, dict) else {"preset": raw}))


def _way(raw: object, path: str, faults: list[str]) -> Way | None:
    if not isinstance(raw, dict):
        faults.append(f"{path} is {raw!r}, not a mapping with one of {', '.join(_WAYS)}")
        return None
    given = cast("dict[str, Any]", raw)
    before = len(faults)
    faults.extend(f"{path}.{key} is not known" for key in given if key not in {*_WAYS, "secret", "least"})
    ways = [key for key in _WAYS if key in given]
    if len(ways) != 1:
        faults.append(f"{path} has {' and '.join(ways) or 'none'} of {', '.join(_WAYS)}: exactly one belongs there")
    if "webhook" in given and not given.get("secret"):
        faults.append(f"{path}.secret is missing: the name of the environment variable that holds it")
    if "topic" in given and str(given["topic"]).count(":") != 5:  # noqa: PLR2004 - arn:aws:sns:region:account:name
        faults.append(f"{path}.topic is {given['topic']!r}, not an ARN of SNS")
    command = given.get("command", [])
    if not isinstance(command, list):
        faults.append(f"{path}.command is {command!r}, not a list of words: it is run without a shell")
        command = []
    least = str(given.get("least", Severity.INFO.value))
    if least not in set(Severity):
        faults.append(f"{path}.least is {least!r}: one of {', '.join(Severity)}")
    if len(faults) > before:
        return None
    return Way(
        webhook=str(given.get("webhook", "")),
        secret=str(given.get("secret", "")),
        topic=str(given.get("topic", "")),
        command=tuple(str(word) for word in cast("list[object]", command)),
        least=Severity(least),
    )
