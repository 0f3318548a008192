// Windows over the pane: an app's modal with its form, and the question before a button that wants one.

import { h } from "./dom.js";
import { drawBlocks } from "./blocks.js";
import { valuesIn } from "./fields.js";

/** The app's modal. `does`: submit(values), close(everything), press(element, block, choice, values). */
export class Modal {
  constructor(backdrop, does, open) {
    this.does = does;
    this.open = open;
    this.backdrop = backdrop;
    this.dialog = h("dialog", { class: "sl-modal", "aria-labelledby": "sl-modal-title" });
    this.dialog.addEventListener("keydown", (event) => event.key === "Escape" && this.does.close(false));
    backdrop.append(this.dialog);
    this.shown = "";
  }

  /** Show `view`, or nothing. What was typed stays while the same version of the view stays. */
  show(view, people) {
    const version = view ? `${view.id} ${view.hash}` : "";
    if (version !== this.shown) {
      this.shown = version;
      this.dialog.replaceChildren(...(view ? this.content(view, people) : []));
      this.toggle(Boolean(view));
    }
    if (view) this.mark(view.errors);
  }

  toggle(open) {
    this.backdrop.hidden = !open;
    if (!open) return this.dialog.close();
    if (!this.dialog.open) this.dialog.show();
    return (this.dialog.querySelector("input, textarea, select") || this.dialog.querySelector("button")).focus();
  }

  content(view, people) {
    const stage = {
      key: view.id,
      people,
      open: this.open,
      press: (element, block, choice, pressed) => this.does.press(element, block, choice, valuesIn(this.dialog), pressed),
    };
    this.trouble = h("p", { class: "sl-error", role: "alert", hidden: true });
    const send = (event) => {
      event.preventDefault();
      this.submit();
    };
    this.sender = view.submit ? h("button", { class: "sl-button sl-primary" }, view.submit) : null;
    return [h("form", { novalidate: true, onsubmit: send },
      h("header", {}, h("h3", { id: "sl-modal-title" }, view.title),
        h("button", { type: "button", class: "sl-icon", "aria-label": "Close", onclick: () => this.does.close(true) }, "×")),
      h("div", { class: "sl-modal-body" }, drawBlocks(view.blocks, stage), this.trouble),
      h("footer", {},
        h("button", { type: "button", class: "sl-button", onclick: () => this.does.close(false) }, view.close || (view.depth > 1 ? "Back" : "Cancel")),
        this.sender))];
  }

  async submit() {
    this.sender.disabled = true;
    const told = await this.does.submit(valuesIn(this.dialog));
    if (this.sender) this.sender.disabled = false;
    this.trouble.hidden = !told.error;
    this.trouble.textContent = told.error || "";
    this.dialog.querySelector("[aria-invalid=true]")?.focus();
  }

  mark(errors) {
    for (const place of this.dialog.querySelectorAll(".sl-input")) {
      const message = errors[place.dataset.block] || "";
      const line = place.querySelector(".sl-error");
      line.hidden = !message;
      line.textContent = message;
      place.querySelector("[data-action]").setAttribute("aria-invalid", String(Boolean(message)));
    }
  }
}

/** Ask before pressing; resolves to true or false. */
export function ask(backdrop, question) {
  return new Promise((resolve) => {
    const dialog = h("dialog", { class: "sl-modal sl-question", "aria-labelledby": "sl-question" });
    const answer = (yes) => {
      dialog.remove();
      backdrop.hidden = true;
      resolve(yes);
    };
    const style = question.style === "danger" ? "sl-danger" : "sl-primary";
    dialog.append(
      h("header", {}, h("h3", { id: "sl-question" }, question.title.text)),
      h("div", { class: "sl-modal-body" }, h("p", {}, question.text.text)),
      h("footer", {},
        h("button", { type: "button", class: "sl-button", onclick: () => answer(false) }, question.deny?.text || "Cancel"),
        h("button", { type: "button", class: `sl-button ${style}`, onclick: () => answer(true) }, question.confirm?.text || "Yes")));
    dialog.addEventListener("keydown", (event) => event.key === "Escape" && answer(false));
    backdrop.append(dialog);
    backdrop.hidden = false;
    dialog.show();
    dialog.querySelector("footer .sl-button:last-child").focus();
  });
}
