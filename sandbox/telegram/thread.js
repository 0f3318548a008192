// A conversation on screen: bubbles with days between them, toasts and alerts, and the acts of its reader.

import { act, dayOf, h } from "./dom.js";
import { bubble } from "./bubble.js";

const TOAST_MS = 4000;

/** `who()` gives {person, chat, thread}; `open(url)` shows a page beside; `composer()` is where edits and replies go. */
export class Thread {
  constructor(who, open, composer, names = false) {
    Object.assign(this, { who, open, composer, names, shown: new Map(), scope: "" });
    this.log = h("ol", { class: "tg-log", tabindex: "0", "aria-label": "Messages", "aria-live": "polite" });
    this.atEnd = true;
    this.log.addEventListener("scroll", () => {
      this.atEnd = this.log.scrollHeight - this.log.scrollTop - this.log.clientHeight < 80;
    });
    // A picture that has come, or a keyboard that took its place, must not push the newest message out of sight.
    this.log.addEventListener("load", () => this.stick(), true);
    new ResizeObserver(() => this.stick()).observe(this.log);
    this.toast = h("div", { class: "tg-toast", role: "status", hidden: true });
    this.words = h("p", {});
    this.alert = h("dialog", { class: "tg-alert", "aria-label": "Message from the bot" }, this.words,
      h("form", { method: "dialog" }, h("button", {}, "OK")));
    this.element = h("div", { class: "tg-thread" }, this.log, this.toast, this.alert);
    this.acts = {
      open,
      tap: (message, row, column, button) => this.tap(message, row, column, button),
      send: (text) => this.run("send_text", { ...who(), text }),
      react: (message, emoji) => this.react(message, emoji),
      remove: (message) => this.run("delete", this.on(message)),
      edit: (message) => composer().focusOn("edit", message),
      reply: (message) => composer().focusOn("reply", message),
    };
  }

  /** Show these messages; bubbles that did not change stay, and keep the focus. */
  show(messages, now) {
    const { person, chat, thread } = this.who();
    const scope = `${person}/${chat}/${thread}`;
    if (scope !== this.scope) {
      this.shown.clear();
      this.atEnd = true;
    }
    this.scope = scope;
    this.place(this.nodes(messages, now, person));
    this.stick();
  }

  /** Stay at the newest message, unless the reader has scrolled away from it. */
  stick() {
    if (this.atEnd) this.log.scrollTop = this.log.scrollHeight;
  }

  nodes(messages, now, person) {
    const kept = new Map();
    const nodes = [];
    let last = "";
    const take = (key, print, build) => {
      const old = this.shown.get(key);
      const entry = old?.print === print ? old : { print, node: build() };
      kept.set(key, entry);
      nodes.push(entry.node);
    };
    for (const message of messages) {
      const day = dayOf(message.date, now);
      if (day !== last) take(`day ${day}`, day, () => h("li", { class: "tg-day" }, h("span", {}, day)));
      last = day;
      take(message.message_id, JSON.stringify(message), () => bubble(message, person, this.acts, this.names));
    }
    this.shown = kept;
    return nodes;
  }

  place(nodes) {
    for (const child of [...this.log.children]) if (!nodes.includes(child)) child.remove();
    nodes.forEach((node, index) => {
      if (this.log.children[index] !== node) this.log.insertBefore(node, this.log.children[index] || null);
    });
  }

  on(message) {
    const { person, chat } = this.who();
    return { person, chat, message: message.message_id };
  }

  async run(action, body) {
    try {
      return await act(action, body);
    } catch (error) {
      this.warn(error.message);
      return null;
    }
  }

  react(message, emoji) {
    const mine = message.reactions.find((each) => each.by === this.who().person)?.emoji;
    return this.run("react", { ...this.on(message), emoji: mine === emoji ? "" : emoji });
  }

  async tap(message, row, column, button) {
    button.setAttribute("aria-busy", "true");
    const answer = await this.run("tap", { ...this.on(message), row, column });
    button.removeAttribute("aria-busy");
    if (!answer) return;
    if (answer.url) this.open(answer.url);
    if (answer.error) this.warn(answer.error);
    if (answer.copied) this.copy(answer.copied);
    if (answer.text && !answer.alert) this.warn(answer.text);
    if (answer.text && answer.alert) {
      this.words.textContent = answer.text;
      this.alert.showModal();
    }
  }

  async copy(text) {
    await navigator.clipboard?.writeText(text).catch(() => null);
    this.warn(`Copied: ${text}`);
  }

  warn(text) {
    clearTimeout(this.timer);
    this.toast.textContent = text;
    this.toast.hidden = false;
    this.timer = setTimeout(() => {
      this.toast.hidden = true;
    }, TOAST_MS);
  }
}
