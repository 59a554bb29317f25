"""`Traffic` and `Fleet` on AWS: what is served is read from the gateway, and changed by `pulumi up`.

A step, an abort and a promotion update the stage alone, so a colleague's newer change survives them. A whole update
happens when a rollout starts and when it is cleaned up, and only where all that it would do is the rollout's own.
Towards no traffic the stage's own patch goes first: the engine may have to wait for somebody's lock.
"""

import re
from collections.abc import Mapping
from functools import lru_cache

from mapping.contract import Contract, load_contract
from mapping.errors import MappingError
from mapping.function_route import function_contract
from program.documents import Example, examples, variables_in
from program.enriched import function_name
from program.errors import ProgramError
from releases.identity import endpoint_name
from releases.manifest import parse
from releases.model import Release
from rollout.adapters.aws.engine import Engine, FaultyError
from rollout.adapters.aws.errors import AwsError, EngineError
from rollout.adapters.aws.fleet import Capacity, Endpoints
from rollout.adapters.aws.naming import release_in
from rollout.adapters.aws.ownership import STAGE, foreign, names_of
from rollout.adapters.aws.stage import Stage
from rollout.control.errors import CreationError, ForeignError, PortError
from rollout.control.ports import Journal, Order, Seen
from rollout.control.split import Split, split_of
from rollout.control.target import Target

ROLLOUT, SEQUENCE, DECIDED_BY = "rolloutId", "journalSequence", "splitDecidedBy"
"""The program's exports that an update is verified by."""
PERSON = "configuration"
"""`splitDecidedBy` where the rollout has ended and the configuration, which knows it, says what is served."""
_PASSING = re.compile(
    r"throttl|rate exceeded|too ?many ?requests|timed? ?out|connection (reset|refused)|no such host|"
    r"service ?unavailable|internal ?(server|failure|error)|expired ?token",
    re.IGNORECASE,
)
"""Faults of a create that the next tick may not meet again."""


class AwsTraffic:
    """One stage. `api` is its API's name, by which endpoints are named too."""

    def __init__(self, stage: Stage, endpoints: Endpoints, engine: Engine, journal: Journal, api: str) -> None:
        self._stage = stage
        self._endpoints = endpoints
        self._capacity = Capacity(endpoints)
        self._engine = engine
        self._journal = journal
        self._api = api

    def read(self) -> Seen:
        """See `Traffic.read`: GetStage, and DescribeEndpoint for each endpoint of the API. Raises AwsError."""
        served = self._stage.read()
        stable = self._stable(served.variables)
        canary = release_in(self._api, served.overrides)
        if canary is None and served.percent:
            raise AwsError(f"the stage's canary has {served.percent:g} percent and names no endpoint of {self._api}")
        return Seen(stable=stable, canary=canary, percent=served.percent, in_service=self._endpoints.in_service())

    def apply(self, order: Order) -> None:
        """See `Traffic.apply`."""
        split = self._split(order)
        if order.target.percent == 0 and order.target.canary is None and order.target.stable == self._serving():
            self._stage.withdraw()
        if not order.whole:
            self._engine.update(split.sequence, [STAGE])
            return
        if not order.target.warm:
            self._capacity.restore(_releases(split), {order.target.stable: self._names(split)[order.target.stable]})
        others = foreign(self._engine.preview(split.sequence), order.releases)
        if others:
            raise ForeignError(
                f"the whole update that {order.rollout} needs would also change what is not its own: "
                f"{'; '.join(map(str, others))}. Nothing was done. Deploy that by itself (pulumi up), or take it out "
                "of this checkout; then: canary resume"
            )
        try:
            self._engine.update(split.sequence)
        except FaultyError as error:
            raise _final(error, split) from error

    def verify(self, order: Order) -> bool:
        """See `Traffic.verify`: the gateway serves it, and the stack's last update was by the journal's last word.

        An update that began before that word holds the stack's lock until it ends, and leaves an older sequence. So
        with the latest one in the outputs, none of those is under way any more. Where one release gets everything from
        now on, what the cache holds of the other is forgotten before the order counts as verified.
        """
        seen = self.read()
        split = self._split(order)
        if not seen.serves(order.target, order.releases) and not _is_cleaned_up(seen, order):
            return False
        outputs = self._engine.outputs()
        if (outputs.get(ROLLOUT), outputs.get(SEQUENCE)) != (order.rollout, split.sequence):
            return False
        if not seen.serves(order.target, order.releases) and outputs.get(DECIDED_BY) != PERSON:
            return False
        state = self._journal.state()
        new = state is None or state.verified_at is None
        if new and order.target.canary is None and not order.whole:
            self._stage.flush()  # a promotion, abort or undo: here, for an apply that died cannot have said that it did
        return True

    def withdraw(self) -> None:
        """See `Traffic.withdraw`: one UpdateStage, without store, lock, preview or state. Raises AwsError."""
        self._stage.withdraw()

    def ready(self, target: Target) -> bool:
        """See `Fleet.ready`. Raises AwsError."""
        split = split_of(self._journal.state())
        if split is None:
            raise PortError("there is no rollout whose fleet could be made ready")
        return self._capacity.ready(target, self._serving(), _releases(split), self._names(split))

    def answer(self, release: str) -> None:
        """See `Fleet.answer`: TestInvokeMethod with the canary's variables and each of its routes' own example."""
        split = split_of(self._journal.state())
        if split is None or release not in split.manifests:
            raise PortError(f"no rollout knows {release}")
        manifest = parse(split.manifests[release])
        contract, document = _contract(manifest), split.documents.get(release)
        own = {contract.stage_variable: self._names(split)[release]}
        own |= {} if document is None else _function(self._api, manifest, document)
        variables = {**self._stage.read().variables, **own}
        for each in [_example(contract)] if document is None else examples(document):
            self._stage.answer(path=each.path, method=each.method, request=each.request, variables=variables)

    def _serving(self) -> str:
        return self._stable(self._stage.read().variables)

    def _stable(self, variables: Mapping[str, str]) -> str:
        stable = release_in(self._api, variables)
        if stable is None:
            raise AwsError(f"the stage's variables name no endpoint of {self._api}: {dict(variables)}")
        return stable

    def _split(self, order: Order) -> Split:
        """The journal's last word, which must be the order's: nothing is applied on an older one's."""
        split = split_of(self._journal.state())
        if split is None or (split.rollout, split.target) != (order.rollout, order.target):
            now = "nothing" if split is None else f"{split.rollout}: {split.target}"
            raise PortError(f"the journal has moved on from {order.rollout}: {order.target} to {now}; nothing was done")
        return split

    def _names(self, split: Split) -> Mapping[str, str]:
        return {name: endpoint_name(self._api, release) for name, release in _releases(split).items()}


def _is_cleaned_up(seen: Seen, order: Order) -> bool:
    """Whether nothing of a finished rollout is left but what a person chose to serve."""
    left = seen.in_service & frozenset(order.releases)
    return order.whole and not order.target.warm and not seen.percent and left <= {seen.stable}


def _releases(split: Split) -> Mapping[str, Release]:
    return {name: parse(text) for name, text in split.manifests.items()}


@lru_cache
def _contract(release: Release) -> Contract:
    try:
        return load_contract(release.contract.name, release.contract.hash)
    except MappingError as error:
        raise PortError(f"{release.id} speaks a contract that this checkout does not have: {error}") from error


def _example(contract: Contract) -> Example:
    return Example(path=contract.path, method=contract.method.upper(), request=contract.example)


def _function(api: str, release: Release, document: str) -> Mapping[str, str]:
    """The variable that names the release's function, where its document has one."""
    name, variable = function_contract(document), variables_in(document).function
    if name is None or variable is None:
        return {}
    try:
        return {variable: function_name(api, release, name)}
    except ProgramError as error:
        raise PortError(str(error)) from error


def _final(error: FaultyError, split: Split) -> EngineError | CreationError:
    """A fault of what belongs to the candidate, which would come again, ends the rollout; any other may pass."""
    own = names_of(split.release)
    faults = [each for each in error.faults if each.name.startswith(own) and not _PASSING.search(each.text)]
    if split.release in split.target.warm and faults:
        return CreationError("; ".join(f"{each.name}: {each.text}" for each in faults))
    return error
