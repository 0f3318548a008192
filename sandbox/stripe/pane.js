// The team's Stripe dashboard, and what fate may do to a payment.
import { ask, careful, el } from "/static/page/dom.js";

const tell = (path, body = {}) => careful(() => ask(`/ui/stripe/${path}`, body));

function button(label, path, body) {
  return el("button", { onclick: tell(path, body) }, label);
}

function actions(payment, bus) {
  const on = (label, act, body) => button(label, `sessions/${payment.session}/${act}`, body);
  if (payment.open) {
    const page = payment.url ? [el("button", { onclick: () => bus.open(payment.url, "customer") }, "Open pay page")] : [];
    return [...page, on("Pay", "pay"), on("Decline", "decline"),
      on("Bank debit", "pay_later"), on("Pay twice", "pay_twice"), on("Expire", "expire")];
  }
  if (payment.status === "processing") return [on("Bank pays", "settle"), on("Bank refuses", "settle", { succeeded: false })];
  const open = payment.disputes.find((dispute) => dispute.status === "needs_response");
  if (open) return [button("Dispute won", `disputes/${open.id}/won`), button("Dispute lost", `disputes/${open.id}/lost`)];
  if (payment.refundable <= 0 || payment.disputes.length) return [];
  return [on("Refund", "refund"), on("Refund half", "refund", { amount: Math.ceil(payment.refundable / 2) }), on("Dispute", "dispute")];
}

function row(payment, bus) {
  return el("tr", {},
    el("td", {}, el("strong", {}, payment.sum), payment.refunded ? el("small", {}, ` ${payment.refunded} back`) : null),
    el("td", {}, el("span", { className: `stripe-status ${payment.status.split(/[ ,]/)[0]}` }, payment.status)),
    el("td", {}, payment.what, el("small", {}, ` to ${payment.payee} ${payment.reference || ""}`)),
    el("td", {}, el("div", { className: "bar" }, ...actions(payment, bus))));
}

function eventLine(event) {
  const answers = event.answers.map((status) => status ?? "held").join(", ") || "not sent";
  return el("li", {}, el("code", {}, event.type), ` answered ${answers} `, button("Resend", `resend/${event.id}`));
}

// Another Stripe account, for a team that brings its own: what its owner finds in the dashboard.
function second(account) {
  const url = el("input", { type: "url", value: account.endpoint, placeholder: "the webhook address of the set-up page", "aria-label": `Webhook address of ${account.name}` });
  const paste = button("Add endpoint", `accounts/${account.id}/endpoint`);
  paste.onclick = careful(() => ask(`/ui/stripe/accounts/${account.id}/endpoint`, { url: url.value }));
  return [el("p", {}, "API key ", el("code", {}, account.key)), el("div", { className: "bar" }, url, paste),
    account.secret ? el("p", {}, "Signing secret ", el("code", {}, account.secret)) : null,
    account.connected ? el("div", { className: "bar" }, "Connected to the platform ", button("Disconnect", `accounts/${account.id}/disconnect`)) : null];
}

export function mount(box, bus) {
  const rows = el("tbody");
  const empty = el("p", { className: "hint" }, "No payments yet. When an agent asks for money and the customer taps Pay, it shows here.");
  const table = el("table", { className: "stripe-payments" },
    el("thead", {}, el("tr", {}, ...["Amount", "Status", "For", "What may happen"].map((text) => el("th", { scope: "col" }, text)))), rows);
  const events = el("ol", { className: "stripe-events" });
  const other = el("div", { className: "stripe-second" });
  const beside = el("summary");
  box.append(empty, table, el("details", {}, el("summary", {}, "Events"), events), el("details", {}, beside, other));
  bus.on("stripe", careful(async () => {
    const state = await ask("/ui/stripe");
    empty.hidden = state.payments.length > 0;
    table.hidden = state.payments.length === 0;
    rows.replaceChildren(...state.payments.map((payment) => row(payment, bus)));
    events.replaceChildren(...state.events.map(eventLine));
    beside.textContent = `Another Stripe account: ${state.second.name}`;
    const typing = document.activeElement.tagName === "INPUT" && other.contains(document.activeElement);
    if (!typing) other.replaceChildren(...second(state.second).filter(Boolean));
  }));
}
