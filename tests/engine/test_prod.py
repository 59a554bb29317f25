"""prod on the real engine: what it adds to dev, what is protected, and a preview that knows everything."""

from collections.abc import Callable

from tests.engine.harness import Engine
from tests.engine.operations import always, api, keys, release, watched
from tests.program.stacks import SCALING, fill
from tests.program.stacks import release as made


def test_previewed_deployed_and_protected(engine: Callable[[str], Engine]) -> None:
    prod = engine("prod")
    first = prod.contracts / "ratings-v1"
    fill(prod.store, [made(name, first, scaling=SCALING) for name in ("r1", "r2")])
    prod.configure(stable="r1", canary={"release": "r2", "percent": 10})

    preview, foreseen = prod.preview()
    assert (preview.code, preview.operations) == (0, [])
    up = prod.up()
    assert (up.code, up.broken) == (0, [])
    expected = (
        always("create", "prod")
        | api("create")
        | keys("create")
        | watched("create")
        | release("create", "r1", scaled=True)
        | release("create", "r2", scaled=True)
    )
    (cut,) = set(up.operations) - expected
    assert set(up.operations) == expected | {cut}
    done = {name: op for op, _, name in map(str.split, up.operations)}
    assert {name: op for name, op in foreseen.items() if name in done} == done
    for name in ("r1", "r2"):
        assert up.before(f"create Endpoint model-{name}-endpoint", f"create Target model-{name}-target")
        assert up.before(f"create Target model-{name}-target", f"create Policy model-{name}-scaling")

    with prod:  # the rest loaded, for time's sake
        refused = prod.destroy(previewed=True)
        assert refused.code != 0
        assert "protect" in refused.text
        assert refused.operations == []

        prod.configure(canary=None, stable="r2")  # nothing of a release's is protected, so it can be retired
        retired = prod.up()
        assert (retired.code, retired.broken) == (0, [])
        assert set(retired.operations) == release("delete", "r1", scaled=True) | {
            "update Stage gateway-stage",
            "update Dashboard observed-dashboard",
        }

        assert prod.unprotect().code == 0
        gone = prod.destroy()
        assert (gone.code, gone.broken) == (0, [])
        assert prod.aws().resources == {}


def test_a_fault_in_the_configuration_is_told_without_a_traceback(engine: Callable[[str], Engine]) -> None:
    with engine("prod") as prod:
        prod.configure(stable="r9")
        run, _ = prod.preview()
    assert run.code != 0
    assert (
        "stable is 'r9', which is no release; allowed: a release in the stack's store, which holds none yet" in run.text
    )
    assert "Traceback" not in run.text
