"""The edge: which stack this is, how it is configured, and where its provider deploys.

Works on Pulumi's engine and under its mocks alike. The configuration is read as one mapping, for Pulumi's own
`Config` cannot list its keys, and a misspelt key would pass unseen.
"""

import os
from collections.abc import Collection, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws
from pulumi.runtime import config

from components.cloud import Cloud
from components.errors import ComponentError
from mapping.errors import MappingError
from program.errors import ProgramError, SequenceError
from releases.errors import ReleaseError
from rollout.control.errors import RolloutError
from settings import SettingsError
from store import StoreError

FAULTS = (ComponentError, MappingError, ProgramError, ReleaseError, RolloutError, SettingsError, StoreError)

EXPECT = "CANARY_EXPECT"


@dataclass(frozen=True, slots=True, kw_only=True)
class StackConfiguration:
    """`raw` has every key with its namespace and its value as text, structured values as JSON text."""

    stack: str
    raw: Mapping[str, str]
    secret_keys: Collection[str]


def read_configuration() -> StackConfiguration:
    """Read this stack's whole configuration: what the engine hands over, then what was set in this process.

    The engine puts it into `PULUMI_CONFIG` and names the secret keys beside it; mocks set it (`set_all_config`).
    """
    return StackConfiguration(
        stack=pulumi.get_stack(),
        raw={**config.get_config_env(), **config.CONFIG.get()},
        secret_keys={*config.get_config_secret_keys_env(), *config._SECRET_KEYS.get()},  # noqa: SLF001 - no other way
    )


def read_expected() -> int | None:
    """Read which of the journal's words a controller decided this update by (`CANARY_EXPECT`); None where none did.

    Raises:
        SequenceError: it is no number.
    """
    told = os.environ.get(EXPECT)
    if not told:
        return None
    if not told.isdecimal():
        raise SequenceError(f"{EXPECT} is the number of an entry of the journal, got {told!r}")
    return int(told)


@contextmanager
def told_plainly() -> Generator[None, None, None]:
    """Turn our own faults into the engine's: it prints their message alone, where it would print a traceback.

    Raises:
        pulumi.RunError: with the message of the fault.
    """
    try:
        yield
    except FAULTS as fault:
        raise pulumi.RunError(str(fault)) from fault


def read_cloud() -> Cloud:
    """Ask the provider for its account, region and partition; the answers are plain, so ARNs can be composed."""
    partition = aws.get_partition()
    return Cloud(
        account_id=aws.get_caller_identity().account_id,
        region=aws.get_region().region,
        partition=partition.partition,
        dns_suffix=partition.dns_suffix,
    )
