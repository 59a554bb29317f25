"""Calls of AWS, and their errors in this room's words."""

from collections.abc import Generator
from contextlib import contextmanager

from botocore.exceptions import BotoCoreError, ClientError

from training.errors import PlaceError


@contextmanager
def told(what: str) -> Generator[None, None, None]:
    """Turn AWS's errors into PlaceError; `what` is the call."""
    try:
        yield
    except ClientError as error:
        said = error.response.get("Error", {})
        raise PlaceError(f"{what}: {said.get('Message') or error} ({said.get('Code', '')})") from error
    except BotoCoreError as error:
        raise PlaceError(f"{what}: {error}") from error


def code_of(error: BaseException | None) -> str:
    """AWS's code of an error; empty where it has none."""
    return error.response.get("Error", {}).get("Code", "") if isinstance(error, ClientError) else ""
