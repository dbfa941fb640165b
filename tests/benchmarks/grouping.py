"""Quality and speed of the theme proposal: ``python tests/benchmarks/grouping.py FOLDER``.

FOLDER holds sets as *label, tab, text* per line (``*.tsv``), and perhaps ``paraphrases.tsv`` (kind, question, paraphrase) to go with
``kennisvragen.tsv``. Medians over ten seeded samples of 100, with the number of true labels given. Processor time, one thread.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from statistics import median

for variable in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(variable, "1")

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

# The packages come after the thread count and the path, which they read at import.
# ruff: noqa: E402
import numpy as np

from kennislab.grouping.engine import default_encoder, propose
from kennislab.grouping.engine.clusters import cluster
from kennislab.grouping.engine.encoder import Encoder, Matrix, unit
from kennislab.grouping.engine.labels import label_groups
from kennislab.grouping.engine.similar import likeness, ranked
from kennislab.grouping.engine.space import theme_space


def adjusted_rand(one: list[str], other: list[int]) -> float:
    """Agreement of two groupings: 0 by chance, 1 when equal."""
    _, a = np.unique(one, return_inverse=True)
    _, b = np.unique(other, return_inverse=True)
    table = np.zeros((a.max() + 1, b.max() + 1))
    np.add.at(table, (a, b), 1)

    def pairs(counts: np.ndarray) -> float:
        return float((counts * (counts - 1) / 2).sum())

    chance = pairs(table.sum(1)) * pairs(table.sum(0)) / (len(a) * (len(a) - 1) / 2)
    most = (pairs(table.sum(1)) + pairs(table.sum(0))) / 2
    return (pairs(table) - chance) / (most - chance)


def average_precision(scored: list[tuple[float, bool]]) -> float:
    """Mean precision at each true one, best scores first."""
    found, total = 0, 0.0
    for place, (_, true) in enumerate(sorted(scored, key=lambda one: -one[0]), 1):
        if true:
            found += 1
            total += found / place
    return total / found


def read(path: Path) -> list[list[str]]:
    """The rows of a set."""
    return [line.split("\t") for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def samples(count: int) -> list[np.ndarray]:
    """Ten seeded samples of at most 100 items."""
    return [np.sort(np.random.default_rng(seed).choice(count, min(100, count), replace=False)) for seed in range(10)]


def theme_quality(rows: list[list[str]], vectors: Matrix, encoder: Encoder) -> tuple[float, float]:
    """(median ARI, share of labels of the true groups that point to their own group)."""
    scores, hits, groups = [], 0, 0
    for items in samples(len(rows)):
        true, texts, own = [rows[i][0] for i in items], [rows[i][1] for i in items], vectors[items]
        names, number = np.unique(true, return_inverse=True)
        labels, _ = cluster(theme_space(own, texts, encoder.name), len(names))
        scores.append(adjusted_rand(true, labels.tolist()))
        half = own[:, : own.shape[1] // 2]
        centres = unit(np.array([unit(half - half.mean(0))[number == g].mean(0) for g in range(len(names))]))
        said = unit(encoder.encode_terms([label for label, _ in label_groups(texts, own, number, encoder)]) - half.mean(0))
        hits += int(((said @ centres.T).argmax(1) == np.arange(len(names))).sum())
        groups += len(names)
    return median(scores), hits / groups


def pair_quality(folder: Path, encoder: Encoder) -> tuple[float, float]:
    """(AP of close pairs when each paraphrase is looked up, AP among all pairs of questions and paraphrases)."""
    questions = [text for _, text in read(folder / "kennisvragen.tsv")]
    pairs = [(question, paraphrase) for kind, question, paraphrase in read(folder / "paraphrases.tsv") if kind == "dichtbij"]
    vectors = encoder.encode(questions)
    looked_up = []
    for question, paraphrase in pairs:
        found = ranked(questions, paraphrase, encoder=encoder, vectors=vectors)
        looked_up += [(score, questions[item] == question) for item, score in found]
    texts = questions + [paraphrase for _, paraphrase in pairs]
    like = likeness(encoder.encode(texts), texts, encoder.name)
    true = {(questions.index(question), len(questions) + i) for i, (question, _) in enumerate(pairs)}
    among_all = [(float(like[i, j]), (i, j) in true) for i in range(len(texts)) for j in range(i + 1, len(texts))]
    return average_precision(looked_up), average_precision(among_all)


def main() -> None:
    """Prints the numbers."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parents[1] / "grouping" / "data"
    encoder = default_encoder()
    encoder.encode(["warm"])
    print(f"encoder {encoder.name}")
    everything: list[str] = []
    for path in sorted(folder.glob("*.tsv")):
        if path.name == "paraphrases.tsv":
            continue
        rows = read(path)
        everything += [text for _, text in rows]
        ari, pointing = theme_quality(rows, encoder.encode([text for _, text in rows]), encoder)
        print(f"{path.stem:22} ARI {ari:.3f}   labels that point to their theme {pointing:.2f}")
    if (folder / "paraphrases.tsv").exists():
        looked_up, among_all = pair_quality(folder, encoder)
        print(f"close pairs            AP looked up {looked_up:.3f}   among all pairs {among_all:.3f}")
    texts = (everything * 3)[:300]
    vectors = encoder.encode(texts)
    for turn in ("first time", "again"):
        start = time.process_time()
        labels, _ = cluster(theme_space(vectors, texts, encoder.name), 9)
        grouped = time.process_time()
        propose(texts, vectors, encoder, groups=9)
        named = time.process_time()
        count = len(set(labels.tolist()))
        alone, whole = 1000 * (grouped - start), 1000 * (named - grouped)
        print(f"{len(texts)} questions, {turn}: {count} groups in {alone:.0f} ms, with labels in {whole:.0f} ms")


if __name__ == "__main__":
    main()
