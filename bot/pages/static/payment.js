// The payment card over the call. It comes with a request, follows it in place, and can be put aside.

import { isPayPage } from "./cards.js";
import { $, el } from "./dom.js";

export class PaymentCard {
  #caughtUp = false; // what comes now is new
  #shown = null; // message id

  constructor(live, chat) {
    this.chat = chat;
    this.root = $("payment");
    live.on("line", (line) => line.card_key?.startsWith("pay:") && this.#follow(line));
    live.on("lobby", () => { this.#caughtUp = true; });
  }

  #follow(line) {
    const due = line.message.buttons.flat().some((button) => isPayPage(button.url));
    if (this.#caughtUp || due) return this.#show(line, due);
    if (line.message_id === this.#shown) this.root.hidden = true; // settled before this page was opened
  }

  #show(line, due) {
    this.#shown = line.message_id;
    const hide = el("button", { type: "button", class: "quiet", onclick: () => this.#hide() }, due ? "Later" : "Close");
    this.root.replaceChildren(...this.chat.parts(line), hide);
    this.root.classList.toggle("due", due);
    this.root.hidden = false;
  }

  #hide() {
    this.root.hidden = true;
    $("words").focus();
  }
}
