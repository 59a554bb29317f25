"""What can be wrong with a contract or a document.

MappingError
├── UnknownContractError    no folder of that name, or not the one that a release was made with
└── ContractError           the folder does not hold what a contract needs
"""


class MappingError(Exception):
    """A contract or document cannot be used; the message names it, the fault and what to do."""


class UnknownContractError(MappingError):
    """No contract of that name, or its files are not those that a release names."""


class ContractError(MappingError):
    """A contract's folder is incomplete or contradicts itself."""
