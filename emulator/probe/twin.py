"""The emulator with the probe's own document: what this project would have answered, asked in the same words."""

import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from emulator.emulation import Options
from emulator.probe.document import document
from emulator.probe.functions import CODE, FILE, HANDLER, RUNTIME, TIMEOUT_SECONDS, function_name
from emulator.probe.site import STAGE
from emulator.recording import registered
from emulator.running import running

if TYPE_CHECKING:
    from emulator.recording import Recording

ROLE = "arn:aws:iam::123456789012:role/twin"


def recorded(title: str, region: str) -> "Recording":
    """What the emulator serves: the document's paths without a model, with the same throttle and the same function."""
    import pulumi  # noqa: PLC0415 - takes a second to import
    import pulumi_aws as aws  # noqa: PLC0415 - as above

    name = function_name(title)

    def build() -> None:
        text = document(title, "first", region=region, role="", call_role=ROLE)
        api = aws.apigateway.RestApi("api", body=text)
        deployment = aws.apigateway.Deployment("first", rest_api=api.id, triggers={"document": text})
        stage = aws.apigateway.Stage(
            "stage",
            rest_api=api.id,
            stage_name=STAGE,
            deployment=deployment.id,
            variables={"x": "stable", "function": name},
        )
        aws.lambda_.Function(
            "function",
            name=name,
            runtime=RUNTIME,
            handler=HANDLER,
            role=ROLE,
            timeout=TIMEOUT_SECONDS,
            code=pulumi.AssetArchive({FILE: pulumi.StringAsset(CODE)}),
        )
        aws.apigateway.MethodSettings(
            "throttle",
            rest_api=api.id,
            stage_name=stage.stage_name,
            method_path="throttled/GET",
            settings=aws.apigateway.MethodSettingsSettingsArgs(throttling_rate_limit=1, throttling_burst_limit=1),
        )

    return registered(build, region=region)


@contextmanager
def twin(title: str, region: str) -> Generator[str]:
    """Serve the twin for the time of a block; gives its address without a stage."""
    recording = recorded(title, region)
    with (
        tempfile.TemporaryDirectory(prefix="probe-") as folder,
        running(lambda _config: recording, Options(store=Path(folder))) as emulator,
    ):
        yield emulator.url.removesuffix(f"/{STAGE}")
