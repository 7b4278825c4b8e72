"""Which names are taken for one thing."""

import pytest

from searchkit.analysis.glossary import mine
from searchkit.analysis.names import is_abbreviation, name_key
from searchkit.analysis.pairs import (
    EDGE,
    LONGEST_LEFT,
    OPEN,
    Definition,
    alias_definitions,
    definitions,
)
from searchkit.corpus.visible import visible_text
from searchkit.model import Article


def found(*bodies: str) -> set[tuple[str, str]]:
    """The pairs of names that articles with these bodies speak for."""
    articles = [Article(f"a{number}", "", body) for number, body in enumerate(bodies)]
    return pairs(
        (article.doc_id, definition)
        for article in articles
        for definition in definitions(visible_text(article))
    )


def pairs(said: object) -> set[tuple[str, str]]:
    return {pair.names for pair in mine(said)}  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("body", "pair"),
    [
        ("旋转位置编码（Rotary Position Embedding, RoPE）", ("旋转位置编码", "RoPE")),
        ("旋转位置编码(Rotary Position Embedding；RoPE)", ("旋转位置编码", "RoPE")),
        ("生成对抗网络 (GAN) 有两个网络", ("生成对抗网络", "GAN")),
        ("用 HPA（Pod 水平自动扩缩）调整", ("Pod 水平自动扩缩", "HPA")),
        (
            "Generative Adversarial Network（生成对抗网络）",
            ("生成对抗网络", "Generative Adversarial Network"),
        ),
        ("图神经网络【GNN】", ("图神经网络", "GNN")),
        ("这就是所谓的倒排索引（inverted index）", ("倒排索引", "inverted index")),
        (
            "训练卷积神经网络（Convolutional Neural Network，简称 CNN）",
            ("卷积神经网络", "CNN"),
        ),
        ("Byte Pair Encoding (BPE) is used", ("Byte Pair Encoding", "BPE")),
        ("| 检索增强生成（RAG） | 2 |\n|---|---|", ("检索增强生成", "RAG")),
        ("# 大语言模型（LLM）", ("大语言模型", "LLM")),
        ("这叫做容器（container）", ("容器", "container")),
        ("檢索增強生成（RAG）", ("檢索增強生成", "RAG")),
    ],
)
def test_names_in_brackets(body: str, pair: tuple[str, str]) -> None:
    assert pair in found(body)


@pytest.mark.parametrize(
    "body",
    [
        "常用的优化器（Adam）收敛快",
        "用框架（PyTorch）写",
        "许多系统（Linux 或 macOS）都行",
        "见前文（Su et al., 2021）",
        "支持向量机（如 SVM）",
        "```\n生成对抗网络 (GAN)\n```",
        "写作`生成对抗网络`(GAN)",
        "生成对抗网络\n\n(GAN)",
        "上一个（参数）函数（）（ ）",
        "这个注意力汇聚（nonparametric attention pooling）",
        "这个卷积神经网络（deep convolutional neural network）",
        "HTTP (and HTTPS) requests",
        "Brooklyn is a location (LOC)",
    ],
)
def test_what_is_no_name(body: str) -> None:
    assert found(body) == set()


@pytest.mark.parametrize(
    ("name", "key"),
    [("Policies", "policy"), ("boxes", "box"), ("axis", "axis"), ("status", "status")],
)
def test_names_are_one_without_their_plural(name: str, key: str) -> None:
    assert name_key(name) == key


@pytest.mark.parametrize(
    ("name", "is_one"), [("ABCDEFG", True), ("ABCDEFGH", False), ("A", False)]
)
def test_initials_are_few(name: str, is_one: bool) -> None:
    assert is_abbreviation(name) is is_one


def test_articles_that_agree_are_believed() -> None:
    alone = "这叫做云图谱（Skyatlas）"
    assert found(alone) == set()
    assert ("云图谱", "Skyatlas") in found(
        alone, "我们用云图谱（Skyatlas）", "云图谱（Skyatlas）"
    )


@pytest.mark.parametrize(
    "bodies",
    [
        ["这叫做云图谱（Skyatlas）。我们用云图谱（Skyatlas）"],
        ["云图谱（Skyatlas）", "大云图谱（Skyatlas）"],
        ["大规模云图谱（Skyatlas）", "高性能云图谱（Skyatlas）"],
        ["这叫做非图谱（Skyatlas）", "我们用非图谱（Skyatlas）"],
    ],
    ids=["one-article", "half-a-word-before", "never-bordered", "negated"],
)
def test_too_little_speaks_for_a_name(bodies: list[str]) -> None:
    assert found(*bodies) == set()


def test_what_is_negated_in_both_languages_is_a_name() -> None:
    bodies = ("这叫做非图谱（Unatlas）", "我们用非图谱（Unatlas）")
    assert found(*bodies) == {("非图谱", "Unatlas")}


def test_a_status_is_a_name_only_where_articles_agree() -> None:
    learned = "配置格式（beta configuration）。驱动的自动配置 (beta)"
    assert ("配置", "beta") not in found(learned)
    assert ("测试版", "beta") in found("这叫做测试版（beta）", "我们用测试版（beta）")


def test_a_direction_is_no_name() -> None:
    bodies = (
        "缩容（Down）和扩容（Up）",
        "只做缩容（down）",
        "先缩容（Down）",
        "再缩容（down）",
    )
    assert found(*bodies) == set()


def test_a_class_of_things_is_no_name() -> None:
    bodies = [
        f"插件（{name}）。使用插件（{name}）"
        for name in ("Alpha", "Beta", "Gamma", "Delta")
    ]
    assert found(*bodies, *bodies) == set()


@pytest.mark.parametrize(("count", "believed"), [(3, 3), (4, 0)])
def test_three_things_may_have_one_name(count: int, believed: int) -> None:
    names = ("Skyatlas", "Cloudmap", "Airchart", "Windplan")[:count]
    before = ("这叫做", "我们用")
    assert len(found(*(f"{b}云图谱（{n}）" for n in names for b in before))) == believed


def test_where_a_name_begins_is_learned_from_all_articles() -> None:
    bodies = ("提供云图谱（Skyatlas）", "设计云图谱（Skyatlas）", "云图谱（Skyatlas）")
    assert found(*bodies) == {("云图谱", "Skyatlas")}


def test_few_aliases_are_names_of_the_title() -> None:
    assert aliases("布隆过滤器", "Bloom filter", "布隆滤波器") == {
        ("布隆过滤器", "Bloom filter"),
        ("布隆过滤器", "布隆滤波器"),
    }


@pytest.mark.parametrize(("count", "believed"), [(3, 3), (4, 0)])
def test_more_aliases_than_three_are_keywords(count: int, believed: int) -> None:
    names = ("Skyatlas", "Cloudmap", "Airchart", "Windplan")[:count]
    assert len(aliases("云图谱", *names)) == believed


def test_many_aliases_are_keywords_among_which_neighbours_may_be_one() -> None:
    keywords = ("弱学习器", "weak learner", "损失", "进程", "process", "boosting")
    assert aliases("自适应提升：一种算法", *keywords) <= {("弱学习器", "weak learner")}
    assert aliases("旧地址", "/old/path.html") == set()


def aliases(title: str, *names: str) -> set[tuple[str, str]]:
    return pairs(("a", one) for one in alias_definitions(title, names))


@pytest.mark.parametrize(("kept", "edge"), [(0, EDGE), (1, OPEN)])
def test_more_characters_than_are_kept_are_told(kept: int, edge: str) -> None:
    text = "字" * (LONGEST_LEFT + kept) + "（Skyatlas）"
    (said,) = definitions(visible_text(Article("a", "", text)))
    assert (said.left, said.edge) == ("字" * LONGEST_LEFT, edge)


def test_evidence_tells_the_place() -> None:
    article = Article("a", "", "甲\n\n乙。\n生成对抗网络（GAN）很难训练")
    ((_, line, text),) = [
        (place.doc_id, place.line, place.text)
        for pair in mine(("a", one) for one in definitions(visible_text(article)))
        for place in pair.places
    ]
    assert line == 4
    assert "生成对抗网络（GAN）很难训练" in text


def test_order_within_an_article_changes_nothing() -> None:
    said = [
        ("a", Definition("生成对抗网络", "edge", ("GAN",), 1, "x")),
        ("a", Definition("用生成对抗网络", "edge", ("GAN",), 2, "y")),
    ]
    assert mine(said) == mine(said[::-1])
