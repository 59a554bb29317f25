"""What the enriched route adds to a model's ratings: the movies' titles, and what each user has rated.

Billed by request and without capacity to plan; encrypted with the account's key for DynamoDB, which needs no
permission of its own. The data comes from outside (`canary titles load`) and can be loaded again at any time.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import pulumi
import pulumi_aws as aws

from components.limits import TABLE_NAME, require

MOVIE, USER = "movie_id", "user_id"
"""The tables' key attributes, numbers both."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrichmentTablesArgs:
    """`movies` and `seen` are the tables' names. With `protect` nobody can delete them, and every second is kept."""

    movies: str
    seen: str
    protect: bool = False
    tags: Mapping[str, str] = field(default_factory=dict[str, str])

    def __post_init__(self) -> None:
        for name in self.names:
            require("table", name, TABLE_NAME)

    @property
    def names(self) -> tuple[str, str]:
        """Both tables' names."""
        return self.movies, self.seen


class EnrichmentTables(pulumi.ComponentResource):
    """Two tables: `movies` by movie, `seen` by user and movie. `tables` is what a stage must wait for."""

    def __init__(self, name: str, args: EnrichmentTablesArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("canary:components:EnrichmentTables", name, None, opts)
        self._args = args
        self.tables: list[pulumi.Resource] = [
            self._table(f"{name}-movies", args.movies, [MOVIE]),
            self._table(f"{name}-seen", args.seen, [USER, MOVIE]),
        ]
        self.register_outputs({"movies": args.movies, "seen": args.seen})

    def _table(self, logical: str, physical: str, keys: list[str]) -> aws.dynamodb.Table:
        args = self._args
        return aws.dynamodb.Table(
            logical,
            name=physical,
            billing_mode="PAY_PER_REQUEST",
            attributes=[aws.dynamodb.TableAttributeArgs(name=key, type="N") for key in keys],
            hash_key=keys[0],
            range_key=keys[1] if keys[1:] else None,
            server_side_encryption=aws.dynamodb.TableServerSideEncryptionArgs(enabled=True),
            point_in_time_recovery=aws.dynamodb.TablePointInTimeRecoveryArgs(enabled=args.protect),
            deletion_protection_enabled=args.protect,
            tags=dict(args.tags),
            opts=pulumi.ResourceOptions(parent=self, protect=args.protect),
        )
