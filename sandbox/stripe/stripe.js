// A stand-in for Stripe.js, as much of it as a page needs to show Checkout inside itself.
(() => {
  const root = new URL("/stripe/embedded/", document.currentScript.src);
  let mounted = false; // Stripe.js refuses a second one too

  function embeddedCheckout(key, clientSecret, onComplete) {
    const frame = document.createElement("iframe");
    const hear = ({ source, data }) => {
      if (source === frame.contentWindow && data?.stripe === "complete" && data.clientSecret === clientSecret) onComplete?.();
    };
    frame.src = `${new URL(clientSecret, root)}?key=${encodeURIComponent(key)}`;
    frame.title = "Secure payment input frame";
    Object.assign(frame.style, { width: "100%", height: "32rem", border: "0" });
    window.addEventListener("message", hear);
    const remove = () => { window.removeEventListener("message", hear); frame.remove(); };
    return {
      mount: (place) => (typeof place === "string" ? document.querySelector(place) : place).append(frame),
      unmount: () => frame.remove(),
      destroy: () => { mounted = false; remove(); },
    };
  }

  window.Stripe = (key) => {
    if (!/^pk_(test|live)_/.test(key)) throw new Error("Please call Stripe() with your publishable key.");
    return {
      async createEmbeddedCheckoutPage({ fetchClientSecret, onComplete }) {
        if (mounted) throw new Error("You cannot have multiple Embedded Checkout objects.");
        mounted = true;
        return embeddedCheckout(key, await fetchClientSecret(), onComplete);
      },
    };
  };
})();
