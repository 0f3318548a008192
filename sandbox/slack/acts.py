"""What people do with the app: slash commands, buttons, menus, shortcuts, forms, the home tab.

Each act answers `{"ok": ..., "error": ...}`: what the person's own Slack would show about it.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

from sandbox.slack.blocks import accept_view, elements
from sandbox.slack.delivery import VERIFICATION_TOKEN, Answer
from sandbox.slack.inputs import mistakes, report, state
from sandbox.slack.model import APP_ID, Channel, Command, Json, Message, Refused, Trigger, View, Workspace
from sandbox.slack.mrkdwn import typed
from sandbox.slack.people import Talk, split_command
from sandbox.slack.replies import reply
from sandbox.slack.wire import message_json, view_json, whole

TROUBLE = "We had some trouble connecting. Try again?"
NOT_A_COMMAND = (
    "`{name}` is not a valid command. In Slack, all messages that start with the "
    '"/" character are interpreted as commands.'
)
NAMINGS: tuple[Callable[[Json], Any], ...] = (
    lambda element: element["action_id"],
    lambda element: (element.get("text") or {}).get("text"),
    lambda element: element.get("value"),
)
COMMAND_NAMES = {"im": "directmessage", "mpim": "mpdm", "private": "privategroup"}


class People(Talk):
    """All that people can do."""

    # Commands and shortcuts

    async def commands(self, user: str, channel: str, text: str, thread_ts: str = "") -> Json:
        """Run a slash command such as `/pay 49 USD`."""
        team, place = self.place(user, channel)
        name, rest = split_command(text)
        command = self.core.commands.get(name)
        if thread_ts:
            self.slackbot(user, place, f"{name} is not supported in threads. Sorry!", thread_ts)
            return {"ok": False, "error": "not_supported_in_threads"}
        if command is None or team.install is None or "commands" not in team.install.scopes:
            self.slackbot(user, place, NOT_A_COMMAND.format(name=name))
            return {"ok": False, "error": "unknown_command"}
        return await self._command(team, place, user, command, rest)

    async def _command(self, team: Workspace, place: Channel, user: str, command: Command, rest: str) -> Json:
        address = self.core.new_address(team, user, place.id)
        form = {
            "token": VERIFICATION_TOKEN,
            "team_id": team.id,
            "team_domain": team.domain,
            "channel_id": place.id,
            "channel_name": COMMAND_NAMES.get(place.kind, place.name),
            "user_id": user,
            "user_name": team.people[user].name,
            "command": command.name,
            "text": _escaped(rest, team) if command.should_escape else rest,
            "api_app_id": APP_ID,
            **({"enterprise_id": team.org.id, "enterprise_name": team.org.name} if team.org else {}),
            "is_enterprise_install": "true" if team.org else "false",
            "response_url": address,
            "trigger_id": self.core.new_trigger(team, user).id,
        }
        answer = await self.core.delivery.command(form)
        if not answer.ok:
            self.slackbot(user, place, f'{command.name} failed with the error "{answer.error}"')
        elif answer.json().get("text") or answer.json().get("blocks"):
            self._reply_at_once(user, place, address, command, answer)
        return {"ok": answer.ok, "error": answer.error}

    def _reply_at_once(self, user: str, place: Channel, address: str, command: Command, answer: Answer) -> None:
        where = self.core.addresses[address.partition("/slack/actions/")[2]]
        try:
            reply(self.core, where, answer.json())
        except Refused as refused:
            self.slackbot(user, place, f'{command.name} failed with the error "{refused.error}"')

    async def uses_shortcut(self, user: str, channel: str, ts: str, callback_id: str) -> Json:
        """Choose a message shortcut from a message's menu."""
        team, place = self.place(user, channel)
        message = self.core.message(place, ts)
        if callback_id not in self.core.shortcuts:
            raise Refused("unknown_shortcut")
        payload = self._payload("message_action", team, user, self.core.new_trigger(team, user)) | {
            "callback_id": callback_id,
            "action_ts": self.core.stamp(),
            "channel": {"id": place.id, "name": _channel_name(place)},
            "message_ts": message.ts,
            "message": message_json(self.core, team, message),
            "response_url": self.core.new_address(team, user, place.id, message.ts),
        }
        return _told(await self.core.delivery.interaction(payload))

    # Buttons and menus

    async def presses(self, user: str, channel: str, ts: str, what: str, choice: Any = None,
                      values: Mapping[str, Any] | None = None, block_id: str = "") -> Json:  # fmt: skip
        """Press a button of a message or choose from its menu. `what`: an action id, the words on it, or its value."""
        team, place = self.place(user, channel)
        message = place.seen_by(user, ts)
        if message is None or not message.bot_id:
            raise Refused("message_not_found")
        block, element = _find(message.blocks, what, block_id)
        source = self._message_source(team, place, message, user)
        filled = state(message.blocks, {**(values or {}), **_chosen(element, choice)})
        return await self._press(team, user, block, element, choice, source | {"state": {"values": filled}})

    def _message_source(self, team: Workspace, place: Channel, message: Message, user: str) -> Json:
        container: Json = {"type": "message", "message_ts": message.ts, "channel_id": place.id}
        container |= {"is_ephemeral": bool(message.only_for)}
        if message.thread_ts:
            container["thread_ts"] = message.thread_ts
        source: Json = {
            "container": container,
            "channel": {"id": place.id, "name": _channel_name(place)},
            "response_url": self.core.new_address(team, user, place.id, message.ts),
        }
        # What is shown to one person only is not kept, so there is no message to send along.
        return source if message.only_for else source | {"message": message_json(self.core, team, message)}

    async def presses_in_view(self, user: str, what: str, choice: Any = None, values: Mapping[str, Any] | None = None,
                              home: bool = False, block_id: str = "") -> Json:  # fmt: skip
        """Press or choose in the open modal, or on the home tab."""
        team = self.core.team_of(user)
        view = team.homes.get(user) if home else self.top_view(user)
        if view is None:
            raise Refused("not_found")
        block, element = _find(view.body["blocks"], what, block_id)
        view.values = state(view.body["blocks"], {**(values or {}), **_chosen(element, choice)})
        container = {"type": "view", "view_id": view.id}
        source = {"container": container, "view": view_json(team, view)}
        return await self._press(team, user, block, element, choice, source)

    async def _press(self, team: Workspace, user: str, block: Json, element: Json, choice: Any, source: Json) -> Json:
        action = {"block_id": block["block_id"], "action_id": element["action_id"], "action_ts": self.core.stamp()}
        for name in ("text", "value", "style", "url", "placeholder"):
            if name in element:
                action[name] = element[name]
        payload = self._payload("block_actions", team, user, self.core.new_trigger(team, user))
        payload |= source | {"actions": [action | report(element, choice)]}
        told = _told(await self.core.delivery.interaction(payload))
        return told | ({"url": element["url"]} if element.get("url") else {})

    # Forms

    def top_view(self, user: str) -> View | None:
        """The modal that `user` has before them."""
        stack = self.core.team_of(user).modals.get(user)
        return stack[-1] if stack else None

    async def submits(self, user: str, values: Mapping[str, Any] | None = None) -> Json:
        """Send the open modal. `values` by label, block id or action id; errors come back by block id."""
        team = self.core.team_of(user)
        view = self.top_view(user)
        if view is None:
            raise Refused("not_found")
        view.values = state(view.body["blocks"], values or {})
        view.errors = mistakes(view.body["blocks"], view.values)
        if view.errors:
            self.core.touched()
            return {"ok": False, "error": "", "errors": view.errors}
        payload = self._payload("view_submission", team, user, self.core.new_trigger(team, user))
        answer = await self.core.delivery.interaction(payload | {"view": view_json(team, view), "response_urls": []})
        return self._after_submit(team, view, answer)

    def _after_submit(self, team: Workspace, view: View, answer: Answer) -> Json:
        """Carry out the `response_action`; what cannot be carried out is trouble, as in Slack's window."""
        content, stack = answer.json(), team.modals.get(view.user, [])
        try:
            if answer.ok and view in stack:
                self._respond(view, stack, content)
        except Refused as refused:
            return {"ok": False, "error": f"{TROUBLE} ({refused.error})", "errors": {}}
        finally:
            self.core.touched()
        if answer.ok:
            return {"ok": not view.errors, "error": "", "errors": view.errors}
        return {"ok": False, "error": TROUBLE, "errors": {}}

    def _respond(self, view: View, stack: list[View], content: Json) -> None:
        match content.get("response_action"):
            case "errors":
                known = {block["block_id"] for block in view.body["blocks"] if block["type"] == "input"}
                if not known.issuperset(content.get("errors") or {}):
                    raise Refused("invalid_block_ids_in_errors")
                view.errors = content["errors"]
            case "update":
                view.body, view.hash = accept_view(content.get("view")), self.core.new_hash()
                view.values, view.errors = {}, {}
            case "push":
                stack.append(self.core.new_view(view.user, accept_view(content.get("view")), view))
            case "clear":
                stack.clear()
            case None:
                stack.remove(view)
            case other:
                raise Refused(f"invalid_response_action {other}")

    async def closes(self, user: str, everything: bool = False) -> Json:
        """Close the open modal, or the whole stack of them; the app hears of it when it asked to."""
        team = self.core.team_of(user)
        stack = team.modals.get(user) or []
        gone = [stack.pop() for _ in range(len(stack) if everything else 1) if stack]
        self.core.touched()
        for view in gone:
            if view.body.get("notify_on_close"):
                payload = self._payload("view_closed", team, user) | {"view": view_json(team, view)}
                await self.core.delivery.interaction(payload | {"is_cleared": everything})
        return {"ok": True, "error": ""}

    async def opens_home(self, user: str, tab: str = "home") -> Json:
        """Open the app's home tab (or, with `messages`, its direct conversation)."""
        team = self.core.team_of(user)
        event: Json = {"type": "app_home_opened", "user": user, "channel": team.direct(user).id, "tab": tab}
        if tab == "home" and (view := team.homes.get(user)):
            event["view"] = view_json(team, view)
        self.core.tell(team, event, user)
        return {"ok": True, "error": ""}

    def _payload(self, kind: str, team: Workspace, user: str, trigger: Trigger | None = None) -> Json:
        name = team.people[user].name
        payload: Json = {
            "type": kind,
            "token": VERIFICATION_TOKEN,
            "api_app_id": APP_ID,
            "team": {"id": team.id, "domain": team.domain} | ({"enterprise_id": team.org.id} if team.org else {}),
            **whole(team),
            "user": {"id": user, "username": name, "name": name, "team_id": team.id},
        }
        return payload | {"trigger_id": trigger.id} if trigger else payload


def _escaped(text: str, team: Workspace) -> str:
    """Commands carry mentions with the name beside the id."""
    return re.sub(r"<@(\w+)>", lambda m: f"<@{m[1]}|{team.everyone()[m[1]].name}>", typed(text, team))


def _channel_name(channel: Channel) -> str:
    return COMMAND_NAMES.get(channel.kind, channel.name)


def _told(answer: Answer) -> Json:
    return {"ok": answer.ok, "error": answer.error}


def _chosen(element: Json, choice: Any) -> Json:
    return {} if choice is None else {element["action_id"]: choice}


def _find(blocks: list[Json], what: str, block_id: str = "") -> tuple[Json, Json]:
    """The element meant by `what`: by action id first, then by the words on it, then by its value."""
    here = (block for block in blocks if block_id in ("", block["block_id"]))
    found = [(block, element) for block in here for element in elements(block)]
    for naming in NAMINGS:
        for block, element in found:
            if naming(element) == what:
                return block, element
    raise Refused(f"no such button: {what}")
