"""Precision and recall of every kind of fact over the labelled texts; docs/extraction.md shows the same figures."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graphkit.documents import Document, clean, default_gazetteer, extract
from graphkit.documents.spotting import AFTER_NONE, best
from tests.documents import scoring, train, train_spotting
from tests.documents.report import measured

AIMS = {
    "agency": (0.95, 0.95),
    "document_number": (0.95, 0.95),
    "amount": (0.95, 0.95),
    "date": (0.95, 0.95),
    "finding": (0.90, 0.85),
    "problem": (0.90, 0.85),
}
LEAST = (0.85, 0.85)
WORDS = st.text(
    alphabet=st.sampled_from(
        "山西省太原市县财政局审计署特派办未拨付资金三百万元年月日的、，。：（）〔〕《》“”堵点1２,.%\n\t ?\ufffd"
    ),
    max_size=60,
)


@pytest.fixture(scope="module")
def scores() -> dict[str, scoring.Score]:
    found = scoring.scores_of(scoring.FOLDER)
    print(scoring.table(found))
    return found


@pytest.mark.parametrize("kind", scoring.ORDER)
def test_precision_and_recall(scores: dict[str, scoring.Score], kind: str) -> None:
    precision, recall = AIMS.get(kind, LEAST)
    assert scores[kind].right, "the labelled texts hold none of this kind"
    assert scores[kind].precision >= precision
    assert scores[kind].recall >= recall


def test_there_are_enough_texts_and_the_seed_is_one_of_them() -> None:
    texts = scoring.texts()
    assert len(texts) > 40
    seed = next(text for text in texts if text.name == "dev-00-seed")
    assert seed.raw == (scoring.FOLDER / "seed.txt").read_text(encoding="utf-8")


def test_the_scorer_tells_right_from_wrong(tmp_path: Path) -> None:
    path = tmp_path / "a-1.txt"
    path.write_text("{{A id=mof|财政部}}拨付{{M v=5|3万元}}，{{T v=2020-01-01|近日}}", encoding="utf-8")
    found, differences = scoring.score([scoring.read_labelled(path)])
    assert (found["agency"].right, found["agency"].precision, found["agency"].recall) == (1, 1.0, 1.0)
    assert (found["amount"].right, found["amount"].wrong, found["amount"].missed) == (0, 1, 1)
    assert found["date"].recall == 0
    assert {(one.kind, one.what) for one in differences} == {
        ("amount", "wrong"),
        ("amount", "missed"),
        ("date", "missed"),
    }


@pytest.mark.parametrize("text", ["{{A id=x|财政部", "{{Q|x}}"])
def test_a_mark_that_is_wrong_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "a-1.txt"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match="mark"):
        scoring.read_labelled(path)


def test_what_words_lean_to_is_what_the_labelled_texts_teach() -> None:
    assert train.FILE.read_text(encoding="utf-8") == train.written(), "run python -m tests.documents.train"


def test_where_findings_stand_is_what_the_labelled_texts_teach() -> None:
    assert train_spotting.FILE.read_text(encoding="utf-8") == train_spotting.written(), (
        "run python -m tests.documents.train"
    )


def test_where_findings_stand_holds_for_a_set_that_it_was_not_learned_from() -> None:
    texts = [(text.name.startswith("honest-"), train_spotting.sentences(text)) for text in scoring.texts()]
    learned = train_spotting.learn([told for held, told in texts if not held])
    tags = [
        pair
        for held, told in texts
        if held
        for clauses, right in told
        for pair in zip(best(clauses, AFTER_NONE, learned), right, strict=True)
    ]
    both = sum(guess > 0 and right > 0 for guess, right in tags)
    assert both / sum(guess > 0 for guess, _ in tags) > 0.7
    assert both / sum(right > 0 for _, right in tags) > 0.7


def test_findings_are_found_in_texts_that_nothing_was_learned_from() -> None:
    finding = scoring.scores_of(scoring.UNLEARNED)["finding"]
    assert finding.precision >= 0.8
    assert finding.recall >= 0.8


def test_what_is_learned_holds_for_sets_that_it_was_not_learned_from() -> None:
    right, of = train.share_right()
    assert right / of >= 0.8


def test_the_documentation_shows_these_figures() -> None:
    page = (Path(__file__).parents[2] / "docs" / "extraction.md").read_text(encoding="utf-8")
    assert measured() in page, "run python -m tests.documents.report"


@settings(deadline=None)
@given(WORDS)
def test_any_text_is_read_without_an_error_and_quoted_exactly(raw: str) -> None:
    document = Document("doc-1", "a.txt", "txt", "utf-8", clean(raw))
    candidates = extract(document, default_gazetteer())
    assert all(raw[one.start : one.end] == one.quote for one in candidates)
    assert candidates == extract(document, default_gazetteer())
    known = {one.id for one in candidates}
    assert all(link.target in known for one in candidates for link in one.links)
