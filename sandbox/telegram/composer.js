// The place where a person writes: text, files, commands, the keyboard that the bot offers.

import { act, h, refresh, upload } from "./dom.js";
import { gist } from "./bubble.js";

const KINDS = { image: "photo", audio: "voice", video: "video" };

/** A composer. `who()` gives {person, chat, thread}; `warn(text)` tells of trouble; `choose` is put in front (optional). */
export class Composer {
  constructor(who, warn, choose = null) {
    this.who = who;
    this.warn = warn;
    this.mode = {};
    this.field = h("textarea", { rows: 1, placeholder: "Message", "aria-label": "Message", onkeydown: (event) => this.key(event), oninput: () => this.typed() });
    this.file = h("input", { type: "file", class: "tg-quiet", tabindex: "-1", "aria-label": "File to send", onchange: () => this.attach() });
    this.about = h("div", { class: "tg-about", hidden: true });
    this.list = h("div", { class: "tg-commands", role: "group", "aria-label": "Commands", hidden: true });
    this.slash = h("button", { type: "button", class: "tg-round", "aria-label": "Menu of commands", "aria-expanded": "false", hidden: true, onclick: () => this.toggle() }, "/");
    this.keys = h("div", { class: "tg-replykeys", role: "group", "aria-label": "Keyboard offered by the bot" });
    const clip = h("button", { type: "button", class: "tg-round", "aria-label": "Attach a file", onclick: () => this.file.click() }, "+");
    const send = h("button", { type: "submit", class: "tg-round tg-send", "aria-label": "Send" }, "➤");
    const submit = (event) => {
      event.preventDefault();
      this.send();
    };
    const form = h("form", { class: "tg-form", onsubmit: submit }, choose, this.slash, clip, this.file, this.field, send);
    this.element = h("div", { class: "tg-composer" }, this.list, this.about, form, this.keys);
  }

  /** Show what the chat offers now: commands, and the bot's keyboard. */
  offer({ commands = [], keyboard = null }) {
    this.slash.hidden = commands.length === 0;
    refresh(this.list, commands, () => commands.map((each) => h("button", { type: "button", onclick: () => this.say(`/${each.command}`) },
      h("b", {}, `/${each.command}`), h("span", {}, each.description))));
    refresh(this.keys, keyboard, () => (keyboard?.keyboard || []).map((row, at) => h("div", {}, row.map((key, column) =>
      h("button", { type: "button", class: "tg-key", onclick: () => this.press(at, column) }, key.text)))));
    this.field.placeholder = keyboard?.input_field_placeholder || "Message";
  }

  /** Change `message` or answer it, until sent or given up. */
  focusOn(mode, message) {
    this.mode = { [mode]: message.message_id };
    const cancel = h("button", { type: "button", class: "tg-round", "aria-label": "Give up", onclick: () => this.reset() }, "×");
    this.about.replaceChildren(h("span", {}, h("b", {}, mode === "edit" ? "Edit" : "Reply"), ` ${gist(message)}`), cancel);
    this.about.hidden = false;
    if (mode === "edit") this.field.value = message.text || message.caption || "";
    this.field.focus();
  }

  reset() {
    this.mode = {};
    this.about.hidden = true;
    this.field.value = "";
    this.grow();
  }

  toggle(open = this.list.hidden) {
    this.list.hidden = !open;
    this.slash.setAttribute("aria-expanded", String(open));
  }

  typed() {
    this.grow();
    this.toggle(this.field.value === "/" && !this.slash.hidden);
  }

  grow() {
    this.field.style.height = "";
    if (this.field.value) this.field.style.height = `${Math.min(this.field.scrollHeight + 2, 120)}px`;
  }

  key(event) {
    if (event.key === "Escape") this.reset();
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    this.send();
  }

  async send() {
    const text = this.field.value.trim();
    if (!text) return;
    const { person, chat, thread } = this.who();
    const { edit, reply } = this.mode;
    const done = edit ? await this.attempt("edit", { person, chat, message: edit, text })
      : await this.attempt("send_text", { person, chat, thread, text, reply_to: reply || 0 });
    if (done) this.reset();
  }

  async say(text) {
    this.toggle(false);
    if (await this.attempt("send_text", { ...this.who(), text })) this.reset();
  }

  async press(row, column) {
    await this.attempt("press", { person: this.who().person, row, column });
  }

  async attach() {
    const [file] = this.file.files;
    if (!file) return;
    const kind = KINDS[file.type.split("/")[0]] || "document";
    try {
      await upload({ ...this.who(), file, kind, caption: this.field.value.trim() });
      this.reset();
    } catch (error) {
      this.warn(error.message);
    }
    this.file.value = "";
  }

  async attempt(action, body) {
    try {
      await act(action, body);
      return true;
    } catch (error) {
      this.warn(error.message);
      return false;
    }
  }
}
