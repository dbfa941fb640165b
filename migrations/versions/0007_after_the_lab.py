"""After the lab: a chain that can be verified, asking back, saved searches, produced files, forgetting."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op


revision = '0007'
down_revision = '0006'
branch_labels = None
depends_on = None


ADDED = {
    'archive_action_update': ('due', 'owner'),
    'archive_correction': ('salt', 'aside_salt', 'aside', 'commitment', 'digest', 'signature'),
    'archive_evidence': ('district',),
    'archive_item': ('lesson', 'checked_at', 'corrected_at', 'withdrawn_at'),
    'archive_seal': ('version', 'manifest', 'signature', 'key_id'),
}


def upgrade() -> None:
    op.create_table('erasure',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('public_id', sa.String(length=16), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('how', sa.String(length=12), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_erasure')),
    sa.UniqueConstraint('public_id', name=op.f('uq_erasure_public_id'))
    )
    with op.batch_alter_table('erasure', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_erasure_person_id'), ['person_id'], unique=False)

    op.create_table('purge',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('programme_id', sa.Integer(), nullable=False),
    sa.Column('before', sa.Date(), nullable=False),
    sa.Column('plan', sa.JSON(), nullable=False),
    sa.Column('done', sa.JSON(), nullable=False),
    sa.Column('by_name', sa.String(length=120), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['programme_id'], ['programme.id'], name=op.f('fk_purge_programme_id_programme'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_purge'))
    )
    with op.batch_alter_table('purge', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_purge_programme_id'), ['programme_id'], unique=False)

    op.create_table('saved_search',
    sa.Column('id', sa.String(length=16), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=120), nullable=False),
    sa.Column('query', sa.JSON(), nullable=False),
    sa.Column('every', sa.String(length=8), nullable=False),
    sa.Column('mark', sa.BigInteger(), nullable=False),
    sa.Column('looked_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_saved_search_person_id_person'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_saved_search'))
    )
    with op.batch_alter_table('saved_search', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_saved_search_person_id'), ['person_id'], unique=False)

    op.create_table('archive_check',
    sa.Column('lab_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('opened_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('until', sa.DateTime(timezone=True), nullable=False),
    sa.Column('by', sa.String(length=120), nullable=False),
    sa.Column('reminded_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('early_reason', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['lab_id'], ['lab.id'], name=op.f('fk_archive_check_lab_id_lab'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('lab_id', name=op.f('pk_archive_check'))
    )
    op.create_table('archive_act',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('lab_id', sa.Integer(), nullable=False),
    sa.Column('by_id', sa.Integer(), nullable=False),
    sa.Column('what', sa.String(length=120), nullable=False),
    sa.Column('before', sa.JSON(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['by_id'], ['person.id'], name=op.f('fk_archive_act_by_id_person'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['lab_id'], ['lab.id'], name=op.f('fk_archive_act_lab_id_lab'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_archive_act'))
    )
    with op.batch_alter_table('archive_act', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_archive_act_lab_id'), ['lab_id'], unique=False)

    op.create_table('archive_sealed_part',
    sa.Column('lab_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('seq', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('part', sa.String(length=8), nullable=False),
    sa.Column('ref', sa.String(length=64), nullable=False),
    sa.Column('salt', sa.String(length=64), nullable=True),
    sa.Column('aside_salt', sa.String(length=64), nullable=True),
    sa.Column('aside', sa.String(length=64), nullable=False),
    sa.Column('commitment', sa.String(length=64), nullable=False),
    sa.Column('head', sa.String(length=64), nullable=False),
    sa.ForeignKeyConstraint(['lab_id'], ['lab.id'], name=op.f('fk_archive_sealed_part_lab_id_lab'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('lab_id', 'seq', name=op.f('pk_archive_sealed_part')),
    sa.UniqueConstraint('lab_id', 'part', 'ref', name=op.f('uq_archive_sealed_part_lab_id_part_ref'))
    )
    op.create_table('produced_file',
    sa.Column('id', sa.String(length=16), nullable=False),
    sa.Column('lab_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=12), nullable=False),
    sa.Column('format', sa.String(length=8), nullable=False),
    sa.Column('name', sa.String(length=160), nullable=False),
    sa.Column('size', sa.Integer(), nullable=False),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('options', sa.JSON(), nullable=False),
    sa.Column('job', sa.String(length=16), nullable=True),
    sa.Column('by_id', sa.Integer(), nullable=True),
    sa.Column('by', sa.String(length=120), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['by_id'], ['person.id'], name=op.f('fk_produced_file_by_id_person'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['lab_id'], ['lab.id'], name=op.f('fk_produced_file_lab_id_lab'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_produced_file'))
    )
    with op.batch_alter_table('produced_file', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_produced_file_lab_id'), ['lab_id'], unique=False)

    op.create_table('archive_evidence_prompt',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('item_id', sa.String(length=16), nullable=False),
    sa.Column('municipality_code', sa.String(length=6), nullable=False),
    sa.Column('quarter', sa.String(length=7), nullable=False),
    sa.Column('how', sa.String(length=8), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=True),
    sa.Column('mail_id', sa.Integer(), nullable=True),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['item_id'], ['archive_item.id'], name=op.f('fk_archive_evidence_prompt_item_id_archive_item'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['municipality_code'], ['municipality.code'], name=op.f('fk_archive_evidence_prompt_municipality_code_municipality')),
    sa.ForeignKeyConstraint(['mail_id'], ['mail.id'], name=op.f('fk_archive_evidence_prompt_mail_id_mail'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_archive_evidence_prompt_person_id_person'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_archive_evidence_prompt')),
    sa.UniqueConstraint('item_id', 'municipality_code', 'quarter', name=op.f('uq_archive_evidence_prompt_item_id_municipality_code_quarter'))
    )
    with op.batch_alter_table('archive_evidence_prompt', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_archive_evidence_prompt_mail_id'), ['mail_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_archive_evidence_prompt_municipality_code'), ['municipality_code'], unique=False)

    op.add_column('archive_action_update', sa.Column('due', sa.Date(), nullable=True))
    op.add_column('archive_action_update', sa.Column('owner', sa.String(length=120), nullable=False, server_default=''))
    op.add_column('archive_correction', sa.Column('salt', sa.String(length=64), nullable=True))
    op.add_column('archive_correction', sa.Column('aside_salt', sa.String(length=64), nullable=True))
    op.add_column('archive_correction', sa.Column('aside', sa.String(length=64), nullable=False, server_default=''))
    op.add_column('archive_correction', sa.Column('commitment', sa.String(length=64), nullable=False, server_default=''))
    op.add_column('archive_correction', sa.Column('digest', sa.String(length=64), nullable=False, server_default=''))
    op.add_column('archive_correction', sa.Column('signature', sa.String(length=128), nullable=False, server_default=''))
    op.add_column('archive_evidence', sa.Column('district', sa.String(length=120), nullable=False, server_default=''))
    op.add_column('archive_item', sa.Column('lesson', sa.JSON(), nullable=False, server_default='{}'))
    op.add_column('archive_item', sa.Column('checked_at', sa.DateTime(timezone=True), nullable=True))
    op.add_column('archive_item', sa.Column('corrected_at', sa.DateTime(timezone=True), nullable=True))
    op.add_column('archive_item', sa.Column('withdrawn_at', sa.DateTime(timezone=True), nullable=True))
    op.add_column('archive_seal', sa.Column('version', sa.Integer(), nullable=False, server_default='1'))
    op.add_column('archive_seal', sa.Column('manifest', sa.JSON(), nullable=False, server_default='{}'))
    op.add_column('archive_seal', sa.Column('signature', sa.String(length=128), nullable=False, server_default=''))
    op.add_column('archive_seal', sa.Column('key_id', sa.String(length=32), nullable=False, server_default=''))


def downgrade() -> None:
    for table, columns in ADDED.items():
        for column in columns:  # not in a batch: making the table anew would take along what hangs on its rows
            op.execute(f'ALTER TABLE {table} DROP COLUMN {column}')
    op.drop_table('archive_evidence_prompt')
    op.drop_table('produced_file')
    op.drop_table('archive_sealed_part')
    op.drop_table('archive_act')
    op.drop_table('archive_check')
    op.drop_table('saved_search')
    op.drop_table('purge')
    op.drop_table('erasure')
