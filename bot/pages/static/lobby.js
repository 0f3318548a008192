// The lobby: the host sees who waits and opens the door; the customer sees how it stands.

import { $, el } from "./dom.js";

export class Lobby {
  #waited = false;

  /** `enter()` is called when the customer, who waits, may come in. */
  constructor(live, visit, enter) {
    this.live = live;
    this.visit = visit;
    this.enter = enter;
    this.knocking = false;
    live.on("lobby", (lobby) => (visit.host ? this.#doors(lobby) : this.#turn(lobby)));
    live.on("up", () => this.knocking && this.#waited === false && this.knock());
    $("knock").addEventListener("click", () => this.knock());
  }

  knock() {
    this.knocking = true;
    this.#waited = false;
    $("knock").hidden = true;
    const gone = this.live.send({ type: "knock" });
    $("lobby-words").textContent = gone ? `${this.visit.other} knows that you are here.` : "Connecting…";
  }

  #turn({ waiting, admitted }) {
    this.visit.admitted = admitted;
    if (!this.knocking) return;
    if (admitted) {
      this.knocking = false;
      return this.enter();
    }
    const waits = waiting.some(([id]) => id === this.visit.me);
    if (this.#waited && !waits) this.#notNow();
    this.#waited = waits;
  }

  #notNow() {
    this.knocking = false;
    $("lobby-words").textContent = `Not just now. ${this.visit.other} asks you for a moment; you can write in the chat.`;
    $("knock").hidden = false;
  }

  #doors({ waiting }) {
    const root = $("doors");
    root.replaceChildren(...waiting.map(([id, name]) => this.#door(id, name)));
    root.hidden = !waiting.length;
  }

  #door(id, name) {
    const admit = (letIn) => () => this.live.send({ type: "admit", person_id: id, let_in: letIn });
    return el("div", { class: "door" }, el("p", {}, el("strong", {}, name), " is waiting"),
      el("p", { class: "buttons" },
        el("button", { type: "button", class: "button primary", onclick: admit(true) }, "Let in"),
        el("button", { type: "button", class: "button", onclick: admit(false) }, "Not now")));
  }
}
