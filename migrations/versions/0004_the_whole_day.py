"""The whole day: speakers and what they show, words of the evaluation, what to go on with, and what was said of last time."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('agenda_item') as batch_op:
        batch_op.add_column(sa.Column('speaker', sa.String(length=120), nullable=False, server_default=''))
        batch_op.add_column(sa.Column('link', sa.String(length=400), nullable=False, server_default=''))
    with op.batch_alter_table('lab') as batch_op:
        batch_op.add_column(sa.Column('evaluation', sa.JSON(), nullable=False, server_default='[]'))
    op.create_table('upload',
    sa.Column('id', sa.String(length=16), nullable=False),
    sa.Column('lab_id', sa.Integer(), nullable=False),
    sa.Column('agenda_item_id', sa.Integer(), nullable=True),
    sa.Column('name', sa.String(length=120), nullable=False),
    sa.Column('media', sa.String(length=40), nullable=False),
    sa.Column('size', sa.Integer(), nullable=False),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('by', sa.String(length=120), nullable=False),
    sa.ForeignKeyConstraint(['agenda_item_id'], ['agenda_item.id'], name=op.f('fk_upload_agenda_item_id_agenda_item'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['lab_id'], ['lab.id'], name=op.f('fk_upload_lab_id_lab'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_upload'))
    )
    with op.batch_alter_table('upload') as batch_op:
        batch_op.create_index(batch_op.f('ix_upload_lab_id'), ['lab_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_upload_agenda_item_id'), ['agenda_item_id'], unique=False)
    op.create_table('lab_proposal',
    sa.Column('id', sa.String(length=16), nullable=False),
    sa.Column('lab_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.Enum('knowledge_lab', 'deep_dive', 'working_group_meeting', name='labkind', native_enum=False, length=24), nullable=False),
    sa.Column('title', sa.String(length=160), nullable=False),
    sa.Column('moment', sa.String(length=120), nullable=False),
    sa.Column('place', sa.String(length=120), nullable=False),
    sa.Column('people', sa.JSON(), nullable=False),
    sa.Column('planned_id', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['lab_id'], ['lab.id'], name=op.f('fk_lab_proposal_lab_id_lab'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['planned_id'], ['lab.id'], name=op.f('fk_lab_proposal_planned_id_lab'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_lab_proposal'))
    )
    with op.batch_alter_table('lab_proposal') as batch_op:
        batch_op.create_index(batch_op.f('ix_lab_proposal_lab_id'), ['lab_id'], unique=False)
    with op.batch_alter_table('archive_item') as batch_op:
        batch_op.add_column(sa.Column('answered', sa.String(length=10), nullable=True))
    with op.batch_alter_table('archive_evidence') as batch_op:
        batch_op.add_column(sa.Column('source_id', sa.String(length=20), nullable=True))
    with op.batch_alter_table('archive_action_update') as batch_op:
        batch_op.add_column(sa.Column('source_id', sa.String(length=20), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table('archive_action_update') as batch_op:
        batch_op.drop_column('source_id')
    with op.batch_alter_table('archive_evidence') as batch_op:
        batch_op.drop_column('source_id')
    with op.batch_alter_table('archive_item') as batch_op:
        batch_op.drop_column('answered')
    op.drop_table('lab_proposal')
    op.drop_table('upload')
    with op.batch_alter_table('lab') as batch_op:
        batch_op.drop_column('evaluation')
    with op.batch_alter_table('agenda_item') as batch_op:
        batch_op.drop_column('link')
        batch_op.drop_column('speaker')
