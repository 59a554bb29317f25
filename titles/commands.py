"""`canary titles load`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from titles.wiring import TitlesWiring

if TYPE_CHECKING:
    from titles.items import Item
    from titles.wiring import TablesOf


def load(
    context: typer.Context,
    *,
    stack: Annotated[str, typer.Option("--stack", "-s", help="The stack whose tables are filled.")] = "local",
    ratings: Annotated[
        Path | None, typer.Option("--ratings", help="A local copy of MovieLens-100K, as for `train`.")
    ] = None,
    titles: Annotated[
        Path | None, typer.Option("--titles", help="A local copy of u.item, ml-100k.item, ml-100k.zip or a folder.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be written, and write nothing.")] = False,
) -> None:
    """Fill the tables of the enriched route: the movies' titles, and what each user has rated of the training set.

    For the local stack they are files, which a running emulator reads at once; else DynamoDB, in the account of the
    credentials and the stack's region. Loading again changes nothing.

    Example: canary titles load --stack dev --dry-run
    """
    import sys

    from titles.items import movie_items, seen_items
    from titles.source import load_titles
    from training.source import load_ratings
    from training.split import ua_split

    def notice(sentence: str) -> None:
        print(f"canary: {sentence}", file=sys.stderr, flush=True)

    wiring = context.find_object(TitlesWiring)
    if wiring is None:
        raise LookupError("the command was mounted without its TitlesWiring (titles/wiring.py)")
    there = wiring.stack(stack)
    movies = movie_items(load_titles(titles, notice=notice))
    seen = seen_items(ua_split(load_ratings(ratings, notice=notice)).train)
    for table, items in ((there.movies, movies), (there.seen, seen)):
        print(f"{table}: {_written(there, table, items, dry=dry_run)}")


def _written(there: "TablesOf", table: str, items: "list[Item]", *, dry: bool) -> str:
    import time

    from titles.dynamodb import BATCH, connect, put_all
    from titles.items import lines
    from training.progress import bar

    if there.store is not None:
        key = f"tables/{table}.jsonl"
        if not dry:
            there.store.write(key, lines(items))
        return f"{len(items)} items {'would be' if dry else 'are'} in {there.store.uri}/{key}"
    if dry:
        where = there.region or "the environment's region"
        return f"{len(items)} items would be put, in {-(-len(items) // BATCH)} calls, in {where}"
    with bar(f"filling {table}") as progress:
        put_all(connect(there.region), table, items, progress=progress, sleep=time.sleep)
    return f"{len(items)} items are there"
