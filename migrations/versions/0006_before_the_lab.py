"""Before the lab: mails that are read before they leave, invitations, questions in full, wishes and assignments."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op


revision = '0006'
down_revision = '0005'
branch_labels = None
depends_on = None


ADDED = {
    'board': ('ranking_open', 'ranking_until', 'largest'),
    'placement': ('fit',),
    'group_member': ('pinned', 'rank', 'reason'),
    'knowledge_question': ('answers', 'source'),
    'working_group': ('method',),
    'lab': ('calendar_id', 'calendar_sequence'),
    'mail': ('public_id', 'language', 'calendar', 'lab_id', 'person_id', 'wave_id', 'tries', 'message_id', 'edited_by_name', 'send_after', 'taken_at', 'bounced_at', 'rev'),
}


def upgrade() -> None:
    op.create_table('sheet_draft',
    sa.Column('id', sa.String(length=16), nullable=False),
    sa.Column('scope', sa.String(length=40), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=160), nullable=False),
    sa.Column('data', sa.JSON(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_sheet_draft'))
    )
    with op.batch_alter_table('sheet_draft', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_sheet_draft_person_id'), ['person_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_sheet_draft_scope'), ['scope'], unique=False)

    op.create_table('mail_template',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('programme_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=40), nullable=False),
    sa.Column('language', sa.String(length=2), nullable=False),
    sa.Column('subject', sa.String(length=300), nullable=False),
    sa.Column('body', sa.Text(), nullable=False),
    sa.Column('edited_by_name', sa.String(length=120), nullable=False),
    sa.Column('edited_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('rev', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['programme_id'], ['programme.id'], name=op.f('fk_mail_template_programme_id_programme'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_mail_template')),
    sa.UniqueConstraint('programme_id', 'kind', 'language', name=op.f('uq_mail_template_programme_id_kind_language'))
    )
    op.create_table('assignment',
    sa.Column('lab_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('job', sa.String(length=16), nullable=True),
    sa.Column('asked', sa.JSON(), nullable=False),
    sa.Column('outcome', sa.JSON(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('by_name', sa.String(length=120), nullable=False),
    sa.ForeignKeyConstraint(['lab_id'], ['lab.id'], name=op.f('fk_assignment_lab_id_lab'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('lab_id', name=op.f('pk_assignment'))
    )
    op.create_table('board_selection',
    sa.Column('lab_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('person_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('name', sa.String(length=120), nullable=False),
    sa.Column('cards', sa.JSON(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['lab_id'], ['lab.id'], name=op.f('fk_board_selection_lab_id_lab'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_board_selection_person_id_person'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('lab_id', 'person_id', name=op.f('pk_board_selection'))
    )
    op.create_table('invitation',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('lab_id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('answer', sa.Enum('open', 'coming', 'not_coming', name='answer', native_enum=False, length=12), nullable=False),
    sa.Column('answered_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('how', sa.String(length=8), nullable=False),
    sa.Column('by_name', sa.String(length=120), nullable=False),
    sa.Column('note', sa.String(length=300), nullable=False),
    sa.Column('link_rev', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['lab_id'], ['lab.id'], name=op.f('fk_invitation_lab_id_lab'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_invitation_person_id_person'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_invitation')),
    sa.UniqueConstraint('lab_id', 'person_id', name=op.f('uq_invitation_lab_id_person_id'))
    )
    with op.batch_alter_table('invitation', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_invitation_person_id'), ['person_id'], unique=False)

    op.create_table('kept_grouping',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('lab_id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=120), nullable=False),
    sa.Column('themes', sa.JSON(), nullable=False),
    sa.Column('by_name', sa.String(length=120), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['lab_id'], ['lab.id'], name=op.f('fk_kept_grouping_lab_id_lab'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_kept_grouping'))
    )
    with op.batch_alter_table('kept_grouping', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_kept_grouping_lab_id'), ['lab_id'], unique=False)

    op.create_table('mail_wave',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('public_id', sa.String(length=16), nullable=False),
    sa.Column('lab_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=40), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('by_name', sa.String(length=120), nullable=False),
    sa.Column('days_before', sa.Integer(), nullable=True),
    sa.Column('prepared_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('sequence', sa.Integer(), nullable=False),
    sa.Column('send_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('released_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('released_by_name', sa.String(length=120), nullable=False),
    sa.ForeignKeyConstraint(['lab_id'], ['lab.id'], name=op.f('fk_mail_wave_lab_id_lab'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_mail_wave')),
    sa.UniqueConstraint('public_id', name=op.f('uq_mail_wave_public_id'))
    )
    with op.batch_alter_table('mail_wave', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_mail_wave_lab_id'), ['lab_id'], unique=False)

    op.create_table('placing_wish',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('lab_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=8), nullable=False),
    sa.Column('people', sa.JSON(), nullable=False),
    sa.Column('by_name', sa.String(length=120), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['lab_id'], ['lab.id'], name=op.f('fk_placing_wish_lab_id_lab'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_placing_wish'))
    )
    with op.batch_alter_table('placing_wish', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_placing_wish_lab_id'), ['lab_id'], unique=False)

    op.create_table('question_form',
    sa.Column('lab_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('fields', sa.JSON(), nullable=False),
    sa.Column('required', sa.JSON(), nullable=False),
    sa.Column('rev', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['lab_id'], ['lab.id'], name=op.f('fk_question_form_lab_id_lab'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('lab_id', name=op.f('pk_question_form'))
    )
    op.create_table('ranking',
    sa.Column('lab_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('person_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('choices', sa.JSON(), nullable=False),
    sa.Column('solved', sa.JSON(), nullable=False),
    sa.Column('can_lead', sa.Boolean(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('by_name', sa.String(length=120), nullable=False),
    sa.ForeignKeyConstraint(['lab_id'], ['lab.id'], name=op.f('fk_ranking_lab_id_lab'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_ranking_person_id_person'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('lab_id', 'person_id', name=op.f('pk_ranking'))
    )
    op.create_table('co_asker',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('question_id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=True),
    sa.Column('name', sa.String(length=120), nullable=False),
    sa.Column('municipality_code', sa.String(length=6), nullable=True),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('how', sa.String(length=12), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['municipality_code'], ['municipality.code'], name=op.f('fk_co_asker_municipality_code_municipality')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_co_asker_person_id_person'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['question_id'], ['knowledge_question.id'], name=op.f('fk_co_asker_question_id_knowledge_question'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_co_asker')),
    sa.UniqueConstraint('question_id', 'person_id', name=op.f('uq_co_asker_question_id_person_id'))
    )
    with op.batch_alter_table('co_asker', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_co_asker_person_id'), ['person_id'], unique=False)

    op.create_table('notice',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('lab_id', sa.Integer(), nullable=False),
    sa.Column('question_id', sa.Integer(), nullable=True),
    sa.Column('kind', sa.String(length=16), nullable=False),
    sa.Column('details', sa.JSON(), nullable=False),
    sa.Column('by_name', sa.String(length=120), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('read_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['lab_id'], ['lab.id'], name=op.f('fk_notice_lab_id_lab'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_notice_person_id_person'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['question_id'], ['knowledge_question.id'], name=op.f('fk_notice_question_id_knowledge_question'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_notice'))
    )
    with op.batch_alter_table('notice', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_notice_lab_id'), ['lab_id'], unique=False)
        batch_op.create_index('ix_notice_person_lab', ['person_id', 'lab_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_notice_question_id'), ['question_id'], unique=False)

    op.create_table('pair_verdict',
    sa.Column('first_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('second_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('by_name', sa.String(length=120), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['first_id'], ['knowledge_question.id'], name=op.f('fk_pair_verdict_first_id_knowledge_question'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['second_id'], ['knowledge_question.id'], name=op.f('fk_pair_verdict_second_id_knowledge_question'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('first_id', 'second_id', name=op.f('pk_pair_verdict'))
    )
    op.create_table('question_lineage',
    sa.Column('question_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('from_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('how', sa.String(length=8), nullable=False),
    sa.Column('details', sa.JSON(), nullable=False),
    sa.Column('by_name', sa.String(length=120), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['from_id'], ['knowledge_question.id'], name=op.f('fk_question_lineage_from_id_knowledge_question'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['question_id'], ['knowledge_question.id'], name=op.f('fk_question_lineage_question_id_knowledge_question'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('question_id', 'from_id', 'how', name=op.f('pk_question_lineage'))
    )
    with op.batch_alter_table('question_lineage', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_question_lineage_from_id'), ['from_id'], unique=False)

    op.add_column('board', sa.Column('ranking_open', sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column('board', sa.Column('ranking_until', sa.DateTime(timezone=True), nullable=True))
    op.add_column('board', sa.Column('largest', sa.Integer(), nullable=True))
    op.add_column('placement', sa.Column('fit', sa.Double(), nullable=True))
    op.add_column('group_member', sa.Column('pinned', sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column('group_member', sa.Column('rank', sa.Integer(), nullable=True))
    op.add_column('group_member', sa.Column('reason', sa.JSON(), nullable=False, server_default='{}'))
    op.add_column('knowledge_question', sa.Column('answers', sa.JSON(), nullable=False, server_default='{}'))
    op.add_column('knowledge_question', sa.Column('source', sa.String(length=12), nullable=False, server_default='form'))
    op.add_column('working_group', sa.Column('method', sa.String(length=60), nullable=True))
    op.add_column('lab', sa.Column('calendar_id', sa.String(length=16), nullable=False, server_default=''))
    op.add_column('lab', sa.Column('calendar_sequence', sa.Integer(), nullable=False, server_default='0'))
    op.add_column('mail', sa.Column('public_id', sa.String(length=16), nullable=False, server_default=''))
    op.add_column('mail', sa.Column('language', sa.String(length=2), nullable=False, server_default='nl'))
    op.add_column('mail', sa.Column('calendar', sa.Text(), nullable=False, server_default=''))
    op.add_column('mail', sa.Column('lab_id', sa.Integer(), nullable=True))
    op.add_column('mail', sa.Column('person_id', sa.Integer(), nullable=True))
    op.add_column('mail', sa.Column('wave_id', sa.Integer(), nullable=True))
    op.add_column('mail', sa.Column('tries', sa.Integer(), nullable=False, server_default='0'))
    op.add_column('mail', sa.Column('message_id', sa.String(length=200), nullable=True))
    op.add_column('mail', sa.Column('edited_by_name', sa.String(length=120), nullable=False, server_default=''))
    op.add_column('mail', sa.Column('send_after', sa.DateTime(timezone=True), nullable=True))
    op.add_column('mail', sa.Column('taken_at', sa.DateTime(timezone=True), nullable=True))
    op.add_column('mail', sa.Column('bounced_at', sa.DateTime(timezone=True), nullable=True))
    op.add_column('mail', sa.Column('rev', sa.Integer(), nullable=False, server_default='1'))
    postgres = op.get_bind().dialect.name == "postgresql"
    own = "substr(md5(random()::text || id::text), 1, 16)" if postgres else "lower(hex(randomblob(8)))"
    op.execute(f"UPDATE lab SET calendar_id = {own}")
    op.execute(f"UPDATE mail SET public_id = {own}")
    op.create_index(op.f('ix_lab_calendar_id'), 'lab', ['calendar_id'], unique=True)
    op.create_index(op.f('ix_mail_public_id'), 'mail', ['public_id'], unique=True)
    op.create_index(op.f('ix_mail_message_id'), 'mail', ['message_id'], unique=True)
    for column in ('lab_id', 'person_id', 'wave_id'):
        op.create_index(op.f(f'ix_mail_{column}'), 'mail', [column], unique=False)


def downgrade() -> None:
    for name in ('ix_lab_calendar_id', 'ix_mail_public_id', 'ix_mail_message_id', 'ix_mail_lab_id', 'ix_mail_person_id', 'ix_mail_wave_id'):
        op.drop_index(name)
    for table, columns in ADDED.items():
        for column in columns:  # not in a batch: making the table anew would take along what hangs on its rows
            op.execute(f'ALTER TABLE {table} DROP COLUMN {column}')
    op.drop_table('question_lineage')
    op.drop_table('pair_verdict')
    op.drop_table('notice')
    op.drop_table('co_asker')
    op.drop_table('ranking')
    op.drop_table('question_form')
    op.drop_table('placing_wish')
    op.drop_table('mail_wave')
    op.drop_table('kept_grouping')
    op.drop_table('invitation')
    op.drop_table('board_selection')
    op.drop_table('assignment')
    op.drop_table('mail_template')
    op.drop_table('sheet_draft')
