"""Releases for the tests: one by hand, and any valid one for the laws."""

from hypothesis import strategies as st

from releases import Artifact, ContractRef, Framework, Metrics, Release, Scaling, Serving
from releases.ids import id_problem

R1 = Release(
    id="r1",
    artifact=Artifact(uri="s3://bucket/artifacts/model.tar.gz", sha256="a" * 64),
    framework=Framework(name="sklearn", version="1.2-1"),
    contract=ContractRef(name="ratings", hash="b" * 64),
    serving=Serving(
        instance_type="ml.m5.large",
        instance_count=2,
        scaling=Scaling(
            min_instances=1,
            max_instances=4,
            target_invocations_per_instance=600.0,
            scale_in_cooldown_seconds=300,
            scale_out_cooldown_seconds=60,
        ),
    ),
    metrics=Metrics(protocol="ua.test", rmse=0.925, mae=0.73, coverage=0.998, ratings=9430),
    trained_at="2026-01-31T12:00:00Z",
    data_sha256="c" * 64,
)

IDS = st.from_regex(r"[a-z][a-z0-9]{0,8}(-[a-z0-9]{1,4}){0,2}", fullmatch=True).filter(
    lambda name: not id_problem(name)
)
HASHES = st.text("0123456789abcdef", min_size=64, max_size=64)
_COUNTS = st.integers(1, 1000)
_ERRORS = st.floats(0, 1e9)


@st.composite
def servings(draw: st.DrawFn) -> Serving:
    low, count, high = sorted(draw(st.lists(_COUNTS, min_size=3, max_size=3)))
    scaling = Scaling(
        min_instances=low,
        max_instances=high,
        target_invocations_per_instance=draw(st.floats(0, 1e9, exclude_min=True)),
        scale_in_cooldown_seconds=draw(st.integers(0, 3600)),
        scale_out_cooldown_seconds=draw(st.integers(0, 3600)),
    )
    kind = draw(st.sampled_from(["ml.m5.large", "ml.c5.xlarge", "ml.p6-b200.48xlarge"]))
    return Serving(instance_type=kind, instance_count=count, scaling=draw(st.sampled_from([None, scaling])))


RELEASES = st.builds(
    Release,
    id=IDS,
    artifact=st.builds(Artifact, uri=st.sampled_from(["/a b/é.tar.gz", "file:///x/y", "s3://b/k"]), sha256=HASHES),
    framework=st.builds(
        Framework,
        name=st.sampled_from(["sklearn", "object2vec"]),
        version=st.sampled_from(["1.2-1", "1", "2.0.0+cpu"]),
        image=st.sampled_from([None, "123456789012.dkr.ecr.eu-central-1.amazonaws.com/it:1"]),
    ),
    contract=st.builds(ContractRef, name=st.sampled_from(["ratings", "ratings-v2"]), hash=HASHES),
    serving=servings(),
    metrics=st.builds(
        Metrics,
        protocol=st.text('abcé"\\/ \u2028', min_size=1, max_size=9).map(lambda text: f"p{text}p"),
        rmse=_ERRORS,
        mae=_ERRORS,
        coverage=st.floats(0, 1),
        ratings=st.integers(0, 10**6),
    ),
    trained_at=st.datetimes().map(lambda time: f"{time.isoformat()}Z"),
    data_sha256=HASHES,
    job=st.sampled_from([None, "ratings-r1-6a8b0c1d"]),
)
