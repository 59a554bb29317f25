"""What commands of one room need from rooms that it may not know: a stack's settings, its store, the contract."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from emulator.running import store_folder
from mapping import load_contract
from program.tables import table_names
from releases.model import ContractRef, Release
from releases.registry import ids
from settings import PROJECT, Settings, parse, registered_serving, store_uri
from settings.stackfile import load_stack
from store import Store, open_store
from store.folder import FolderStore
from titles.wiring import TablesOf, TitlesWiring
from training.jobs.place import Place
from training.wiring import StackFacts, Wiring

ROOT = Path(__file__).resolve().parent.parent
CONTRACT = "ratings-v1"
"""The contract that models trained here speak."""
LOCAL = "local"
"""The stack that is served on this machine."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stack:
    """One stack as its file says: the raw configuration, the settings and the opened store."""

    raw: Mapping[str, object]
    settings: Settings
    store: Store


def stack_file(stack: str) -> Path:
    """The file that configures a stack of this project."""
    return ROOT / f"Pulumi.{stack}.yaml"


def read_stack(file: Path, store: str | None = None) -> Stack:
    """Read a stack's file and open its store, or `store` in its place.

    Raises:
        SettingsError, StackFileError: the file is missing, or says what cannot be.
        StoreError: the store cannot be used.
    """
    raw = load_stack(file)
    opened = open_store(store or store_uri(raw), base=ROOT)
    return Stack(raw=raw, settings=parse(raw, releases=ids(opened)), store=opened)


def contract() -> ContractRef:
    """The contract that models trained here speak, with the hash of its files as they are now."""
    found = load_contract(CONTRACT)
    return ContractRef(name=found.name, hash=found.hash)


def _facts(stack: str, store: str | None) -> StackFacts:
    found = read_stack(stack_file(stack), store)
    return StackFacts(
        store=found.store,
        serving=registered_serving(found.settings.serving),
        stable=found.settings.stable,
        region=found.settings.region,
    )


def _place(stack: str, account: str, region: str, partition: str) -> Place:
    """Where a stack's jobs run: what its program declares for them, by the same names."""
    from components.cloud import Cloud
    from program.training import JOBS, bucket_name, role_name

    settings = parse(load_stack(stack_file(stack)))
    cloud = Cloud(account_id=account, region=region, partition=partition)
    return Place(
        account=account,
        region=region,
        bucket=bucket_name(settings, cloud),
        prefix=JOBS,
        role_arn=cloud.role_arn(role_name(settings, cloud)),
        api=settings.api.name,
        tags={**settings.tags, "project": PROJECT, "stack": stack},
    )


def _region(stack: str) -> str | None:
    return parse(load_stack(stack_file(stack))).region


def _check(release: Release, account: str, region: str) -> None:
    """Let a release pass whose image and contract work together in a region. Raises ImageError, FitError."""
    from components.cloud import Cloud
    from program.fit import check_fit
    from program.images import image_of

    cloud = Cloud(account_id=account, region=region)
    image_of(release.framework, cloud)
    check_fit(release, load_contract(release.contract.name, release.contract.hash), cloud)


WIRING = Wiring(contract=contract, stack=_facts, place=_place, region=_region, check=_check)


def _tables(stack: str) -> TablesOf:
    settings = parse(load_stack(stack_file(stack)))
    names = table_names(settings.api.name)
    store = FolderStore(store_folder(ROOT, None, stack=stack)) if stack == LOCAL else None
    return TablesOf(movies=names.movies, seen=names.seen, region=settings.region, store=store)


TITLES = TitlesWiring(stack=_tables)
