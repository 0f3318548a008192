// Who is in which call, and which tokens were refused.
import { ask, careful, el } from "/static/page/dom.js";

function roomLine(room) {
  const people = room.people.map((person) => person.name + (person.moderator ? " (moderator)" : "")).join(", ");
  const end = el("button", { onclick: careful(() => ask(`/ui/jitsi/${encodeURIComponent(room.name)}/end`, {})) }, "End the call");
  return el("li", {}, el("strong", {}, room.name), `: ${people} `, end);
}

export function mountCalls(box, bus) {
  const rooms = el("ul", { className: "standing" });
  const refusals = el("ul", { className: "standing" });
  const title = el("h4", {}, "Tokens refused");
  box.append(rooms, title, refusals);
  bus.on("jitsi", careful(async () => {
    const state = await ask("/ui/jitsi");
    rooms.replaceChildren(...(state.rooms.length ? state.rooms.map(roomLine) : [el("li", {}, "Nobody is in a Jitsi call.")]));
    title.hidden = state.refusals.length === 0;
    refusals.replaceChildren(...state.refusals.map((refusal) => el("li", {}, `${refusal.at.slice(11, 19)} ${refusal.room}: ${refusal.reason}`)));
  }));
}
