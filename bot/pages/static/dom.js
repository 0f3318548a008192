// Small helpers over the document. Text is only ever set as text.

export const $ = (id) => document.getElementById(id);

/** An element with attributes and children (elements or strings; empty ones are left out). */
export function el(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value !== false && value != null) element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.filter((child) => child !== "" && child != null));
  return element;
}

/** A random word of our own. `crypto.randomUUID` exists on secure pages only. */
export function freshId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** A yes-or-no question; true for yes. */
export function ask(question, yes = "Yes", no = "No") {
  const dialog = $("question");
  $("question-title").textContent = question;
  dialog.querySelector("[value=yes]").textContent = yes;
  dialog.querySelector("[value=no]").textContent = no;
  return answer(dialog);
}

/** Opens a dialog; true when it was closed with its yes button. */
export function answer(dialog) {
  dialog.returnValue = "no"; // what Escape leaves
  dialog.showModal();
  return new Promise((done) => {
    dialog.addEventListener("close", () => done(dialog.returnValue === "yes"), { once: true });
  });
}
