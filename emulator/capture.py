"""SageMaker's data capture: one JSON line for each captured invocation, in a folder per endpoint.

Layout and fields: SageMaker developer guide, "Capture data from real-time endpoint" (eventVersion 0). The folder is
what the bucket's prefix would hold: `<endpoint>/<variant>/<yyyy>/<mm>/<dd>/<hh>/<name>.jsonl`.
"""

import base64
import json
import random
import time
import uuid
from pathlib import Path

from emulator.access_log import LogFile
from emulator.graph import Capture, EndpointSpec


class CaptureLog:
    """Writes the captured invocations of one endpoint. `chance` decides which are captured."""

    def __init__(self, folder: Path, spec: EndpointSpec, chance: random.Random) -> None:
        self.folder = folder / spec.name / spec.variant
        self.capture, self._random = spec.capture, chance
        self._hour, self._file = "", LogFile(folder)

    def write(
        self, *, sent: tuple[str, bytes], answered: tuple[str, bytes] | None, inference_id: str | None, epoch: float
    ) -> None:
        """Capture one invocation, or leave it out by the sampling percentage.

        `sent` and `answered` are content type and body; `answered` is None where the model failed.
        """
        capture = self.capture
        if capture is None or self._random.random() * 100 >= capture.percent:
            return
        data: dict[str, object] = {}
        if capture.input:
            data["endpointInput"] = _payload(capture, "INPUT", *sent)
        if capture.output and answered is not None:
            data["endpointOutput"] = _payload(capture, "OUTPUT", *answered)
        moment = time.gmtime(epoch)
        metadata = {"eventId": str(uuid.uuid4())}
        if inference_id:
            metadata["inferenceId"] = inference_id
        metadata["inferenceTime"] = time.strftime("%Y-%m-%dT%H:%M:%SZ", moment)
        event = {"captureData": data, "eventMetadata": metadata, "eventVersion": "0"}
        self._file_of(time.strftime("%Y/%m/%d/%H", moment), moment).write(json.dumps(event, separators=(",", ":")))

    def _file_of(self, hour: str, moment: time.struct_time) -> LogFile:
        if hour != self._hour:
            self._file.close()
            name = f"{time.strftime('%M-%S', moment)}-000-{uuid.uuid4()}.jsonl"
            self._hour, self._file = hour, LogFile(self.folder / hour / name)
        return self._file

    def close(self) -> None:
        """Close the file of this hour."""
        self._file.close()


def _payload(capture: Capture, mode: str, content_type: str, body: bytes) -> dict[str, str]:
    """Return one side of an invocation: text for the content types that were registered as text, else base64."""
    media = content_type.split(";", maxsplit=1)[0].strip().lower()
    encoding = "JSON" if media in capture.json_types else "CSV" if media in capture.csv_types else "BASE64"
    data = base64.b64encode(body).decode() if encoding == "BASE64" else body.decode("utf-8", "replace")
    return {"observedContentType": content_type, "mode": mode, "data": data, "encoding": encoding}
