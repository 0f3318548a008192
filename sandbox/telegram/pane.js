// Two windows on the sandbox's Telegram: the customers' phone, and the agents' group with topics.

import { act, avatar, h, refresh, seeAll } from "./dom.js";
import { closeWhenLeft, gist } from "./bubble.js";
import { Composer } from "./composer.js";
import { Thread } from "./thread.js";

const GENERAL = 1;
const TINTS = new Map([[7322096, 0], [16766590, 1], [13338331, 2], [9367192, 3], [16749490, 4], [16478047, 5]]);

/** The customers' phone. */
export function mountCustomers(element, bus) {
  return new Phone(element, bus);
}

/** The agents' forum group. */
export function mountGroup(element, bus) {
  return new Group(element, bus);
}

/** Both, one after the other, for a page with a single place. */
export function mount(element, bus) {
  const [phone, group] = [h("div", {}), h("div", {})];
  element.append(phone, group);
  return [mountCustomers(phone, bus), mountGroup(group, bus)];
}

/** Keep `draw` fed with the newest state; many changes in a row cost one request. */
function follow(bus, draw) {
  let busy = false;
  let again = false;
  const look = async () => {
    again = busy;
    if (busy) return;
    busy = true;
    try {
      draw(await seeAll());
    } catch (error) {
      console.warn(`Telegram cannot be seen: ${error.message}`);
    }
    busy = false;
    if (again) look();
  };
  bus.on("telegram", look);
  // The typing sign ends by itself.
  setInterval(() => document.querySelector(".tg-typing") && look(), 2000);
  look();
}

class Phone {
  constructor(element, bus) {
    this.person = 0;
    this.seen = new Map();
    this.thread = new Thread(() => this.who(), (url) => this.open(url, bus), () => this.composer);
    this.composer = new Composer(() => this.who(), (text) => this.thread.warn(text));
    this.tabs = h("div", { class: "tg-tabs", role: "group", "aria-label": "Whose phone" });
    this.head = h("header", { class: "tg-head" });
    this.status = h("small", {});
    this.welcome = h("div", { class: "tg-welcome", hidden: true });
    this.blocked = h("button", { type: "button", class: "tg-unblock", hidden: true, onclick: () => this.block(false) }, "Unblock the bot");
    element.classList.add("tg-pane");
    element.append(h("section", { class: "tg-phone", "aria-label": "Customer's Telegram" },
      this.tabs, this.head, this.thread.element, this.welcome, this.composer.element, this.blocked));
    follow(bus, (state) => this.draw(state));
  }

  who() {
    return { person: this.person, chat: this.person, thread: 0 };
  }

  draw(state) {
    this.state = state;
    const people = state.people.filter((each) => each.role !== "stranger");
    this.person ||= people[0].id;
    const chat = state.chats.find((each) => each.id === this.person);
    const me = people.find((each) => each.id === this.person);
    this.seen.set(this.person, chat.messages.length);
    this.drawTabs(people, state);
    this.drawHead(me, chat, state);
    this.composer.offer(chat);
    this.thread.show(chat.messages, state.now);
    this.drawWelcome(me, state);
    this.composer.element.hidden = !me.started || me.blocked;
    this.blocked.hidden = !me.blocked;
  }

  drawTabs(people, state) {
    const data = people.map((each) => {
      const { messages } = state.chats.find((chat) => chat.id === each.id);
      return { ...each, now: each.id === this.person, fresh: messages.length - (this.seen.get(each.id) || 0) };
    });
    refresh(this.tabs, data, () => data.map((each) => h("button", { type: "button", "aria-label": `${each.first_name} ${each.last_name || ""}`.trim(), "aria-pressed": String(each.now), onclick: () => this.turnTo(each.id) },
      avatar(each.first_name, each.id), h("span", {}, each.first_name),
      each.fresh > 0 && h("span", { class: "tg-fresh", "aria-label": `${each.fresh} new` }, String(each.fresh)))));
  }

  turnTo(person) {
    this.person = person;
    this.composer.reset();
    this.draw(this.state);
  }

  drawHead(me, chat, state) {
    this.status.textContent = chat.typing ? "typing…" : "bot";
    this.status.classList.toggle("tg-typing", Boolean(chat.typing));
    refresh(this.head, [me, chat.menu_button, state.bot], () => [
      avatar(state.bot.first_name, 2), h("div", { class: "tg-title" }, h("b", {}, state.bot.first_name), this.status),
      chat.menu_button.type === "web_app" && h("button", { type: "button", class: "tg-key", onclick: () => this.thread.open(chat.menu_button.web_app.url) }, chat.menu_button.text),
      this.menu(me)]);
  }

  menu(me) {
    const languages = ["de", "en", "hi", "es", "fr", "ar"];
    const speak = (event) => this.thread.run("speak", { person: me.id, language: event.currentTarget.value });
    return h("details", { class: "tg-more tg-headmenu", onfocusout: closeWhenLeft },
      h("summary", { "aria-label": "Chat menu" }, "⋯"),
      h("div", {},
        h("label", { class: "tg-row" }, h("input", { type: "checkbox", role: "switch", checked: me.blocked, onchange: (event) => this.block(event.currentTarget.checked) }), "Block the bot"),
        h("label", { class: "tg-row" }, "Language ", h("select", { onchange: speak }, languages.map((each) => h("option", { selected: each === me.language_code }, each)))),
        h("button", { type: "button", onclick: () => this.locate() }, "Share location"),
        this.startForm(me, "Open deep link")));
  }

  startForm(me, label) {
    const field = h("input", { type: "text", placeholder: "t.me link or payload", "aria-label": "Deep link or its payload" });
    const submit = (event) => {
      event.preventDefault();
      const given = field.value.trim();
      this.thread.run("start", { person: me.id, ...(given.includes("/") ? { link: given } : { payload: given }) });
    };
    return h("form", { class: "tg-start", onsubmit: submit }, field, h("button", { type: "submit", class: "tg-primary" }, label));
  }

  drawWelcome(me, state) {
    this.welcome.hidden = me.started;
    refresh(this.welcome, [me.id, state.bot.about], () => [
      h("p", {}, h("b", {}, "What can this bot do?")), h("p", {}, state.bot.about || "Press Start to talk to the bot."), this.startForm(me, "Start")]);
  }

  block(blocked) {
    return this.thread.run("block", { person: this.person, blocked });
  }

  locate() {
    return this.thread.run("share_location", { person: this.person, latitude: 52.52, longitude: 13.405 });
  }

  /** A link to the bot itself opens the chat, or adds it to a group; anything else opens beside. */
  open(url, bus) {
    if (!new RegExp(`^https?://t\\.me/${this.state.bot.username}(\\?|$)`).test(url)) bus.open(url);
    else if (new URL(url).searchParams.has("startgroup")) this.addBot(url);
    else this.thread.run("start", { person: this.person, link: url });
  }

  /** Telegram asks which group; here it is the newest one of theirs that the bot is not in. */
  addBot(link) {
    const group = groupsIn(this.state).filter((each) => each.bot === "out" && each.members.includes(this.person)).at(-1);
    if (group) this.thread.run("add_bot_by_link", { person: this.person, chat: group.id, link });
    else this.thread.warn("Make a group first: Agents' Telegram group, ⋯, New group. Switch its topics on there.");
  }
}

function groupsIn(state) {
  return state.chats.filter((each) => each.members);
}

class Group {
  constructor(element, bus) {
    this.topic = GENERAL;
    this.chat = 0;
    this.choice = h("select", { class: "tg-agent", "aria-label": "Which group", onchange: () => this.turnTo(Number(this.choice.value)) });
    this.agent = h("select", { class: "tg-agent", "aria-label": "Write as", onchange: () => this.draw(this.state) });
    this.thread = new Thread(() => this.who(), (url) => bus.open(url), () => this.composer, true);
    this.composer = new Composer(() => this.who(), (text) => this.thread.warn(text), this.agent);
    this.topics = h("nav", { class: "tg-topics", "aria-label": "Topics" });
    this.head = h("header", { class: "tg-head" });
    element.classList.add("tg-pane");
    element.append(h("section", { class: "tg-group", "aria-label": "Agents' Telegram group" },
      this.topics, h("div", { class: "tg-room" }, this.head, this.thread.element, this.composer.element)));
    follow(bus, (state) => this.draw(state));
  }

  who() {
    return { person: Number(this.agent.value), chat: this.chat, thread: this.topic };
  }

  draw(state) {
    this.state = state;
    const groups = groupsIn(state);
    // A group that became a supergroup has another id; it is the newest one then.
    const group = groups.find((each) => each.id === this.chat) || groups[this.chat ? groups.length - 1 : 0];
    this.chat = group.id;
    const agents = state.people.filter((each) => group.members.includes(each.id));
    refresh(this.choice, groups.map((each) => [each.id, each.title]), (list) => list.map(([id, title]) => h("option", { value: id }, title)));
    this.choice.value = group.id;
    refresh(this.agent, agents.map((each) => [each.id, each.first_name]), (list) => list.map(([id, name]) => h("option", { value: id }, name)));
    if (!group.topics.some((each) => each.thread === this.topic)) this.topic = GENERAL;
    this.drawTopics(group);
    this.drawHead(group);
    this.thread.show(this.said(group, this.topic), state.now);
    this.composer.offer({ commands: group.commands });
  }

  turnTo(chat) {
    [this.chat, this.topic] = [chat, GENERAL];
    this.composer.reset();
    this.draw(this.state);
  }

  said(group, topic) {
    return group.messages.filter((each) => (each.message_thread_id || GENERAL) === topic);
  }

  drawTopics(group) {
    const list = [{ thread: GENERAL, name: "General" }, ...group.topics].map((each) => {
      const last = this.said(group, each.thread).at(-1);
      return { ...each, at: last?.message_id || 0, last: last ? `${last.from.first_name}: ${gist(last)}` : "No messages yet", now: each.thread === this.topic };
    });
    list.sort((a, b) => b.at - a.at);
    refresh(this.topics, [group.title, group.bot, group.is_forum, list, this.state.people.map((each) => each.first_name)], () => [
      h("h2", {}, group.title), h("div", { class: "tg-choice" }, this.choice, this.menu(group)),
      h("ul", {}, list.map((each) => h("li", {}, this.topicButton(each)))),
      group.is_forum && this.newTopic()]);
  }

  /** What whoever runs a group can do with it. */
  menu(group) {
    const run = (action, body = {}) => this.thread.run(action, { person: this.who().person, chat: group.id, ...body });
    const button = (label, action, body) => h("button", { type: "button", onclick: () => run(action, body) }, label);
    const out = group.bot === "out";
    return h("details", { class: "tg-more tg-headmenu", onfocusout: closeWhenLeft },
      h("summary", { "aria-label": "Group menu" }, "⋯"),
      h("div", {},
        h("label", { class: "tg-row" }, h("input", { type: "checkbox", role: "switch", checked: group.is_forum, onchange: (event) => run("switch_topics", { on: event.currentTarget.checked }) }), "Topics"),
        out && button("Add the bot", "add_bot"),
        !out && h("label", { class: "tg-row" }, h("input", { type: "checkbox", role: "switch", checked: group.bot === "manages topics", onchange: (event) => run("promote_bot", { manage_topics: event.currentTarget.checked }) }), "Bot manages topics"),
        !out && button("Remove the bot", "remove_bot"),
        this.newGroup()));
  }

  newGroup() {
    const people = this.state.people.map((each) => h("option", { value: each.id }, each.first_name));
    const owner = h("select", { "aria-label": "Whose group" }, people);
    const field = h("input", { type: "text", maxlength: 128, placeholder: "New group", "aria-label": "Name of a new group" });
    const submit = async (event) => {
      event.preventDefault();
      const made = field.value.trim() && await this.thread.run("create_group", { person: Number(owner.value), title: field.value.trim() });
      if (made) this.chat = made.id;
    };
    return h("form", { class: "tg-start", onsubmit: submit }, owner, field, h("button", { type: "submit", class: "tg-round", "aria-label": "Create group" }, "+"));
  }

  topicButton(topic) {
    const choose = () => {
      this.topic = topic.thread;
      this.composer.reset();
      this.draw(this.state);
    };
    return h("button", { type: "button", "aria-current": topic.now ? "true" : false, onclick: choose },
      h("span", { class: `tg-dot tg-tint${TINTS.get(topic.color) ?? 0}`, "aria-hidden": "true" }, topic.thread === GENERAL ? "#" : topic.name.slice(0, 1)),
      h("span", { class: "tg-lines" }, h("b", {}, topic.name, topic.closed ? " (closed)" : ""), h("small", {}, topic.last)));
  }

  newTopic() {
    const field = h("input", { type: "text", maxlength: 128, placeholder: "New topic", "aria-label": "Name of a new topic" });
    const submit = async (event) => {
      event.preventDefault();
      const made = field.value.trim() && await this.thread.run("create_topic", { person: this.who().person, name: field.value.trim(), chat: this.chat });
      if (made) this.topic = made.message_thread_id;
    };
    return h("form", { class: "tg-start", onsubmit: submit }, field, h("button", { type: "submit", class: "tg-round", "aria-label": "Create topic" }, "+"));
  }

  drawHead(group) {
    const topic = group.topics.find((each) => each.thread === this.topic);
    const typing = group.typing && (group.typing.thread || GENERAL) === this.topic;
    const turn = () => this.thread.run("close_topic", { person: this.who().person, thread: this.topic, closed: !topic.closed, chat: this.chat });
    refresh(this.head, [topic, typing, group.title], () => [
      h("div", { class: "tg-title" }, h("b", {}, topic ? topic.name : "General"), typing ? h("small", { class: "tg-typing" }, "Bellhop is typing…") : h("small", {}, group.title)),
      topic && h("button", { type: "button", class: "tg-key", onclick: turn }, topic.closed ? "Reopen" : "Close topic")]);
  }
}
