"""`canary lint`: everything of a stack that can be wrong before it is deployed, looked at in one go."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from mapping.errors import MappingError
from releases.errors import ReleaseError
from releases.registry import ids, load, verify
from rollout import agreement
from rollout.advice import advice
from rollout.control import snapshot
from rollout.control.errors import JournalError, RolloutError
from rollout.control.journal import StoreJournal
from rollout.control.state import State, fold
from rollout.control.yardstick import uncounted_in
from rollout.policies import file_of, read_practice
from rollout.stack import LOCAL, ROOT
from settings import PROJECT, Settings, parse, store_uri
from settings.errors import SettingsError, StackFileError
from settings.stackfile import load_stack
from store import Store, StoreError, open_store


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One fault: where it is, and what it is and what to do."""

    where: str
    text: str


def faults(name: str, file: Path | None = None) -> list[Fault]:
    """Look at a stack's settings, practice, releases, journal, and at the templates of all contracts."""
    path = file or ROOT / f"Pulumi.{name}.yaml"
    practice = file_of(path, name)
    counted = () if name == LOCAL else _counted(path, practice)
    return [*_practice(practice), *_templates(), *_stack(name, path), *counted]


def show(found: list[Fault], *, as_json: bool) -> None:
    """Print faults, or that there is none."""
    if as_json:
        print(json.dumps([asdict(fault) for fault in found]))
        return
    for fault in found:
        print(f"{fault.where}: {fault.text}")
    if not found:
        print("settings, policy, templates, releases and journal: nothing is wrong with them")


def _stack(name: str, path: Path) -> Iterator[Fault]:
    raw: Mapping[str, object] = {}
    try:
        raw = load_stack(path, PROJECT)
        store = open_store(store_uri(raw), base=ROOT)
        known = ids(store)
    except (SettingsError, StackFileError) as error:
        yield Fault(where=path.name, text=str(error))
        return
    except StoreError as error:
        yield Fault(where=path.name, text=str(error))
        yield from _alone(name, path, raw)
        return
    damaged = list(_releases(store))
    yield from damaged
    try:
        settings = parse(raw, releases=known)
        agreement.check(settings, _journal(store))
    except (SettingsError, RolloutError) as error:
        yield Fault(where=path.name, text=str(error))
        return
    yield from (Fault(where=path.name, text=f"{key} {text}") for key, text in advice(name, settings))
    if not damaged:
        yield from _declared(name, path, settings, store)


def _alone(name: str, path: Path, raw: Mapping[str, object]) -> Iterator[Fault]:
    """Look at settings whose store is out of reach."""
    try:
        settings = parse(raw)
    except SettingsError as error:
        yield Fault(where=path.name, text=str(error))
        return
    yield from (Fault(where=path.name, text=f"{key} {text}") for key, text in advice(name, settings))


def _declared(name: str, path: Path, settings: Settings, store: Store) -> Iterator[Fault]:
    """Say what the program would refuse, without the engine and without AWS: an account of zeros stands in."""
    from components.cloud import Cloud  # noqa: PLC0415 - imports the provider, which takes a second
    from program.arguments import arguments  # noqa: PLC0415 - as above
    from program.configuration import FAULTS  # noqa: PLC0415 - as above
    from program.journal import read_journal  # noqa: PLC0415 - as above
    from program.lineup import read_lineup  # noqa: PLC0415 - as above

    cloud = Cloud(account_id="0" * 12, region=settings.region or "us-east-1")
    try:
        journal = read_journal(store, settings, None)
        lineup = read_lineup(settings, store, ids(store), journal)
        arguments(settings, lineup, cloud, stack=name, store=store.uri, carried=journal.carried)
    except FAULTS as error:
        yield Fault(where=path.name, text=str(error))


def _counted(path: Path, file: Path) -> Iterator[Fault]:
    """Whether the stack has filters for what its policy looks at; faults of either file are told by the others."""
    try:
        settings, practice = parse(load_stack(path, PROJECT)), read_practice(file)
    except (SettingsError, StackFileError, RolloutError):
        return
    text = uncounted_in(practice.policy, settings.observability.latency_thresholds_milliseconds)
    if text is not None:
        yield Fault(where=file.name, text=text)


def _journal(store: Store) -> State | None:
    """Where the last rollout stands by every entry there is, whatever was folded before. Raises RolloutError."""
    journal = StoreJournal(store)
    state = fold(journal.read(whole=True))
    if journal.state() != state:
        raise JournalError(f"{snapshot.KEY} says otherwise than the journal that it was folded from: delete it")
    return state


def _releases(store: Store) -> Iterator[Fault]:
    from mapping import load_contract  # noqa: PLC0415 - keeps the pure rooms' imports together

    for release_id in ids(store):
        where = f"release {release_id}"
        try:
            release = load(store, release_id)
            load_contract(release.contract.name, release.contract.hash)
            artifact = Path(release.artifact.uri.removeprefix("file://"))
            if artifact.is_absolute():
                verify(release, artifact.read_bytes())
        except (ReleaseError, MappingError) as error:
            yield Fault(where=where, text=str(error))
        except OSError as error:
            text = f"its artifact cannot be read: {error}. Restore the file, or train a new release"
            yield Fault(where=where, text=text)


def _practice(file: Path) -> Iterator[Fault]:
    try:
        read_practice(file)
    except RolloutError as error:
        yield Fault(where=file.name, text=str(error))


def _templates() -> Iterator[Fault]:
    from mapping.contract import CONTRACTS, load_contract  # noqa: PLC0415 - only where templates are looked at
    from mapping.lint import lint_contract  # noqa: PLC0415 - as above

    for folder in sorted(each for each in CONTRACTS.iterdir() if each.is_dir()):
        try:
            for finding in lint_contract(load_contract(folder.name)):
                where = f"{finding.file}:{finding.line}:{finding.column}"
                yield Fault(where=where, text=f"{finding.rule}: {finding.message}")
        except MappingError as error:
            yield Fault(where=f"contract {folder.name}", text=str(error))
