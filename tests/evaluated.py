"""A small collection on disk."""

import json
from collections.abc import Mapping
from pathlib import Path

CORPUS = (
    {"id": "rope.md", "title": "旋转位置编码", "text": "旋转矩阵编码位置。"},
    {"id": "docker.md", "title": "容器 Docker", "text": "容器用 docker run 启动。"},
    {"id": "podman.md", "title": "容器 Podman", "text": "容器不需要守护进程。"},
)
QUERIES = {"Tz1": "旋转位置编码", "Tz2": "守护进程", "He1": "docker", "He2": "容器"}
QRELS = {
    "Tz1": {"rope.md": 2},
    "Tz2": {"podman.md": 1},
    "He1": {"podman.md": 1, "docker.md": 0},
}


def write_collection(
    folder: Path,
    *,
    corpus: tuple[Mapping[str, str], ...] = CORPUS,
    queries: Mapping[str, str] = QUERIES,
    qrels: Mapping[str, Mapping[str, int]] = QRELS,
) -> Path:
    """The collection in `folder`, which is made."""
    folder.mkdir(parents=True)
    rows = [json.dumps(row, ensure_ascii=False) + "\n" for row in corpus]
    (folder / "corpus.jsonl").write_text("".join(rows), "utf-8")
    lines = [f"{query_id}\t{text}\n" for query_id, text in queries.items()]
    (folder / "queries.tsv").write_text("".join(lines), "utf-8")
    judged = [
        f"{query_id}\t{doc_id}\t{grade}\n"
        for query_id, grades in qrels.items()
        for doc_id, grade in grades.items()
    ]
    if judged:
        (folder / "qrels.tsv").write_text("".join(judged), "utf-8")
    return folder
