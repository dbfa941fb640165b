"""What a method enforces, each shown by the method it is known from."""

from __future__ import annotations

from collections import Counter

from kennislab.core.errors import DomainError
from kennislab.live.methods.schema import BUILT_IN
from kennislab.live.room import turns
from tests.live.methods_in_room.player import GROUP, Player, phone
from tests.live.rooms import LEADER


def _at(player: Player, step: str) -> Player:
    """The same, at this step."""
    player.go({"step": player.run.method.places[step]})
    return player


def _case_owner(player: Player) -> str:
    """Somebody brings in a case and it is taken up."""
    owner = player.names[0]
    case = player.ok(phone(owner), "case.pitch", text="Mijn wethouder wil te snel")["case"]
    player.ok(LEADER, "case.choose", case=case)
    return owner


def test_in_the_gossip_round_the_case_owner_listens() -> None:
    player = Player("roddelmethode", 6)
    owner = _case_owner(player)
    player.start()
    assert player.turn(owner)["role"] == "case_owner" and player.run.case is not None
    _at(player, "roddelen")
    turn = player.turn(owner)
    assert (turn["listening"], turn["write"]) == (True, [])
    told = player.no(phone(owner), "contribution.add", kind="bottleneck", text="Maar ik")
    assert (told.type, told.title) == ("you-listen", "Je luistert nu")
    other = player.names[1]
    player.ok(phone(other), "contribution.add", kind="bottleneck", text="Hij vraagt te veel")
    assert "Hij vraagt te veel" in player.sees(owner), "the owner reads what is said"


def test_what_was_begun_before_the_step_ended_is_taken_late() -> None:
    player = Player("roddelmethode", 6)
    owner = _case_owner(player)
    player.start()
    _at(player, "roddelen")
    begun = {"run": player.run_id, "position": "0/0/0"}
    made = player.ok(phone(owner), "contribution.add", kind="question", text="Hoe remt hij af?", **begun)["contribution"]
    one = player.room.state.contributions[made]
    assert (one.late, one.position) == (True, "0/0/0")
    told = player.no(phone(owner), "contribution.add", kind="bottleneck", text="x", run=player.run_id, position="4/0/0")
    assert told.type == "you-listen", "a position where nobody has been counts for nothing"


def test_no_advice_in_the_question_round() -> None:
    player = Player("incidentmethode", 6)
    player.start()
    _at(player, "vragenronde")
    adviser = next(one for one in player.names if player.turn(one)["role"] == "consultant")
    told = player.no(phone(adviser), "contribution.add", kind="advice", text="Ik zou stoppen")
    assert (told.type, told.params["step"]) == ("no-advice-now", 6)
    _at(player, "adviesronde")
    player.ok(phone(adviser), "contribution.add", kind="advice", text="Ik zou stoppen")


def test_written_alone_is_hidden_until_it_is_revealed_or_the_step_ends() -> None:
    player = Player("tienstappenmethode", 6)
    owner = _case_owner(player)
    player.start()
    _at(player, "vragen_formuleren")
    first, second = [one for one in player.names if one != owner][:2]
    player.ok(phone(first), "contribution.add", kind="question", text="Waarom nu?")
    assert ["Waarom nu?" in player.sees(one) for one in (first, second, owner, "f:1", "projector")] == [True, False, False, False, False]
    progress = player.room.snapshot(player.audiences()[0])["progress"][player.run_id]
    assert (progress["sent"], progress["people"], progress["hidden"]) == (1, 1, 1)
    player.ok(LEADER, "run.reveal", run=player.run_id)
    assert ["Waarom nu?" in player.sees(one) for one in (first, second, owner, "f:1", "projector")] == [True, True, True, True, False]
    player.ok(phone(second), "contribution.add", kind="question", text="Daarna niet meer verborgen")
    assert "Daarna niet meer verborgen" in player.sees(first)
    player.catch_up()


def test_the_case_owner_marks_questions() -> None:
    player = Player("tienstappenmethode", 6)
    owner = _case_owner(player)
    player.start()
    _at(player, "vragen_formuleren")
    made = [player.ok(phone(one), "contribution.add", kind="question", text="?")["contribution"] for one in player.names if one != owner]
    assert player.no(phone(owner), "question.mark", contribution=made[0], warmth="cold").type == "not-marking"
    player.go()
    assert player.turn(owner)["mark"] is True
    for id_, warmth in zip(made, ("warm", "neutral", "cold"), strict=False):
        player.ok(phone(owner), "question.mark", contribution=id_, warmth=warmth)
    assert player.no(phone(player.names[1]), "question.mark", contribution=made[0], warmth="cold").type == "only-case-owner"
    assert [player.room.state.contributions[id_].warmth for id_ in made[:3]] == ["warm", "neutral", "cold"]


def test_in_trios_everybody_gets_every_role() -> None:
    player = Player("intervisie_in_drietallen", 9)
    player.start()
    seen: dict[str, Counter[str]] = {one: Counter() for one in player.names}
    while player.run.on:
        if player.run.method.steps[player.run.step].id == "ronde" and player.run.part == 0:
            for one in player.names:
                turn = player.turn(one)
                seen[one][turn["role"]] += 1
                assert turn["focus_name"] and (turn["role"] == "case_owner") == (turn["focus_name"] == one.title())
        player.go()
    assert all(roles == Counter(case_owner=1, coach=1, observer=1) for roles in seen.values())


def test_along_the_carrousel_everybody_comes_everywhere() -> None:
    player = Player("vragencarrousel", 16)
    player.start()
    _at(player, "rondes")
    owners = {one for one in player.names if player.turn(one)["role"] == "question_owner"}
    visited: dict[str, list[str]] = {one: [] for one in player.names}
    while player.run.method.steps[player.run.step].id == "rondes":
        for one in player.names:
            visited[one].append(player.turn(one)["station"])
            assert player.turn(one)["focus_name"]
        player.go()
    assert len(owners) == player.run.stations == len(set(visited[player.names[0]])) or player.names[0] in owners
    for one, places in visited.items():
        assert len(set(places)) == (1 if one in owners else player.run.stations), one


def test_whose_station_it_is_stands_beside_its_number() -> None:
    player = Player("vragencarrousel", 16)
    player.start()
    assert all(player.turn(one)["station_name"] is None for one in player.names)
    _at(player, "rondes")
    for step in ("rondes", "oogsten"):  # walking along them, and back at the own
        _at(player, step)
        owners = {player.turn(one)["station"]: one.title() for one in player.names if player.run.roles.get(one) == "question_owner"}
        assert len(owners) == player.run.stations
        assert all(player.turn(one)["station_name"] == owners[player.turn(one)["station"]] for one in player.names), step
    owner = next(one for one in player.names if player.run.roles.get(one) == "question_owner")
    here = [one for one in player.names if player.turn(one)["station"] == player.turn(owner)["station"]]
    player.room.record("participant.joined", {"participant": owner, "name": None, "municipality": "GM0855", "group": GROUP}, owner)
    assert {player.turn(one)["station_name"] for one in here} == {None}, "who gave no name is not named"
    player.catch_up()


def test_a_text_at_a_station_stays_there_for_who_comes_next() -> None:
    player = Player("vragencarrousel", 16)
    player.start()
    _at(player, "rondes")
    writer = next(one for one in player.names if player.turn(one)["role"] != "question_owner")
    station = player.turn(writer)["station"]
    player.ok(phone(writer), "contribution.add", kind="solution", text="Eén loket")
    player.go()
    readers = {one for one in player.names if "Eén loket" in player.sees(one)}
    assert readers == {one for one in player.names if player.turn(one)["station"] == station} | {writer}


def test_one_two_four_all_merges() -> None:
    player = Player("1_2_4_all", 8)
    player.start()
    for one in player.names:
        player.ok(phone(one), "contribution.add", kind="solution", text=f"alleen-{one}!")
    player.go()
    pairs = [list(table) for table in player.run.tables]
    for one in player.names:
        mates = next(table for table in pairs if one in table)
        assert {other for other in player.names if f"alleen-{other}!" in player.sees(one)} == set(mates)
    for pair in pairs:
        player.ok(phone(pair[0]), "contribution.add", kind="solution", text=f"samen-{'-'.join(pair)}!")
    player.go()
    for four in player.run.tables:
        brought = [pair for pair in pairs if set(pair) <= set(four)]
        assert len(brought) == 2 and len(four) == 4
        for pair in pairs:
            assert (f"samen-{'-'.join(pair)}!" in player.sees(four[0])) == (pair in brought)
    player.go()
    assert all(f"alleen-{one}!" in player.sees(player.names[0]) for one in player.names)
    player.catch_up()


def test_cards_go_round_and_the_best_ten_come_out() -> None:
    player = Player("25_10_crowdsourcing", 12)
    player.start()
    _at(player, "idee")
    cards = {
        player.ok(phone(one), "contribution.add", kind="solution", text=f"idee {one}")["contribution"]: number
        for number, one in enumerate(player.names)
    }
    player.go()
    (ballot,) = player.run.ballots.values()
    times: Counter[str] = Counter()
    for _ in range(5):
        held = {one: player.turn(one)["card"] for one in player.names}
        assert len(set(held.values())) == 12 and all(player.room.state.contributions[card].author != one for one, card in held.items())
        for one, card in held.items():
            times[card] += 1
            player.ok(phone(one), "vote.cast", ballot=ballot, choices={card: 1 + cards[card] % 5})
        player.go()
    assert set(times.values()) == {5}
    total = {card: 5 * (1 + number % 5) for card, number in cards.items()}
    assert player.run.top == sorted(cards, key=lambda card: (-total[card], player.room.state.ballots[ballot].choices.index(
        next(choice for choice in player.room.state.ballots[ballot].choices if choice["id"] == card))))[:10]  # fmt: skip
    assert all(turns.mode_of(player.run) == "plenary" and "idee p3" in player.sees(one) for one in player.names[:3])


def test_a_score_that_was_given_in_time_and_came_late_counts() -> None:
    player = Player("25_10_crowdsourcing", 12)
    player.start()
    _at(player, "idee")
    for one in player.names:
        player.ok(phone(one), "contribution.add", kind="solution", text=f"idee {one}")
    player.go()
    (ballot,) = player.run.ballots.values()
    before = player.turn("p0")["card"]
    player.go()
    player.ok(phone("p0"), "vote.cast", ballot=ballot, choices={before: 4})
    player.ok(phone("p0"), "vote.cast", ballot=ballot, choices={player.turn("p0")["card"]: 2})
    assert len(player.room.state.ballots[ballot].cast["p0"]) == 2


def test_the_matrix_has_cells() -> None:
    player = Player("dilemmamethode", 6)
    player.start()
    _at(player, "perspectieven")
    writer = next(one for one in player.names if player.turn(one)["role"] == "participant")
    cell = {"row": "De huurder", "column": "waarde"}
    made = player.ok(phone(writer), "contribution.add", kind="value", text="Rust", cell=cell)["contribution"]
    assert player.room.state.contributions[made].cell == cell
    told = player.no(phone(writer), "contribution.add", kind="value", text="Rust", cell={"row": "x", "column": "geld"})
    assert told.type == "no-such-cell"


def test_a_choice_with_its_reason() -> None:
    player = Player("dilemmamethode", 6)
    player.start()
    _at(player, "alternatieven")
    player.ok(phone("p1"), "contribution.add", kind="solution", text="Tussenweg")
    _at(player, "eigen_keuze")
    (ballot,) = player.run.ballots.values()
    choices = player.room.state.ballots[ballot].choices
    assert [choice["id"] for choice in choices[-2:]] == ["a", "b"] and choices[0]["text"] == "Tussenweg"
    player.ok(phone("p2"), "vote.cast", ballot=ballot, choices={"a": 1}, reason="Omdat het moet")
    player.go()
    assert not player.room.state.ballots[ballot].open


def test_a_vote_without_anything_to_choose_says_so_and_goes_on() -> None:
    player = Player("balintmethode", 6)
    player.start()
    _at(player, "oordeel_groep")
    assert player.run.nothing and player.turn("p1")["vote"] is None
    adviser = next(one for one in player.names if player.turn(one)["role"] == "consultant")
    assert player.turn(adviser)["why"] == turns.NOTHING_TO_CHOOSE
    player.go()


def test_the_question_is_written_and_chosen_in_one_step() -> None:
    player = Player("socratisch_gesprek", 6)
    player.start()
    (ballot,) = player.run.ballots.values()
    made = player.ok(phone("p1"), "contribution.add", kind="question", text="Wanneer is hulp goed?")["contribution"]
    player.catch_up()
    assert [choice["id"] for choice in player.room.state.ballots[ballot].choices] == [made]
    player.ok(phone("p2"), "vote.cast", ballot=ballot, choices={made: 1})
    player.go()
    assert player.run.top == [made]


def test_fitted_into_the_time_there_is() -> None:
    player = Player("incidentmethode", 7)
    player.start(minutes=55)
    assert round(sum(step["minutes"] for step in player.room.snapshot(player.audiences()[0])["runs"][player.run_id]["steps"])) == 55
    other = Player("incidentmethode", 7)
    told = other.room.do(LEADER, "run.start", group=GROUP, method="incidentmethode", minutes=20)
    assert isinstance(told, DomainError) and told.type == "method-needs-longer"
    assert not other.room.state.runs
    assert BUILT_IN["incidentmethode"].total_minutes == 65
