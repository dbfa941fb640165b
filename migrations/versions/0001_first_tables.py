"""The first tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from kennislab.core.search import tables as search


revision = '0001'
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('job',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('public_id', sa.String(length=16), nullable=False),
    sa.Column('name', sa.String(length=60), nullable=False),
    sa.Column('arguments', sa.Text(), nullable=False),
    sa.Column('state', sa.String(length=12), nullable=False),
    sa.Column('percent', sa.Integer(), nullable=False),
    sa.Column('note', sa.Text(), nullable=False),
    sa.Column('result', sa.Text(), nullable=True),
    sa.Column('tries', sa.Integer(), nullable=False),
    sa.Column('not_before', sa.DateTime(timezone=True), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('finished_at', sa.DateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_job')),
    sa.UniqueConstraint('public_id', name=op.f('uq_job_public_id'))
    )
    with op.batch_alter_table('job', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_job_state'), ['state'], unique=False)

    op.create_table('journal_entry',
    sa.Column('stream', sa.String(length=80), nullable=False),
    sa.Column('seq', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('type', sa.String(length=60), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('actor', sa.String(length=60), nullable=True),
    sa.Column('data', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('stream', 'seq', name=op.f('pk_journal_entry'))
    )
    op.create_table('journal_stream',
    sa.Column('name', sa.String(length=80), nullable=False),
    sa.Column('head', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('name', name=op.f('pk_journal_stream'))
    )
    op.create_table('mail',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('to', sa.String(length=320), nullable=False),
    sa.Column('subject', sa.String(length=300), nullable=False),
    sa.Column('body', sa.Text(), nullable=False),
    sa.Column('programme_id', sa.Integer(), nullable=True),
    sa.Column('purpose', sa.String(length=40), nullable=False),
    sa.Column('state', sa.String(length=12), nullable=False),
    sa.Column('error', sa.Text(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('sent_at', sa.DateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_mail'))
    )
    with op.batch_alter_table('mail', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_mail_programme_id'), ['programme_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_mail_state'), ['state'], unique=False)

    op.create_table('municipality',
    sa.Column('code', sa.String(length=6), nullable=False),
    sa.Column('name', sa.String(length=80), nullable=False),
    sa.Column('province', sa.String(length=40), nullable=False),
    sa.Column('valid_from', sa.Date(), nullable=True),
    sa.Column('valid_until', sa.Date(), nullable=True),
    sa.Column('tooi', sa.String(length=120), nullable=False),
    sa.PrimaryKeyConstraint('code', name=op.f('pk_municipality'))
    )
    op.create_table('person',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=120), nullable=False),
    sa.Column('email', sa.String(length=254), nullable=True),
    sa.Column('organisation', sa.String(length=160), nullable=False),
    sa.Column('municipality_code', sa.String(length=6), nullable=True),
    sa.Column('password_hash', sa.String(length=200), nullable=True),
    sa.Column('language', sa.String(length=2), nullable=False),
    sa.Column('example', sa.Boolean(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_person')),
    sa.UniqueConstraint('email', name=op.f('uq_person_email'))
    )
    with op.batch_alter_table('person', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_person_municipality_code'), ['municipality_code'], unique=False)

    op.create_table('programme',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=160), nullable=False),
    sa.Column('description', sa.Text(), nullable=False),
    sa.Column('starts_on', sa.Date(), nullable=True),
    sa.Column('ends_on', sa.Date(), nullable=True),
    sa.Column('retention_months', sa.Integer(), nullable=False),
    sa.Column('example', sa.Boolean(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_programme'))
    )
    op.create_table('search_document',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=40), nullable=False),
    sa.Column('key', sa.String(length=80), nullable=False),
    sa.Column('audience', sa.String(length=80), nullable=False),
    sa.Column('title', sa.Text(), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('url', sa.String(length=400), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('facets', sa.Text(), nullable=False),
    sa.Column('title_stems', sa.Text(), nullable=False),
    sa.Column('text_stems', sa.Text(), nullable=False),
    sa.Column('length', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_search_document')),
    sa.UniqueConstraint('kind', 'key', name=op.f('uq_search_document_kind_key')),
    sqlite_autoincrement=True
    )
    with op.batch_alter_table('search_document', schema=None) as batch_op:
        batch_op.create_index('ix_search_document_audience', ['audience', 'id'], unique=False)

    op.create_table('search_word',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('word', sa.String(length=40), nullable=False),
    sa.Column('stem', sa.String(length=40), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_search_word')),
    sa.UniqueConstraint('word', name=op.f('uq_search_word_word')),
    sqlite_autoincrement=True
    )
    with op.batch_alter_table('search_word', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_search_word_stem'), ['stem'], unique=False)

    op.create_table('access_token',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('token_hash', sa.String(length=64), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=80), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('revoked_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_access_token_person_id_person'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_access_token')),
    sa.UniqueConstraint('token_hash', name=op.f('uq_access_token_token_hash'))
    )
    with op.batch_alter_table('access_token', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_access_token_person_id'), ['person_id'], unique=False)

    op.create_table('district',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('programme_id', sa.Integer(), nullable=False),
    sa.Column('municipality_code', sa.String(length=6), nullable=False),
    sa.Column('name', sa.String(length=120), nullable=False),
    sa.Column('cbs_code', sa.String(length=10), nullable=True),
    sa.ForeignKeyConstraint(['municipality_code'], ['municipality.code'], name=op.f('fk_district_municipality_code_municipality')),
    sa.ForeignKeyConstraint(['programme_id'], ['programme.id'], name=op.f('fk_district_programme_id_programme'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_district')),
    sa.UniqueConstraint('programme_id', 'municipality_code', 'name', name=op.f('uq_district_programme_id_municipality_code_name'))
    )
    with op.batch_alter_table('district', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_district_programme_id'), ['programme_id'], unique=False)

    op.create_table('lab',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('programme_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.Enum('knowledge_lab', 'deep_dive', 'working_group_meeting', name='labkind', native_enum=False, length=24), nullable=False),
    sa.Column('quarter', sa.String(length=7), nullable=False),
    sa.Column('title', sa.String(length=160), nullable=False),
    sa.Column('description', sa.Text(), nullable=False),
    sa.Column('starts_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ends_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('place', sa.String(length=160), nullable=False),
    sa.Column('state', sa.Enum('planned', 'collecting', 'grouping', 'ready', 'live', 'harvesting', 'archived', name='labstate', native_enum=False, length=24), nullable=False),
    sa.Column('state_since', sa.DateTime(timezone=True), nullable=False),
    sa.Column('join_code', sa.String(length=8), nullable=False),
    sa.Column('join_token', sa.String(length=32), nullable=False),
    sa.Column('question_deadline', sa.DateTime(timezone=True), nullable=False),
    sa.Column('cloned_from_id', sa.Integer(), nullable=True),
    sa.Column('rev', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['cloned_from_id'], ['lab.id'], name=op.f('fk_lab_cloned_from_id_lab'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['programme_id'], ['programme.id'], name=op.f('fk_lab_programme_id_programme'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_lab')),
    sa.UniqueConstraint('join_code', name=op.f('uq_lab_join_code')),
    sa.UniqueConstraint('join_token', name=op.f('uq_lab_join_token'))
    )
    with op.batch_alter_table('lab', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_lab_programme_id'), ['programme_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_lab_state'), ['state'], unique=False)

    op.create_table('magic_link',
    sa.Column('token_hash', sa.String(length=64), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('purpose', sa.String(length=20), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('used_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_magic_link_person_id_person'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('token_hash', name=op.f('pk_magic_link'))
    )
    with op.batch_alter_table('magic_link', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_magic_link_person_id'), ['person_id'], unique=False)

    op.create_table('membership',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('programme_id', sa.Integer(), nullable=False),
    sa.Column('role', sa.Enum('coordinator', 'facilitator', 'participant', name='role', native_enum=False, length=16), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_membership_person_id_person'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['programme_id'], ['programme.id'], name=op.f('fk_membership_programme_id_programme'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_membership')),
    sa.UniqueConstraint('person_id', 'programme_id', name=op.f('uq_membership_person_id_programme_id'))
    )
    with op.batch_alter_table('membership', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_membership_programme_id'), ['programme_id'], unique=False)

    op.create_table('participation',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('programme_id', sa.Integer(), nullable=False),
    sa.Column('municipality_code', sa.String(length=6), nullable=False),
    sa.Column('year', sa.Integer(), nullable=False),
    sa.Column('status', sa.Enum('joined', 'continues', 'stopped', name='participationstatus', native_enum=False, length=24), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('decided_by_id', sa.Integer(), nullable=True),
    sa.Column('decided_by_name', sa.String(length=120), nullable=False),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['decided_by_id'], ['person.id'], name=op.f('fk_participation_decided_by_id_person'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['municipality_code'], ['municipality.code'], name=op.f('fk_participation_municipality_code_municipality')),
    sa.ForeignKeyConstraint(['programme_id'], ['programme.id'], name=op.f('fk_participation_programme_id_programme'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_participation')),
    sa.UniqueConstraint('programme_id', 'municipality_code', 'year', name=op.f('uq_participation_programme_id_municipality_code_year'))
    )
    op.create_table('product',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('public_id', sa.String(length=16), nullable=False),
    sa.Column('programme_id', sa.Integer(), nullable=False),
    sa.Column('title', sa.String(length=160), nullable=False),
    sa.Column('summary', sa.Text(), nullable=False),
    sa.Column('audience', sa.String(length=200), nullable=False),
    sa.Column('authors', sa.String(length=300), nullable=False),
    sa.Column('tags', sa.JSON(), nullable=False),
    sa.Column('licence', sa.String(length=60), nullable=False),
    sa.Column('early_access_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('public_on', sa.Date(), nullable=True),
    sa.Column('announced_public', sa.Boolean(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('changed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('rev', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['programme_id'], ['programme.id'], name=op.f('fk_product_programme_id_programme'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_product')),
    sa.UniqueConstraint('public_id', name=op.f('uq_product_public_id'))
    )
    with op.batch_alter_table('product', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_product_programme_id'), ['programme_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_product_public_on'), ['public_on'], unique=False)

    op.create_table('sign_in',
    sa.Column('token_hash', sa.String(length=64), nullable=False),
    sa.Column('public_id', sa.String(length=16), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('only_programme_id', sa.Integer(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('last_seen_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('revoked_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('user_agent', sa.String(length=200), nullable=False),
    sa.ForeignKeyConstraint(['only_programme_id'], ['programme.id'], name=op.f('fk_sign_in_only_programme_id_programme'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_sign_in_person_id_person'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('token_hash', name=op.f('pk_sign_in')),
    sa.UniqueConstraint('public_id', name=op.f('uq_sign_in_public_id'))
    )
    with op.batch_alter_table('sign_in', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_sign_in_person_id'), ['person_id'], unique=False)

    op.create_table('year_decision',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('programme_id', sa.Integer(), nullable=False),
    sa.Column('municipality_code', sa.String(length=6), nullable=False),
    sa.Column('year', sa.Integer(), nullable=False),
    sa.Column('choice', sa.Enum('continue', 'stop', 'join', name='choice', native_enum=False, length=12), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('decided_by', sa.String(length=160), nullable=False),
    sa.Column('recorded_by_id', sa.Integer(), nullable=True),
    sa.Column('recorded_by', sa.String(length=160), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['municipality_code'], ['municipality.code'], name=op.f('fk_year_decision_municipality_code_municipality')),
    sa.ForeignKeyConstraint(['programme_id'], ['programme.id'], name=op.f('fk_year_decision_programme_id_programme'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['recorded_by_id'], ['person.id'], name=op.f('fk_year_decision_recorded_by_id_person'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_year_decision'))
    )
    with op.batch_alter_table('year_decision', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_year_decision_programme_id'), ['programme_id'], unique=False)

    op.create_table('agenda_item',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('lab_id', sa.Integer(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('block', sa.Enum('arrival', 'welcome', 'news', 'inspiration', 'peer_consultation', 'bottlenecks', 'working_groups', 'deep_dive', 'harvest', 'closing', name='block', native_enum=False, length=24), nullable=False),
    sa.Column('title', sa.String(length=120), nullable=False),
    sa.Column('instruction', sa.String(length=400), nullable=False),
    sa.Column('minutes', sa.Integer(), nullable=False),
    sa.Column('input', sa.Enum('none', 'text', 'vote', name='input', native_enum=False, length=24), nullable=False),
    sa.Column('phone_kinds', sa.JSON(), nullable=False),
    sa.Column('hidden_until_reveal', sa.Boolean(), nullable=False),
    sa.Column('method', sa.String(length=60), nullable=True),
    sa.ForeignKeyConstraint(['lab_id'], ['lab.id'], name=op.f('fk_agenda_item_lab_id_lab'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_agenda_item'))
    )
    with op.batch_alter_table('agenda_item', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_agenda_item_lab_id'), ['lab_id'], unique=False)

    op.create_table('archive_group_member',
    sa.Column('lab_id', sa.Integer(), nullable=False),
    sa.Column('group_name', sa.String(length=120), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['lab_id'], ['lab.id'], name=op.f('fk_archive_group_member_lab_id_lab'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_archive_group_member_person_id_person'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('lab_id', 'group_name', 'person_id', name=op.f('pk_archive_group_member'))
    )
    op.create_table('archive_seal',
    sa.Column('lab_id', sa.Integer(), nullable=False),
    sa.Column('sealed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('sealed_by_id', sa.Integer(), nullable=True),
    sa.Column('sealed_by', sa.String(length=120), nullable=False),
    sa.Column('items', sa.Integer(), nullable=False),
    sa.Column('head', sa.String(length=64), nullable=False),
    sa.ForeignKeyConstraint(['lab_id'], ['lab.id'], name=op.f('fk_archive_seal_lab_id_lab'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['sealed_by_id'], ['person.id'], name=op.f('fk_archive_seal_sealed_by_id_person'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('lab_id', name=op.f('pk_archive_seal'))
    )
    op.create_table('board',
    sa.Column('lab_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('proposal_job', sa.String(length=16), nullable=True),
    sa.Column('groups', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['lab_id'], ['lab.id'], name=op.f('fk_board_lab_id_lab'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('lab_id', name=op.f('pk_board'))
    )
    op.create_table('board_change',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('lab_id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=True),
    sa.Column('person_name', sa.String(length=120), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('verb', sa.String(length=24), nullable=False),
    sa.Column('details', sa.JSON(), nullable=False),
    sa.Column('before', sa.JSON(), nullable=False),
    sa.Column('after', sa.JSON(), nullable=False),
    sa.Column('state', sa.Enum('done', 'undone', 'dead', name='changestate', native_enum=False, length=8), nullable=False),
    sa.Column('undone_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['lab_id'], ['lab.id'], name=op.f('fk_board_change_lab_id_lab'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_board_change_person_id_person'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_board_change'))
    )
    with op.batch_alter_table('board_change', schema=None) as batch_op:
        batch_op.create_index('ix_board_change_lab_person', ['lab_id', 'person_id', 'id'], unique=False)

    op.create_table('knowledge_question',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('public_id', sa.String(length=16), nullable=False),
    sa.Column('lab_id', sa.Integer(), nullable=False),
    sa.Column('asker_id', sa.Integer(), nullable=True),
    sa.Column('asker_name', sa.String(length=120), nullable=False),
    sa.Column('municipality_code', sa.String(length=6), nullable=True),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('context', sa.Text(), nullable=False),
    sa.Column('tried', sa.Text(), nullable=False),
    sa.Column('theme_hint', sa.String(length=80), nullable=False),
    sa.Column('status', sa.Enum('draft', 'submitted', 'withdrawn', 'returned', name='questionstatus', native_enum=False, length=12), nullable=False),
    sa.Column('original_text', sa.Text(), nullable=True),
    sa.Column('edited_by_id', sa.Integer(), nullable=True),
    sa.Column('edited_by_name', sa.String(length=120), nullable=False),
    sa.Column('edited_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('remark', sa.String(length=500), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('submitted_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('rev', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['asker_id'], ['person.id'], name=op.f('fk_knowledge_question_asker_id_person'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['edited_by_id'], ['person.id'], name=op.f('fk_knowledge_question_edited_by_id_person'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['lab_id'], ['lab.id'], name=op.f('fk_knowledge_question_lab_id_lab'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['municipality_code'], ['municipality.code'], name=op.f('fk_knowledge_question_municipality_code_municipality')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_knowledge_question')),
    sa.UniqueConstraint('public_id', name=op.f('uq_knowledge_question_public_id'))
    )
    with op.batch_alter_table('knowledge_question', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_knowledge_question_asker_id'), ['asker_id'], unique=False)
        batch_op.create_index('ix_knowledge_question_lab_status', ['lab_id', 'status'], unique=False)

    op.create_table('live_op',
    sa.Column('lab_id', sa.Integer(), nullable=False),
    sa.Column('actor', sa.String(length=60), nullable=False),
    sa.Column('op_id', sa.String(length=36), nullable=False),
    sa.Column('body_hash', sa.String(length=64), nullable=False),
    sa.Column('result', sa.Text(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['lab_id'], ['lab.id'], name=op.f('fk_live_op_lab_id_lab'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('lab_id', 'actor', 'op_id', name=op.f('pk_live_op'))
    )
    op.create_table('live_room',
    sa.Column('lab_id', sa.Integer(), nullable=False),
    sa.Column('epoch', sa.String(length=16), nullable=False),
    sa.Column('state', sa.String(length=8), nullable=False),
    sa.Column('opened_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('closed_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['lab_id'], ['lab.id'], name=op.f('fk_live_room_lab_id_lab'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('lab_id', name=op.f('pk_live_room'))
    )
    op.create_table('participant',
    sa.Column('id', sa.String(length=16), nullable=False),
    sa.Column('lab_id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=True),
    sa.Column('name', sa.String(length=80), nullable=True),
    sa.Column('municipality_code', sa.String(length=6), nullable=True),
    sa.Column('token_hash', sa.String(length=64), nullable=True),
    sa.Column('joined_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('revoked_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['lab_id'], ['lab.id'], name=op.f('fk_participant_lab_id_lab'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_participant_person_id_person'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_participant')),
    sa.UniqueConstraint('token_hash', name=op.f('uq_participant_token_hash'))
    )
    with op.batch_alter_table('participant', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_participant_lab_id'), ['lab_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_participant_person_id'), ['person_id'], unique=False)

    op.create_table('personal_link',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('token_hash', sa.String(length=64), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('programme_id', sa.Integer(), nullable=False),
    sa.Column('lab_id', sa.Integer(), nullable=True),
    sa.Column('purpose', sa.String(length=20), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('revoked_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['lab_id'], ['lab.id'], name=op.f('fk_personal_link_lab_id_lab'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_personal_link_person_id_person'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['programme_id'], ['programme.id'], name=op.f('fk_personal_link_programme_id_programme'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_personal_link')),
    sa.UniqueConstraint('token_hash', name=op.f('uq_personal_link_token_hash'))
    )
    with op.batch_alter_table('personal_link', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_personal_link_lab_id'), ['lab_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_personal_link_person_id'), ['person_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_personal_link_programme_id'), ['programme_id'], unique=False)

    op.create_table('product_step',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('product_id', sa.Integer(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('title', sa.String(length=160), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('who', sa.String(length=160), nullable=False),
    sa.Column('when', sa.String(length=160), nullable=False),
    sa.ForeignKeyConstraint(['product_id'], ['product.id'], name=op.f('fk_product_step_product_id_product'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_product_step'))
    )
    with op.batch_alter_table('product_step', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_product_step_product_id'), ['product_id'], unique=False)

    op.create_table('theme',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('lab_id', sa.Integer(), nullable=False),
    sa.Column('title', sa.String(length=120), nullable=False),
    sa.Column('subtitle', sa.String(length=500), nullable=False),
    sa.Column('position', sa.Double(), nullable=False),
    sa.Column('tone', sa.Integer(), nullable=False),
    sa.Column('proposed_by', sa.Enum('machine', 'person', name='proposedby', native_enum=False, length=8), nullable=False),
    sa.Column('gone', sa.Boolean(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['lab_id'], ['lab.id'], name=op.f('fk_theme_lab_id_lab'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_theme'))
    )
    with op.batch_alter_table('theme', schema=None) as batch_op:
        batch_op.create_index('ix_theme_lab_gone', ['lab_id', 'gone'], unique=False)

    op.create_table('archive_item',
    sa.Column('id', sa.String(length=16), nullable=False),
    sa.Column('programme_id', sa.Integer(), nullable=False),
    sa.Column('lab_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=24), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('original_text', sa.Text(), nullable=False),
    sa.Column('municipality_code', sa.String(length=6), nullable=True),
    sa.Column('district_id', sa.Integer(), nullable=True),
    sa.Column('quarter', sa.String(length=7), nullable=False),
    sa.Column('themes', sa.JSON(), nullable=False),
    sa.Column('consent', sa.Enum('group', 'programme', 'public_anonymous', 'public_city', name='consent', native_enum=False, length=20), nullable=False),
    sa.Column('reach_given', sa.Enum('group', 'programme', 'public_anonymous', 'public_city', name='consent', native_enum=False, length=20), nullable=False),
    sa.Column('status', sa.Enum('draft', 'confirmed', 'dropped', 'merged', name='status', native_enum=False, length=20), nullable=False),
    sa.Column('merged_into_id', sa.String(length=16), nullable=True),
    sa.Column('answers_id', sa.String(length=16), nullable=True),
    sa.Column('source_kind', sa.String(length=16), nullable=False),
    sa.Column('source_id', sa.String(length=40), nullable=True),
    sa.Column('person_id', sa.Integer(), nullable=True),
    sa.Column('participant_id', sa.String(length=16), nullable=True),
    sa.Column('group_name', sa.String(length=120), nullable=True),
    sa.Column('step_title', sa.String(length=160), nullable=True),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('votes', sa.Integer(), nullable=False),
    sa.Column('contact', sa.String(length=160), nullable=False),
    sa.Column('owner', sa.String(length=120), nullable=False),
    sa.Column('due', sa.Date(), nullable=True),
    sa.Column('action_status', sa.Enum('open', 'done', 'dropped', 'carried_on', name='actionstatus', native_enum=False, length=20), nullable=True),
    sa.Column('edited_by', sa.String(length=120), nullable=False),
    sa.Column('edited_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('rev', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['answers_id'], ['archive_item.id'], name=op.f('fk_archive_item_answers_id_archive_item'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['district_id'], ['district.id'], name=op.f('fk_archive_item_district_id_district'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['lab_id'], ['lab.id'], name=op.f('fk_archive_item_lab_id_lab'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['merged_into_id'], ['archive_item.id'], name=op.f('fk_archive_item_merged_into_id_archive_item'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['municipality_code'], ['municipality.code'], name=op.f('fk_archive_item_municipality_code_municipality')),
    sa.ForeignKeyConstraint(['participant_id'], ['participant.id'], name=op.f('fk_archive_item_participant_id_participant'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_archive_item_person_id_person'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['programme_id'], ['programme.id'], name=op.f('fk_archive_item_programme_id_programme'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_archive_item')),
    sa.UniqueConstraint('lab_id', 'source_kind', 'source_id', name=op.f('uq_archive_item_lab_id_source_kind_source_id'))
    )
    with op.batch_alter_table('archive_item', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_archive_item_answers_id'), ['answers_id'], unique=False)
        batch_op.create_index('ix_archive_item_lab_status', ['lab_id', 'status'], unique=False)
        batch_op.create_index(batch_op.f('ix_archive_item_merged_into_id'), ['merged_into_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_archive_item_person_id'), ['person_id'], unique=False)
        batch_op.create_index('ix_archive_item_programme_kind', ['programme_id', 'kind', 'status'], unique=False)

    op.create_table('placement',
    sa.Column('question_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('lab_id', sa.Integer(), nullable=False),
    sa.Column('theme_id', sa.Integer(), nullable=True),
    sa.Column('position', sa.Double(), nullable=False),
    sa.Column('placed_by_person', sa.Boolean(), nullable=False),
    sa.ForeignKeyConstraint(['lab_id'], ['lab.id'], name=op.f('fk_placement_lab_id_lab'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['question_id'], ['knowledge_question.id'], name=op.f('fk_placement_question_id_knowledge_question'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['theme_id'], ['theme.id'], name=op.f('fk_placement_theme_id_theme'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('question_id', name=op.f('pk_placement'))
    )
    with op.batch_alter_table('placement', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_placement_lab_id'), ['lab_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_placement_theme_id'), ['theme_id'], unique=False)

    op.create_table('question_support',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('question_id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_question_support_person_id_person'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['question_id'], ['knowledge_question.id'], name=op.f('fk_question_support_question_id_knowledge_question'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_question_support')),
    sa.UniqueConstraint('question_id', 'person_id', name=op.f('uq_question_support_question_id_person_id'))
    )
    with op.batch_alter_table('question_support', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_question_support_person_id'), ['person_id'], unique=False)

    op.create_table('question_vector',
    sa.Column('question_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('encoder', sa.String(length=60), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('data', sa.LargeBinary(), nullable=False),
    sa.ForeignKeyConstraint(['question_id'], ['knowledge_question.id'], name=op.f('fk_question_vector_question_id_knowledge_question'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('question_id', name=op.f('pk_question_vector'))
    )
    op.create_table('working_group',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('lab_id', sa.Integer(), nullable=False),
    sa.Column('theme_id', sa.Integer(), nullable=True),
    sa.Column('name', sa.String(length=120), nullable=False),
    sa.Column('room', sa.String(length=80), nullable=False),
    sa.Column('leader_id', sa.Integer(), nullable=True),
    sa.Column('least', sa.Integer(), nullable=True),
    sa.Column('most', sa.Integer(), nullable=True),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['lab_id'], ['lab.id'], name=op.f('fk_working_group_lab_id_lab'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['leader_id'], ['person.id'], name=op.f('fk_working_group_leader_id_person'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['theme_id'], ['theme.id'], name=op.f('fk_working_group_theme_id_theme'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_working_group')),
    sa.UniqueConstraint('lab_id', 'theme_id', name=op.f('uq_working_group_lab_id_theme_id'))
    )
    with op.batch_alter_table('working_group', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_working_group_lab_id'), ['lab_id'], unique=False)

    op.create_table('archive_action_update',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('item_id', sa.String(length=16), nullable=False),
    sa.Column('status', sa.Enum('open', 'done', 'dropped', 'carried_on', name='actionstatus', native_enum=False, length=20), nullable=False),
    sa.Column('note', sa.Text(), nullable=False),
    sa.Column('by_id', sa.Integer(), nullable=True),
    sa.Column('by', sa.String(length=120), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['by_id'], ['person.id'], name=op.f('fk_archive_action_update_by_id_person'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['item_id'], ['archive_item.id'], name=op.f('fk_archive_action_update_item_id_archive_item'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_archive_action_update'))
    )
    with op.batch_alter_table('archive_action_update', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_archive_action_update_item_id'), ['item_id'], unique=False)

    op.create_table('archive_correction',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('item_id', sa.String(length=16), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('by_id', sa.Integer(), nullable=True),
    sa.Column('by', sa.String(length=120), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['by_id'], ['person.id'], name=op.f('fk_archive_correction_by_id_person'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['item_id'], ['archive_item.id'], name=op.f('fk_archive_correction_item_id_archive_item'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_archive_correction'))
    )
    with op.batch_alter_table('archive_correction', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_archive_correction_item_id'), ['item_id'], unique=False)

    op.create_table('archive_evidence',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('item_id', sa.String(length=16), nullable=False),
    sa.Column('municipality_code', sa.String(length=6), nullable=False),
    sa.Column('status', sa.Enum('proposed', 'planned', 'tried', 'worked', 'partly', 'failed', name='outcome', native_enum=False, length=20), nullable=False),
    sa.Column('note', sa.Text(), nullable=False),
    sa.Column('at', sa.Date(), nullable=False),
    sa.Column('reporter_id', sa.Integer(), nullable=True),
    sa.Column('reporter', sa.String(length=120), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['item_id'], ['archive_item.id'], name=op.f('fk_archive_evidence_item_id_archive_item'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['municipality_code'], ['municipality.code'], name=op.f('fk_archive_evidence_municipality_code_municipality')),
    sa.ForeignKeyConstraint(['reporter_id'], ['person.id'], name=op.f('fk_archive_evidence_reporter_id_person'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_archive_evidence'))
    )
    with op.batch_alter_table('archive_evidence', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_archive_evidence_item_id'), ['item_id'], unique=False)

    op.create_table('archive_link',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('from_id', sa.String(length=16), nullable=False),
    sa.Column('to_id', sa.String(length=16), nullable=False),
    sa.Column('kind', sa.Enum('question', 'origin', 'related', name='linkkind', native_enum=False, length=20), nullable=False),
    sa.ForeignKeyConstraint(['from_id'], ['archive_item.id'], name=op.f('fk_archive_link_from_id_archive_item'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['to_id'], ['archive_item.id'], name=op.f('fk_archive_link_to_id_archive_item'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_archive_link')),
    sa.UniqueConstraint('from_id', 'to_id', 'kind', name=op.f('uq_archive_link_from_id_to_id_kind'))
    )
    with op.batch_alter_table('archive_link', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_archive_link_to_id'), ['to_id'], unique=False)

    op.create_table('group_member',
    sa.Column('lab_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('person_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('group_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['group_id'], ['working_group.id'], name=op.f('fk_group_member_group_id_working_group'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['lab_id'], ['lab.id'], name=op.f('fk_group_member_lab_id_lab'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_group_member_person_id_person'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('lab_id', 'person_id', name=op.f('pk_group_member'))
    )
    with op.batch_alter_table('group_member', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_group_member_group_id'), ['group_id'], unique=False)

    op.create_table('product_source',
    sa.Column('step_id', sa.Integer(), nullable=False),
    sa.Column('item_id', sa.String(length=16), nullable=False),
    sa.ForeignKeyConstraint(['item_id'], ['archive_item.id'], name=op.f('fk_product_source_item_id_archive_item'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['step_id'], ['product_step.id'], name=op.f('fk_product_source_step_id_product_step'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('step_id', 'item_id', name=op.f('pk_product_source'))
    )
    with op.batch_alter_table('product_source', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_product_source_item_id'), ['item_id'], unique=False)

    search.make(op.get_bind())


def downgrade() -> None:
    search.unmake(op.get_bind())
    with op.batch_alter_table('product_source', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_product_source_item_id'))

    op.drop_table('product_source')
    with op.batch_alter_table('group_member', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_group_member_group_id'))

    op.drop_table('group_member')
    with op.batch_alter_table('archive_link', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_archive_link_to_id'))

    op.drop_table('archive_link')
    with op.batch_alter_table('archive_evidence', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_archive_evidence_item_id'))

    op.drop_table('archive_evidence')
    with op.batch_alter_table('archive_correction', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_archive_correction_item_id'))

    op.drop_table('archive_correction')
    with op.batch_alter_table('archive_action_update', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_archive_action_update_item_id'))

    op.drop_table('archive_action_update')
    with op.batch_alter_table('working_group', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_working_group_lab_id'))

    op.drop_table('working_group')
    op.drop_table('question_vector')
    with op.batch_alter_table('question_support', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_question_support_person_id'))

    op.drop_table('question_support')
    with op.batch_alter_table('placement', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_placement_theme_id'))
        batch_op.drop_index(batch_op.f('ix_placement_lab_id'))

    op.drop_table('placement')
    with op.batch_alter_table('archive_item', schema=None) as batch_op:
        batch_op.drop_index('ix_archive_item_programme_kind')
        batch_op.drop_index(batch_op.f('ix_archive_item_person_id'))
        batch_op.drop_index(batch_op.f('ix_archive_item_merged_into_id'))
        batch_op.drop_index('ix_archive_item_lab_status')
        batch_op.drop_index(batch_op.f('ix_archive_item_answers_id'))

    op.drop_table('archive_item')
    with op.batch_alter_table('theme', schema=None) as batch_op:
        batch_op.drop_index('ix_theme_lab_gone')

    op.drop_table('theme')
    with op.batch_alter_table('product_step', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_product_step_product_id'))

    op.drop_table('product_step')
    with op.batch_alter_table('personal_link', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_personal_link_programme_id'))
        batch_op.drop_index(batch_op.f('ix_personal_link_person_id'))
        batch_op.drop_index(batch_op.f('ix_personal_link_lab_id'))

    op.drop_table('personal_link')
    with op.batch_alter_table('participant', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_participant_person_id'))
        batch_op.drop_index(batch_op.f('ix_participant_lab_id'))

    op.drop_table('participant')
    op.drop_table('live_room')
    op.drop_table('live_op')
    with op.batch_alter_table('knowledge_question', schema=None) as batch_op:
        batch_op.drop_index('ix_knowledge_question_lab_status')
        batch_op.drop_index(batch_op.f('ix_knowledge_question_asker_id'))

    op.drop_table('knowledge_question')
    with op.batch_alter_table('board_change', schema=None) as batch_op:
        batch_op.drop_index('ix_board_change_lab_person')

    op.drop_table('board_change')
    op.drop_table('board')
    op.drop_table('archive_seal')
    op.drop_table('archive_group_member')
    with op.batch_alter_table('agenda_item', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_agenda_item_lab_id'))

    op.drop_table('agenda_item')
    with op.batch_alter_table('year_decision', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_year_decision_programme_id'))

    op.drop_table('year_decision')
    with op.batch_alter_table('sign_in', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_sign_in_person_id'))

    op.drop_table('sign_in')
    with op.batch_alter_table('product', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_product_public_on'))
        batch_op.drop_index(batch_op.f('ix_product_programme_id'))

    op.drop_table('product')
    op.drop_table('participation')
    with op.batch_alter_table('membership', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_membership_programme_id'))

    op.drop_table('membership')
    with op.batch_alter_table('magic_link', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_magic_link_person_id'))

    op.drop_table('magic_link')
    with op.batch_alter_table('lab', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_lab_state'))
        batch_op.drop_index(batch_op.f('ix_lab_programme_id'))

    op.drop_table('lab')
    with op.batch_alter_table('district', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_district_programme_id'))

    op.drop_table('district')
    with op.batch_alter_table('access_token', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_access_token_person_id'))

    op.drop_table('access_token')
    with op.batch_alter_table('search_word', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_search_word_stem'))

    op.drop_table('search_word')
    with op.batch_alter_table('search_document', schema=None) as batch_op:
        batch_op.drop_index('ix_search_document_audience')

    op.drop_table('search_document')
    op.drop_table('programme')
    with op.batch_alter_table('person', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_person_municipality_code'))

    op.drop_table('person')
    op.drop_table('municipality')
    with op.batch_alter_table('mail', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_mail_state'))
        batch_op.drop_index(batch_op.f('ix_mail_programme_id'))

    op.drop_table('mail')
    op.drop_table('journal_stream')
    op.drop_table('journal_entry')
    with op.batch_alter_table('job', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_job_state'))

    op.drop_table('job')
