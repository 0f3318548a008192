// The room's page: presence over a WebSocket, tiles, chat, and the far end of the iframe API.
import { play } from "./pattern.js";

const { room, token } = document.body.dataset;
const $ = (id) => document.getElementById(id);
const people = new Map();
let me = null;
let over = false;
const socket = new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/jitsi/live/${encodeURIComponent(room)}?jwt=${encodeURIComponent(token)}`);

const config = (() => {
  try {
    return JSON.parse(new URLSearchParams(location.hash.slice(1)).get("config") || "{}");
  } catch {
    return {};
  }
})();

function emit(event, data = {}) {
  if (window.parent === window) return;
  const state = { audioMuted: Boolean(me?.audioMuted), videoMuted: Boolean(me?.videoMuted) };
  window.parent.postMessage({ sandboxJitsi: true, event, data, people: [...people.values()], state }, "*");
}

const send = (word) => socket.readyState === WebSocket.OPEN && socket.send(JSON.stringify(word));

function element(tag, text = "", className = "") {
  const made = document.createElement(tag);
  made.textContent = text;
  made.className = className;
  return made;
}

function makeTile(person) {
  const tile = element("section", "", "tile");
  tile.id = `tile-${person.id}`;
  const canvas = document.createElement("canvas");
  tile.append(canvas, element("p", "", "name"));
  $("tiles").append(tile);
  play(canvas, person);
  return tile;
}

function showPerson(person) {
  people.set(person.id, person);
  const tile = $(`tile-${person.id}`) || makeTile(person);
  tile.classList.toggle("dark", person.videoMuted);
  const name = tile.querySelector(".name");
  name.replaceChildren(element("span", person.name + (person.id === me.id ? " (you)" : "")));
  if (person.moderator) name.append(element("span", "moderator", "tag"));
  if (person.audioMuted) name.append(element("span", "muted", "tag quiet"));
  tile.setAttribute("aria-label", name.innerText);
  $("status").textContent = people.size === 1 ? "You are alone here" : `${people.size} people`;
}

function hidePerson(id) {
  people.delete(id);
  $(`tile-${id}`)?.remove();
  $("status").textContent = people.size === 1 ? "You are alone here" : `${people.size} people`;
}

function showWord(nick, text, isPrivate = false) {
  const line = element("li");
  line.append(element("b", nick + (isPrivate ? " (to you)" : "")), document.createTextNode(text));
  $("words").append(line);
  line.scrollIntoView({ block: "nearest" });
}

function finish(told) {
  if (over) return;
  over = true;
  emit("videoConferenceLeft", { roomName: room });
  socket.close();
  document.body.className = "over";
  const main = element("main");
  main.append(element("h1", told));
  document.body.replaceChildren(document.querySelector(".sandbox-banner"), main);
  emit("readyToClose");
}

const heard = {
  welcome(word) {
    me = word.you;
    if (config.startWithAudioMuted) me.audioMuted = true;
    if (config.startWithVideoMuted) me.videoMuted = true;
    if (config.userInfo?.displayName && me.name === "Guest") me.name = config.userInfo.displayName;
    $("subject").textContent = config.hideConferenceSubject ? "" : word.subject || config.subject || room;
    [me, ...word.people].forEach(showPerson);
    changed(false);
    emit("videoConferenceJoined", { roomName: room, id: me.id, displayName: me.name, avatarURL: undefined, breakoutRoom: false, visitor: false });
    emit("participantRoleChanged", { id: me.id, role: me.moderator ? "moderator" : "participant" });
    word.people.forEach((person) => emit("participantJoined", { id: person.id, displayName: person.name }));
    emit("dataChannelOpened");
  },
  joined(word) {
    showPerson(word.person);
    emit("participantJoined", { id: word.person.id, displayName: word.person.name });
  },
  left(word) {
    hidePerson(word.id);
    emit("participantLeft", { id: word.id });
  },
  changed(word) {
    const before = people.get(word.person.id);
    showPerson(word.person);
    if (before && before.name !== word.person.name) emit("displayNameChange", { id: word.person.id, displayname: word.person.name });
  },
  role(word) {
    if (word.person.id === me.id) me.moderator = word.person.moderator;
    showPerson(word.person);
    emit("participantRoleChanged", { id: word.person.id, role: word.person.moderator ? "moderator" : "participant" });
  },
  chat(word) {
    showWord(word.nick, word.text, word.private);
    emit("incomingMessage", { from: word.from, nick: word.nick, privateMessage: word.private, message: word.text, stamp: new Date().toISOString() });
  },
  endpoint(word) {
    emit("endpointTextMessageReceived", { senderInfo: { jid: `${word.from}@sandbox`, id: word.from }, eventData: { name: "endpoint-text-message", text: word.text } });
  },
  removed(word) {
    emit("participantKickedOut", { kicked: { id: word.id, local: word.id === me.id }, kicker: { id: word.by } });
    if (word.id === me.id) finish("You were removed from the call");
  },
  subject(word) {
    $("subject").textContent = word.text || room;
    emit("subjectChange", { subject: word.text });
  },
  ended() {
    finish("The call has ended");
  },
};

function changed(tell = true) {
  showPerson(me);
  $("mute").setAttribute("aria-pressed", me.audioMuted);
  $("mute").textContent = me.audioMuted ? "Unmute" : "Mute";
  $("camera").setAttribute("aria-pressed", me.videoMuted);
  $("camera").textContent = me.videoMuted ? "Start video" : "Stop video";
  send({ type: "state", audioMuted: me.audioMuted, videoMuted: me.videoMuted, name: me.name });
  if (!tell) return;
  emit("audioMuteStatusChanged", { muted: me.audioMuted });
  emit("videoMuteStatusChanged", { muted: me.videoMuted });
}

function sayToAll(text, to = "") {
  send({ type: "chat", text, to });
  showWord("You", text);
  emit("outgoingMessage", { message: text, privateMessage: Boolean(to) });
}

function notice({ title = "", description = "", uid = "", timeout = "short" }) {
  const line = element("p", [title, description].filter(Boolean).join(": "));
  line.dataset.uid = uid;
  $("notices").append(line);
  if (timeout !== "sticky") setTimeout(() => line.remove(), timeout === "long" ? 8000 : 4000);
}

const commands = {
  displayName: (name) => { me.name = name; changed(); },
  subject: (text) => send({ type: "subject", text }),
  hangup: () => finish("You left the call"),
  endConference: () => send({ type: "end" }),
  toggleAudio: () => { me.audioMuted = !me.audioMuted; changed(); },
  toggleVideo: () => { me.videoMuted = !me.videoMuted; changed(); },
  toggleChat: () => $("talk").click(),
  sendChatMessage: (text, to) => sayToAll(text, to),
  sendEndpointTextMessage: (to, text) => send({ type: "endpoint", to, text }),
  kickParticipant: (id) => send({ type: "kick", id }),
  grantModerator: (id) => send({ type: "grant", id }),
  showNotification: (given) => notice(given),
  hideNotification: (uid) => document.querySelectorAll(`#notices [data-uid="${CSS.escape(uid)}"]`).forEach((line) => line.remove()),
};

window.addEventListener("message", ({ source, data }) => {
  if (source === window.parent && data?.sandboxJitsi && me && !over) commands[data.command]?.(...data.args);
});

async function useCamera() {
  try {
    const video = Object.assign(document.createElement("video"), { autoplay: true, muted: true, playsInline: true });
    video.srcObject = await navigator.mediaDevices.getUserMedia({ video: true });
    $(`tile-${me.id}`).querySelector("canvas").replaceWith(video);
    $("real").hidden = true;
  } catch {
    notice({ title: "No camera", description: "the test picture stays" });
    emit("errorOccurred", { error: { name: "gum.not_found", type: "CAMERA", isFatal: false } });
  }
}

$("mute").onclick = () => commands.toggleAudio();
$("camera").onclick = () => commands.toggleVideo();
$("real").onclick = useCamera;
$("hangup").onclick = () => commands.hangup();
$("talk").onclick = () => {
  $("chat").hidden = !$("chat").hidden;
  $("talk").setAttribute("aria-expanded", String(!$("chat").hidden));
};
$("say").onsubmit = (event) => {
  event.preventDefault();
  if ($("text").value.trim()) sayToAll($("text").value.trim());
  $("text").value = "";
};

socket.onmessage = ({ data }) => {
  const word = JSON.parse(data);
  heard[word.type]?.(word);
};
socket.onclose = ({ code, reason }) => {
  if (over) return;
  emit("errorOccurred", { error: { name: "connection.droppedError", message: reason, type: "CONNECTION", isFatal: true } });
  finish(code === 4003 ? reason : "The connection was lost");
};
