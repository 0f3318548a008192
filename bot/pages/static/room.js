// The room page: device check, lobby, call, and back; the chat and the payment card go along with all of them.

import { Chat } from "./chat.js";
import { Controls } from "./controls.js";
import { Devices } from "./devices.js";
import { $ } from "./dom.js";
import { JitsiCall } from "./jitsi.js";
import { Live } from "./live.js";
import { Lobby } from "./lobby.js";
import { PaymentCard } from "./payment.js";
import { DirectCall } from "./webrtc.js";

const visit = JSON.parse(document.body.dataset.visit);
const live = new Live(visit.base);
const chat = new Chat(live, visit);
const devices = new Devices();
const lobby = new Lobby(live, visit, enterCall);
const controls = new Controls(visit, { hangUp: () => leaveCall(), end: () => live.send({ type: "end" }), command: (name, args) => chat.command(name, args) });
new PaymentCard(live, chat, { pays: !visit.host });
let call = null;
let entering = false;

const PLAYERS = {
  jitsi: (ticket) => {
    const { camera, microphone, labels } = devices;
    devices.close(); // the player opens them itself
    return new JitsiCall({ live, ticket, devices: { camera, microphone, labels }, over: () => leaveCall(), trouble: leaveCall });
  },
  webrtc: (ticket) => new DirectCall({ live, ticket, stream: devices.give(), other: visit.other, renew: mintTicket }),
};

function show(screen) {
  document.body.dataset.screen = screen;
  for (const section of document.querySelectorAll("[data-of]")) section.hidden = section.dataset.of !== screen;
  document.querySelector(`[data-of=${screen}] h2[tabindex]`)?.focus();
}

async function mintTicket() {
  const answer = await fetch(`${visit.base}/ticket`, { method: "POST" });
  const ticket = await answer.json();
  if (!answer.ok) throw new Error(ticket.sentence);
  return ticket;
}

function join() {
  if (visit.admitted) return enterCall();
  show("lobby");
  lobby.knock();
}

async function enterCall() {
  if (call || entering) return;
  waiting(true);
  try {
    const ticket = await mintTicket();
    const { camera, microphone } = devices;
    show("call");
    call = PLAYERS[ticket.kind](ticket);
    controls.serve(call, { ownToolbar: ticket.kind === "jitsi", camera, microphone });
  } catch (error) {
    leaveCall(error instanceof TypeError ? "The room cannot be reached. Check your connection and try again." : error.message);
  } finally {
    waiting(false);
  }
}

/** The way in can take seconds on a slow line: the button says so, and a second press is none. */
function waiting(on) {
  entering = on;
  $("join").setAttribute("aria-busy", String(on));
  $("join").textContent = on ? "Joining…" : "Join";
}

function leaveCall(words = "You can come back while the room is open. The chat stays here.") {
  call?.close();
  call = null;
  $("left-words").textContent = words;
  show("left");
}

function over(words) {
  if (document.body.dataset.screen === "over") return; // the first reason stands
  call?.close();
  call = null;
  devices.close();
  lobby.knocking = false;
  if (words) $("over-words").textContent = words;
  show("over");
}

function check() {
  lobby.knocking = false;
  show("check");
  devices.start();
}

live.on("lobby", ({ ended }) => ended && over());
live.on("refused", ({ sentence }) => over(sentence));
live.on("full", () => leaveCall("Two people are in this call already. There is no third place in this room."));
live.on("taken_over", () => leaveCall("You joined in another window, so the call went there."));
live.on("up", () => { $("net").textContent = ""; });
live.on("down", () => { if (document.body.dataset.screen !== "over") $("net").textContent = "No connection. Reconnecting…"; });

$("join").addEventListener("click", join);
$("again").addEventListener("click", check);
$("stop-waiting").addEventListener("click", check);
waiting(false);
$("join").disabled = false; // until here a press would have been lost
window.bellhop = { stats: () => call?.stats() ?? Promise.resolve({ state: "none", framesDecoded: 0 }) };
devices.start();
