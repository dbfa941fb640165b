"""A ledger by district that is known by its number, and what was withdrawn of it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op


revision = '0009'
down_revision = '0008'
branch_labels = None
depends_on = None

WAS = 'uq_archive_evidence_prompt_item_id_municipality_code_quarter'
NOW = 'uq_archive_evidence_prompt_place_quarter'
BY_NAME = """
UPDATE archive_evidence SET district_id = (
  SELECT district.id FROM district JOIN archive_item ON archive_item.programme_id = district.programme_id
  WHERE archive_item.id = archive_evidence.item_id
    AND district.municipality_code = archive_evidence.municipality_code AND district.name = archive_evidence.district
) WHERE district <> ''
"""


def upgrade() -> None:
    # in batches: nothing hangs on the rows of these tables, so SQLite may make them anew
    with op.batch_alter_table('archive_evidence', schema=None) as batch_op:
        batch_op.add_column(sa.Column('district_id', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('withdrawn_at', sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('withdrawn_by_id', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('withdrawn_by', sa.String(length=120), nullable=False, server_default=''))
        batch_op.add_column(sa.Column('withdrawn_why', sa.Text(), nullable=False, server_default=''))
        batch_op.create_foreign_key(
            op.f('fk_archive_evidence_district_id_district'), 'district', ['district_id'], ['id'], ondelete='SET NULL'
        )
        batch_op.create_foreign_key(
            op.f('fk_archive_evidence_withdrawn_by_id_person'), 'person', ['withdrawn_by_id'], ['id'], ondelete='SET NULL'
        )
    op.execute(BY_NAME)
    with op.batch_alter_table('archive_evidence_prompt', schema=None) as batch_op:
        batch_op.add_column(sa.Column('district', sa.String(length=120), nullable=False, server_default=''))
        batch_op.add_column(sa.Column('district_id', sa.Integer(), nullable=True))
        batch_op.create_foreign_key(
            op.f('fk_archive_evidence_prompt_district_id_district'), 'district', ['district_id'], ['id'], ondelete='SET NULL'
        )
        batch_op.drop_constraint(op.f(WAS), type_='unique')
        batch_op.create_unique_constraint(op.f(NOW), ['item_id', 'municipality_code', 'district', 'quarter'])


def downgrade() -> None:
    op.execute(
        'DELETE FROM archive_evidence_prompt WHERE id NOT IN '
        '(SELECT min(id) FROM archive_evidence_prompt GROUP BY item_id, municipality_code, quarter)'
    )
    with op.batch_alter_table('archive_evidence_prompt', schema=None) as batch_op:
        batch_op.drop_constraint(op.f(NOW), type_='unique')
        batch_op.create_unique_constraint(op.f(WAS), ['item_id', 'municipality_code', 'quarter'])
        batch_op.drop_constraint(op.f('fk_archive_evidence_prompt_district_id_district'), type_='foreignkey')
        batch_op.drop_column('district_id')
        batch_op.drop_column('district')
    with op.batch_alter_table('archive_evidence', schema=None) as batch_op:
        batch_op.drop_constraint(op.f('fk_archive_evidence_withdrawn_by_id_person'), type_='foreignkey')
        batch_op.drop_constraint(op.f('fk_archive_evidence_district_id_district'), type_='foreignkey')
        for column in ('withdrawn_why', 'withdrawn_by', 'withdrawn_by_id', 'withdrawn_at', 'district_id'):
            batch_op.drop_column(column)
