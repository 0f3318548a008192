// Draws Block Kit. `stage` says what happens: open(url), press(element, block, choice), people, and a `key` for ids.

import { h } from "./dom.js";
import { control, valueOf } from "./fields.js";
import { link, rich } from "./rich.js";

const DRAW = { section, header, context, divider, actions, image, input, markdown, rich_text: richText, video };
const MARKS = { bold: "strong", italic: "em", strike: "s", code: "code" };
const BOXED = ["checkboxes", "radio_buttons"];

/** Nodes for `blocks`. */
export function drawBlocks(blocks, stage) {
  return blocks.map((block) => {
    const draw = DRAW[block.type];
    const content = draw ? draw(block, stage) : [h("em", {}, `A block of type ${block.type}`)];
    return h("div", { class: `sl-block sl-${block.type}`, "data-block": block.block_id }, content);
  });
}

const text = (object, stage) => (object ? rich(object.pieces, stage.open) : []);

function section(block, stage) {
  const fields = (block.fields || []).map((field) => h("div", { class: "sl-field" }, text(field, stage)));
  return [
    h("div", { class: "sl-words" }, block.text ? h("div", { class: "sl-text" }, text(block.text, stage)) : null, fields.length ? h("div", { class: "sl-fields" }, fields) : null),
    block.accessory ? h("div", { class: "sl-accessory" }, element(block.accessory, block, stage)) : null,
  ];
}

function header(block, stage) {
  return [h("h4", {}, text(block.text, stage))];
}

function context(block, stage) {
  return block.elements.map((part) => (part.type === "image" ? picture(part) : h("span", {}, text(part, stage))));
}

function divider() {
  return [h("hr")];
}

function actions(block, stage) {
  return block.elements.map((one) => element(one, block, stage));
}

function image(block, stage) {
  return [block.title ? h("div", { class: "sl-quiet" }, text(block.title, stage)) : null, picture(block)];
}

function markdown(block) {
  return [h("div", { class: "sl-text" }, block.text)];
}

function video(block, stage) {
  return [link(block.title.text, block.title_url || block.video_url, stage.open)];
}

function richText(block, stage) {
  const bare = (one) => (one.type === "link" ? link(one.text || one.url, one.url, stage.open) : document.createTextNode(one.text || one.name || ""));
  const leaf = (one) => Object.entries(MARKS).reduce((inside, [style, tag]) => (one.style?.[style] ? h(tag, {}, inside) : inside), bare(one));
  return block.elements.map((part) => h("div", { class: "sl-text" }, (part.elements || []).map(leaf)));
}

function input(block, stage) {
  const id = `${stage.key}-${block.block_id}`;
  const made = control(block.element, id, stage.people);
  const hint = block.hint ? h("small", { id: `${id}-hint`, class: "sl-hint" }, text(block.hint, stage)) : null;
  const error = h("p", { id: `${id}-error`, class: "sl-error", role: "alert", hidden: true });
  made.setAttribute("aria-describedby", `${id}-hint ${id}-error`);
  const optional = block.optional ? h("span", { class: "sl-optional" }, " (optional)") : null;
  const label = BOXED.includes(block.element.type)
    ? h("span", { class: "sl-label", id: `${id}-label` }, text(block.label, stage), optional)
    : h("label", { class: "sl-label", for: id }, text(block.label, stage), optional);
  if (BOXED.includes(block.element.type)) made.setAttribute("aria-labelledby", `${id}-label`);
  if (block.dispatch_action) made.addEventListener("change", () => stage.press(block.element, block, valueOf(made)));
  return [label, made, hint, error];
}

function picture(part) {
  return /^https?:/.test(part.image_url || "") ? h("img", { src: part.image_url, alt: part.alt_text || "", loading: "lazy" }) : h("span", {}, part.alt_text || "");
}

function element(one, block, stage) {
  if (one.type === "button") return button(one, block, stage);
  if (one.type === "image") return picture(one);
  if (one.type === "overflow") return overflow(one, block, stage);
  const made = control(one, `${stage.key}-${block.block_id}-${one.action_id}`, stage.people);
  made.setAttribute("aria-label", one.placeholder?.text || "Choose");
  made.addEventListener("change", () => stage.press(one, block, valueOf(made)));
  return made;
}

function button(one, block, stage) {
  const style = one.style ? ` sl-${one.style}` : "";
  const press = (event) => stage.press(one, block, null, event.currentTarget);
  return h("button", { type: "button", class: `sl-button${style}`, "aria-label": one.accessibility_label, onclick: press },
    text(one.text, stage), one.url ? h("span", { "aria-hidden": "true" }, " ↗") : null);
}

function overflow(one, block, stage) {
  const option = (choice) => h("option", { value: choice.value }, choice.text.text);
  const made = h("select", { class: "sl-overflow", "aria-label": "More" }, h("option", { value: "" }, "⋯"), one.options.map(option));
  made.addEventListener("change", () => {
    stage.press(one, block, made.value);
    made.value = "";
  });
  return made;
}
