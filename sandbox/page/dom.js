// Small helpers shared by the shell's modules and the panes of the messengers. Foreign text only ever becomes text, never markup.

/** An element with properties and children: el("button", { onclick, className: "x" }, "Text"). */
export function el(tag, properties = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name in made) made[name] = value;
    else made.setAttribute(name, value);
  }
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}

/** An element, where `props` are attributes: `on*` functions become listeners; false and null are left out. Text is never HTML. */
export function h(tag, props = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === false || value === null || value === undefined) continue;
    if (typeof value === "function") element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

/** Asks the sandbox; gives the JSON, or throws with the sentence that it answered. */
export async function ask(path, body, method = body === undefined ? "GET" : "POST") {
  const given = body === undefined ? {} : { headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) };
  const answer = await fetch(path, { method, ...given });
  const text = await answer.text();
  const told = text ? JSON.parse(text) : null;
  if (!answer.ok) throw new Error((typeof told?.error === "string" && told.error) || told?.error?.message || told?.description || told?.detail?.toString() || `${answer.status}`);
  return told;
}

/** Shows a sentence for a few seconds. */
export function alertUser(text) {
  const line = el("p", {}, text);
  document.getElementById("alerts").append(line);
  setTimeout(() => line.remove(), 6000);
}

/** Runs a click's work, and says what went wrong. */
export const careful = (work) => async (event) => {
  try {
    await work(event);
  } catch (error) {
    alertUser(error.message);
  }
};

/** JSON indented, other text as it is. */
export function pretty(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
