"""What can go wrong, each with the word that begins its message.

API Gateway chooses the answer by that word and lets nothing of the message out, so a message may name an endpoint.

FunctionError
├── ModelRefusedError      400  the model does not take these ids
├── ModelUnknownError      404  the model does not know these ids
├── ModelThrottledError    429  SageMaker has too many requests
├── ModelUnusableError     502  the model failed, or answered something else than one rating an item
├── UnavailableError       503  endpoint or tables are not in service
└── LateError              504  the model took longer than the function may
"""


class FunctionError(Exception):
    """An answer that there is not; `word` heads the message, and API Gateway's patterns look for it."""

    word = ""

    def __init__(self, text: str) -> None:
        super().__init__(f"{self.word}: {text}")


class ModelRefusedError(FunctionError):
    """The model's container answered 400."""

    word = "ModelRefused"


class ModelUnknownError(FunctionError):
    """The model's container answered 404."""

    word = "ModelUnknown"


class ModelThrottledError(FunctionError):
    """SageMaker, not the model, has too many requests."""

    word = "ModelThrottled"


class ModelUnusableError(FunctionError):
    """The model failed, or its answer is not one number for every item."""

    word = "ModelUnusable"


class UnavailableError(FunctionError):
    """The endpoint or a table is not there, not in service, or could not be read whole in the time there was."""

    word = "Unavailable"


class LateError(FunctionError):
    """The model did not answer in the time there was."""

    word = "Late"
