// Stripe's own form in our page. Its script comes from Stripe at run time; card data stays in Stripe's frame.

import { el } from "./dom.js";

const PATIENCE = 15_000; // milliseconds for the script and the form; after that the pay page is the way

/** Mounts the form into `place`; `completed()` when Stripe says it is done. Gives a function that takes it away. */
export async function mountStripe(form, place, completed) {
  await inTime(load(form.script_url));
  const stripe = window.Stripe(form.publishable_key, form.account ? { stripeAccount: form.account } : undefined);
  const fetchClientSecret = () => Promise.resolve(form.client_secret);
  const checkout = await inTime(stripe.createEmbeddedCheckoutPage({ fetchClientSecret, onComplete: completed }));
  checkout.mount(place);
  return () => checkout.destroy();
}

function load(url) {
  if (window.Stripe) return Promise.resolve();
  return new Promise((done, failed) => {
    document.head.append(el("script", { src: url, async: true, onload: done, onerror: failed }));
  });
}

function inTime(promise) {
  return Promise.race([promise, new Promise((_, failed) => { setTimeout(failed, PATIENCE, new Error("too slow")); })]);
}
