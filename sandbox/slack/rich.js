// Draws the pieces of a text. Pieces come as data; nothing here reads markup.

import { h } from "./dom.js";

const TAGS = { bold: "strong", italic: "em", strike: "s" };
const KINDS = { person: "sl-mention", channel: "sl-mention", all: "sl-mention" };

/** Nodes for `pieces`. `open(url)` is called for links. */
export function rich(pieces, open) {
  return (pieces || []).map((piece) => (piece.styles || []).reduce((inside, style) => h(TAGS[style], {}, inside), bare(piece, open)));
}

function bare(piece, open) {
  if (piece.kind === "link") return link(piece.text, piece.url, open);
  if (piece.kind === "code") return h("code", {}, piece.text);
  if (piece.kind === "pre") return h("pre", {}, piece.text);
  if (KINDS[piece.kind]) return h("span", { class: KINDS[piece.kind] }, piece.text);
  return document.createTextNode(piece.text);
}

/** A link that opens where the page wants it; only addresses of the web and of mail are links at all. */
export function link(text, url, open, more = {}) {
  if (!/^(https?|mailto):/i.test(url)) return document.createTextNode(text);
  const go = (event) => {
    event.preventDefault();
    open(url);
  };
  return h("a", { href: url, rel: "noreferrer", onclick: go, ...more }, text);
}
