// Paying in the room page itself: the gateway's own form, a UPI code, or the pay link as a code for a phone.
// The pay link on the card above stays whatever happens here, so there is always a way.

import { el } from "./dom.js";
import { mountStripe } from "./stripe.js";

const FORMS = { stripe: mountStripe }; // way -> how its form is mounted; gives a function that takes it away again
const NOTHING_LEFT = "This cannot be shown here. Use the pay button above: it opens the pay page in a new tab.";

export class Tills {
  root = el("div", { class: "tills" });
  #choices = el("p", { class: "buttons" });
  #place = el("div", { class: "till" });
  #words = el("p", { class: "small", role: "status" });
  #base = ""; // of the request that is served, as a path
  #label = "";
  #unmount = null;

  constructor() {
    this.root.append(this.#choices, this.#place, this.#words);
  }

  /** Offers what can be done with a card's pay button; as long as it says the same sum, all stays as it is. */
  async serve({ url, label }) {
    const base = new URL(url).pathname;
    if (base === this.#base && label === this.#label) return;
    this.close();
    [this.#base, this.#label] = [base, label];
    const offers = await this.#ask("offers").catch(() => null);
    if (offers?.can_pay && base === this.#base) this.#offer(offers);
  }

  close() {
    this.#clear();
    this.#base = this.#label = "";
    this.#choices.replaceChildren();
    this.#words.textContent = "";
  }

  #offer({ forms, upi }) {
    const here = forms.filter(({ way }) => FORMS[way]);
    this.#choices.replaceChildren(
      ...here.map((offer) => this.#choice(`Pay here with ${offer.title}`, () => this.#form(offer))),
      ...upi.map((offer) => this.#choice(upi.length > 1 ? `UPI QR by ${offer.title}` : "UPI QR", () => this.#upi(offer))),
    );
    this.#place.replaceChildren(phone(this.#base));
  }

  #choice(label, deed) {
    const pressed = async ({ currentTarget: button }) => {
      button.disabled = true;
      await this.#attempt(deed);
      button.disabled = false;
    };
    return el("button", { type: "button", class: "button", onclick: pressed }, label);
  }

  async #attempt(deed) {
    const base = this.#base;
    this.#clear();
    this.#words.textContent = "One moment…";
    try {
      await deed();
      if (base === this.#base) this.#words.textContent = "";
    } catch (error) {
      if (base !== this.#base) return;
      this.#clear();
      this.#words.textContent = error.sentence ?? NOTHING_LEFT;
    }
  }

  async #form({ way }) {
    const base = this.#base;
    const form = await this.#ask(`forms/${way}`, "POST");
    const place = el("div", { class: "form" });
    this.#place.replaceChildren(place);
    place.scrollIntoView({ block: "start" }); // it grows while it loads
    const unmount = await FORMS[way](form, place, () => this.#completed(base));
    if (base === this.#base && place.isConnected) this.#unmount = unmount;
    else unmount(); // paid or put away meanwhile
  }

  async #upi({ way }) {
    const { title, link, picture } = await this.#ask(`upi/${way}/code`, "POST");
    this.#place.replaceChildren(
      el("img", { class: "qr", src: picture, alt: "UPI code", width: 220, height: 220 }),
      link ? el("p", { class: "here" }, el("a", { class: "button", href: link }, "Open a UPI app on this phone")) : "",
      el("p", { class: "small" }, `Scan it with any UPI app. It takes one payment, through ${title}.`),
    );
  }

  /** The gateway's form says it is done. That proves nothing: our server asks the gateway, and the card turns. */
  #completed(base) {
    if (base !== this.#base) return;
    this.#clear();
    this.#choices.replaceChildren();
    this.#words.textContent = "Thank you. The payment is being confirmed…";
    this.#ask("state").catch(() => {}); // the webhook, or the next question, will tell
  }

  #clear() {
    this.#unmount?.();
    this.#unmount = null;
    this.#place.replaceChildren();
  }

  /** Throws an error that bears our server's `sentence`. */
  async #ask(what, method = "GET") {
    const answer = await fetch(`${this.#base}/${what}`, { method });
    const told = await answer.json();
    if (!answer.ok) throw Object.assign(new Error(told.sentence), { sentence: told.sentence });
    return told;
  }
}

/** The pay link for a phone in one's hand; shown on wide screens. */
function phone(base) {
  return el(
    "figure",
    { class: "phone" },
    el("img", { class: "qr", src: `${base}/qr.svg`, alt: "QR code of the pay page", width: 132, height: 132 }),
    el("figcaption", { class: "small" }, "Or pay with your phone: point its camera here."),
  );
}
