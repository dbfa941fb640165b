"""What came after a seal: the ledger and the actions, chained on."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op


revision = '0008'
down_revision = '0007'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('archive_addendum',
    sa.Column('lab_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('number', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('kind', sa.String(length=10), nullable=False),
    sa.Column('ref', sa.String(length=80), nullable=False),
    sa.Column('salt', sa.String(length=64), nullable=True),
    sa.Column('aside_salt', sa.String(length=64), nullable=True),
    sa.Column('aside', sa.String(length=64), nullable=False),
    sa.Column('commitment', sa.String(length=64), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('signature', sa.String(length=128), nullable=False),
    sa.ForeignKeyConstraint(['lab_id'], ['lab.id'], name=op.f('fk_archive_addendum_lab_id_lab'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('lab_id', 'number', name=op.f('pk_archive_addendum'))
    )
    with op.batch_alter_table('archive_addendum', schema=None) as batch_op:
        batch_op.create_index('ix_archive_addendum_ref', ['lab_id', 'kind', 'ref'], unique=False)


def downgrade() -> None:
    op.drop_table('archive_addendum')
