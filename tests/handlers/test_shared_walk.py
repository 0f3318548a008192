"""A customer of two teams on one bot does things in any order: each word reaches the team it is for, and no other."""

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, precondition, rule

from handlers.messages import Message
from handlers.tenants import share_account
from storage.tables import Desk, Person, Role, RoleKind, Side, Team
from tests.handlers.machine import MODEST, InTown
from tests.handlers.town import Voice

BOT = "acme-bot"
TEAMS = st.sampled_from(["acme", "sun"])


class TwoTeams(InTown):
    """Mia, acme with Ana, and sun with Sol."""

    @initialize()
    def begin(self) -> None:
        self.expected: dict[str, list[str]] = {"acme": [], "sun": []}
        self.spoke: dict[str, int] = {}
        self.current, self.waiting, self.chosen, self.count = "", "", 0, 0
        self.options: list[str] = []
        self.run(self._move_in())

    async def _move_in(self) -> None:
        async with self.town.database.begin() as work:
            account = await share_account(work, "telegram", BOT, "square_bot")
            sun = Team(slug="sun", name="Sun", currency="EUR", zone="UTC", made_at=work.now)
            await work.people.add(sun)
            await work.sharing.move_in(account.id, sun.id)
            await work.people.add(Desk(team_id=sun.id, account_id=account.id, chat="sun-desk"))
            sol = Person(name="Sol", greeted_at=work.now)
            await work.people.add(sol)
            await work.people.also_known_as(sol, account.id, "sol")
            await work.people.add(Role(team_id=sun.id, person_id=sol.id, kind=RoleKind.AGENT))
        self.ids = {"acme": self.town.team.id, "sun": sun.id}
        sol_here = Voice(BOT, "sol", "sol", name="Sol", clock=self.town.clock)
        self.agents = {"acme": self.town.ana, "sun": sol_here}

    def tick(self) -> int:
        self.count += 1
        return self.count

    async def _hear(self, *heard: object) -> None:
        await self.town.hear(*heard)  # type: ignore[arg-type]
        await self.town.drain()
        self.town.clock.pass_by(seconds=2)

    def choose(self, team: str) -> None:
        self.current, self.chosen = team, self.tick()

    @rule(team=TEAMS)
    def she_opens_a_link(self, team: str) -> None:
        self.run(self._hear(self.town.mia.does("start", team)))
        self.choose(team)

    @precondition(lambda self: self.current)
    @rule(team=TEAMS)
    def she_presses_a_button(self, team: str) -> None:
        pressed = self.town.mia.presses("menu").model_copy(update={"team": self.ids[team]})
        self.run(self._hear(pressed))
        self.choose(team)

    @rule()
    def she_writes(self) -> None:
        word = f"word{self.tick()}."
        others = [team for team, at in self.spoke.items() if team != self.current and at > self.since()]
        self.run(self._hear(self.town.mia.says(word)))
        if not self.current or self.waiting:
            return
        if others:
            self.waiting, self.options = word, [*others, self.current]
        else:
            self.expected[self.current].append(word)

    def since(self) -> int:
        return max(self.chosen, self.spoke.get(self.current, 0))

    @precondition(lambda self: self.waiting)
    @rule(index=st.integers(0, 9))
    def she_says_whom_it_is_for(self, index: int) -> None:
        team = self.options[index % len(self.options)]
        self.run(self._hear(self.town.mia.presses("form.answer", str(self.ids[team]))))
        self.expected[team].append(self.waiting)
        self.waiting = ""
        self.choose(team)

    @rule(team=TEAMS)
    def an_agent_answers(self, team: str) -> None:
        if not self.expected[team]:
            return
        self.run(self._answer(team))
        self.spoke[team] = self.tick()

    async def _answer(self, team: str) -> None:
        async with self.town.database.begin() as work:
            (case, _), *_ = await work.talk.open_cases(self.ids[team])
            thread = next(seat.thread for seat in await work.talk.seats(case.id, Side.AGENT))
        agent = self.agents[team].at(f"{team}-desk", thread)
        await self._hear(agent.does("claim"), agent.says(f"answer{self.tick()}."))

    @invariant()
    def each_word_reached_its_team_alone(self) -> None:
        if getattr(self, "ids", None):
            for team, words in self.expected.items():
                assert self.run(self._reached(team)) == words

    async def _reached(self, team: str) -> list[str]:
        async with self.town.database.begin() as work:
            cases = [case for case, _ in await work.talk.open_cases(self.ids[team])]
            spoken = [one for case in cases for one in await work.talk.since(case.id, 0, Side.AGENT)]
        return [Message.model_validate_json(one.body).text for one in spoken if one.from_side is Side.CUSTOMER]


TestTwoTeams = pytest.mark.long(TwoTeams.TestCase)
TestTwoTeams.settings = MODEST
