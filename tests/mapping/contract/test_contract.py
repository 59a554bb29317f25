"""Contracts are read whole, hashed over every file, and refused by name when they are not what they were."""

import shutil
from pathlib import Path

import pytest

from mapping.contract import CONTRACTS, FILES, load_contract, read_contract
from mapping.errors import ContractError, UnknownContractError


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(CONTRACTS / "ratings-v1", tmp_path / "ratings-v1"))


def test_the_first_contract_never_changes() -> None:
    # Releases name this hash. A change here is a change of a released contract: make another folder instead.
    assert load_contract("ratings-v1").hash == "4361564ed21ab06eef016c210d55352a9e6a4e034434722cd4d23137fe310daf"


@pytest.mark.parametrize("name", FILES)
def test_the_hash_covers_every_file(folder: Path, name: str) -> None:
    before = read_contract(folder).hash
    (folder / name).write_text((folder / name).read_text() + "\n")
    assert read_contract(folder).hash != before


@pytest.mark.parametrize("name", FILES)
def test_a_missing_file_is_named(folder: Path, name: str) -> None:
    (folder / name).unlink()
    with pytest.raises(ContractError, match=f"lacks {name}"):
        read_contract(folder)


def test_a_file_that_is_not_json_is_named(folder: Path) -> None:
    (folder / "contract.json").write_text("{")
    with pytest.raises(ContractError, match=r"contract\.json is not JSON"):
        read_contract(folder)


def test_a_stage_variable_is_letters_and_digits(folder: Path) -> None:
    head = folder / "contract.json"
    head.write_text(head.read_text().replace("endpointRatings", "endpoint_ratings"))
    with pytest.raises(ContractError, match="'endpoint_ratings' must be letters and digits only"):
        read_contract(folder)


def test_an_unknown_contract_names_those_that_exist() -> None:
    with pytest.raises(UnknownContractError, match=r"no contract 'ratings-v9'; there are: .*ratings-v1"):
        load_contract("ratings-v9")


def test_another_hash_than_the_release_names_is_refused() -> None:
    with pytest.raises(UnknownContractError, match="the release was made with 000000000000"):
        load_contract("ratings-v1", "0" * 64)


def test_templates_are_filled_in_completely() -> None:
    contract = load_contract("ratings-v1")
    texts = [
        contract.request_template(max_items=7),
        contract.response_template(max_items=7),
        contract.error_template(backend="424", max_items=7),
    ]
    for text in texts:
        assert "#elseif($ids.size() > 7)" in text
        assert "@" not in text
    assert '#set($backend = "424")' in texts[2]
