// The chat beside the call: what was said, in its order, edited in place; what is typed; what is unread.

import { messageParts } from "./cards.js";
import { $, el, freshId } from "./dom.js";
import { clock, fullTime } from "./format.js";

const NEAR_END = 80; // pixels from the end within which the list follows what comes

export class Chat {
  #lines = new Map(); // message id -> element
  #pending = new Map(); // client id -> element of words on their way
  #unread = 0;

  constructor(live, visit) {
    this.live = live;
    this.visit = visit;
    this.list = $("lines");
    this.log = $("log"); // what scrolls
    live.on("line", (line) => this.#show(line));
    live.on("sent", ({ client_id: id }) => this.#arrived(id));
    live.on("problem", (problem) => this.#problem(problem));
    this.#listenToForm();
    this.#listenToSheet();
  }

  press({ action, value }) {
    this.live.keep({ type: "press", action, value, client_id: freshId() });
  }

  command(name, args) {
    this.live.keep({ type: "command", name, args, client_id: freshId() });
  }

  parts(line) {
    return messageParts(line.message, {
      press: (button) => this.press(button),
      fileUrl: (index) => `${this.visit.base}/files/${line.message_id}/${index}`,
    });
  }

  #show(line) {
    const follows = this.#atEnd();
    const shown = this.#lines.get(line.message_id);
    const fresh = this.#element(line);
    if (shown) shown.replaceWith(fresh);
    else this.list.insertBefore(fresh, this.#pending.values().next().value ?? null);
    this.#lines.set(line.message_id, fresh);
    if (line.mine) this.#dropPending(line.message.text);
    else if (!shown) this.#count();
    if (follows) this.#toEnd();
  }

  #element(line) {
    const { message } = line;
    const kind = line.note ? "note" : line.mine ? "mine" : message.author ? "theirs" : "card";
    const who = line.mine ? "You" : message.author || "Bellhop";
    const head = el("p", { class: "from" }, el("span", {}, line.note ? `${who} · private note` : who), " ", this.#time(line.at));
    return el("li", { class: `line ${kind}`, "data-id": line.message_id }, head, el("div", { class: "bubble" }, ...this.parts(line)));
  }

  #time(at) {
    return el("time", { datetime: at, title: fullTime(at, this.visit) }, clock(at, this.visit));
  }

  #say(text) {
    const id = freshId();
    const words = el("div", { class: "bubble" }, el("p", { class: "text" }, text));
    const waiting = el("li", { class: "line mine pending" }, el("p", { class: "from" }, "Sending…"), words);
    waiting.dataset.text = text;
    this.#pending.set(id, waiting);
    this.list.append(waiting);
    this.#toEnd();
    this.live.keep({ type: "say", text, client_id: id });
  }

  #arrived(id) {
    // Its line normally comes first; when it does not (a note, a command), the words need not wait for ever.
    const waiting = this.#pending.get(id);
    if (waiting) setTimeout(() => this.#forget(id), 3000);
  }

  #dropPending(text) {
    for (const [id, waiting] of this.#pending) if (waiting.dataset.text === text) return this.#forget(id);
  }

  #forget(id) {
    this.#pending.get(id)?.remove();
    this.#pending.delete(id);
  }

  #problem({ sentence, client_id: id }) {
    this.#forget(id);
    this.list.append(el("li", { class: "line problem" }, el("p", { class: "notice" }, sentence)));
    this.#toEnd();
  }

  #listenToForm() {
    const words = $("words");
    const submit = () => {
      const text = words.value.trim();
      if (text) this.#say(text);
      words.value = "";
      words.dispatchEvent(new Event("input"));
    };
    $("say").addEventListener("submit", (event) => { event.preventDefault(); submit(); });
    words.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      submit();
    });
    words.addEventListener("input", () => {
      words.style.height = "auto";
      words.style.height = `${Math.min(words.scrollHeight + 2, 140)}px`;
    });
  }

  #listenToSheet() {
    $("chat-toggle").addEventListener("click", () => this.#sheet(true));
    $("chat-close").addEventListener("click", () => this.#sheet(false));
    $("chat").addEventListener("keydown", (event) => { if (event.key === "Escape") this.#sheet(false); });
  }

  #sheet(open) {
    document.body.classList.toggle("chat-open", open);
    $("chat-toggle").setAttribute("aria-expanded", open);
    $("unread").hidden = true;
    this.#unread = 0;
    if (open) this.#toEnd();
    $(open ? "words" : "chat-toggle").focus();
  }

  #count() {
    if (this.log.offsetParent) return;
    this.#unread += 1;
    const badge = $("unread");
    badge.hidden = false;
    badge.replaceChildren(String(this.#unread), el("span", { class: "unseen" }, " unread"));
  }

  #atEnd() {
    return this.log.scrollHeight - this.log.scrollTop - this.log.clientHeight < NEAR_END;
  }

  #toEnd() {
    this.log.scrollTop = this.log.scrollHeight;
  }
}
