"""Methods that a programme made or adapted itself."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('method_version',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('programme_id', sa.Integer(), nullable=False),
    sa.Column('key', sa.String(length=60), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('definition', sa.JSON(), nullable=False),
    sa.Column('made_by_id', sa.Integer(), nullable=True),
    sa.Column('made_by_name', sa.String(length=120), nullable=False),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('retired_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['made_by_id'], ['person.id'], name=op.f('fk_method_version_made_by_id_person'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['programme_id'], ['programme.id'], name=op.f('fk_method_version_programme_id_programme'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_method_version')),
    sa.UniqueConstraint('programme_id', 'key', 'version', name=op.f('uq_method_version_programme_id_key_version'))
    )
    with op.batch_alter_table('method_version', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_method_version_programme_id'), ['programme_id'], unique=False)


def downgrade() -> None:
    with op.batch_alter_table('method_version', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_method_version_programme_id'))
    op.drop_table('method_version')
