// The payment card over the call. It comes with a request, follows it in place, and can be put aside.

import { isPayPage } from "./cards.js";
import { $, el } from "./dom.js";
import { Tills } from "./tills.js";

const ALWAYS = 2; // lines of a long card that are seen at once: what for, and to whom

export class PaymentCard {
  #caughtUp = false; // what comes now is new
  #shown = null; // message id
  #card = el("div", { class: "parts" });
  #hideButton = el("button", { type: "button", class: "quiet", onclick: () => this.#hide() });

  /** `pays`: the person is the customer. What they fill in must stay where it is while the card above it changes. */
  constructor(live, chat, { pays }) {
    this.chat = chat;
    this.root = $("payment");
    this.tills = pays ? new Tills() : null;
    this.root.append(this.#card, ...(this.tills ? [this.tills.root] : []), this.#hideButton);
    live.on("line", (line) => line.card_key?.startsWith("pay:") && this.#follow(line));
    live.on("lobby", () => { this.#caughtUp = true; });
  }

  #follow(line) {
    const due = line.message.buttons.flat().find((button) => isPayPage(button.url));
    if (this.#caughtUp || due) return this.#show(line, due);
    if (line.message_id === this.#shown) this.root.hidden = true; // settled before this page was opened
  }

  #show(line, due) {
    const unfolded = line.message_id === this.#shown && this.#card.querySelector("details")?.open;
    const comesNew = this.root.hidden;
    this.#shown = line.message_id;
    this.#card.replaceChildren(...folded(this.chat.parts(line), unfolded));
    this.#hideButton.textContent = due ? "Later" : "Close";
    if (due) this.tills?.serve(due);
    else this.tills?.close();
    this.root.classList.toggle("due", Boolean(due));
    this.root.hidden = false;
    if (comesNew && this.#caughtUp) this.root.scrollIntoView({ block: "nearest" });
  }

  #hide() {
    this.root.hidden = true;
    $("words").focus();
  }
}

/** A picture of somebody's face lies below: the lines of a long card are folded, the pay button is in reach. */
function folded(parts, open) {
  const rows = parts.find((part) => part.tagName === "DL");
  const rest = rows ? [...rows.children].slice(2 * ALWAYS) : [];
  if (rest.length <= 2 * ALWAYS) return parts;
  const more = el("details", { class: "more" }, el("summary", {}, "Details"), el("dl", {}, ...rest));
  more.open = Boolean(open);
  return parts.flatMap((part) => (part === rows ? [part, more] : [part]));
}
