"""Who is connected, for several processes; and handing a desk over to another laptop."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('live_presence',
    sa.Column('lab_id', sa.Integer(), nullable=False),
    sa.Column('worker', sa.String(length=16), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('told', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['lab_id'], ['lab.id'], name=op.f('fk_live_presence_lab_id_lab'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('lab_id', 'worker', name=op.f('pk_live_presence'))
    )
    op.create_table('handover',
    sa.Column('id', sa.String(length=16), nullable=False),
    sa.Column('lab_id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('token_hash', sa.String(length=64), nullable=False),
    sa.Column('code_hash', sa.String(length=64), nullable=False),
    sa.Column('place', sa.Text(), nullable=False),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('asked_hash', sa.String(length=64), nullable=True),
    sa.Column('asked_by', sa.String(length=200), nullable=False),
    sa.Column('number', sa.Integer(), nullable=True),
    sa.Column('confirmed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('used_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('taken_by', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['lab_id'], ['lab.id'], name=op.f('fk_handover_lab_id_lab'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_handover_person_id_person'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['taken_by'], ['person.id'], name=op.f('fk_handover_taken_by_person'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_handover')),
    sa.UniqueConstraint('code_hash', name=op.f('uq_handover_code_hash')),
    sa.UniqueConstraint('token_hash', name=op.f('uq_handover_token_hash'))
    )
    with op.batch_alter_table('handover', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_handover_lab_id'), ['lab_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_handover_person_id'), ['person_id'], unique=False)


def downgrade() -> None:
    with op.batch_alter_table('handover', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_handover_person_id'))
        batch_op.drop_index(batch_op.f('ix_handover_lab_id'))
    op.drop_table('handover')
    op.drop_table('live_presence')
