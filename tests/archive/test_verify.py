"""What was changed, cut or swapped in a sealed lab is named; forgetting somebody leaves the chain whole."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from click.testing import CliRunner
from flask import Flask

from kennislab import cli
from kennislab.archive import sealing
from kennislab.archive.models import ArchiveItem, Correction, Seal, SealedPart
from kennislab.archive.sealed import addenda, canonical, keys, register, verify, version1
from kennislab.archive.sealed.verdict import Verdict
from kennislab.core import clock, journal
from kennislab.core.db import db
from kennislab.core.errors import Conflict
from kennislab.core.transaction import Tx, transaction
from kennislab.live.models import stream
from kennislab.programme import uploads
from kennislab.programme.models import Lab, LabState
from tests.archive.rooms import SAID, Said, item_of
from tests.archive.sealed_rooms import as_version_1, sealed_lab


@pytest.fixture
def app(make_app: Callable[..., Flask], sqlite_url: str) -> Flask:
    """On SQLite: that both databases give back what was sealed is tested with sealing itself."""
    return make_app(sqlite_url)


@pytest.fixture
def said(app: Flask) -> Said:
    return sealed_lab(app)


@pytest.fixture(autouse=True)
def inside(app: Flask, said: Said) -> Iterator[None]:
    with app.app_context():
        yield


class _Undo(Exception):
    pass


def after(attack: Callable[[Tx], Any]) -> Verdict:
    """What checking finds after something was done to the database, which is then undone."""
    found: list[Verdict] = []
    with pytest.raises(_Undo), transaction() as tx:
        attack(tx)
        tx.session.flush()
        tx.session.expire_all()
        found.append(verify.database(tx.session))
        raise _Undo
    return found[0]


def told(verdict: Verdict) -> list[tuple[str, str]]:
    return [(one.code, str(one.values["what"])) for one in verdict.findings]


def sql(statement: str, **values: Any) -> Callable[[Tx], Any]:
    return lambda tx: tx.session.execute(sa.text(statement), values)


def id_of(text: str) -> str:
    return db.session.scalars(sa.select(ArchiveItem.id).where(ArchiveItem.text == text)).one()


def test_what_nobody_touched_is_good(said: Said) -> None:
    verdict = verify.database(db.session())
    assert (verdict.findings, verdict.notes) == ([], [])
    assert verdict.checked["labs"] == 2 and verdict.checked["item"] == len(SAID) + 3 and verdict.checked["correction"] == 2
    assert verdict.checked["later"] == 3
    assert verdict.checked["file"] == 2 and verdict.checked["link"] >= 1 and verdict.checked["journal"] > 10
    seal = db.session.get_one(Seal, said.world.lab_id)
    assert (seal.version, seal.manifest["format"], seal.key_id) == (2, canonical.SEAL, keys.own().id)
    assert (keys.folder() / "signing.pem").stat().st_mode & 0o777 == 0o600


def test_every_change_is_named(said: Said) -> None:
    purse, slow, lab = id_of(SAID["purse"]["text"]), id_of(SAID["slow"]["text"]), said.world.lab_id
    room, inside = stream(lab), id_of(SAID["inside"]["text"])
    head, itself = journal.head(db.session(), room), f"Wat er over Kennislab {lab} zelf staat"
    files = uploads.of_lab(db.session(), lab)
    other_lab = db.session.scalars(sa.select(Lab.id).where(Lab.id != lab, Lab.state == LabState.ARCHIVED)).one()
    card, row = (f"Kaart {purse}",), f"Regel 3 van het journaal {room}"
    cases: list[tuple[Callable[[Tx], Any], list[tuple[str, str]]]] = [
        (sql("UPDATE archive_item SET text = 'anders' WHERE id = :i", i=purse), [("changed", *card)]),
        (sql("UPDATE archive_item SET original_text = 'anders' WHERE id = :i", i=purse), [("changed", *card)]),
        (sql("UPDATE archive_item SET consent = 'programme' WHERE id = :i", i=purse), [("changed", *card)]),
        (sql("UPDATE archive_item SET owner = 'Een ander' WHERE id = :i", i=purse), [("changed", *card)]),
        (
            sql("UPDATE archive_item SET lab_id = :l WHERE id = :i", i=inside, l=other_lab),
            [("moved", f"Kaart {inside}"), ("added", f"Kaart {inside}")],
        ),
        (sql("UPDATE journal_entry SET data = '{}' WHERE stream = :s AND seq = 3", s=room), [("changed", row)]),
        (sql("UPDATE journal_entry SET actor = 'f:999' WHERE stream = :s AND seq = 3", s=room), [("changed", row)]),
        (sql("DELETE FROM journal_entry WHERE stream = :s AND seq = 3", s=room), [("missing", row)]),
        (sql("DELETE FROM journal_entry WHERE stream = :s AND seq > :n", s=room, n=head - 2), [("cut", f"Het journaal {room}")]),
        (sql("DELETE FROM archive_link"), [("missing", f"Koppeling {purse}:{id_of(SAID['twin']['text'])}:related")]),
        (sql("UPDATE lab SET title = 'Iets anders' WHERE id = :l", l=lab), [("changed", itself)]),
        (sql("UPDATE upload SET name = 'x.pdf' WHERE id = :i", i=files[0].id), [("changed", f"Bestand {files[0].id}")]),
        (sql("UPDATE archive_seal SET sealed_by = 'Een ander' WHERE lab_id = :l", l=lab), [("changed", itself)]),
        (sql("UPDATE archive_seal SET items = 3 WHERE lab_id = :l", l=lab), [("changed", f"Het zegel van Kennislab {lab}")]),
        (sql("UPDATE archive_seal SET signature = 'aa' WHERE lab_id = :l", l=lab), [("signature", f"Het zegel van Kennislab {lab}")]),
        (sql("UPDATE archive_correction SET text = 'Nee' WHERE text LIKE 'Sinds%'"), [("changed", "Verbetering 1")]),
        (sql("UPDATE archive_correction SET \"by\" = 'Een ander' WHERE id = 2"), [("changed", "Verbetering 2")]),
        (sql("DELETE FROM archive_correction WHERE id = 2"), [("addenda_cut", f"Kennislab {lab}")]),
        (sql("UPDATE archive_evidence SET note = 'Nee' WHERE id = 1"), [("changed", "Regel 1 van het logboek")]),
        (sql("UPDATE archive_evidence SET status = 'failed' WHERE id = 2"), [("changed", "Regel 2 van het logboek")]),
        (sql("UPDATE archive_evidence SET reporter = 'Een ander' WHERE id = 2"), [("changed", "Regel 2 van het logboek")]),
        (sql("DELETE FROM archive_evidence WHERE id = 1"), [("missing", "Regel 1 van het logboek")]),
        (sql("UPDATE archive_action_update SET owner = 'Een ander'"), [("changed", "Bericht 1 over een actie")]),
        (
            lambda tx: (sql("DELETE FROM archive_action_update")(tx), sql("DELETE FROM archive_addendum WHERE number = 3")(tx)),
            [("later_cut", f"Kennislab {lab}")],
        ),
        (
            lambda tx: (sql("DELETE FROM archive_evidence WHERE id = 1")(tx), sql("DELETE FROM archive_addendum WHERE number = 1")(tx)),
            [("chain", f"Wat er na het vaststellen van Kennislab {lab} bijkwam"), ("later_cut", f"Kennislab {lab}")],
        ),
        (
            lambda tx: _swap(tx, "archive_evidence", "note", 1, 2),
            [("changed", "Regel 1 van het logboek"), ("changed", "Regel 2 van het logboek")],
        ),
        (
            lambda tx: [_swap(tx, "archive_evidence", name, 1, 2) for name in ("note", "status", "created_at")],
            [("swapped", "Regel 1 van het logboek")],
        ),
        (lambda tx: _swap(tx, "archive_item", "text", purse, slow), [("swapped", f"Kaart {min(purse, slow)}")]),
    ]  # fmt: skip
    for number, (attack, expected) in enumerate(cases):
        assert told(after(attack)) == expected, number
    swapped = after(lambda tx: _swap_rows(tx, room, 3, 4))
    assert told(swapped) == [("swapped", row)] and swapped.findings[0].values["other"] == f"{room}:4"
    both = after(lambda tx: _swap_items(tx, purse, slow))
    assert [one.code for one in both.findings] == ["swapped"]
    assert {str(both.findings[0].values["what"]), f"Kaart {both.findings[0].values['other']}"} == {f"Kaart {purse}", f"Kaart {slow}"}


def _swap(tx: Tx, table: str, column: str, one: Any, other: Any) -> None:
    """Two rows change what is in this column."""
    was = dict(tx.session.execute(sa.text(f"SELECT id, {column} FROM {table} WHERE id IN (:a, :b)"), {"a": one, "b": other}).all())
    for id_, value in ((one, was[other]), (other, was[one])):
        tx.session.execute(sa.text(f"UPDATE {table} SET {column} = :v WHERE id = :i"), {"v": value, "i": id_})


def _swap_rows(tx: Tx, stream_name: str, one: int, other: int) -> None:
    move = sa.text("UPDATE journal_entry SET seq = :to WHERE stream = :s AND seq = :was")
    for was, to in ((one, 100_000), (other, one), (100_000, other)):
        tx.session.execute(move, {"s": stream_name, "was": was, "to": to})


def _swap_items(tx: Tx, one: str, other: str) -> None:
    """Everything that is sealed of two items changes places."""
    a, b = tx.session.get_one(ArchiveItem, one), tx.session.get_one(ArchiveItem, other)
    for name in (
        "kind", "text", "original_text", "themes", "consent", "municipality_code", "group_name", "step_title", "votes", "answers_id",
    ):  # fmt: skip
        here, there = getattr(a, name), getattr(b, name)
        setattr(a, name, there)
        setattr(b, name, here)


def test_files_are_looked_into(app: Flask, said: Said) -> None:
    folder = Path(app.config["DATA_DIR"])
    first, second = uploads.of_lab(db.session(), said.world.lab_id)
    a, b = uploads.place_of(folder, first), uploads.place_of(folder, second)
    was = a.read_bytes()
    a.write_bytes(b.read_bytes())
    assert [one.code for one in verify.database(db.session()).findings] == ["swapped"]
    a.write_bytes(b"%PDF-1.4 anders %%EOF")
    assert [one.code for one in verify.database(db.session()).findings] == ["changed"]
    a.unlink()
    assert [one.code for one in verify.database(db.session()).findings] == ["missing"]
    a.write_bytes(was)
    assert verify.database(db.session()).ok


def test_who_makes_a_new_chain_cannot_sign_it(said: Said) -> None:
    """A row taken out and all hashes made again: the signed manifest knows better; signed with another key: that is not ours."""
    lab_id, purse = said.world.lab_id, id_of(SAID["purse"]["text"])

    def again(tx: Tx) -> None:
        tx.session.execute(sa.text("DELETE FROM archive_item WHERE id = :i"), {"i": purse})
        rows = tx.session.execute(
            sa.text("SELECT seq, commitment FROM archive_sealed_part WHERE lab_id = :l AND ref NOT LIKE :i ORDER BY seq"),
            {"l": lab_id, "i": f"%{purse}%"},
        ).all()
        tx.session.execute(sa.text("DELETE FROM archive_sealed_part WHERE lab_id = :l AND ref LIKE :i"), {"l": lab_id, "i": f"%{purse}%"})
        head = canonical.start(lab_id)
        for number, (seq, commitment) in enumerate(rows, 1):
            head = canonical.link(head, commitment)
            tx.session.execute(
                sa.text("UPDATE archive_sealed_part SET seq = :n, head = :h WHERE lab_id = :l AND seq = :s"),
                {"n": number, "h": head, "l": lab_id, "s": seq},
            )
        seal = tx.session.get_one(Seal, lab_id)
        seal.head, seal.items = head, seal.items - 1
        seal.manifest = seal.manifest | {"head": head, "parts": len(rows), "items": seal.items}

    codes = {one.code for one in after(again).findings}
    assert {"signature", "replaced", "previous"} <= codes

    def with_own_key(tx: Tx) -> None:
        again(tx)
        seal, foreign = tx.session.get_one(Seal, lab_id), keys.Ed25519PrivateKey.generate()
        seal.key_id = keys.id_of(foreign.public_key())
        seal.manifest = seal.manifest | {"key": seal.key_id}
        seal.signature = foreign.sign(canonical.seal_message(seal.manifest)).hex()

    assert "unknown_key" in {one.code for one in after(with_own_key).findings}


def test_a_seal_that_is_gone_or_older_shows(said: Said) -> None:
    lab_id = said.world.lab_id

    def gone(tx: Tx) -> None:
        sql("DELETE FROM archive_seal WHERE lab_id = :l", l=lab_id)(tx)
        sql("DELETE FROM archive_sealed_part WHERE lab_id = :l", l=lab_id)(tx)

    assert [one.code for one in after(gone).findings] == ["no_seal", "previous"]

    def older(tx: Tx) -> None:
        sql("UPDATE archive_item SET text = 'anders' WHERE id = :i", i=id_of(SAID["purse"]["text"]))(tx)
        sql("DELETE FROM archive_sealed_part WHERE lab_id = :l", l=lab_id)(tx)
        tx.session.expire_all()
        seal = tx.session.get_one(Seal, lab_id)
        seal.version, seal.manifest, seal.signature, seal.key_id = 1, {}, "", ""
        seal.head = version1.head_of_lab(tx.session, lab_id)

    assert "downgraded" in {one.code for one in after(older).findings}
    register.place().unlink()  # who takes that away, too, is still named by the seal that followed, and by what came after
    assert [one.code for one in after(older).findings] == ["chain", "chain", "previous"]
    assert register.renew(db.session()) == 2 and verify.database(db.session()).ok


def test_seals_of_version_1_keep_verifying(said: Said) -> None:
    lab_id = said.world.lab_id
    register.place().unlink()

    def first(tx: Tx) -> None:
        as_version_1(tx, lab_id)

    verdict = after(first)
    assert verdict.ok and [one.code for one in verdict.notes] == ["first_version", "corrections_unsigned", "lines_unsigned"]

    def changed(tx: Tx) -> None:
        first(tx)
        sql("UPDATE archive_item SET text = 'anders' WHERE text = :t", t=SAID["purse"]["text"])(tx)

    assert [one.code for one in after(changed).findings] == ["head"]

    def corrected(tx: Tx) -> None:
        first(tx)
        sealing.correct(tx, item_of(tx, said, "slow"), "Nieuw.", said.actor("coordinator"))

    assert after(corrected).ok, "a correction of today chains on to a seal of then"

    def strengthened(tx: Tx) -> Seal:
        corrected(tx)
        head = tx.session.get_one(Seal, lab_id).head
        seal = sealing.strengthen(tx, tx.session.get_one(Lab, lab_id))
        assert (seal.version, seal.manifest["first"]["head"]) == (2, head) and sealing.strengthen(tx, seal_of(tx)) is seal
        return seal

    def seal_of(tx: Tx) -> Lab:
        return tx.session.get_one(Lab, lab_id)

    verdict = after(strengthened)
    assert verdict.ok and verdict.checked["journal"] > 10 and verdict.checked["later"] == 5

    def strengthened_and_changed(tx: Tx) -> None:
        strengthened(tx)
        sql("UPDATE journal_entry SET data = '{}' WHERE stream = :s AND seq = 3", s=stream(lab_id))(tx)
        sql("UPDATE archive_evidence SET note = 'Nee' WHERE id = 1")(tx)
        sql("UPDATE archive_correction SET text = 'Nee' WHERE id = 1")(tx)

    assert [one.code for one in after(strengthened_and_changed).findings] == ["changed", "changed", "changed"]
    with pytest.raises(Conflict, match="seal-broken"), transaction() as tx:
        changed(tx)
        tx.session.expire_all()
        sealing.strengthen(tx, seal_of(tx))


def test_forgetting_leaves_the_chain_whole_and_is_signed(said: Said) -> None:
    lab_id, purse = said.world.lab_id, id_of(SAID["purse"]["text"])
    row = ("journal", f"{stream(lab_id)}:3")

    def forget(tx: Tx) -> None:
        item = tx.session.get_one(ArchiveItem, purse)
        item.owner, item.contact, item.person_id, item.participant_id = "", "iemand", None, None
        assert addenda.forget(tx, lab_id, [("item", purse), ("item", purse), ("item", "no-such-item")]) == 1
        assert addenda.forget(tx, lab_id, [row], "content") == 1
        sql("UPDATE journal_entry SET data = '{}', actor = NULL WHERE stream = :s AND seq = 3", s=stream(lab_id))(tx)
        tx.session.expire_all()
        tx.session.get_one(Correction, 2).by = ""
        tx.session.get_one(Seal, lab_id).sealed_by = ""
        assert addenda.forget(tx, lab_id, [("correction", "2"), ("lab", str(lab_id))]) == 2

    verdict = after(forget)
    assert verdict.ok and [one.code for one in verdict.notes] == ["erased_people", "erased"]

    def and_change(tx: Tx) -> None:
        forget(tx)
        sql("UPDATE archive_item SET text = 'anders' WHERE id = :i", i=purse)(tx)
        sql('UPDATE journal_entry SET data = \'{"text":"nooit gezegd"}\' WHERE stream = :s AND seq = 3', s=stream(lab_id))(tx)

    assert sorted(one.code for one in after(and_change).findings) == ["changed", "not_blank"]

    def by_hand(tx: Tx) -> None:
        sql("UPDATE archive_sealed_part SET salt = NULL, aside_salt = NULL WHERE ref = :r AND lab_id = :l", r=purse, l=lab_id)(tx)
        sql("UPDATE archive_item SET text = '', original_text = '' WHERE id = :i", i=purse)(tx)

    assert told(after(by_hand)) == [("unsigned_erasure", f"Kaart {purse}")]


def test_a_clock_that_was_wrong_is_told(said: Said, monkeypatch: pytest.MonkeyPatch) -> None:
    """A seal with an earlier moment than the one that it follows; seals of a day that is still to come."""
    real = clock.now()
    monkeypatch.setattr(clock, "now", lambda: real - timedelta(days=9))
    verdict = verify.database(db.session())
    assert verdict.ok and {one.code for one in verdict.notes} == {"future"}

    def antedated(tx: Tx) -> None:
        lab = tx.session.scalars(sa.select(Lab).where(Lab.id != said.world.lab_id, Lab.state == LabState.ARCHIVED)).one()
        tx.session.execute(sa.delete(SealedPart).where(SealedPart.lab_id == lab.id))
        tx.session.delete(tx.session.get_one(Seal, lab.id))
        tx.session.flush()
        register.place().unlink()
        sealing._sealed(tx, lab, said.actor("facilitator"), [])

    found = after(antedated)
    assert [one.code for one in found.notes if one.code == "clock"] == ["clock"]


def test_what_came_after_the_seal_is_told_and_is_no_fault(said: Said) -> None:
    def late(tx: Tx) -> None:
        journal.append(tx, stream(said.world.lab_id), [journal.Entry("op.released", {"id": "x", "accepted": False}, "f:1", clock.now())])

    verdict = after(late)
    assert verdict.ok and [(one.code, one.values["number"]) for one in verdict.notes] == [("after", 1)]


def test_a_key_that_is_new_makes_nothing_invalid(app: Flask, said: Said, tmp_path: Path) -> None:
    mine = keys.own().id
    app.config["SIGNING_KEY_FILE"] = str(tmp_path / "other.pem")
    with pytest.raises(keys.NoKey, match="not there"):
        keys.own()
    keys._make(tmp_path / "other.pem")
    with transaction() as tx:
        sealing.correct(tx, item_of(tx, said, "slow"), "Met de nieuwe sleutel.", said.actor("coordinator"))
    assert keys.own().id != mine and set(keys.known()) == {mine, keys.own().id}
    assert verify.database(db.session()).ok
    (tmp_path / "other.pem").write_text("geen sleutel")
    with pytest.raises(keys.NoKey):
        keys.own()


def test_the_command_names_it_and_needs_no_server(app: Flask, said: Said, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KENNISLAB_DATABASE_URL", app.config["DATABASE_URL"])
    monkeypatch.setenv("KENNISLAB_DATA_DIR", app.config["DATA_DIR"])
    run = CliRunner()
    good = run.invoke(cli.main, ["verify", "--database"])
    assert good.exit_code == 0 and "klopt" in good.output
    purse = id_of(SAID["purse"]["text"])
    with transaction() as tx:
        sql("UPDATE archive_item SET text = 'anders' WHERE id = :i", i=purse)(tx)
    bad = run.invoke(cli.main, ["verify", "--database", "--json"])
    assert bad.exit_code == 1
    data = json.loads(bad.output)
    assert not data["ok"] and [(one["code"], one["what"]) for one in data["findings"]] == [("changed", f"Kaart {purse}")]
    assert run.invoke(cli.main, ["verify"]).exit_code == 2
    monkeypatch.setenv("KENNISLAB_DATABASE_URL", "sqlite:////nowhere/at/all.sqlite3")
    assert run.invoke(cli.main, ["verify", "--database"]).exit_code == 2
