"""Who may write, mark, vote and read; and the careful guess that something is advice."""

from __future__ import annotations

import pytest

from kennislab.core.errors import DomainError
from kennislab.live.methods.plan import Position, Slot, slot
from kennislab.live.methods.rules import (
    listens,
    may_capture,
    may_mark,
    may_read,
    may_speak,
    may_vote,
    may_write,
    may_write_another,
    offered,
    reads_as_advice,
)
from kennislab.live.methods.schema import BUILT_IN


def at(key: str, step: str, part: int = 0) -> Slot:
    method = BUILT_IN[key]
    return slot(method, Position(method.places[step], 0, part), people=method.group_size.ideal)


def why(verdict: bool | DomainError) -> str:
    assert isinstance(verdict, DomainError)
    return verdict.type


def test_a_question_round_takes_no_advice_and_says_when_it_comes() -> None:
    now = at("incidentmethode", "vragenronde")
    assert offered(now, "consultant") == ("question", "fact")
    refusal = may_write(now, "consultant", "advice")
    assert isinstance(refusal, DomainError) and refusal.type == "no-advice-now"
    assert refusal.detail % refusal.params == (
        "Eerst begrijpen, dan pas adviseren. Bewaar je advies voor stap 6, of maak er een vraag van."
    )
    assert why(may_write(now, "consultant", "solution")) == "no-advice-now"
    assert why(may_write(now, "consultant", "lesson")) == "not-this-kind"
    socratic = may_write(at("socratisch_gesprek", "verheldering"), "participant", "advice")
    assert isinstance(socratic, DomainError) and "geef je geen advies" in socratic.detail
    soon = may_write(at("troika_consulting", "rondes", 1), "consultant", "advice")
    assert isinstance(soon, DomainError) and "straks in deze ronde" in soon.detail


def test_the_silent_listen_and_cannot_write() -> None:
    gossip = at("roddelmethode", "roddelen")
    assert listens(gossip, "case_owner") and not may_speak(gossip, "case_owner")
    verdict = may_write(gossip, "case_owner", "insight")
    assert isinstance(verdict, DomainError) and verdict.title == "Je luistert nu"
    assert offered(gossip, "case_owner") == () and offered(gossip, "consultant") == ("bottleneck", "insight", "solution")
    assert may_write(gossip, "timekeeper", "insight") is True


def test_who_takes_notes_captures_for_others_but_not_in_silence() -> None:
    told = at("leren_van_successen", "succes")
    assert why(may_write(told, "consultant", "fact")) == "you-listen"
    assert may_write(told, "note_taker", "fact") is True and may_write(told, "discussion_leader", "success_factor") is True
    assert may_write(told, "case_owner", "fact") is True
    alone = at("socratisch_gesprek", "eigen_bewering")
    assert not may_capture(alone, "note_taker") and may_write(alone, "note_taker", "insight") is True  # her own
    owner = at("vragencarrousel", "vraag")
    assert why(may_write(owner, "note_taker", "question")) == "not-your-turn"
    nothing = at("dilemmamethode", "dialoog")
    assert why(may_write(nothing, "note_taker", "insight")) == "not-now"
    assert why(may_write(at("balintmethode", "toelichten"), "case_owner", "fact")) == "not-now"


def test_one_of_each_kind_where_text_is_asked() -> None:
    text, many = at("vijfstappenmethode", "kern"), at("vijfstappenmethode", "verkenning")
    assert may_write_another(text, "consultant", 0) is True
    refusal = may_write_another(text, "consultant", 1)
    assert isinstance(refusal, DomainError) and "Pas je eerste aan" in refusal.detail
    assert may_write_another(many, "consultant", 9) is True
    assert may_write_another(at("vijfstappenmethode", "evaluatie"), "note_taker", 3) is True


def test_the_case_owner_marks_questions_in_their_step_only() -> None:
    marking = at("tienstappenmethode", "vragen_waarderen")
    assert may_mark(marking, "case_owner") is True
    assert why(may_mark(marking, "discussion_leader")) == "only-case-owner"
    assert why(may_mark(marking, "case_owner", "fact")) == "not-this-kind"
    assert why(may_mark(at("tienstappenmethode", "laatste_ronde"), "case_owner")) == "not-marking"
    assert why(may_write(marking, "case_owner", "choice")) == "choosing-now"


def test_who_votes() -> None:
    assert may_vote(at("incidentmethode", "keuze"), "case_owner") is True
    assert why(may_vote(at("balintmethode", "oordeel_groep"), "case_owner")) == "you-listen"
    assert may_vote(at("balintmethode", "oordeel_groep"), "timekeeper") is True
    assert why(may_vote(at("vragencarrousel", "oogsten"), "participant")) == "not-your-vote"
    assert may_vote(at("25_10_crowdsourcing", "rondes"), "participant") is True
    assert may_vote(at("dilemmamethode", "eigen_keuze"), "participant") is True
    assert why(may_vote(at("incidentmethode", "vragenronde"), "consultant")) == "no-vote-now"


def test_a_vote_that_collects_takes_its_candidates() -> None:
    now = at("socratisch_gesprek", "vraag")
    assert may_write(now, "participant", "question") is True
    assert why(may_write(now, "participant", "choice")) == "choosing-now"
    assert why(may_write(at("incidentmethode", "keuze"), "consultant", "question")) == "choosing-now"


def test_presenters_talk_and_visitors_note() -> None:
    talk = at("shift_and_share", "stations", 0)
    assert may_speak(talk, "presenter") and not may_speak(talk, "participant")
    assert may_write(talk, "participant", "question") is True


def test_what_was_written_at_a_table_is_read_by_tables_that_hold_it_whole() -> None:
    pair = {"a", "b"}
    assert may_read(pair, {"a", "b", "c", "d"})
    assert not may_read(pair, {"a", "c", "d"})
    assert may_read(pair, {"a", "c", "d"}, present={"a", "c", "d"})
    assert not may_read(pair, {"c", "d"}, present={"c", "d"})
    assert may_read(pair, {"c"}, plenary=True)
    assert may_read({"station:1"}, {"x", "station:1"}, present={"x"}) and not may_read({"station:1"}, {"x", "station:2"}, present={"x"})


@pytest.mark.parametrize(
    "text",
    [
        "Ik zou eerst met de corporatie praten.",
        "Je moet de bewoners er eerder bij halen",
        "Jullie moeten gewoon beginnen.",
        "Waarom doe je niet gewoon een huisbezoek?",
        "Heb je er al aan gedacht om de school te vragen?",
        "Heb je al eens overwogen om te stoppen?",
        "Kun je niet beter wachten?",
        "Als ik jou was, belde ik Tilburg.",
        "Misschien moet je het kleiner maken.",
        "Wie zit er in het team? Je zou eens met de huisarts kunnen praten.",
        "Tip: begin klein",
        "Probeer eens een buurtmoeder.",
        "– Is het geen idee om samen te gaan?",
    ],
)
def test_advice_is_recognised_in_its_usual_dress(text: str) -> None:
    assert reads_as_advice(text)


@pytest.mark.parametrize(
    "text",
    [
        "Wat heb je al geprobeerd?",
        "Ik zou graag willen weten wie dit besloot.",
        "Ik zou wel eens willen horen wat de bewoners vinden.",
        "Wie moet je nog spreken?",
        "Moet je dat zelf doen?",
        "Je moet elke week rapporteren, klopt dat?",
        "Wat zou je zelf willen?",
        "Waarom deed de corporatie niet mee?",
        "Waar heb je aan gedacht toen het misging?",
        "Hoeveel mensen moeten er verhuizen?",
        "Wat is het advies van de wethouder?",
        "Heb je dat overwogen?",
        "De bewoners zeiden: je moet naar ons luisteren",
        "Wat doe je als het niet lukt?",
        "",
    ],
)
def test_a_real_question_is_no_advice(text: str) -> None:
    assert not reads_as_advice(text)
