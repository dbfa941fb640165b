"""Search: which audiences hold a word, and since when a document stands in the index as it is."""

from __future__ import annotations

import datetime

import sqlalchemy as sa
from alembic import op

from kennislab.core.db import UtcDateTime

revision = '0010'
down_revision = '0009'
branch_labels = None
depends_on = None

AT_ONCE = 500


def upgrade() -> None:
    op.create_table('search_word_of',
    sa.Column('audience', sa.String(length=80), nullable=False),
    sa.Column('word_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['word_id'], ['search_word.id'], name=op.f('fk_search_word_of_word_id_search_word'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('audience', 'word_id', name=op.f('pk_search_word_of')),
    sqlite_with_rowid=False
    )
    # Old documents: as old as what they tell of, so that nobody gets mail about all of them.
    op.add_column('search_document', sa.Column('indexed_at', UtcDateTime(), nullable=False, server_default=sa.text("'2000-01-01 00:00:00'")))
    op.create_index('ix_search_document_indexed_at', 'search_document', ['indexed_at'])
    connection = op.get_bind()
    now = datetime.datetime.now(datetime.UTC)
    document = sa.table('search_document', sa.column('at', UtcDateTime()), sa.column('indexed_at', UtcDateTime()),
                        sa.column('audience'), sa.column('title_stems'), sa.column('text_stems'))
    connection.execute(document.update().values(indexed_at=document.c.at).where(document.c.at <= now))
    connection.execute(document.update().values(indexed_at=now).where(document.c.at > now))
    _fill(connection, document)


def _fill(connection: sa.Connection, document: sa.TableClause) -> None:
    """Every word belongs to the audiences that have a document with its stem."""
    word = sa.table('search_word', sa.column('id'), sa.column('stem'))
    by_stem: dict[str, list[int]] = {}
    for number, stem in connection.execute(sa.select(word.c.id, word.c.stem)):
        by_stem.setdefault(stem, []).append(number)
    stems: dict[str, set[str]] = {}
    for row in connection.execute(sa.select(document.c.audience, document.c.title_stems, document.c.text_stems)):
        stems.setdefault(row.audience, set()).update(row.title_stems.split(), row.text_stems.split())
    rows = [
        {'audience': audience, 'word_id': number}
        for audience, held in sorted(stems.items()) for stem in sorted(held) for number in by_stem.get(stem, ())
    ]
    word_of = sa.table('search_word_of', sa.column('audience'), sa.column('word_id'))
    for start in range(0, len(rows), AT_ONCE):
        connection.execute(word_of.insert(), rows[start:start + AT_ONCE])


def downgrade() -> None:
    op.drop_index('ix_search_document_indexed_at', table_name='search_document')
    with op.batch_alter_table('search_document', schema=None) as batch_op:
        batch_op.drop_column('indexed_at')
    op.drop_table('search_word_of')
