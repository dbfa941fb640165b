"""The sixty judged questions: search finds more of what people need than a LIKE and than PostgreSQL's own Dutch do."""

from __future__ import annotations

from collections.abc import Callable

from tests.benchmarks.search import all_else_some, archive, database, dutch, judged, like, ours, prepare_dutch, quality


def test_better_than_like_and_than_the_database_itself(fresh_pg_database: Callable[[], str]) -> None:
    questions, made = judged(), archive()
    assert len(questions) == 60 and len({question.ask for question in questions}) == 60
    assert max(max(question.gains) for question in questions) < len(made)
    with database(fresh_pg_database(), made):
        prepare_dutch()
        found = quality(questions, ours)
        plain, own, some = (quality(questions, way) for way in (like, dutch, all_else_some))
    assert found.recall >= 0.52 and found.ndcg >= 0.61 and found.success >= 0.73
    assert found.recall >= plain.recall + 0.25 and found.ndcg >= plain.ndcg + 0.25 and found.success >= plain.success + 0.2
    assert found.recall >= own.recall + 0.25 and found.ndcg >= own.ndcg + 0.25 and found.success >= own.success + 0.15
    assert found.recall >= some.recall + 0.12 and found.ndcg >= some.ndcg + 0.1 and found.success >= some.success
    assert found.empty <= 3
