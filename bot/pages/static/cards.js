// One message as elements: words, a card with its lines and buttons, pictures and files.

import { ask, el } from "./dom.js";
import { size } from "./format.js";

const PICTURES = new Set(["image/png", "image/jpeg", "image/gif", "image/webp"]);

/**
 * The parts of a message. `press(button)` hears its buttons; `fileUrl(index)` says where its files lie.
 */
export function messageParts(message, { press, fileUrl }) {
  return [
    message.title || message.badge ? heading(message) : "",
    message.text ? el("p", { class: "text" }, message.text) : "",
    message.pairs.length ? el("dl", {}, ...message.pairs.flatMap(pair)) : "",
    ...message.files.map((file, index) => attachment(file, fileUrl(index))),
    ...message.buttons.map((row) => buttonRow(row, press)),
    message.footnote ? el("p", { class: "small" }, message.footnote) : "",
  ].filter(Boolean);
}

function heading({ title, badge }) {
  return el("h3", {}, title, badge ? el("span", { class: "badge" }, badge) : "");
}

function pair({ label, value }) {
  return [el("dt", {}, label), el("dd", {}, value)];
}

function attachment(file, url) {
  const about = [file.name, size(file.size)].filter(Boolean).join(" · ");
  if (!PICTURES.has(file.mime)) return el("p", {}, el("a", { class: "file", href: url, download: file.name }, about));
  const picture = el("img", { src: url, alt: file.name, loading: "lazy" });
  return el("p", {}, el("a", { href: url, target: "_blank", rel: "noopener" }, picture));
}

/** Buttons that lead into the room are left out: we are in it, and a fresh link would end this one. */
function buttonRow(row, press) {
  const useful = row.filter(({ action, url }) => !action.startsWith("room.") && !isRoom(url));
  return useful.length ? el("p", { class: "buttons" }, ...useful.map((each) => button(each, press))) : "";
}

function button({ label, action, value, url, style, ask: question }, press) {
  const look = `button ${style}`;
  if (url) return /^https?:/i.test(url) ? link(label, url, look) : "";
  const pressed = async (event) => {
    const pressedButton = event.currentTarget;
    if (question && !(await ask(question))) return;
    pressedButton.disabled = true; // the answer edits the card; else it may be pressed again
    setTimeout(() => { pressedButton.disabled = false; }, 4000);
    press({ action, value });
  };
  return el("button", { type: "button", class: look, "data-action": action, onclick: pressed }, label);
}

function link(label, url, look) {
  return el("a", { class: look, href: fromRoom(url), target: "_blank", rel: "noopener noreferrer" }, label);
}

/** Our own pay page is told that the call stays open behind it. */
function fromRoom(url) {
  const address = new URL(url);
  if (isPayPage(url)) address.searchParams.set("from", "room");
  return address.href;
}

function isRoom(url) {
  return /^https?:/i.test(url) && new URL(url).origin === location.origin && new URL(url).pathname.startsWith("/room/");
}

export function isPayPage(url) {
  return /^https?:/i.test(url) && /^\/pay\/[^/]+$/.test(new URL(url).pathname);
}
