"""The seam to the template engine: `render(template, variables)` of `mapping.vtl`, its errors as faults.

A template that cannot be rendered is a 500 to the client, as on AWS; why is for the person at the emulator.
"""

from emulator.faults import Fault, FaultType
from mapping.variables import Rendered, Variables
from mapping.vtl import gateway
from mapping.vtl.errors import TemplateError


def problem(text: str) -> str | None:
    """Say what is wrong with a template's syntax, or None."""
    try:
        gateway.compiled(text)
    except TemplateError as error:
        return str(error)
    return None


def render(text: str, variables: Variables) -> Rendered:
    """Render a template.

    Raises:
        Fault: API_CONFIGURATION_ERROR; the reason names line, column and construct.
    """
    try:
        return gateway.render(text, variables)
    except TemplateError as error:
        raise Fault(FaultType.API_CONFIGURATION_ERROR, reason=f"template: {error}") from error
