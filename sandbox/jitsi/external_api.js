/* The sandbox's JitsiMeetExternalAPI: the names, events and commands of Jitsi's iframe API.
   https://jitsi.github.io/handbook/docs/dev-guide/dev-guide-iframe */
(() => {
  const scriptUrl = new URL(document.currentScript.src);
  const ALLOW = "autoplay; camera; clipboard-write; compute-pressure; display-capture; hid; microphone; screen-wake-lock; speaker-selection";
  const COMMANDS = new Set(["displayName", "subject", "password", "toggleLobby", "hangup", "endConference",
    "sendEndpointTextMessage", "sendChatMessage", "kickParticipant", "grantModerator", "answerKnockingParticipant",
    "showNotification", "hideNotification", "overwriteConfig", "toggleAudio", "toggleVideo", "toggleChat",
    "toggleTileView", "toggleE2EE", "setMediaEncryptionKey", "email", "avatarUrl", "localSubject", "muteEveryone"]);
  let count = 0;

  const size = (value, fallback) => value === undefined ? fallback : /^\d+$/.test(String(value)) ? `${value}px` : String(value);

  class JitsiMeetExternalAPI {
    constructor(domain, options = {}) {
      this._listeners = new Map();
      this._people = new Map();
      this._state = { audioMuted: false, videoMuted: false };
      this._id = count++;
      const base = /^https?:\/\//.test(domain) ? domain : `${scriptUrl.protocol}//${domain}`;
      this._origin = new URL(base).origin;
      this._frame = this._makeFrame(base, options);
      this._hear = (event) => this._take(event);
      window.addEventListener("message", this._hear);
      (options.parentNode || document.body).appendChild(this._frame);
    }

    _makeFrame(base, options) {
      const frame = document.createElement("iframe");
      const query = options.jwt ? `?jwt=${encodeURIComponent(options.jwt)}` : "";
      const config = { ...options.configOverwrite, userInfo: options.userInfo };
      const hash = `#jitsi_meet_external_api_id=${this._id}&config=${encodeURIComponent(JSON.stringify(config))}`;
      frame.src = `${base.replace(/\/$/, "")}/${encodeURIComponent(options.roomName || "")}${query}${hash}`;
      frame.allow = ALLOW;
      frame.name = frame.id = `jitsiConferenceFrame${this._id}`;
      frame.title = "Video call";
      frame.style.border = "0";
      frame.style.width = size(options.width, "100%");
      frame.style.height = size(options.height, "100%");
      frame.setAttribute("allowFullScreen", "true");
      if (options.onload) frame.onload = options.onload;
      return frame;
    }

    _take(event) {
      if (event.source !== this._frame.contentWindow || event.origin !== this._origin || !event.data?.sandboxJitsi) return;
      const { event: name, data, people, state } = event.data;
      if (people) this._people = new Map(people.map((person) => [person.id, person]));
      if (state) this._state = state;
      if (name) this.emit(name, data);
    }

    _say(word) {
      this._frame.contentWindow?.postMessage({ sandboxJitsi: true, ...word }, this._origin);
    }

    emit(name, data) {
      for (const listener of [...(this._listeners.get(name) || [])]) listener(data);
    }

    on(name, listener) {
      this._listeners.set(name, [...(this._listeners.get(name) || []), listener]);
      return this;
    }

    off(name, listener) {
      this._listeners.set(name, (this._listeners.get(name) || []).filter((known) => known !== listener && known.first !== listener));
      return this;
    }

    once(name, listener) {
      const first = (data) => { this.off(name, first); listener(data); };
      first.first = listener;
      return this.on(name, first);
    }

    addListener(name, listener) { return this.on(name, listener); }
    removeListener(name, listener) { return this.off(name, listener); }
    addEventListener(name, listener) { this.on(name, listener); }
    removeEventListener(name) { this._listeners.delete(name); }
    addEventListeners(listeners) { Object.entries(listeners).forEach(([name, listener]) => this.on(name, listener)); }
    removeEventListeners(names) { names.forEach((name) => this._listeners.delete(name)); }
    removeAllListeners(name) { name ? this._listeners.delete(name) : this._listeners.clear(); return this; }

    executeCommand(name, ...args) {
      if (!COMMANDS.has(name)) return console.error("Not supported command name.");
      this._say({ command: name, args });
    }

    executeCommands(commands) {
      Object.entries(commands).forEach(([name, args]) => this.executeCommand(name, ...[].concat(args)));
    }

    getNumberOfParticipants() { return this._people.size; }
    getParticipantsInfo() {
      return [...this._people.values()].map((person) => ({ participantId: person.id, displayName: person.name,
        formattedDisplayName: person.name, avatarURL: undefined }));
    }
    getDisplayName(id) { return this._people.get(id)?.name; }
    getEmail() { return undefined; }
    getIFrame() { return this._frame; }
    isAudioMuted() { return Promise.resolve(this._state.audioMuted); }
    isVideoMuted() { return Promise.resolve(this._state.videoMuted); }
    isAudioAvailable() { return Promise.resolve(true); }
    isVideoAvailable() { return Promise.resolve(true); }
    isModerationOn() { return Promise.resolve(false); }
    getRoomsInfo() { return Promise.resolve({ rooms: [{ isMainRoom: true, participants: this.getParticipantsInfo() }] }); }
    getSupportedCommands() { return [...COMMANDS]; }

    dispose() {
      this.emit("_willDispose");
      window.removeEventListener("message", this._hear);
      this._listeners.clear();
      this._frame.remove();
    }
  }

  window.JitsiMeetExternalAPI = JitsiMeetExternalAPI;
})();
