// The story that "Show me" plays: a sentence, then what the people do. Labels are the program's own;
// days, times and services are whatever it offers first.
import { ask } from "./dom.js";

const AGENT = "U0ANA";
const DESK = "front-desk";

const telegram = (action, body) => ask(`/ui/telegram/${action}`, body);

/** Does something in Slack; null while Slack refuses, so that a story can wait for a button to appear. */
async function slack(name, body) {
  const told = await ask(`/ui/slack/act/${name}`, { user: AGENT, ...body });
  return told.ok ? told : null;
}

async function customer(memory) {
  const state = await ask("/ui/telegram/state");
  memory.person ??= state.people.find((each) => each.role === "customer").id;
  return state.chats.find((chat) => chat.id === memory.person);
}

const latest = (chat) => chat.messages.findLast((message) => message.reply_markup?.inline_keyboard?.length);
const keys = (message) => JSON.stringify(message?.reply_markup);

/** The customer taps a button by its words, as soon as it is there. */
async function tap(stage, memory, label) {
  memory.before = keys(latest(await customer(memory)));
  return stage.until(() => telegram("tap_label", { person: memory.person, label }).catch(() => null), `the button "${label}"`);
}

/** The customer taps the first button of the next question. */
async function tapFirst(stage, memory) {
  const message = await stage.until(async () => {
    const found = latest(await customer(memory));
    return found && keys(found) !== memory.before && found;
  }, "the next question");
  memory.before = keys(message);
  await telegram("tap", { person: memory.person, message: message.message_id, row: 0, column: 0 });
}

async function desk() {
  const state = await ask(`/ui/slack/state?user=${AGENT}`);
  return state.channels.find((channel) => channel.name === DESK);
}

/** All buttons in what Slack shows, wherever they stand. */
function buttons(node) {
  if (Array.isArray(node)) return node.flatMap(buttons);
  if (!node || typeof node !== "object") return [];
  return node.type === "button" ? [node.text.text] : Object.values(node).flatMap(buttons);
}

/** The agent presses a button by how its words begin, in the newest message that has it. */
async function press(stage, memory, begin) {
  return stage.until(async () => {
    const channel = await desk();
    for (const message of channel.messages.toReversed()) {
      const what = buttons(message.blocks).find((words) => words.startsWith(begin));
      if (!what) continue;
      memory.thread = message.thread_ts || message.ts;
      return slack("presses", { channel: channel.id, ts: message.ts, what });
    }
    return null;
  }, `the button "${begin}"`);
}

/** Opens the thread of the newest card before the viewer's eyes. */
function openThread() {
  const found = [...document.querySelectorAll("#slack button")].findLast((button) => /^\d+ repl(y|ies)$/.test(button.textContent.trim()));
  found?.click();
  return Boolean(found);
}

/** Waits until the newest words in the customer's chat hold `text`. */
const reads = (stage, memory, text) => stage.until(async () => {
  const chat = await customer(memory);
  return chat.messages.some((message) => (message.text || message.caption || "").includes(text));
}, `"${text}" in the customer's chat`);

async function bookFirst(stage, memory) {
  await tap(stage, memory, "Book");
  const asked = await stage.until(async () => {
    const found = latest(await customer(memory));
    return keys(found) !== memory.before && found;
  }, "the first question");
  await stage.pause(1200);
  await tapFirst(stage, memory);
  // Somebody whose clock is known is not asked for it.
  if (!asked.text.includes("time zone are you in")) return;
  await stage.pause(1200);
  await tapFirst(stage, memory);
}

export const story = [
  { say: "A customer opens the front desk's link in Telegram. She sees who it is, and that a person may read along.",
    act: async (stage, memory) => {
      stage.reveal("customer");
      await customer(memory);
      await telegram("start", { person: memory.person });
      await reads(stage, memory, "may read it");
    } },
  { say: "She taps Book, says where her clock stands, and picks a service.", act: bookFirst },
  { say: "A day, a time ...", act: async (stage, memory) => {
    await tapFirst(stage, memory);
    await stage.pause(1200);
    await tapFirst(stage, memory);
  } },
  { say: "... and yes. Both local times are on the card, with a file for her calendar.", act: (stage, memory) => tap(stage, memory, "Confirm") },
  { say: "The team's front desk in Slack gets one card for her. Ana claims it.", act: async (stage, memory) => {
    stage.reveal("slack");
    await stage.pause(1500);
    await press(stage, memory, "Claim");
    memory.card = memory.thread;
  } },
  { say: "What the customer writes lands in the card's thread, and Ana's answer goes back to Telegram.", act: async (stage, memory) => {
    await telegram("send_text", { person: memory.person, text: "Hello! Do I need to prepare anything?" });
    await stage.until(openThread, "the card's thread");
    await stage.pause(2000);
    const channel = await desk();
    await slack("says", { channel: channel.id, text: "Just bring your questions. Shall we talk now?", thread_ts: memory.card });
    await reads(stage, memory, "bring your questions");
  } },
  { say: "Ana starts the video room from the card. Her own link is for her eyes only.", act: async (stage, memory) => {
    await press(stage, memory, "Video room");
    const told = await press(stage, memory, "Enter the room");
    if (told.url) stage.show(told.url, "agent");
  } },
  { say: "The customer has a personal link too. No account, no app: press Join in both browsers to step in.", act: async (stage, memory) => {
    stage.reveal("customer");
    await stage.pause(1200);
    const told = await tap(stage, memory, "Join the video room");
    stage.show(told.url, "customer");
    await stage.pause(3500);
  } },
  { say: "During the call Ana asks for money: /pay 49 USD Consultation. She sees a preview first.", act: async (stage, memory) => {
    stage.reveal("slack");
    await slack("commands", { channel: (await desk()).id, text: "/pay 49 USD Consultation" });
    await press(stage, memory, "Ask for $49");
  } },
  { say: "The payment card is in the customer's chat at once. She taps Pay: payee and sum, then the gateway's own page.", act: async (stage, memory) => {
    stage.reveal("customer");
    const told = await tap(stage, memory, "Pay ");
    stage.show(told.url, "customer");
    await stage.pause(2500);
    stage.submit(told.url, "customer");
    await stage.pause(1500);
  } },
  { say: "She pays with a test card. The signed webhook is verified, stored, applied once.", act: async (stage, memory) => {
    await stage.until(() => stage.press("customer", "Pay "), "the gateway's page");
    await reads(stage, memory, "Paid");
  } },
  { say: "The same card has turned to Paid, in Telegram and in Ana's thread, with how we know.", act: async (stage) => {
    stage.reveal("customer");
    await stage.pause(2500);
    stage.reveal("slack");
  } },
  { say: "Every call is on the wire log below. Now it is yours: refund it under Stripe, jump the clock, switch on a fault.",
    act: (stage) => stage.useTool("wire") },
];
