// One message as a bubble: who, what, the buttons under it, and what a reader can do with it.

import { h, timeOf } from "./dom.js";
import { rich } from "./rich.js";

const REACTIONS = ["👍", "❤", "🎉", "🙏", "😢"];
const fileUrl = (id) => `/ui/telegram/files/${encodeURIComponent(id)}`;
const LINES = {
  migrate_to_chat_id: () => "The group became a supergroup",
  migrate_from_chat_id: () => "The group became a supergroup",
  forum_topic_created: (it) => `Topic “${it.name}” was created`,
  forum_topic_edited: (it) => `Topic was renamed to “${it.name}”`,
  forum_topic_closed: () => "Topic was closed",
  forum_topic_reopened: () => "Topic was reopened",
  successful_payment: (it) => `Payment of ${sum(it)} went through`,
  refunded_payment: (it) => `Payment of ${sum(it)} was refunded`,
};
const SIZES = ["B", "KB", "MB"];

function sum({ currency, total_amount: total }) {
  if (currency === "XTR") return `⭐ ${total}`;
  const format = new Intl.NumberFormat([], { style: "currency", currency });
  return format.format(total / 10 ** format.resolvedOptions().maximumFractionDigits);
}

function weight(bytes) {
  const step = Math.min(Math.floor(Math.log(Math.max(bytes, 1)) / Math.log(1024)), 2);
  return `${(bytes / 1024 ** step).toFixed(step ? 1 : 0)} ${SIZES[step]}`;
}

const ATTACHED = {
  photo: (sizes, message) => h("img", {
    class: "tg-photo", src: fileUrl(sizes.at(-1).file_id), alt: message.caption || "Photo", width: sizes.at(-1).width, height: sizes.at(-1).height,
  }),
  document: (file) => h("a", { class: "tg-file", href: fileUrl(file.file_id), download: file.file_name || "file" },
    h("span", { class: "tg-file-icon", "aria-hidden": "true" }, "↓"),
    h("span", {}, h("strong", {}, file.file_name || "File"), h("small", {}, weight(file.file_size)))),
  voice: (file) => h("audio", { controls: true, src: fileUrl(file.file_id), "aria-label": "Voice message" }),
  audio: (file) => h("audio", { controls: true, src: fileUrl(file.file_id), "aria-label": file.title || "Audio" }),
  video: (file) => h("video", { controls: true, src: fileUrl(file.file_id), class: "tg-photo", "aria-label": "Video" }),
  location: (place) => h("div", { class: "tg-place" },
    h("span", { "aria-hidden": "true" }, "📍"), `Location ${place.latitude.toFixed(4)}, ${place.longitude.toFixed(4)}`),
  contact: (it) => h("div", { class: "tg-place" }, h("span", { "aria-hidden": "true" }, "👤"), `${it.first_name}, ${it.phone_number}`),
  invoice: (it) => h("div", { class: "tg-invoice" }, h("strong", {}, it.title), h("span", {}, it.description), h("b", {}, sum(it))),
};

/** The line a service message shows, or null for an ordinary one. */
export function serviceLine(message) {
  const kind = Object.keys(LINES).find((name) => name in message);
  return kind ? LINES[kind](message[kind]) : null;
}

/** A short form of a message for lists and quotes. */
export function gist(message) {
  const kind = Object.keys(ATTACHED).find((name) => name in message);
  return message.text || message.caption || serviceLine(message) || (kind ? kind[0].toUpperCase() + kind.slice(1) : "Message");
}

/** Fold a menu when the focus goes elsewhere. */
export function closeWhenLeft({ currentTarget: box, relatedTarget: next }) {
  if (next && !box.contains(next)) box.open = false;
}

/** The list item for `message`. `acts`: tap, open, send, react, edit, remove, reply; `me`: who looks. */
export function bubble(message, me, acts, names = false) {
  const line = serviceLine(message);
  if (line) return h("li", { class: "tg-service" }, h("span", {}, line));
  const own = message.from.id === me;
  const kind = Object.keys(ATTACHED).find((name) => name in message);
  const said = message.text ? rich(message.text, message.entities, acts) : rich(message.caption || "", message.caption_entities, acts);
  return h("li", { class: own ? "tg-item tg-own" : "tg-item", "data-message": message.message_id },
    h("div", { class: "tg-bubble" },
      h("span", { class: names && !own ? "tg-name" : "tg-quiet" }, own ? "You" : message.from.first_name),
      forwarded(message), quoted(message),
      kind && ATTACHED[kind](message[kind], message),
      said.length > 0 && h("div", { class: "tg-text" }, said),
      reactions(message),
      h("span", { class: "tg-meta" }, message.edit_date ? "edited " : "", timeOf(message.date)),
      menu(message, own, acts)),
    keyboard(message, acts));
}

function forwarded(message) {
  const from = message.forward_origin?.sender_user;
  return from ? h("span", { class: "tg-quote" }, `Forwarded from ${from.first_name}`) : null;
}

function quoted(message) {
  const answered = message.reply_to_message;
  // In a topic every message answers the one that opened it; nobody wants to read that.
  if (!answered || answered.forum_topic_created) return null;
  return h("span", { class: "tg-quote" }, h("b", {}, answered.from.first_name), h("span", {}, gist(answered)));
}

function reactions(message) {
  if (!message.reactions.length) return null;
  return h("span", { class: "tg-reactions", "aria-label": "Reactions" }, message.reactions.map((each) => h("span", {}, each.emoji)));
}

function keyboard(message, acts) {
  const rows = message.reply_markup?.inline_keyboard;
  if (!rows) return null;
  return h("div", { class: "tg-keys" }, rows.map((buttons, row) => h("div", {}, buttons.map((button, column) => {
    const tap = (event) => acts.tap(message, row, column, event.currentTarget);
    const away = button.url || button.web_app;
    return h("button", { type: "button", class: `tg-key tg-${button.style || "plain"}`, onclick: tap },
      message.paid && button.pay ? "Receipt" : button.text, away && h("span", { class: "tg-away", "aria-hidden": "true" }, "↗"));
  }))));
}

function menu(message, own, acts) {
  const item = (label, run) => h("button", { type: "button", onclick: (event) => {
    event.currentTarget.closest("details").open = false;
    run();
  } }, label);
  const emoji = REACTIONS.map((each) => item(each, () => acts.react(message, each)));
  const changeable = own && (message.text || message.photo || message.document);
  const shown = ({ currentTarget: box }) => box.open && box.lastElementChild.scrollIntoView({ block: "nearest" });
  return h("details", { class: "tg-more", ontoggle: shown, onfocusout: closeWhenLeft },
    h("summary", { "aria-label": `Message of ${timeOf(message.date)}: more` }, "⋯"),
    h("div", {}, h("div", { class: "tg-emoji" }, emoji),
      item("Reply", () => acts.reply(message)),
      changeable && item("Edit", () => acts.edit(message)),
      own && item("Delete", () => acts.remove(message))));
}
