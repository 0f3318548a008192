// Text with Telegram's marks as elements. Offsets are UTF-16 units, which is what JavaScript counts in.

import { h } from "./dom.js";

const TAGS = {
  bold: "strong", italic: "em", underline: "u", strikethrough: "s", code: "code", pre: "pre",
  blockquote: "blockquote", expandable_blockquote: "blockquote",
};
const WORDS = new Set(["mention", "hashtag", "custom_emoji", "text_mention"]);

/** The nodes for `text`; `acts`: what a tap on a link (`open`) or a command (`send`) does. */
export function rich(text, entities = [], acts = {}) {
  const order = [...entities].sort((a, b) => a.offset - b.offset || b.length - a.length);
  return piece(text, order, 0, text.length, acts);
}

function piece(text, entities, from, to, acts) {
  const nodes = [];
  let at = from;
  for (let index = 0; index < entities.length; index += 1) {
    const entity = entities[index];
    const end = Math.min(entity.offset + entity.length, to);
    if (entity.offset < at || entity.offset >= to) continue;
    nodes.push(text.slice(at, entity.offset));
    const inner = entities.slice(index + 1).filter((each) => each.offset < end);
    nodes.push(marked(entity, text.slice(entity.offset, end), piece(text, inner, entity.offset, end, acts), acts));
    at = end;
  }
  nodes.push(text.slice(at, to));
  return nodes.filter((node) => node !== "");
}

function marked(entity, words, inner, acts) {
  const { type } = entity;
  if (TAGS[type]) return h(TAGS[type], {}, inner);
  if (type === "spoiler") return spoiler(inner);
  if (type === "text_link" || type === "url") return link(entity.url || words, inner, acts);
  if (type === "email") return h("a", { href: `mailto:${words}` }, inner);
  if (type === "bot_command" && acts.send) {
    return h("button", { class: "tg-command", type: "button", onclick: () => acts.send(words) }, inner);
  }
  return WORDS.has(type) || type === "bot_command" ? h("span", { class: "tg-word" }, inner) : h("span", {}, inner);
}

function link(url, inner, acts) {
  const open = (event) => {
    event.preventDefault();
    acts.open?.(url);
  };
  // Whoever wrote the message chose the address: nothing but the web opens from here.
  return /^https?:/i.test(url) ? h("a", { href: url, rel: "noopener noreferrer", target: "_blank", onclick: open }, inner)
    : h("span", { class: "tg-word" }, inner);
}

function spoiler(inner) {
  const show = (event) => event.currentTarget.classList.add("tg-shown");
  return h("button", { class: "tg-spoiler", type: "button", "aria-label": "Show hidden text", onclick: show }, inner);
}
