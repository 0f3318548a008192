// Where a person writes: text, slash commands with hints, files, and changes to what they wrote before.

import { act, h, upload } from "./dom.js";

/** One writing box. `place()` tells user, channel and thread; `told(answer)` hears how it went. */
export class Composer {
  constructor(label, place, told) {
    this.place = place;
    this.told = told;
    this.commands = [];
    this.editing = null;
    this.area = h("textarea", { rows: 1, placeholder: label, "aria-label": label, onkeydown: (event) => this.key(event), oninput: () => this.typed() });
    this.hints = h("ul", { class: "sl-hints", hidden: true, "aria-label": "Commands" });
    this.picker = h("input", { type: "file", hidden: true, onchange: () => this.pick() });
    this.note = h("p", { class: "sl-quiet sl-note", hidden: true });
    this.element = h("form", { class: "sl-composer", onsubmit: (event) => this.send(event) },
      this.hints, this.note, h("div", { class: "sl-box" }, this.area,
        h("button", { type: "button", class: "sl-icon", "aria-label": "Add a file", onclick: () => this.picker.click() }, "+"),
        h("button", { class: "sl-icon sl-send", "aria-label": "Send" }, "➤")), this.picker);
  }

  /** Empty the box and forget what was being edited. */
  reset() {
    this.area.value = "";
    this.picker.value = "";
    this.editing = null;
    this.typed();
    this.say("");
  }

  /** Change a message instead of writing a new one. */
  edit(message) {
    this.editing = message.ts;
    this.area.value = message.raw.replace(/<(?:mailto:)?([^|>]+)(?:\|[^>]+)?>/g, "$1").replace(/&lt;/g, "<").replace(/&gt;/g, ">").replace(/&amp;/g, "&");
    this.say("Editing your message. Escape leaves it as it was.");
    this.area.focus();
  }

  say(words) {
    this.note.textContent = words;
    this.note.hidden = !words;
  }

  key(event) {
    if (event.key === "Escape") this.reset();
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    this.element.requestSubmit();
  }

  typed() {
    this.area.rows = Math.min(6, this.area.value.split("\n").length);
    const word = /^\/\S*$/.exec(this.area.value)?.[0];
    const found = word ? this.commands.filter((one) => one.name.startsWith(word)) : [];
    this.hints.hidden = !found.length;
    this.hints.replaceChildren(...found.map((one) => h("li", {}, h("button", { type: "button", onclick: () => this.complete(one) },
      h("strong", {}, one.name), ` ${one.hint}`, h("small", {}, one.description)))));
  }

  complete(command) {
    this.area.value = `${command.name} `;
    this.typed();
    this.area.focus();
  }

  pick() {
    const [file] = this.picker.files;
    this.say(file ? `${file.name} goes with your message.` : "");
    this.area.focus();
  }

  async send(event) {
    event.preventDefault();
    const [text, [file], editing] = [this.area.value, this.picker.files, this.editing];
    if (!text.trim() && !file) return;
    const place = this.place();
    const chosen = file;
    this.reset();
    this.told(await this.carry(text, chosen, editing, place));
  }

  carry(text, file, editing, place) {
    if (editing) return act("edits", { user: place.user, channel: place.channel, ts: editing, text });
    if (file) return upload({ ...place, text, file });
    return act(text.startsWith("/") ? "commands" : "says", { ...place, text });
  }
}
