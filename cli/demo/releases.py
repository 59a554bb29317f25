"""The demonstration's releases: two honest ones, one more to roll out, and two with a flaw."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from cli.demo.workspace import Workspace
from cli.wiring import contract, read_stack
from releases.model import Release, Serving
from settings import registered_serving
from store import Store
from training.archive import build_archive
from training.evaluation import evaluate
from training.flaws import failing, shifted
from training.model import Model
from training.pipeline import Product, produce
from training.progress import bar
from training.ratings import Ratings
from training.registration import register
from training.release import check_not_worse, make_release
from training.split import Split, earliest

FIRST, RETRAINED, NEXT, FAILING, SHIFTED = "r1", "r2", "r3", "r4-fails", "r5-shifted"
FIRST_SHARE = 0.7  # the first release knows the earliest 70 percent of the training ratings, the others all of them
EVERY = 100  # of the failing release's answers, one in so many
STARS = 0.4  # by so much the shifted release's ratings are too high

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Workshop:
    """Where releases are made and registered."""

    store: Store
    serving: Serving
    split: Split
    say: Say

    def honest(self, release_id: str, rows: Ratings, *, seed: int, than: Release | None) -> Product:
        """Train, measure, compare with the release before, register."""
        began = time.monotonic()
        with bar(f"   training {release_id}") as progress:
            product = produce(
                release_id,
                rows=rows,
                split=self.split,
                store_uri=self.store.uri,
                contract=contract(),
                serving=self.serving,
                trained_at=_now(),
                seed=seed,
                progress=progress,
            )
        if than is not None:
            check_not_worse(product.release, than)
        register(self.store, product.release, product.archive)
        metrics = product.release.metrics
        self.say(
            f"{release_id}: trained on {len(rows)} ratings in {time.monotonic() - began:.1f} s; on the held-out ones "
            f"RMSE {metrics.rmse:.4f}, MAE {metrics.mae:.4f}"
        )
        return product

    def flawed(self, release_id: str, archive: bytes, measured: Model, like: Release) -> Release:
        """Register an archive that nobody should serve."""
        release = make_release(
            release_id,
            archive=archive,
            store_uri=self.store.uri,
            contract=contract(),
            serving=self.serving,
            metrics=evaluate(measured, self.split),
            trained_at=_now(),
            data_sha256=like.data_sha256,
        )
        return register(self.store, release, archive)


def workshop(workspace: Workspace, split: Split, say: Say) -> Workshop:
    """Open the workspace's store and read what its releases are served with."""
    stack = read_stack(workspace.config)
    serving = registered_serving(stack.settings.serving)
    return Workshop(store=stack.store, serving=serving, split=split, say=say)


def first_two(shop: Workshop) -> list[Release]:
    """The release that serves, and the retrained one: more data, and never worse."""
    first = shop.honest(FIRST, earliest(shop.split.train, FIRST_SHARE), seed=0, than=None)
    second = shop.honest(RETRAINED, shop.split.train, seed=0, than=first.release)
    return [first.release, second.release]


def next_three(shop: Workshop, than: Release) -> list[Release]:
    """A good one (the same ratings, another seed), one that fails now and then, one whose ratings are off."""
    good = shop.honest(NEXT, shop.split.train, seed=1, than=than)
    model = good.model
    wrong = shifted(model, STARS)
    fails = shop.flawed(FAILING, failing(model, EVERY), model, good.release)
    off = shop.flawed(SHIFTED, build_archive(wrong), wrong, good.release)
    shop.say(f"{FAILING}: as {NEXT}, but one answer in {EVERY} fails")
    shop.say(f"{SHIFTED}: as {NEXT}, but every rating is {STARS} stars too high; no answer fails")
    return [good.release, fails, off]


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
