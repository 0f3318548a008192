// The page's socket. It comes back by itself, resumes after the last line it saw, and keeps what was typed meanwhile.

const PING = 15_000;
const SILENCE = 25_000; // a living server answers each ping
const LONGEST_WAIT = 10_000;
const REFUSED = 4404;

export class Live extends EventTarget {
  #socket = null;
  #after = 0;
  #tries = 0;
  #timer = 0;
  #heard = 0;
  #unsent = new Map(); // client id -> word, until the server says it has it
  #over = false;

  constructor(base) {
    super();
    this.base = base;
    addEventListener("offline", () => this.#lose());
    addEventListener("online", () => this.#connect());
    addEventListener("pagehide", () => this.#socket?.close());
    addEventListener("pageshow", (event) => event.persisted && this.#connect());
    setInterval(() => this.#check(), PING);
    this.#connect();
  }

  get open() {
    return this.#socket?.readyState === WebSocket.OPEN;
  }

  /** Says it now, or not at all; true when it went out. */
  send(word) {
    if (!this.open) return false;
    this.#socket.send(JSON.stringify(word));
    return true;
  }

  /** Says it now or as soon as the line is back; `word.client_id` lets the server take it only once. */
  keep(word) {
    this.#unsent.set(word.client_id, word);
    this.send(word);
  }

  on(type, listener) {
    this.addEventListener(type, (event) => listener(event.detail));
    return this;
  }

  #connect() {
    if (this.#over || this.#socket) return;
    clearTimeout(this.#timer);
    const address = new URL(`${this.base}/live?after=${this.#after}`, location.href);
    address.protocol = address.protocol.replace("http", "ws");
    const socket = new WebSocket(address);
    this.#socket = socket;
    this.#heard = Date.now();
    socket.onopen = () => socket === this.#socket && this.#opened();
    socket.onmessage = ({ data }) => socket === this.#socket && this.#hear(JSON.parse(data));
    socket.onclose = ({ code }) => socket === this.#socket && this.#lose(code);
  }

  #opened() {
    this.#tries = 0;
    this.#tell("up");
    for (const word of this.#unsent.values()) this.send(word);
  }

  #hear(word) {
    this.#heard = Date.now();
    if (word.type === "line") this.#after = Math.max(this.#after, word.version);
    if (word.client_id) this.#unsent.delete(word.client_id);
    this.#tell(word.type, word);
  }

  #lose(code = 0) {
    const socket = this.#socket;
    this.#socket = null;
    socket?.close();
    this.#over ||= code === REFUSED;
    this.#tell("down");
    if (this.#over || !navigator.onLine) return;
    const wait = Math.min(LONGEST_WAIT, 400 * 2 ** this.#tries++) * (0.7 + Math.random() * 0.6);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#connect(), wait);
  }

  #check() {
    if (this.#socket && Date.now() - this.#heard > SILENCE) this.#lose();
    this.send({ type: "ping" });
  }

  #tell(type, detail = {}) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}
