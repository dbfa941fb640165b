"""Rules that the demo's content keeps to: references lead somewhere, codes fit their day, nothing is public without leave."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from kennislab.demo.content import municipality_register
from kennislab.demo.shapes import City, Content, Item, Lab, Partaker, Person

CONSENTS = {"group", "programme", "public_anonymous", "public_city"}
PUBLIC = {"public_anonymous", "public_city"}
STATUSES = {"proposed", "planned", "tried", "partly", "worked", "failed"}
ACTION_STATUSES = {"open", "done", "dropped", "carried_on"}


def problems(content: Content) -> list[str]:
    """Every broken rule in one sentence; empty when all is well."""
    return [*_labs(content), *_before(content), *_after(content), *_products(content), *_decisions(content)]


def valid_on(city: City, day: date) -> bool:
    """Whether the municipality's code existed on that day."""
    if city.code not in (register := municipality_register()):
        return False
    _, first, last = register[city.code]
    return (first is None or first <= day) and (last is None or day <= last)


def _taking_part(content: Content) -> dict[str, Partaker]:
    return {city.slug: partaker for partaker in content.partakers for city in partaker.cities}


def _labs(content: Content) -> Iterator[str]:
    by_city = _taking_part(content)
    known: dict[str, Item] = {}
    questions: set[str] = set()

    def may_speak(person: Person, lab: Lab) -> bool:
        return person.city is None or lab.year in by_city[person.city.slug].years

    for lab in (*content.labs, content.harvesting):
        where = lab.quarter if lab is not content.harvesting else "open"
        slugs = [question.slug for question in lab.questions] + [item.slug for item in lab.items]
        yield from (f"{where}: {slug} is used twice" for slug in sorted({s for s in slugs if slugs.count(s) > 1}))
        own = {item.slug: item for item in lab.items}
        asked = {question.slug for question in lab.questions}
        groups = {group.slug for group in lab.groups}
        if not valid_on(lab.host, lab.day):
            yield f"{where}: {lab.host.code} did not exist on {lab.day}"
        if lab.deadline >= lab.day:
            yield f"{where}: deadline after the lab"
        if f"{lab.year}-Q{(lab.day.month + 2) // 3}" != lab.quarter:
            yield f"{where}: {lab.day} is in another quarter"
        for question in lab.questions:
            if question.group is not None and question.group not in groups:
                yield f"{where}/{question.slug}: no group {question.group}"
            if question.returns is not None and question.returns not in questions:
                yield f"{where}/{question.slug}: returns {question.returns}, which was not asked before"
            if question.by in question.support:
                yield f"{where}/{question.slug}: supports itself"
            for person in (question.by, *question.co, *question.support):
                if not may_speak(person, lab):
                    yield f"{where}/{question.slug}: {person.slug} does not take part in {lab.year}"
        for item in lab.items:
            yield from (f"{where}/{item.slug}: {text}" for text in _item(item, own, asked, groups))
            for person in filter(None, (item.by, item.owner)):
                if not may_speak(person, lab):
                    yield f"{where}/{item.slug}: {person.slug} does not take part in {lab.year}"
        placed = [slug for proposal in lab.proposals for slug in proposal.questions]
        if lab.proposals and sorted(placed) != sorted(asked):
            yield f"{where}: proposals do not hold every question once"
        if lab.ballot is not None:
            yield from _ballot(lab, own)
        known |= {lab.ref(item.slug): item for item in lab.items}
        questions |= {lab.ref(slug) for slug in asked}


def _before(content: Content) -> Iterator[str]:
    """What happened before the newest lab is about its own questions, groups and people; who speaks there comes."""
    before, newest = content.before, content.newest
    asked, groups = {question.slug: question for question in newest.questions}, {group.slug for group in newest.groups}
    about = {
        *before.own_field.answers,
        *before.named,
        *before.joined,
        *before.carried,
        *before.edited,
        *before.merged,
        *before.merged_late,
    }
    yield from (f"before: no question {slug}" for slug in sorted(about - asked.keys()))
    yield from (f"before: no answer {said!r}" for said in sorted(set(before.own_field.answers.values()) - set(before.own_field.options)))
    named = {slug: {one.slug for one in people} for slug, people in before.named.items()}
    for slug, people in (*named.items(), *((slug, set(people)) for slug, people in before.joined.items())):
        there = {one.slug for one in (asked[slug].by, *asked[slug].support)} if slug in asked else set()
        yield from (f"before: {person} asks {slug} along and is there already" for person in sorted(people & there))
    wanted = {group for ranks in before.rankings.values() for group in (*ranks.choices, *ranks.solved)}
    wanted |= {*before.placing.pinned.values(), *before.placing.methods}
    yield from (f"before: no group {slug}" for slug in sorted(wanted - groups))
    yield from (f"before: {slug} ranks a theme twice" for slug, r in before.rankings.items() if len(set(r.choices)) < len(r.choices))
    away = before.invited.away.keys() | before.invited.bounced.keys()
    here = {item.by.slug for item in newest.items} | {group.leader.slug for group in newest.groups} | before.rankings.keys()
    yield from (f"before: {slug} takes part and does not come" for slug in sorted(away & here))


def _after(content: Content) -> Iterator[str]:
    """What came afterwards is about what is there, and asked of who is there."""
    items = {lab.ref(item.slug): item for lab in content.archived for item in lab.items}
    undated = [ref for ref, item in items.items() if item.kind == "action" and item.due is None]
    yield from (f"{ref}: an action that was sealed has a date" for ref in undated)
    about = [prompt.item for prompt in content.after.prompts] + [amended.item for amended in content.after.corrections]
    yield from (f"after: no item {ref}" for ref in about if ref not in items)
    for prompt in content.after.prompts:
        if prompt.of.city is None or prompt.answer not in STATUSES | {""}:
            yield f"after: {prompt.of.slug} cannot say {prompt.answer!r} of {prompt.item}"
        if prompt.answer in ("failed", "partly") and not prompt.note:
            yield f"after: {prompt.item} without a reason"
    own = {item.slug: item for item in content.harvesting.items}
    looked = content.looked
    yield from (f"open: no item {slug}" for slug in sorted({*looked.corrected, *looked.withdrawn, *looked.limited} - own.keys()))
    said = {item.by for item in own.values() if not item.anonymous}
    yield from (f"open: {one.slug} has nothing to look at" for one in looked.approved if one not in said)


def _item(item: Item, own: dict[str, Item], asked: set[str], groups: set[str]) -> Iterator[str]:
    if item.consent not in CONSENTS:
        yield f"consent {item.consent}"
    if item.anonymous and item.consent == "public_city":
        yield "anonymous, but with its city"
    if not 10 <= len(item.text) <= 2000:
        yield f"{len(item.text)} characters"
    if item.group is not None and item.group not in groups:
        yield f"no group {item.group}"
    if item.question is not None and item.question not in asked:
        yield f"no question {item.question}"
    if item.answers is not None and item.answers not in own:
        yield f"answers {item.answers}, which is not there"
    if item.kind == "solution" and (item.answers not in own or own[item.answers].kind != "bottleneck"):
        yield "a solution answers a bottleneck"
    if item.kind == "linking_opportunity" and len(item.themes) != 2:
        yield "a linking opportunity ties two themes"
    if item.kind == "lesson" and not (item.text.startswith("Als ") and " want " in item.text):
        yield "a lesson says: als … dan … want …"
    if item.kind == "action" and (item.owner is None or item.status not in ACTION_STATUSES):
        yield "an action has an owner and a status"
    if item.status == "carried_on" and (item.until is None or item.due is None or item.until <= item.due):
        yield "carried on until a later day"
    yield from (f"drawn from {slug}, which is not there" for slug in item.origin if slug not in own)
    for proof in item.evidence:
        if proof.status not in STATUSES:
            yield f"evidence status {proof.status}"
        if not valid_on(proof.city, proof.at):
            yield f"{proof.city.code} did not exist on {proof.at}"


def _ballot(lab: Lab, own: dict[str, Item]) -> Iterator[str]:
    ballot = lab.ballot
    assert ballot is not None  # the caller looked
    yield from (f"{lab.quarter}: vote on {slug}, which is not there" for slug in ballot.choices if slug not in own)
    for person, dots in ballot.votes:
        if len(dots) != len(ballot.choices) or sum(dots) > ballot.budget or min(dots) < 0:
            yield f"{lab.quarter}: vote of {person.slug} does not fit"


def _products(content: Content) -> Iterator[str]:
    items = {lab.ref(item.slug): item for lab in content.archived for item in lab.items}
    for plan in content.plans:
        for step in plan.steps:
            for source in step.sources:
                if source not in items:
                    yield f"{plan.slug}: source {source} is not in the archive"
                elif items[source].consent not in PUBLIC:
                    yield f"{plan.slug}: source {source} may not be public"
        if plan.state != "draft" and (plan.approved is None or plan.public_on is None):
            yield f"{plan.slug}: approved, but without dates"


def _decisions(content: Content) -> Iterator[str]:
    decided = {(decision.partaker.name, decision.year): decision for decision in content.decisions}
    if len(decided) != len(content.decisions):
        yield "two decisions for one participant and year"
    for partaker in content.partakers:
        for year in partaker.years:
            decision = decided.get((partaker.name, year))
            expected = "joined" if year == partaker.years[0] else "continues"
            if decision is None or decision.status != expected:
                yield f"{partaker.name} {year}: no decision {expected}"
    for decision in content.decisions:
        if decision.at.year >= decision.year:
            yield f"{decision.partaker.name}: decided after the year began"
        if decision.by.city not in decision.partaker.cities:
            yield f"{decision.partaker.name}: {decision.by.slug} is from elsewhere"
