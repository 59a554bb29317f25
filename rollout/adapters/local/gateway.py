"""`Traffic` and `Fleet` on the running emulator: read and verify by its stage and line-up, apply by a reload."""

from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from typing import Any, cast

from mapping import load_contract
from mapping.contract import Contract
from mapping.function_route import ENRICHED_CONTRACT
from releases.identity import endpoint_name
from releases.registry import ids, load
from rollout.adapters.local.configuration import laid_over
from rollout.adapters.local.emulator import Emulator
from rollout.control.errors import PortError
from rollout.control.ports import Order, Seen
from rollout.control.target import Target
from store import Store, StoreError


class LocalGateway:
    """One emulator. `configuration` reads the stack's file anew, so a newer change in it survives every step."""

    def __init__(
        self, emulator: Emulator, store: Store, api: str, configuration: Callable[[], Mapping[str, object]]
    ) -> None:
        self._emulator = emulator
        self._store = store
        self._api = api
        self._configuration = configuration
        self._names: dict[str, str] = {}

    def read(self) -> Seen:
        """See `Traffic.read`."""
        stage, endpoints = self._emulator.stage(), self._emulator.endpoints()
        canary = cast("dict[str, Any]", stage.get("canarySettings") or {})
        override = cast("dict[str, str]", canary.get("stageVariableOverrides") or {})
        return Seen(
            stable=self._one_release(stage.get("variables") or {}),
            canary=self._one_release(override) if override else None,
            percent=float(canary.get("percentTraffic", 0.0)),
            in_service=frozenset(
                self._release(each["name"]) for each in endpoints if each.get("status") == "InService"
            ),
        )

    def apply(self, order: Order) -> None:
        """See `Traffic.apply`."""
        self._emulator.reload(laid_over(self._configuration(), order))

    def verify(self, order: Order) -> bool:
        """See `Traffic.verify`."""
        return self.read().serves(order.target, order.releases)

    def withdraw(self) -> None:
        """See `Traffic.withdraw`: one call, as UpdateStage."""
        canary = cast("dict[str, Any]", self._emulator.stage().get("canarySettings") or {})
        if canary.get("percentTraffic", 0):
            self._emulator.set_percent(0)

    def ready(self, target: Target) -> bool:
        """See `Fleet.ready`. An emulated endpoint is one container, whatever its share."""
        serving = {target.stable, *([target.canary] if target.canary else [])}
        return serving <= self.read().in_service

    def answer(self, release: str) -> None:
        """See `Fleet.answer`: the request is the example of the release's own contract."""
        seen = self.read()
        if seen.canary != release:
            raise PortError(f"{release} is not on the stage: its canary is {seen.canary or 'none'}")
        try:
            contract = load_contract(load(self._store, release).contract.name)
        except StoreError as error:
            raise PortError(f"the manifest of {release} cannot be read: {error}") from error
        for each in (contract, *self._further()):
            status, body = self._emulator.try_canary(each.method.upper(), each.example)
            if status != HTTPStatus.OK:
                raise PortError(
                    f"{release} answered {each.example} with {status} when it was tried: {body.strip()[:300]}"
                )

    def _further(self) -> Sequence[Contract]:
        """The contracts of further routes that the canary answers: those whose stage variable it overrides."""
        canary = cast("dict[str, Any]", self._emulator.stage().get("canarySettings") or {})
        enriched = load_contract(ENRICHED_CONTRACT)
        return [enriched] if enriched.stage_variable in (canary.get("stageVariableOverrides") or {}) else []

    def _one_release(self, variables: Mapping[str, str]) -> str:
        for value in variables.values():
            if (found := self._release(value)) != value:
                return found
        raise PortError(f"the stage's variables name no release of this store: {dict(variables)}")

    def _release(self, name: str) -> str:
        """The release whose endpoint is called so, or the name itself."""
        if name not in self._names:
            try:
                found = {endpoint_name(self._api, load(self._store, each)): each for each in ids(self._store)}
            except StoreError as error:
                raise PortError(f"the releases cannot be read: {error}") from error
            self._names |= found
        return self._names.get(name, name)
