"""The endpoints in service: started before anything points to them, kept where nothing changed, stopped last."""

import asyncio
import random
import time
from collections.abc import Iterable, Mapping
from pathlib import Path

from emulator.graph import EndpointSpec
from emulator.protocol import INVOCATION_SECONDS, Container, External
from emulator.sagemaker import Endpoint, in_service
from emulator.worker import Worker


class Fleet:
    """Starts and stops containers. `external` maps endpoint names to containers that run already."""

    def __init__(
        self,
        folder: Path,
        external: Mapping[str, str],
        seed: int | None,
        *,
        invocation_seconds: float = INVOCATION_SECONDS,
    ) -> None:
        self.folder, self.external, self.seconds = folder, external, invocation_seconds
        self._chance = random.Random(None if seed is None else seed + 1)  # noqa: S311 - sampling for data capture

    async def prepared(
        self, wanted: Mapping[str, EndpointSpec], running: Mapping[str, Endpoint]
    ) -> dict[str, Endpoint]:
        """Return all wanted endpoints in service: those that run unchanged, and new ones, started together.

        Raises:
            EmulatorError: one of them did not come into service; those started here are stopped again.
        """
        kept = {name: e for name, e in running.items() if wanted.get(name) == e.spec}
        new = {name: self._container(spec) for name, spec in wanted.items() if name not in kept}
        results = await asyncio.gather(*(each.start() for each in new.values()), return_exceptions=True)
        failed = [each for each in results if isinstance(each, BaseException)]
        if failed:
            await asyncio.gather(*(each.stop() for each in new.values()))
            raise failed[0]
        now = time.time()
        fresh = {
            name: in_service(wanted[name], c, self.folder / "capture", self._chance, now) for name, c in new.items()
        }
        return {name: (kept | fresh)[name] for name in wanted}

    def _container(self, spec: EndpointSpec) -> Container:
        if spec.name in self.external:
            return External(spec.name, self.external[spec.name], seconds=self.seconds)
        return Worker(spec, self.folder / f"logs/aws/sagemaker/Endpoints/{spec.name}.log", seconds=self.seconds)

    async def retire(self, endpoints: Iterable[Endpoint]) -> None:
        """Stop endpoints that nothing points to any more."""
        gone = list(endpoints)
        for endpoint in gone:
            if endpoint.capture is not None:
                endpoint.capture.close()
        await asyncio.gather(*(endpoint.container.stop() for endpoint in gone))
