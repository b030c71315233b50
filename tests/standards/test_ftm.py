"""FollowTheMoney entities in, and out again."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from graphkit.case import load_case
from graphkit.facts import Facts
from graphkit.model.errors import InputError, UsageError
from graphkit.standards import export_ftm, import_ftm
from tests.standards.conftest import FIXTURES, Bring

ENTITIES = FIXTURES / "entities.ftm.json"


def entities(path: Path) -> dict[str, object]:
    return {json.loads(line)["id"]: json.loads(line) for line in path.read_text().splitlines()}


def test_entities_are_accounted_for_and_no_balance_is_judged(bring: Bring) -> None:
    brought = bring(import_ftm, [ENTITIES])
    tally = brought.made.account.tallies["entities"]
    assert tally.read == 11
    assert tally.used == {"agencies": 2, "transfers": 3, "documents": 1}
    assert tally.rejected == {"is not JSON": 1}
    assert tally.kept["a piece of an entity that stands in several"] == 1
    assert brought.evaluation.counts() == {}
    (transfer,) = brought.evaluation.sql("SELECT amount, currency, \"on\" FROM transfers WHERE id = 'p2'").to_pylist()
    assert (int(transfer["amount"]), transfer["currency"], str(transfer["on"])) == (1000, "USD", "2012-12-31")


def test_what_came_from_followthemoney_goes_back_as_it_was(bring: Bring, tmp_path: Path) -> None:
    brought = bring(import_ftm, [ENTITIES])
    account = export_ftm(brought.facts, brought.made.case_id, tmp_path / "back.json")
    wanted = {json.loads(line)["id"]: json.loads(line) for line in ENTITIES.read_text().splitlines()[:9]}
    wanted["party"]["properties"]["name"].append("Another one")  # its second piece
    assert entities(tmp_path / "back.json") == wanted
    assert account.balanced


def test_entities_nested_in_others_are_entities_too(tmp_path: Path, bring: Bring) -> None:
    parent = {"id": "c0", "schema": "Company", "properties": {"name": ["Parent"]}}
    payer = {"id": "c1", "schema": "Company", "properties": {"name": ["Payer"], "parent": [parent]}}
    payment = {"payer": [payer], "beneficiary": ["p1"], "amount": ["100.5"], "currency": ["EUR"], "date": ["2020-03"]}
    lines = [
        {"id": "pay", "schema": "Payment", "properties": payment},
        {"id": "p1", "schema": "Person", "properties": {"name": ["Payee"]}},
        {"id": "c1", "schema": "Company", "properties": {"country": ["de"]}},
    ]
    path = tmp_path / "nested.json"
    path.write_text("\n".join(json.dumps(line) for line in lines))
    brought = bring(import_ftm, [path])
    assert brought.made.account.balanced
    agencies = brought.evaluation.sql("SELECT id, name FROM agencies ORDER BY id").to_pylist()
    assert [(row["id"], row["name"]) for row in agencies] == [("c0", "Parent"), ("c1", "Payer"), ("p1", "Payee")]
    (transfer,) = brought.evaluation.sql('SELECT "from", "to" FROM transfers').to_pylist()
    assert (transfer["from"], transfer["to"]) == ("source:Payer", "payee:p1")


def test_statements_are_put_together_as_the_entities_that_they_tell_of(tmp_path: Path, bring: Bring) -> None:
    def statement(entity: str, schema: str, prop: str, value: str, canonical: str = "") -> dict[str, object]:
        known = {"entity_id": entity, "canonical_id": canonical or entity, "dataset": "d", "first_seen": "2023"}
        return {"id": f"{entity}-{prop}-{value}", "schema": schema, "prop": prop, "value": value, **known}

    told = [
        statement("e1", "Person", "name", "Ann", "NK-1"),
        statement("e2", "LegalEntity", "name", "Ann B", "NK-1"),
        statement("e1", "Person", "id", "checksum", "NK-1"),
        statement("pay", "Payment", "payer", "e1"),
        statement("pay", "Payment", "amount", "10.5"),
        statement("pay", "Payment", "date", "2020-01-01"),
    ]
    lines = tmp_path / "statements.json"
    lines.write_text("\n".join(json.dumps(one) for one in told))
    by_property = {"name": told[:2]}
    held = [
        {"id": "NK-1", "schema": "Person", "properties": by_property},
        {"id": "pay", "schema": "Payment", "statements": told[3:]},
    ]
    entities_with = tmp_path / "entities.json"
    entities_with.write_text("\n".join(json.dumps(one) for one in held))
    for path, payer in ((lines, "Ann"), (entities_with, "e1")):
        brought = bring(import_ftm, [path])
        assert brought.made.account.balanced
        agencies = brought.evaluation.sql("SELECT id, name, aliases, kind FROM agencies").to_pylist()
        assert agencies == [{"id": "NK-1", "name": "Ann", "aliases": ["Ann B"], "kind": "Person"}]
        (transfer,) = brought.evaluation.sql('SELECT id, "from", amount FROM transfers').to_pylist()
        assert (transfer["id"], transfer["from"], float(transfer["amount"])) == ("pay", f"source:{payer}", 10.5)
    back = tmp_path / "back.json"
    export_ftm(bring(import_ftm, [lines]).facts, "statements", back)
    person = json.loads(next(line for line in back.read_text().splitlines() if '"NK-1"' in line))
    assert person["statements"] == told[:3]


def test_any_case_can_be_exported(tmp_path: Path) -> None:
    case = tmp_path / "case"
    (case / "tables").mkdir(parents=True)
    (case / "policies").mkdir()
    (case / "case.yaml").write_text("id: c\ncurrency: CNY\n")
    (case / "policies" / "p.yaml").write_text("id: p\ntitle: {en: Relief}\n")
    (case / "tables" / "agencies.csv").write_text("id,name,kind,aliases\na,审计局,government,局;署\nb,乙方,,\n")
    (case / "tables" / "transfers.csv").write_text(
        "id,policy,from,to,amount,on\nt1,p,source:财政,a,10.50,2020-01-01\nt2,p,a,b,5,2020-01-02\n"
    )
    facts = Facts(tmp_path / "ws", create=True)
    assert load_case(facts, case).rejected == 0
    export_ftm(facts, "c", tmp_path / "out.json")
    found = entities(tmp_path / "out.json")
    assert found["a"] == {
        "id": "a",
        "schema": "PublicBody",
        "properties": {"name": ["审计局"], "alias": ["局", "署"], "classification": ["government"]},
    }
    payment = found["t1"]["properties"]  # type: ignore[index]
    assert (payment["amount"], payment["currency"], payment["beneficiary"], payment["programme"]) == (
        ["10.5"],
        ["CNY"],
        ["a"],
        ["Relief"],
    )
    assert found[payment["payer"][0]]["properties"] == {"name": ["财政"]}  # type: ignore[index]
    assert found["policy:p"]["schema"] == "Project"  # type: ignore[index]
    again = import_ftm([tmp_path / "out.json"], tmp_path / "again")
    assert again.account.tallies["entities"].used["transfers"] == 2
    with pytest.raises(UsageError, match="exists already"):
        export_ftm(facts, "c", tmp_path / "out.json")


@pytest.mark.parametrize("content", ["", "[1]\n", "{}\n", "\n\n"])
def test_a_file_without_entities_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "file.json"
    path.write_text(content)
    with pytest.raises(InputError, match="holds no FollowTheMoney entity"):
        import_ftm([path], tmp_path / "case")
