// One message: who, when, what, and what can be done with it.

import { avatar, h } from "./dom.js";
import { drawBlocks } from "./blocks.js";
import { rich } from "./rich.js";

const REACTIONS = [["white_check_mark", "✅"], ["eyes", "👀"], ["+1", "👍"]];

/** A row for `message`. `pane` carries out what is chosen; inside a thread there is no way to open it again. */
export function row(message, pane, inThread) {
  const marks = [message.only_me && "sl-only-me", message.gone && "sl-gone"].filter(Boolean).join(" ");
  const element = h("article", { class: `sl-message ${marks}`, "data-ts": message.ts },
    avatar(message.author),
    h("div", { class: "sl-content" },
      message.only_me ? onlyMe(message, pane) : null,
      head(message), body(message, pane), files(message), reactions(message, pane),
      inThread ? null : thread(message, pane)),
    message.only_me || message.gone ? null : menu(message, pane, inThread));
  return element;
}

function onlyMe(message, pane) {
  return h("p", { class: "sl-quiet" }, "👁 Only visible to you · ",
    h("button", { type: "button", class: "sl-link", onclick: () => pane.does("dismisses", { ts: message.ts }) }, "Dismiss"));
}

function head(message) {
  return h("div", { class: "sl-head" },
    h("strong", {}, message.author.name),
    message.author.role === "bot" ? h("span", { class: "sl-badge" }, "APP") : null,
    h("time", { title: message.when.full }, message.when.time),
    message.pinned ? h("span", { title: "Pinned" }, "📌") : null);
}

function body(message, pane) {
  const edited = message.edited ? h("span", { class: "sl-quiet" }, " (edited)") : null;
  if (!message.blocks.length) return h("div", { class: "sl-text" }, rich(message.pieces, pane.open), edited);
  const stage = {
    key: `m${message.ts}`,
    people: pane.state.people,
    open: pane.open,
    press: (element, block, choice, pressed) => pane.press(message, element, block, choice, pressed),
  };
  return h("div", { class: "sl-blocks" }, drawBlocks(message.blocks, stage), edited);
}

function files(message) {
  return message.files.map((file) => {
    const address = `/ui/slack/files/${file.id}`;
    if (file.picture) return h("a", { class: "sl-photo", href: address, target: "_blank" }, h("img", { src: address, alt: file.name }));
    return h("a", { class: "sl-file", href: address, download: file.name }, h("span", { "aria-hidden": "true" }, "📄"), h("span", {}, file.name, h("small", {}, ` ${size(file.size)}`)));
  });
}

function size(bytes) {
  return bytes < 1024 ? `${bytes} B` : bytes < 1048576 ? `${Math.round(bytes / 1024)} KB` : `${(bytes / 1048576).toFixed(1)} MB`;
}

function reactions(message, pane) {
  if (!message.reactions.length) return null;
  return h("div", { class: "sl-reactions" }, message.reactions.map((one) => h("button", {
    type: "button", "aria-pressed": String(one.mine), "aria-label": `${one.name}, ${one.count}`,
    onclick: () => pane.does("reacts", { ts: message.ts, name: one.name }),
  }, `${one.text} ${one.count}`)));
}

function thread(message, pane) {
  if (!message.replies && !message.is_reply) return null;
  const words = message.is_reply ? "Part of a thread" : message.replies === 1 ? "1 reply" : `${message.replies} replies`;
  return h("button", { type: "button", class: "sl-link sl-replies", onclick: () => pane.openThread(message.thread_ts || message.ts) }, words);
}

function menu(message, pane, inThread) {
  const details = h("details", { class: "sl-menu" });
  const item = (words, run) => h("button", { type: "button", onclick: () => { details.open = false; run(); } }, words);
  const react = ([name, sign]) => h("button", { type: "button", "aria-label": `React with ${name}`, onclick: () => { details.open = false; pane.does("reacts", { ts: message.ts, name }); } }, sign);
  details.append(
    h("summary", { "aria-label": "What to do with this message" }, "⋯"),
    h("div", { class: "sl-menu-items" },
      h("div", { class: "sl-row" }, REACTIONS.map(react)),
      inThread ? null : item("Reply in thread", () => pane.openThread(message.thread_ts || message.ts)),
      pane.state.shortcuts.map((one) => item(one.name, () => pane.does("uses_shortcut", { ts: message.ts, callback_id: one.callback_id }))),
      message.mine ? item("Edit", () => pane.edit(message, inThread)) : null,
      message.mine ? item("Delete", () => pane.does("deletes", { ts: message.ts })) : null));
  details.addEventListener("focusout", (event) => { if (!details.contains(event.relatedTarget)) details.open = false; });
  return details;
}
