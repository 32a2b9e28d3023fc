"""The stored pools against what their recipe gives now, and the samples that were drawn of them."""

from collections.abc import Iterator

from sqlalchemy import Connection, select

from ovmr_index.db.models import Collation, ImageHash, Vocabulary
from ovmr_index.db.session import Session
from ovmr_index.errors import DamagedError, command, counted
from ovmr_index.index.finding import Finding, named, note
from ovmr_index.index.sample_check import SampleCheck
from ovmr_index.pools.recipe import Recipe
from ovmr_index.pools.remade_pools import PoolDifference, pool_differences, remade_pools
from ovmr_index.pools.stored_recipe import is_stale, stored_recipe
from ovmr_index.progress import Progress
from ovmr_index.vocabularies.names import LVIS_TRAIN

_COLLATED = (
    select(Vocabulary.c.pk, Vocabulary.c.name)
    .join(Collation, Collation.c.vocabulary_pk == Vocabulary.c.pk)
    .order_by(Vocabulary.c.name)
)


def check_pools(session: Session) -> Iterator[Finding]:
    """Make all pools again beside those that are stored, compare them, and draw samples again.

    The index is only read. Pools that are stale are known to be others, and are not made again.
    """
    with session.read() as connection:
        collated = connection.execute(_COLLATED).all()
        if not collated:
            yield note(f"no pools were made yet, so none were compared: run {command('collate')}")
        samples = SampleCheck(connection)
        for vocabulary_pk, name in collated:
            if is_stale(connection, vocabulary_pk):
                yield note(
                    f"the pools of {name} are stale: run {command('collate')}; they were not"
                    " compared with their recipe"
                )
                continue
            yield from _check(connection, vocabulary_pk, name, samples, session.progress)
        yield from samples.rest()


def _check(
    connection: Connection, vocabulary_pk: int, name: str, samples: SampleCheck, progress: Progress
) -> Iterator[Finding]:
    """Check the pools of a vocabulary that are fresh, and the samples of it."""
    try:
        recipe = stored_recipe(connection, vocabulary_pk)
    except DamagedError as error:
        yield Finding(str(error))
        return
    with remade_pools(connection, vocabulary_pk, recipe, progress):
        rows = connection.execute(pool_differences(vocabulary_pk)).all()
        differences = [PoolDifference._make(row) for row in rows]
        if differences:
            yield _describe(connection, name, recipe, differences)
        yield from samples.of(vocabulary_pk, name, recipe)


def _describe(
    connection: Connection, name: str, recipe: Recipe, differences: list[PoolDifference]
) -> Finding:
    categories = counted(len(differences), "category", "categories")
    first = named([_difference(one) for one in differences])
    text = (
        f"the pools of {name}: those of {categories} are not what their recipe gives: {first};"
        f" run {_collate(name, recipe)}"
    )
    if recipe.exclude_val and _has_hashes(connection):
        # Whether an image is one of LVIS val's is known by hashes, which may have come since.
        return note(f"{text}, unless only hashes of images have come since")
    return Finding(text)


def _difference(one: PoolDifference) -> str:
    held = f"{one.stored:,} exemplars, {one.remade:,} by the recipe"
    return f"{one.synset} ({held}, {one.differing:,} differ)"


def _collate(name: str, recipe: Recipe) -> str:
    """Return what to type to make the pools of a vocabulary again."""
    made = command("collate") if name == LVIS_TRAIN else command("collate", vocabulary=name)
    options = "" if recipe == Recipe() else f", with the options that {command('status')} shows"
    return f"{made}{options}"


def _has_hashes(connection: Connection) -> bool:
    return connection.execute(select(ImageHash.c.image_pk).limit(1)).first() is not None
