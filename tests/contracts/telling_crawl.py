"""Every address that answers a GET, filled in with all that it can be about, and what it says."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from itertools import product

import sqlalchemy as sa
from flask import url_for

from kennislab.archive.models import ArchiveItem
from kennislab.core.db import db
from kennislab.core.search import SearchDocument
from tests.contracts.telling_world import Told

SOON = ("archive.previous_time", "programme.lab_page", "archive.lab_archive", "archive.report")


Said = dict[str, tuple[int, str]]
"""Address → status, and all that was said."""
TYPED = ("bank", "wijk", "qxgr", "qxan", "qxve", "qxin", "qxwe", "geld", "nee")


def addresses(told: Told) -> list[str]:
    """All of them, the same for everybody."""
    with told.app.app_context():
        items = list(db.session.scalars(sa.select(ArchiveItem.id).order_by(ArchiveItem.id)))
        documents = db.session.execute(sa.select(SearchDocument.kind, SearchDocument.key).order_by(SearchDocument.id)).all()
    public = [told.ids[name] for name in sorted(told.ids) if name.startswith("question:")]
    values: dict[str, list[object]] = {
        "lab_id": [told.ids[name] for name in ("lab", "harvest")], "programme_id": [told.world.programme_id, told.ids["elsewhere"]],
        "item_id": items, "year": [2026], "person_id": [told.people["author"]], "filename": ["css/tokens.css"], "kind": ["csv", "xlsx"],
        "what": ["themas", "knelpunten", "gereisd", "netwerk", "deelname", "kaart"], "language": ["nl"],
        "key": ["triz"], "mail_kind": ["saved_search"],
        "token": ["geen"], "upload_id": ["geen"], "file_id": ["geen"], "draft_id": ["geen"], "handover_id": ["geen"],
        "kept_id": [1], "line_id": [1], "district_id": [1],
    }  # fmt: skip
    of_blueprint = {"questions": public, "products": [told.ids["draft"], told.ids["early"]]}
    found: list[str] = []
    with told.app.test_request_context():
        for rule in told.app.url_map.iter_rules():
            if "GET" not in (rule.methods or ()) or rule.endpoint == "static":
                continue
            if rule.endpoint == "archive.like":
                found += [url_for(rule.endpoint, kind=kind, key=key) for kind, key in documents]
                continue
            names = sorted(rule.arguments)
            blueprint = rule.endpoint.split(".")[0]
            choices = [of_blueprint.get(blueprint, ["geen"]) if name == "public_id" else values[name] for name in names]
            if rule.endpoint.startswith("live.") and "item_id" in names:
                choices[names.index("lab_id")] = [told.ids["lab"]]
            if rule.endpoint in ("archive.edit", "archive.find", "archive.ask_withdraw_outcome"):
                choices[names.index("item_id")] = [told.ids["item:unnamed"], told.ids["item:oogst"]]
            if rule.endpoint in SOON:
                choices = [[*choices[0], told.ids["planned"], told.ids["far"]]]
            found += [url_for(rule.endpoint, **dict(zip(names, chosen, strict=True))) for chosen in product(*choices)]
        found += [f"/archief?q={word}" for word in ("bankje", "vraag", "nee", "voornemen")]
        found += ["/archief.csv?q=bankje"]
        for name in ("lab", "harvest"):
            found += [f"/kennislabs/{told.ids[name]}/verslag?{more}" for more in ("openbaar=1", "volgorde=groep")]
            found += [
                f"/live/{told.ids[name]}/events?since=0",
                f"/live/{told.ids[name]}/snapshot?as=projector",
                f"/live/{told.ids[name]}/snapshot?as=participant",
            ]
        found += [f"/kennislabs/{told.ids['harvest']}/oogst?per={how}" for how in ("groep", "soort", "thema")]
        found += [f"/programmas/{told.world.programme_id}/acties?stand=alle"]
    return list(dict.fromkeys(found))


def crawl(told: Told, role: str, wanted: Sequence[str] | None = None) -> Said:
    """Address → status and everything that was said, files unpacked. ``wanted``: of these addresses alone."""
    client, headers = told.browser(role), {"Accept": "application/json"}
    said: Said = {}
    for address in addresses(told) if wanted is None else wanted:
        answer = client.get(address, headers=headers)
        said[address] = (answer.status_code, f"{answer.headers.get('Location', '')} {words(answer.data)}")
    for typed in TYPED:
        answer = client.post("/archief/suggesties", data={"q": typed}, headers=headers)
        told_of = [one["text"] for one in answer.json["suggestions"] if one["text"] != typed] if answer.json else []
        said[f"suggesties {typed}"] = (answer.status_code, " ".join(told_of))
    return said


def words(data: bytes) -> str:
    """The text of an answer; of a packed file that of all its parts, with their names."""
    if not data.startswith(b"PK"):
        return data.decode("utf-8", "replace")
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        return " ".join(f"{name} {words(packed.read(name))}" for name in packed.namelist())
