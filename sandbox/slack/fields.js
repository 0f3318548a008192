// Everything that can be filled in or chosen: Block Kit elements as form controls, and what they hold.

import { h } from "./dom.js";

const TEXTS = { email_text_input: "email", url_text_input: "url", number_input: "text" };
const MOMENTS = { datepicker: ["date", "initial_date"], timepicker: ["time", "initial_time"] };
const SELECTS = ["static_select", "external_select", "users_select", "conversations_select", "channels_select"];
const MULTIPLE = ["multi_static_select", "multi_users_select", "multi_conversations_select"];

const words = (text) => (text ? text.text : "");

/** A control for `element`; `id` ties it to its label. `people` fill the menus that name persons. */
export function control(element, id, people = []) {
  const made = build(element, id, people);
  made.dataset.action = element.action_id;
  made.dataset.kind = element.type;
  return made;
}

function build(element, id, people) {
  const { type } = element;
  if (SELECTS.includes(type) || MULTIPLE.includes(type)) return menu(element, id, people, MULTIPLE.includes(type));
  if (type === "checkboxes" || type === "radio_buttons") return choices(element, id);
  if (MOMENTS[type]) return h("input", { id, type: MOMENTS[type][0], value: element[MOMENTS[type][1]] });
  if (type === "datetimepicker") return h("input", { id, type: "datetime-local", value: localMoment(element.initial_date_time) });
  return line(element, id);
}

function line(element, id) {
  const shared = { id, placeholder: words(element.placeholder), maxlength: element.max_length };
  if (element.multiline) {
    const area = h("textarea", { rows: 4, ...shared });
    area.value = element.initial_value || "";
    return area;
  }
  const number = element.type === "number_input" ? { inputmode: "decimal" } : {};
  return h("input", { type: TEXTS[element.type] || "text", value: element.initial_value, autocomplete: "off", ...number, ...shared });
}

function menu(element, id, people, multiple) {
  const persons = people.map((person) => ({ text: { text: person.name }, value: person.id }));
  const first = new Set([element.initial_option, ...(element.initial_options || [])].filter(Boolean).map((option) => option.value));
  const option = (one) => h("option", { value: one.value, selected: first.has(one.value) }, words(one.text));
  const groups = (element.option_groups || []).map((group) => h("optgroup", { label: words(group.label) }, group.options.map(option)));
  const blank = multiple ? null : h("option", { value: "" }, words(element.placeholder) || "Choose");
  const options = /users_select$/.test(element.type) ? persons : element.options || [];
  return h("select", { id, multiple }, blank, options.map(option), groups);
}

function choices(element, id) {
  const kind = element.type === "checkboxes" ? "checkbox" : "radio";
  const first = new Set([element.initial_option, ...(element.initial_options || [])].filter(Boolean).map((option) => option.value));
  const one = (option) => h("label", { class: "sl-choice" },
    h("input", { type: kind, name: id, value: option.value, checked: first.has(option.value) }),
    h("span", {}, words(option.text), option.description ? h("small", {}, words(option.description)) : null));
  return h("div", { id, role: kind === "radio" ? "radiogroup" : "group" }, (element.options || []).map(one));
}

function localMoment(seconds) {
  if (!seconds) return null;
  const moment = new Date(seconds * 1000);
  return new Date(moment - moment.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

/** What a control holds now, in the form the sandbox takes. */
export function valueOf(made) {
  const { kind } = made.dataset;
  if (kind === "checkboxes") return [...made.querySelectorAll(":checked")].map((box) => box.value);
  if (kind === "radio_buttons") return made.querySelector(":checked")?.value ?? "";
  if (made.multiple) return [...made.selectedOptions].map((option) => option.value);
  if (kind === "datetimepicker") return made.value ? String(Date.parse(made.value) / 1000) : "";
  return made.value;
}

/** What stands in all controls below `root`: by block, by action. */
export function valuesIn(root) {
  const values = {};
  for (const made of root.querySelectorAll("[data-action][data-kind]")) {
    const block = made.closest("[data-block]");
    if (block) (values[block.dataset.block] ||= {})[made.dataset.action] = valueOf(made);
  }
  return values;
}
