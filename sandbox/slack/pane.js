// The Slack pane: one workspace through one person's eyes, and what that person can do in it.

import { act, h, manage, refresh, see } from "./dom.js";
import { drawBlocks } from "./blocks.js";
import { Composer } from "./composer.js";
import { valuesIn } from "./fields.js";
import { row } from "./message.js";
import { ask, Modal } from "./modal.js";

const SIGNS = { public: "#", private: "🔒", im: "●", mpim: "●" };

/** Put the pane into `element`. `bus.on("slack", fn)` tells of changes, `bus.open(url)` opens links. */
export function mount(element, bus) {
  return new Pane(element, bus);
}

class Pane {
  constructor(element, bus) {
    this.user = "U0ANA";
    this.channel = "";
    this.thread = "";
    this.tab = "messages";
    this.seen = new Map();
    this.chosen = new Map();
    this.open = (url) => (bus.open ? bus.open(url) : window.open(url, "_blank", "noopener"));
    this.build();
    element.classList.add("sl-pane");
    element.append(this.body, this.shade, this.question, this.notice);
    const does = { submit: (values) => this.submit(values), close: (everything) => act("closes", { user: this.user, everything }), press: (...what) => this.pressInView(...what, false) };
    this.modal = new Modal(this.shade, does, this.open);
    bus.on("slack", () => this.look());
    window.addEventListener("hashchange", () => this.follow());
    this.look().then(() => this.follow());
  }

  build() {
    this.viewers = h("div", { class: "sl-viewers", role: "group", "aria-label": "Whose Slack" });
    this.teams = h("div", { class: "sl-team" });
    this.list = h("nav", { class: "sl-list", "aria-label": "Conversations" });
    this.head = h("header", { class: "sl-top" });
    this.messages = h("div", { class: "sl-messages", role: "log", "aria-label": "Messages", tabindex: "0" });
    this.home = h("div", { class: "sl-home", hidden: true, tabindex: "0" });
    this.composer = new Composer("Message", () => ({ user: this.user, channel: this.channel }), (told) => this.told(told));
    this.replies = h("div", { class: "sl-messages", role: "log", "aria-label": "Thread", tabindex: "0" });
    this.answerer = new Composer("Reply", () => ({ user: this.user, channel: this.channel, thread_ts: this.thread }), (told) => this.told(told));
    this.side = h("aside", { class: "sl-thread", hidden: true, "aria-label": "Thread" },
      h("header", { class: "sl-top" }, h("h3", {}, "Thread"), h("button", { type: "button", class: "sl-icon", "aria-label": "Close the thread", onclick: () => this.openThread("") }, "×")),
      this.replies, this.answerer.element);
    this.body = h("div", { class: "sl-body" }, this.viewers,
      h("div", { class: "sl-columns" }, h("div", { class: "sl-side" }, this.teams, this.list),
        h("section", { class: "sl-main", "aria-label": "Conversation" }, this.head, this.messages, this.home, this.composer.element), this.side));
    this.shade = h("div", { class: "sl-shade", hidden: true });
    this.question = h("div", { class: "sl-shade", hidden: true });
    this.notice = h("div", { class: "sl-notice", role: "status", "aria-live": "polite" });
  }

  /** Look again; many changes in a row cost one request. */
  async look() {
    this.again = this.busy;
    if (this.busy) return;
    this.busy = true;
    const user = this.user;
    try {
      const state = await see(user);
      if (user === this.user) this.draw(state);
    } catch (error) {
      this.say(`Slack cannot be seen: ${error.message}`);
    }
    this.busy = false;
    if (this.again || user !== this.user) await this.look();
  }

  /** See through somebody else's eyes. */
  async as(user) {
    this.chosen.set(this.user, this.channel);
    this.user = user;
    this.channel = this.chosen.get(user) || "";
    this.thread = "";
    this.tab = "messages";
    this.composer.reset();
    await this.look();
  }

  /** Turn to a channel. */
  go(channel, tab = "messages") {
    this.channel = channel;
    this.thread = "";
    this.tab = tab;
    this.composer.reset();
    const place = this.state.channels.find((one) => one.id === channel);
    if (place?.app) act("opens_home", { user: this.user, tab });
    this.draw(this.state);
  }

  openThread(ts) {
    this.thread = ts;
    this.answerer.reset();
    this.draw(this.state);
    if (ts) this.answerer.area.focus();
  }

  draw(state) {
    this.state = state;
    const channels = state.channels;
    if (!channels.some((one) => one.id === this.channel)) this.channel = (channels.find((one) => one.has_bot) || channels[0])?.id || "";
    const place = channels.find((one) => one.id === this.channel);
    this.drawViewers(state);
    this.drawTeam(state);
    if (place) this.drawPlace(place, state);
    this.drawList(channels);
    for (const composer of [this.composer, this.answerer]) composer.commands = state.commands;
    this.modal.show(state.modal, state.people);
    this.shadow();
  }

  shadow() {
    this.body.inert = !this.shade.hidden || !this.question.hidden;
  }

  drawViewers(state) {
    const people = state.people.filter((person) => person.team === state.team.id);
    refresh(this.viewers, [people, this.user], () => people.map((person) => h("button", {
      type: "button", "aria-pressed": String(person.id === this.user), "aria-label": `${person.first}, ${person.role}`, title: `${person.name}, ${person.role}, ${person.tz}`, onclick: () => this.as(person.id),
    }, h("span", { class: `sl-dot sl-${person.role}`, "aria-hidden": "true" }), person.first)));
  }

  drawTeam(state) {
    const turn = (event) => this.as(state.people.find((person) => person.team === event.currentTarget.value).id);
    const does = (what) => async () => {
      const told = await manage(what, state.team.id);
      if (told.url) this.open(told.url);
      this.told(told);
    };
    const link = (label, what) => h("button", { type: "button", class: "sl-link", onclick: does(what) }, label);
    const { installed, org, may_let_in: mayLetIn } = state.team;
    refresh(this.teams, [state.teams, state.team, state.socket], () => [
      h("select", { "aria-label": "Workspace", onchange: turn }, state.teams.map((team) => h("option", { value: team.id, selected: team.id === state.team.id }, team.name))),
      installed ? link(org ? `Remove the app from ${org}` : "Remove the app", "uninstall") : link("Add the app", "install"),
      org && installed ? link("Take it out of this workspace", "access:out") : mayLetIn ? link("Let it in here", "access:in") : null,
      h("small", {}, state.socket ? "Socket Mode" : "")]);
  }

  drawList(channels) {
    const data = channels.map(({ id, name, kind, app, messages }) => ({ id, name, kind, app, now: id === this.channel, fresh: messages.length - (this.seen.get(this.user + id) || 0) }));
    const item = (one) => h("button", { type: "button", "aria-current": one.now ? "page" : null, class: one.fresh > 0 ? "sl-fresh" : "", onclick: () => this.go(one.id) },
      h("span", { "aria-hidden": "true" }, SIGNS[one.kind]), h("span", { class: "sl-name" }, one.name),
      one.app ? h("span", { class: "sl-badge" }, "APP") : null,
      one.fresh > 0 ? h("span", { class: "sl-count", "aria-label": `${one.fresh} new` }, String(one.fresh)) : null);
    refresh(this.list, data, () => [
      h("h4", {}, "Channels"), ...data.filter((one) => one.name && one.kind !== "im").map(item),
      h("h4", {}, "Direct messages"), ...data.filter((one) => one.kind === "im").map(item)]);
  }

  drawPlace(place, state) {
    this.seen.set(this.user + place.id, place.messages.length);
    const home = place.app && this.tab === "home";
    this.drawHead(place);
    this.messages.hidden = this.composer.element.hidden = home;
    this.home.hidden = !home;
    if (home) this.drawHome(state);
    this.fill(this.messages, place.messages.filter((message) => message.in_channel), false, place.id);
    const parent = place.messages.find((message) => message.ts === this.thread);
    this.side.hidden = !parent || home;
    if (parent) this.fill(this.replies, place.messages.filter((message) => message.ts === this.thread || (message.is_reply && message.thread_ts === this.thread)), true, this.thread);
    const label = place.kind === "im" ? `Message ${place.name}` : `Message #${place.name}`;
    this.composer.area.placeholder = label;
    this.composer.area.setAttribute("aria-label", label);
  }

  drawHead(place) {
    const tab = (name, words) => h("button", { type: "button", "aria-pressed": String(this.tab === name), onclick: () => this.go(place.id, name) }, words);
    const move = () => this.does(place.has_bot ? "removes" : "invites", {});
    const moves = this.state.team.installed && place.kind !== "im";
    refresh(this.head, [place.id, place.name, place.topic, place.members, place.has_bot, this.tab, this.user, this.state.team.installed], () => [
      h("h3", {}, place.kind === "im" ? place.name : `# ${place.name}`),
      place.app ? h("span", { class: "sl-tabs" }, tab("home", "Home"), tab("messages", "Messages")) : h("span", { class: "sl-quiet" }, place.topic),
      moves ? h("button", { type: "button", class: "sl-link", onclick: move }, place.has_bot ? "Take Bellhop out" : "Add Bellhop to this channel") : null,
      place.kind === "im" ? null : h("span", { class: "sl-quiet sl-members" }, `${place.members} member${place.members === 1 ? "" : "s"}`)]);
  }

  drawHome(state) {
    const stage = { key: "home", people: state.people, open: this.open, press: (element, block, choice, pressed) => this.pressInView(element, block, choice, valuesIn(this.home), pressed, true) };
    refresh(this.home, [state.home, this.user], () => (state.home ? drawBlocks(state.home.blocks, stage) : [h("p", { class: "sl-empty" }, "The app has put nothing here yet.")]));
  }

  /** Bring a list of messages up to date: only rows whose message changed are built anew. */
  fill(list, messages, inThread, key) {
    const stays = list.dataset.key === key + this.user;
    const atEnd = list.scrollHeight - list.scrollTop - list.clientHeight < 80;
    const old = new Map(stays ? [...list.children].map((child) => [child.dataset.key, child]) : []);
    const rows = [];
    let day = "";
    for (const message of messages) {
      if (message.when.day !== day && !inThread) rows.push(this.keep(old, `day ${message.when.day}`, "", () => h("div", { class: "sl-day" }, h("span", {}, message.when.day))));
      day = message.when.day;
      rows.push(this.keep(old, message.ts, JSON.stringify([message, this.state.shortcuts]), () => row(message, this, inThread)));
    }
    if (!rows.length) rows.push(h("div", { class: "sl-empty" }, "Nothing has been said here yet."));
    const same = stays && rows.length === list.children.length && rows.every((one, number) => one === list.children[number]);
    list.dataset.key = key + this.user;
    if (same) return;
    list.replaceChildren(...rows);
    if (atEnd || !stays) list.scrollTop = list.scrollHeight;
  }

  keep(old, key, print, build) {
    const before = old.get(key);
    if (before && before.dataset.print === print) return before;
    const made = build();
    made.dataset.key = key;
    made.dataset.print = print;
    return made;
  }

  edit(message, inThread) {
    (inThread ? this.answerer : this.composer).edit(message);
  }

  /** Do something in this channel and say so when it fails. */
  async does(name, body) {
    this.told(await act(name, { user: this.user, channel: this.channel, ...body }));
  }

  async press(message, element, block, choice, pressed) {
    const values = valuesIn(pressed?.closest(".sl-blocks") || document.createElement("div"));
    const where = { channel: this.channel, ts: message.ts };
    await this.pressing("presses", where, element, block, choice, values, pressed);
  }

  async pressInView(element, block, choice, values, pressed, home) {
    await this.pressing("presses_in_view", { home: Boolean(home) }, element, block, choice, values, pressed);
  }

  async pressing(name, where, element, block, choice, values, pressed) {
    if (element.confirm && !(await this.confirmed(element.confirm))) return;
    if (element.url) this.open(element.url);
    pressed?.setAttribute("aria-busy", "true");
    const told = await act(name, { user: this.user, ...where, what: element.action_id, block_id: block.block_id, choice, values });
    pressed?.removeAttribute("aria-busy");
    if (!told.ok) this.say(`⚠️ The app did not answer (${told.error}).`);
  }

  async confirmed(question) {
    const answer = ask(this.question, question);
    this.shadow();
    const yes = await answer;
    this.shadow();
    return yes;
  }

  async submit(values) {
    const told = await act("submits", { user: this.user, values });
    await this.look();
    return told;
  }

  told(answer) {
    const shown = ["not_supported_in_threads", "unknown_command", "dispatch_failed", "operation_timeout"];
    if (!answer.ok && answer.error && !shown.includes(answer.error)) this.say(`⚠️ ${answer.error}`);
  }

  say(words) {
    clearTimeout(this.fading);
    this.notice.textContent = words;
    this.fading = setTimeout(() => { this.notice.textContent = ""; }, 6000);
  }

  /** A permalink in the page's address: #slack/<channel>/p<digits>. */
  async follow() {
    const found = /^#slack\/(\w+)\/p(\d+)(\d{6})$/.exec(location.hash);
    if (!found || !this.state?.channels.some((one) => one.id === found[1])) return;
    this.go(found[1]);
    const ts = `${found[2]}.${found[3]}`;
    const message = this.state.channels.find((one) => one.id === this.channel).messages.find((one) => one.ts === ts);
    if (message?.is_reply) this.openThread(message.thread_ts);
    const element = this.body.querySelector(`[data-ts="${ts}"]`);
    element?.scrollIntoView({ block: "center" });
    element?.classList.add("sl-found");
  }
}
