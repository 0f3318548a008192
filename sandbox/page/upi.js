// A customer's UPI app: the codes that stand open at Razorpay and PhonePe, to be "scanned" by a press.
import { ask, careful, el } from "/static/page/dom.js";

const tell = (path, body = {}) => careful(() => ask(path, body));

function row({ sum, what, gateway, scan, refuse }) {
  const decline = refuse ? el("button", { onclick: tell(refuse) }, "Wrong PIN") : null;
  return el("li", {}, el("strong", {}, sum), ` ${what} `, el("small", {}, gateway), " ",
    el("button", { onclick: tell(scan) }, `Scan and pay ${sum}`), " ", decline);
}

async function codes() {
  const [razorpay, phonepe] = await Promise.all([ask("/ui/razorpay"), ask("/ui/phonepe")]);
  const open = razorpay.codes.filter(({ status }) => status === "active");
  const orders = phonepe.orders.filter(({ code, state }) => code && state === "PENDING");
  return [
    ...open.map(({ id, sum, what }) => ({ sum, what, gateway: "Razorpay", scan: `/ui/razorpay/pages/${id}/scan` })),
    ...orders.map(({ merchantOrderId: id, sum }) => (
      { sum, what: id, gateway: "PhonePe", scan: `/ui/phonepe/orders/${id}/pay`, refuse: `/ui/phonepe/orders/${id}/decline` })),
  ];
}

export function mountUpi(box, bus) {
  const list = el("ul", { className: "upi-codes" });
  const empty = el("p", { className: "hint" }, "No code to scan. A request in INR has \"UPI QR\" on its pay page and beside the call.");
  box.append(empty, list);
  const show = careful(async () => {
    const found = await codes();
    empty.hidden = found.length > 0;
    list.replaceChildren(...found.map(row));
  });
  for (const gateway of ["razorpay", "phonepe"]) bus.on(gateway, show);
}
