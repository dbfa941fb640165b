"""Twenty years of archive: indexes for where an item came from, a programme's year, and whose something is."""

from __future__ import annotations

from alembic import op

revision = '0012'
down_revision = '0011'
branch_labels = None
depends_on = None

INDEXES = (
    ('ix_archive_item_programme_quarter', 'archive_item', ['programme_id', 'quarter']),
    ('ix_archive_item_lab_person', 'archive_item', ['lab_id', 'person_id']),
    ('ix_archive_item_source_id', 'archive_item', ['source_id']),
    ('ix_archive_evidence_reporter_id', 'archive_evidence', ['reporter_id']),
    ('ix_archive_evidence_withdrawn_by_id', 'archive_evidence', ['withdrawn_by_id']),
    ('ix_archive_evidence_prompt_person_id', 'archive_evidence_prompt', ['person_id']),
)


def upgrade() -> None:
    for name, table, columns in INDEXES:
        op.create_index(name, table, columns)


def downgrade() -> None:
    for name, table, _columns in reversed(INDEXES):
        op.drop_index(name, table_name=table)
