"""The archive package: what is in it, what must not be, that its metadata are valid, and that every tampering is named."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
import re
import struct
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import CliRunner
from flask import Flask
from lxml import etree
from pypdf import PdfReader

from kennislab import cli
from kennislab.archive import sealing
from kennislab.archive.models import Seal
from kennislab.archive.sealed import canonical, keys, mdto, opening, package, register
from kennislab.archive.sealed.mdto import Keeping
from kennislab.core import jobs
from kennislab.core.db import db
from kennislab.core.errors import Conflict, DomainError
from kennislab.core.transaction import transaction
from kennislab.programme.models import Lab
from tests.archive.rooms import SAID, Said, item_of
from tests.archive.sealed_rooms import as_version_1, sealed_lab
from tests.programme.worlds import signed_in
from tests.support import databases

KEEPING = Keeping("Gemeente Voorbeeld", 10, open=False)


@dataclass
class Packed:
    """An app with a sealed lab, and its package."""

    app: Flask
    said: Said
    content: bytes
    known: opening.Known

    def entries(self) -> dict[str, bytes]:
        """Name → bytes, in order."""
        with zipfile.ZipFile(io.BytesIO(self.content)) as archive:
            return {name: archive.read(name) for name in archive.namelist()}

    def path(self, ending: str) -> str:
        """The one path with this ending."""
        (found,) = [name for name in self.entries() if name.endswith(ending)]
        return found


def packed_again(app: Flask, said: Said, role: str = "coordinator") -> bytes:
    with app.app_context():
        out = io.BytesIO()
        lab = db.session.get_one(Lab, said.world.lab_id)
        package.write(db.session(), lab, said.actor(role), KEEPING, Path(app.config["DATA_DIR"]), out)
        return out.getvalue()


def _packed(app: Flask) -> Packed:
    said = sealed_lab(app)
    with app.app_context():
        known = keys.known()
    return Packed(app, said, packed_again(app, said), known)


@pytest.fixture
def packed(make_app: Callable[..., Flask], sqlite_url: str) -> Packed:
    """For a test that goes on with the lab."""
    return _packed(make_app(sqlite_url))


@pytest.fixture(scope="module")
def same(_databases: databases.Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Packed]:
    """For tests that only look: one for all of them."""
    folder = tmp_path_factory.mktemp("packed")
    app = databases.create_app(databases.settings(folder, _databases.filled("sqlite", folder)))
    yield _packed(app)
    databases.dispose(app)


def check(content: bytes, tmp_path: Path, known: opening.Known) -> list[tuple[str, str]]:
    path = tmp_path / "pakket.zip"
    path.write_bytes(content)
    return [(one.code, one.where) for one in opening.package(path, known).findings]


def zipped(entries: dict[str, bytes] | list[tuple[str, bytes]]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in entries.items() if isinstance(entries, dict) else entries:
            archive.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), content)
    return out.getvalue()


def hashed_again(entries: dict[str, bytes], sign: Callable[[bytes], str] | None = None) -> dict[str, bytes]:
    """The inventory as it would be of what is there now; signed anew when somebody can."""
    manifest = json.loads(entries[opening.MANIFEST])
    manifest["files"] = [
        {"path": name, "size": len(content), "sha256": hashlib.sha256(content).hexdigest()}
        for name, content in entries.items()
        if name not in (opening.MANIFEST, opening.SIGNATURE, opening.KEY)
    ]
    raw = json.dumps(manifest).encode()
    made = entries | {opening.MANIFEST: raw}
    return made | {opening.SIGNATURE: sign(canonical.package_message(raw)).encode()} if sign else made


def test_it_holds_what_it_says_and_verifies(same: Packed, tmp_path: Path) -> None:
    entries = same.entries()
    base = f"programma-1/kennislab-{same.said.world.lab_id}"
    names = [name for name in entries if not name.endswith(".mdto.xml")]
    assert names[:4] == ["manifest.json", "manifest.sig", "sleutel.pem", "LEESMIJ.txt"] and names[-1] == "pakbon.csv"
    assert [name for name in names if name.startswith(base)][:3] == [f"{base}/verslag/verslag.{kind}" for kind in ("pdf", "odt", "json")]
    assert len([name for name in names if name.startswith(f"{base}/bijlagen/")]) == 2
    path = tmp_path / "pakket.zip"
    path.write_bytes(same.content)
    verdict = opening.package(path, same.known)
    assert verdict.findings == [] and [one.code for one in verdict.notes] == ["withheld"]
    assert verdict.checked["correction"] == 2 and verdict.checked["part"] > verdict.checked["shown"] > len(SAID)
    assert [one.code for one in opening.package(path, {}).notes] == ["key_not_compared", "withheld"]
    rows = list(csv.reader(io.StringIO(entries["pakbon.csv"].decode("utf-8-sig")), delimiter=";"))
    assert rows[0] == ["bestand", "bytes", "sha256", "formaat", "PRONOM"] and len(rows) == len(entries) - 3
    assert [f"{base}/verslag/verslag.pdf", "Acrobat PDF/A - Portable Document Format 2a", "fmt/476"] == [
        next(row for row in rows if row[0].endswith("verslag.pdf"))[n] for n in (0, 3, 4)
    ]
    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(entries[f"{base}/verslag/verslag.pdf"])).pages)
    with same.app.app_context():
        assert db.session.get_one(Seal, same.said.world.lab_id).head in text.replace("\n", "").replace(" ", "")


def test_the_same_archive_gives_the_same_bytes(same: Packed) -> None:
    with pytest.raises(DomainError):
        packed_again(same.app, same.said, "participant")
    assert packed_again(same.app, same.said, "facilitator") == same.content
    assert b"2026" not in b"".join(struct.pack("<HH", *info.date_time[:2]) for info in zipfile.ZipFile(io.BytesIO(same.content)).infolist())


def test_what_must_not_be_in_it_is_not(same: Packed) -> None:
    """Neither what stayed in its group, nor who, nor where and when something anonymous was said."""
    entries = same.entries()
    told = "\n".join(content.decode("utf-8", "replace") for name, content in entries.items() if name.endswith(("l", "json", "txt", "csv")))
    chain = [json.loads(line) for line in entries[same.path("keten.jsonl")].splitlines()]
    assert "wethouder" not in told and SAID["purse"]["text"] in told and "straatbudget" in told
    assert not re.search(r'"(actor|author|participant|company|contact|original|owner|aside_salt)"', told)
    assert "Ander" not in told and told.count("Pia") == told.count('"actiehouder": "Pia"') == 1, "of people only who does what was agreed"
    assert same.said.ids["unnamed"] not in told and same.said.ids["secret"] not in told
    (lesson,) = [one for one in chain if one.get("content", {}).get("text") == SAID["unnamed"]["text"]]
    assert lesson["part"] == "item" and not {"municipality", "group", "step"} & lesson["content"].keys()
    facts = [json.loads(line) for line in entries[same.path("journaal.jsonl")].splitlines()]
    said = [one["data"]["text"] for one in facts if one["type"] == "contribution.added"]
    assert sorted(said) == sorted(["Nabellen", *(SAID[name]["text"] for name in ("slow", "purse", "inside", "twin"))])
    assert all(one.keys() == {"seq", "part", "commitment", "head"} for one in chain if "content" not in one)


def test_metadata_are_valid_and_say_what_is_there(packed: Packed) -> None:
    schema = etree.XMLSchema(etree.parse(mdto.SCHEMA))
    entries = packed.entries()
    levels: dict[str, list[str]] = {}
    for name, content in entries.items():
        if not name.endswith(".mdto.xml"):
            continue
        found = etree.fromstring(content)
        schema.assertValid(found)
        space = {"m": mdto.SPACE}
        if (level := found.findtext(".//m:aggregatieniveau/m:begripLabel", None, space)) is not None:
            levels.setdefault(level, []).append(name)
            continue
        of = entries[name.removesuffix(".bestand.mdto.xml")]
        assert found.findtext(".//m:checksumWaarde", None, space) == hashlib.sha256(of).hexdigest()
        assert found.findtext(".//m:omvang", None, space) == str(len(of))
    assert {level: len(names) for level, names in levels.items()} == {"Serie": 1, "Dossier": 1, "Archiefstuk": 3}
    described = {name.removesuffix(".bestand.mdto.xml") for name in entries if name.endswith(".bestand.mdto.xml")}
    assert described == {name for name in entries if name.startswith("programma-") and not name.endswith(".mdto.xml")}
    dossier = etree.fromstring(entries[levels["Dossier"][0]])
    text = etree.tostring(dossier, encoding="unicode")
    for words in ("P10Y", "Gemeente Voorbeeld", "Alleen binnen het programma", "GM0855", "geld", "Tijdelijk te bewaren"):
        assert words.casefold() in text.casefold(), words
    with packed.app.app_context(), transaction() as tx:  # whatever people type: nothing makes the metadata invalid
        lab = tx.session.get_one(Lab, packed.said.world.lab_id)
        lab.description, lab.programme.name = "\x00\x07]]>\ufffe & <b>", "\x1b[31m\t\r\n\u200b  "
        lab.programme.description, lab.programme.starts_on = "\x0b" * 3, None
        root = "programma-1"
        pieces = [package.Piece("zegel", "\x00&\ufffe", "\x08", [package.File("a.json", mdto.FORMATS["json"], b"{}")])]
        made = list(package._described(tx.session, lab, tx.session.get_one(Seal, lab.id), KEEPING, pieces, root, f"{root}/k"))
        for one in (one for one in made if one.path.endswith(".mdto.xml")):
            schema.assertValid(etree.fromstring(one.content))
        assert len(made) == 5
        tx.session.rollback()
    for keeping in (Keeping("X & <Y>\x07", None, open=True), KEEPING):
        thing = mdto.Thing("Naam <b> & \x00", "id")
        schema.assertValid(
            etree.fromstring(mdto.record(mdto.Record(thing, "Serie", "]]> & ", since="2026-01-01", until="2027-12-31"), keeping))
        )


def test_every_tampering_is_named(same: Packed, tmp_path: Path) -> None:
    entries = same.entries()
    foreign = keys.Ed25519PrivateKey.generate()
    report, chain_at, seal_at = same.path("verslag.json"), same.path("keten.jsonl"), same.path("zegel.json")
    more_at, later_at, odt_at = same.path("aanvullingen.jsonl"), same.path("vervolg.jsonl"), same.path("verslag.odt")
    one_file, other_file = sorted(name for name in entries if "/bijlagen/" in name and name.endswith(".pdf"))
    lines = entries[chain_at].splitlines(keepends=True)
    shown = next(n for n, line in enumerate(lines) if b'"content"' in line and b'"item"' in line)

    def without(name: str) -> dict[str, bytes]:
        return {one: content for one, content in entries.items() if one != name}

    changed_line = lines[shown].replace(b'"quarter":"', b'"quarter":"9')
    with_line = [*lines[:shown], changed_line, *lines[shown + 1 :]]
    cases: dict[str, tuple[dict[str, bytes], set[tuple[str, str]]]] = {
        "as it is": (entries, set()),
        "changed": (entries | {report: entries[report].replace(b"wijkbudget", b"wijkBudget")}, {("changed", report)}),
        "cut": (without(odt_at), {("missing", odt_at)}),
        "swapped": (entries | {one_file: entries[other_file], other_file: entries[one_file]}, {("swapped", one_file)}),
        "extra": (entries | {"programma-1/nog-iets.txt": b"hallo"}, {("extra", "programma-1/nog-iets.txt")}),
        "hashes made anew": (hashed_again(entries | {report: b"{}"}), {("signature", "manifest.json")}),
        "a part removed, hashes anew": (hashed_again(without(odt_at)), {("signature", "manifest.json")}),
        "another key": (
            hashed_again(entries | {report: b"{}", opening.KEY: keys.pem_of(foreign.public_key())}, lambda m: foreign.sign(m).hex()),
            {("unknown_key", "sleutel.pem"), ("signature", "manifest.json")},
        ),
        "no key": (without(opening.KEY), {("missing", "sleutel.pem")}),
        "no signature": (without(opening.SIGNATURE), {("missing", "manifest.sig"), ("signature", "manifest.json")}),
        "a line of the chain changed": (entries | {chain_at: b"".join(with_line)}, {("changed", chain_at), ("changed", "keten.jsonl")}),
        "a line of the chain out": (
            entries | {chain_at: b"".join(lines[:shown] + lines[shown + 1 :])},
            {("changed", chain_at), ("chain", "keten.jsonl")},
        ),
        "the end of the chain off": (entries | {chain_at: b"".join(lines[:-2])}, {("changed", chain_at), ("short", "keten.jsonl")}),
        "a correction out": (
            entries | {more_at: entries[more_at].splitlines(keepends=True)[1]},
            {("changed", more_at), ("chain", "aanvullingen.jsonl"), ("signature", "aanvullingen.jsonl")},
        ),
        "what came after the seal out": (without(later_at), {("missing", later_at)}),
        "no JSON": (entries | {seal_at: b"\xff{"}, {("changed", seal_at), ("unreadable", "")}),
    }  # fmt: skip
    for name, (made, expected) in cases.items():
        found = set(check(zipped(made), tmp_path, same.known))
        assert found >= expected if name.endswith("out") else found == expected, name


def test_an_older_inventory_or_another_labs_name_shows(packed: Packed, tmp_path: Path) -> None:
    """The inventory of before a correction does not cover what came after it; called after another lab it is not that lab's."""
    older = packed.entries()
    with packed.app.app_context(), transaction() as tx:
        sealing.correct(tx, item_of(tx, packed.said, "slow"), "Toch anders.", packed.said.actor("coordinator"))
    newer = Packed(packed.app, packed.said, packed_again(packed.app, packed.said), packed.known).entries()
    more_at = packed.path("aanvullingen.jsonl")
    replayed = newer | {name: older[name] for name in (opening.MANIFEST, opening.SIGNATURE)}
    assert ("changed", more_at) in check(zipped(replayed), tmp_path, packed.known)
    rolled_back = newer | {more_at: older[more_at]}
    assert check(zipped(rolled_back), tmp_path, packed.known) == [("changed", more_at)]
    lab_id = packed.said.world.lab_id
    for name, codes in (
        (f"archiefpakket-2026-Q4-{lab_id}.zip", []),
        (f"archiefpakket-2026-Q4-{lab_id} (1).zip", []),
        ("bewaard.zip", []),
        (f"archiefpakket-2026-Q4-{lab_id + 1}.zip", ["renamed"]),
    ):
        (tmp_path / name).write_bytes(packed.content)
        assert [one.code for one in opening.package(tmp_path / name, packed.known).findings] == codes, name
    other = json.loads(older[opening.MANIFEST]) | {"lab": lab_id + 1}
    with packed.app.app_context():
        raw = json.dumps(other).encode()
        signed = older | {opening.MANIFEST: raw, opening.SIGNATURE: keys.own().sign(canonical.package_message(raw)).encode()}
    assert check(zipped(signed), tmp_path, packed.known) == [("changed", "zegel.json")], "even with our key it is not another lab's"


def test_who_signs_with_our_key_cannot_change_what_was_sealed(same: Packed, tmp_path: Path) -> None:
    """A package that was made anew and signed rightly still shows that its chain is not the one of the seal."""
    entries = same.entries()
    chain_at = same.path("keten.jsonl")
    lines = [json.loads(line) for line in entries[chain_at].splitlines()]
    gone = next(n for n, line in enumerate(lines) if line["part"] == "item")
    head = canonical.start(same.said.world.lab_id)
    kept = [line for n, line in enumerate(lines) if n != gone]
    for number, line in enumerate(kept, 1):
        head = canonical.link(head, line["commitment"])
        line |= {"seq": number, "head": head}
    with same.app.app_context():
        made = hashed_again(entries | {chain_at: b"".join(canonical.canonical(line) + b"\n" for line in kept)}, keys.own().sign)
    assert check(zipped(made), tmp_path, same.known) == [("short", "keten.jsonl")]


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_zip_that_plays_tricks(same: Packed, tmp_path: Path) -> None:
    entries = same.entries()
    report = same.path("verslag.json")
    whole = list(entries.items())
    cases: list[tuple[bytes, set[str]]] = [
        (zipped([*whole, (report, b"{}")]), {"twice"}),
        (zipped([*whole, (report.upper(), b"{}")]), {"twice"}),
        (zipped([*whole, ("../../etc/cron.d/x", b"*")]), {"path"}),
        (zipped([*whole, ("/etc/passwd", b"x")]), {"path"}),
        (zipped([*whole, ("C:\\x.txt", b"x")]), {"path"}),
        (zipped([*whole, ("map/", b"")]), {"path"}),
        (zipped(whole) + b"en nog iets", {"hidden"}),
        (b"MZ" + zipped(whole), {"hidden"}),
    ]
    for number, (content, codes) in enumerate(cases):
        assert {code for code, _ in check(content, tmp_path, same.known)} == codes, number
    commented = io.BytesIO(same.content)
    with zipfile.ZipFile(commented, "a") as archive:
        archive.comment = b"verborgen"
    assert check(commented.getvalue(), tmp_path, same.known) == [("hidden", "")]
    link = zipfile.ZipInfo("snelkoppeling", (1980, 1, 1, 0, 0, 0))
    link.create_system, link.external_attr = 3, 0o120777 << 16
    linked = io.BytesIO(same.content)
    with zipfile.ZipFile(linked, "a") as archive:
        archive.writestr(link, "/etc/passwd")
    assert ("path", "snelkoppeling") in check(linked.getvalue(), tmp_path, same.known)
    bomb = zipfile.ZipInfo(report, (1980, 1, 1, 0, 0, 0))
    bomb.compress_type = zipfile.ZIP_DEFLATED
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in whole:
            archive.writestr(bomb if name == report else zipfile.ZipInfo(name), bytes(30_000_000) if name == report else content)
    assert ("size", report) in check(out.getvalue(), tmp_path, same.known)
    for broken in (b"", b"geen zip", same.content[: len(same.content) // 2], zipped({"a": b"b"}), zipped({"manifest.json": b"[]"})):
        with pytest.raises(opening.NoPackage):
            check(broken, tmp_path, same.known)


def test_the_command(same: Packed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "lab.zip"
    path.write_bytes(same.content)
    run = CliRunner()
    monkeypatch.setenv("KENNISLAB_DATA_DIR", same.app.config["DATA_DIR"])
    monkeypatch.setenv("KENNISLAB_DATABASE_URL", "postgresql+psycopg://nobody@127.0.0.1:1/none")
    good = run.invoke(cli.main, ["verify", str(path)])
    assert good.exit_code == 0 and "✓ Alles klopt." in good.output and "zonder inhoud" in good.output
    pem = tmp_path / "sleutel.pem"
    pem.write_bytes(same.entries()[opening.KEY])
    monkeypatch.setenv("KENNISLAB_DATA_DIR", str(tmp_path / "elders"))
    assert "vergeleken" in run.invoke(cli.main, ["verify", str(path)]).output
    assert "vergeleken" not in run.invoke(cli.main, ["verify", str(path), "--key", str(pem)]).output
    pem.write_bytes(keys.pem_of(keys.Ed25519PrivateKey.generate().public_key()))
    foreign = run.invoke(cli.main, ["verify", str(path), "--key", str(pem), "--json"])
    assert foreign.exit_code == 1 and "unknown_key" in [one["code"] for one in json.loads(foreign.output)["findings"]]
    path.write_bytes(b"PK")
    assert run.invoke(cli.main, ["verify", str(path)]).exit_code == 2
    assert run.invoke(cli.main, ["verify", str(tmp_path / "niets.zip")]).exit_code == 2
    assert run.invoke(cli.main, ["verify", str(path), "--key", str(path)]).exit_code == 2
    for name in [name for name in os.environ if name.startswith("KENNISLAB_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("KENNISLAB_DATA_DIR", str(tmp_path / "nergens"))
    path.write_bytes(same.content.replace(b"%PDF-1.4", b"%PDF-1.5"))
    english = run.invoke(cli.main, ["verify", str(path), "--language", "en"])
    assert english.exit_code == 1 and ".pdf has been changed." in english.output and "veranderd" not in english.output
    assert not (tmp_path / "nergens").exists(), "it needs no settings and makes nothing"


def test_older_keys_and_what_cannot_be_packed(packed: Packed, tmp_path: Path) -> None:
    app, lab_id = packed.app, packed.said.world.lab_id
    app.config["SIGNING_KEY_FILE"] = str(tmp_path / "new.pem")
    keys._make(tmp_path / "new.pem")
    with app.app_context():
        with transaction() as tx:
            sealing.correct(tx, item_of(tx, packed.said, "slow"), "Met de nieuwe sleutel.", packed.said.actor("coordinator"))
        newest = {keys.own().id: keys.own().private.public_key()}
    content = packed_again(app, packed.said)
    assert check(content, tmp_path, newest) == [], "the new key vouches for the one that sealed"
    with app.app_context():
        register.place().unlink()
        with transaction() as tx:
            as_version_1(tx, lab_id)
            old = tx.session.get_one(Seal, lab_id).head
        with pytest.raises(Conflict, match="no-package"):
            packed_again(app, packed.said)
    client, page = signed_in(app, packed.said.world, "coordinator"), f"/kennislabs/{lab_id}/archiefpakket"
    assert "eerste soort" in client.get(page).get_data(as_text=True)
    assert client.post(page, data={"archiefvormer": "Gemeente X", "waardering": "B", "jaren": ""}).status_code == 303
    shown = client.get(f"{page}?controle=1").get_data(as_text=True)
    assert old in shown and "Alles klopt" in shown and "eerste soort" not in shown
    assert check(packed_again(app, packed.said), tmp_path, newest) == [], "sealed long ago, packed with a chain of today"
    with app.app_context(), transaction() as tx:
        as_version_1(tx, lab_id)
        tx.session.execute(sa.text("UPDATE archive_item SET text = 'anders' WHERE text = :t"), {"t": SAID["purse"]["text"]})
    refused = client.post(page, data={"archiefvormer": "Gemeente X", "waardering": "B", "jaren": ""})
    assert (
        refused.status_code == 409 and "iets veranderd" in refused.get_data(as_text=True) and "Gemeente X" in refused.get_data(as_text=True)
    )


def test_the_page_makes_a_package_that_staff_fetch(packed: Packed, tmp_path: Path) -> None:
    app, lab_id = packed.app, packed.said.world.lab_id
    page = f"/kennislabs/{lab_id}/archiefpakket"
    client = signed_in(app, packed.said.world, "coordinator")
    assert signed_in(app, packed.said.world, "participant").get(page).status_code == 403
    shown = client.get(f"{page}?controle=1").get_data(as_text=True)
    with app.app_context():
        seal = db.session.get_one(Seal, lab_id)
        assert seal.head in shown and "Alles klopt" in shown
        assert f"{seal.manifest['parts']} onderdelen zijn nagekeken" in shown  # as many as the chain is said to have
    wrong = client.post(page, data={"archiefvormer": " ", "waardering": "V", "jaren": "eeuwig"})
    assert wrong.status_code == 422 and "van 1 tot 100" in wrong.get_data(as_text=True)
    assert client.post(page, data={"archiefvormer": "Gemeente X", "waardering": "B", "jaren": ""}).status_code == 303
    assert "Staat klaar om te beginnen" in client.get(page).get_data(as_text=True)
    while jobs.run_next(app):
        pass
    ready = re.search(rf'href="({page}/[a-z0-9]+)"', client.get(page).get_data(as_text=True))
    assert ready is not None
    got = client.get(ready[1])
    assert got.status_code == 200 and got.headers["Content-Disposition"] == f"attachment; filename=archiefpakket-2026-Q4-{lab_id}.zip"
    assert check(got.data, tmp_path, packed.known) == []
    with zipfile.ZipFile(io.BytesIO(got.data)) as archive:
        dossier = archive.read(f"programma-1/kennislab-{lab_id}/kennislab-{lab_id}.mdto.xml").decode()
    assert "Blijvend te bewaren" in dossier and "Gemeente X" in dossier
    assert signed_in(app, packed.said.world, "facilitator").get(ready[1]).status_code == 200
    assert signed_in(app, packed.said.world, "participant").get(ready[1]).status_code == 403
    told = app.test_client().get("/.well-known/kennislab-key").get_json()["keys"]
    assert [(one["id"], one["pem"].encode()) for one in told] == [(id_, packed.entries()[opening.KEY]) for id_ in packed.known]
    with app.app_context(), transaction() as tx:
        tx.session.execute(sa.text("UPDATE archive_item SET text = 'anders' WHERE text = :t"), {"t": SAID["purse"]["text"]})
    broken = client.get(f"{page}?controle=1", headers={"Accept-Language": "nl"}).get_data(as_text=True)
    assert re.search(r"1 ding klopt niet.*Kaart [a-z0-9]+ is veranderd\.", broken, re.S)
    upload = next(iter((Path(app.config["DATA_DIR"]) / "uploads" / str(lab_id)).iterdir()))
    upload.write_bytes(b"anders")
    client.post(page, data={"archiefvormer": "Gemeente X", "waardering": "V", "jaren": "5"})
    while jobs.run_next(app):
        pass
    assert "Zet het terug uit een back-up" in client.get(page).get_data(as_text=True)
