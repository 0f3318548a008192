// Two web browsers, the customer's and the agent's, in one pane.
import { el } from "./dom.js";

const WHO = { customer: "Customer's browser", agent: "Agent's browser" };
const ALLOW = "camera; microphone; autoplay; display-capture; clipboard-write; fullscreen";

/** Builds the pane; gives what others may do with it: show a page, send a form to one, press a button in one. */
export function mountBrowser(pane, reveal) {
  const tabs = el("div", { className: "heads", role: "tablist", "aria-label": "Whose browser" });
  const views = {};
  const choose = (who) => {
    for (const [name, view] of Object.entries(views)) {
      view.tab.setAttribute("aria-selected", String(name === who));
      view.box.hidden = name !== who;
    }
  };
  pane.append(tabs);
  for (const [who, title] of Object.entries(WHO)) {
    views[who] = makeView(who, title);
    views[who].tab.onclick = () => choose(who);
    tabs.append(views[who].tab);
    pane.append(views[who].box);
  }
  choose("customer");
  const look = (who) => {
    choose(who);
    reveal();
    return views[who];
  };
  return {
    show: (url, who = "customer") => look(who).go(url),
    submit: (url, who) => submit(url, look(who).frame),
    press: (who, words) => press(views[who].frame, words),
  };
}

/** Posts an empty form to `url`, as a press of that page's only button would. */
function submit(url, frame) {
  const form = el("form", { method: "post", action: url, target: frame.name, hidden: true });
  document.body.append(form);
  form.submit();
  form.remove();
}

/** Presses a button of a page that the sandbox itself serves; false while there is none. */
function press(frame, words) {
  try {
    const found = [...frame.contentDocument.querySelectorAll("button")].find((button) => button.textContent.startsWith(words));
    found?.click();
    return Boolean(found);
  } catch {
    return false;
  }
}

function makeView(who, title) {
  const address = el("input", { type: "url", "aria-label": `${title}: address`, placeholder: "Links from the chats open here" });
  const frame = el("iframe", { title, name: `browser-${who}`, allow: ALLOW, hidden: true });
  const empty = el("p", { className: "empty" }, "Nothing open. Tap a link in a chat: the room and the pay page open here.");
  const go = (url) => {
    address.value = url;
    frame.hidden = false;
    empty.hidden = true;
    frame.src = url;
  };
  frame.onload = () => {
    try {
      const { href } = frame.contentWindow.location;
      if (href !== "about:blank") address.value = href;
    } catch {
      // A page of the program itself: its address is not ours to read.
    }
  };
  const again = el("button", { type: "button", title: "Reload", "aria-label": "Reload", onclick: () => go(address.value) }, "↻");
  const out = el("button", { type: "button", title: "Open in a window of its own", "aria-label": "Open in a window of its own", onclick: () => address.value && window.open(address.value, "_blank", "noopener") }, "↗");
  const bar = el("form", { className: "address" }, again, address, out);
  bar.onsubmit = (event) => {
    event.preventDefault();
    if (address.value) go(address.value);
  };
  const box = el("div", { className: "view", role: "tabpanel", "aria-label": title, id: `view-${who}` }, bar, empty, frame);
  const tab = el("button", { role: "tab", "aria-controls": box.id }, title);
  return { tab, box, frame, go };
}
