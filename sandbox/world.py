# ruff: noqa: S105  # every secret here is made up
"""The world outside, in one object: its clock, its faults, its wire log, and the webhooks it sends.

Every vendor's twin takes the `World` and nothing else from the others. A twin says `touched(topic)` after each change;
pages and tests wait for that.
"""

import asyncio
import re
import time
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import astuple, dataclass, field, replace
from typing import Any, TypeVar

import aiohttp

from sandbox.clock import Clock
from sandbox.faults import Fault, Faults

T = TypeVar("T")
Headers = Mapping[str, str] | Callable[[], Mapping[str, str]]
TOKENS = re.compile(r"\b(xox[abpe]-|xapp-|[sr]k_(?:test|live)_|whsec_|A21AA|(?:cs|pi)_\w+?_secret_)[\w-]+")


@dataclass(frozen=True)
class Secrets:
    """Made-up keys that the sandbox and the program under test share; the defaults are what `bellhop sandbox` uses."""

    telegram_token: str = "700100200:SANDBOX-bellhop-front-desk-bot-token"
    telegram_second_token: str = "700100300:SANDBOX-a-teams-own-bot-token"
    telegram_provider_token: str = "700100200:TEST:sandbox-payment-provider"
    slack_client_id: str = "100.200"
    slack_client_secret: str = "sandbox-slack-client-secret"
    slack_signing_secret: str = "sandbox-slack-signing-secret"
    slack_bot_token: str = "xoxb-sandbox-acme"
    slack_app_token: str = "xapp-sandbox"
    stripe_api_key: str = "sk_test_sandbox"
    stripe_webhook_secret: str = "whsec_sandbox_0123456789abcdef"
    stripe_publishable_key: str = "pk_test_sandbox"
    stripe_client_id: str = "ca_sandboxBellhop"
    stripe_second_api_key: str = "sk_test_sandboxSecondAccount"
    stripe_second_webhook_secret: str = "whsec_sandbox_second_0123456789"
    paypal_client_id: str = "AQ-sandbox-bellhop-paypal-client-id"
    paypal_client_secret: str = "EL-sandbox-bellhop-paypal-client-secret"
    paypal_webhook_id: str = "4JH86294D6297924G"
    phonepe_client_id: str = "SANDBOX_BELLHOP"
    phonepe_client_secret: str = "sandbox-phonepe-client-secret"
    phonepe_client_version: str = "1"
    phonepe_webhook_username: str = "sandbox_hook"
    phonepe_webhook_password: str = "SandboxPass1"
    razorpay_key_id: str = "rzp_test_SandboxBellhop"
    razorpay_key_secret: str = "sandbox-razorpay-key-secret"
    razorpay_webhook_secret: str = "sandbox-razorpay-webhook-secret"
    jitsi_app_id: str = "sandbox"
    jitsi_app_secret: str = "sandbox-jitsi-secret-0123456789abcdef"


@dataclass(frozen=True)
class Exchange:
    """One HTTP exchange on the wire. `direction` is "in" (the program calls a vendor) or "out" (a vendor calls it)."""

    number: int
    at: str
    direction: str
    service: str
    method: str
    status: int
    milliseconds: int
    request: str
    response: str
    note: str = ""


@dataclass(frozen=True)
class Webhook:
    """A webhook on its way. Headers may be a function, so that what was held back is signed when it leaves."""

    service: str
    method: str
    url: str
    body: bytes
    headers: Headers
    until_next: bool = False
    carry: Callable[[str], Awaitable[int]] | None = None
    """Takes it to the program instead of one plain POST; told the note for the wire log, returns the status."""


@dataclass
class World:
    """What all twins share. `product_url` is where the program under test listens."""

    product_url: str = "http://127.0.0.1:8000"
    public_url: str = "http://127.0.0.1:8001"
    secrets: Secrets = field(default_factory=Secrets)
    clock: Clock = field(default_factory=Clock)
    faults: Faults = field(default_factory=Faults)
    wire: deque[Exchange] = field(default_factory=lambda: deque(maxlen=2000))
    held: list[Webhook] = field(default_factory=list)
    closing: bool = False
    """The sandbox is about to stop: whoever holds a connection open lets go of it."""
    _count: int = 0
    _changed: asyncio.Condition = field(default_factory=asyncio.Condition)
    _watchers: set[asyncio.Queue[str]] = field(default_factory=set)
    _tasks: set[asyncio.Task[object]] = field(default_factory=set)

    def touched(self, topic: str) -> None:
        """Tell pages and waiting tests that something under `topic` (telegram, slack, stripe, wire ...) has changed."""
        for queue in self._watchers:
            queue.put_nowait(topic)
        self.spawn(self._wake())

    def spawn(self, work: Coroutine[Any, Any, object]) -> None:
        """Run a coroutine in the background and keep hold of it until it ends."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def until(self, found: Callable[[], T | None], seconds: float = 10) -> T:
        """Wait until `found()` gives something true, and return it. Raises TimeoutError after `seconds`."""
        async with asyncio.timeout(seconds), self._changed:
            while not (result := found()):
                await self._changed.wait()
            return result

    def begin_closing(self) -> None:
        """Wake those who hold connections open, so that the server can stop at once."""
        self.closing = True
        self.touched("closing")

    @asynccontextmanager
    async def watch(self) -> AsyncIterator[asyncio.Queue[str]]:
        """A queue of the topics that change from now on."""
        queue: asyncio.Queue[str] = asyncio.Queue()
        self._watchers.add(queue)
        try:
            yield queue
        finally:
            self._watchers.discard(queue)

    def record(self, direction: str, service: str, method: str, *, status: int, ms: float, request: str, response: str,
               note: str = "") -> None:  # fmt: skip
        """Write one exchange to the wire log; bodies are masked and cut to what a person would read."""
        self._count += 1
        at = self.clock.now().isoformat(timespec="milliseconds")
        cut = (self._masked(request)[:4000], self._masked(response)[:4000])
        self.wire.append(Exchange(self._count, at, direction, service, method, status, round(ms), *cut, note))
        self.touched("wire")

    async def send_webhook(self, service: str, method: str, url: str, body: bytes, headers: Headers,
                           carry: Callable[[str], Awaitable[int]] | None = None) -> int | None:  # fmt: skip
        """Send a signed webhook to the program, with whatever trouble is switched on for it.

        A vendor that retries by itself, or sends over a socket, gives its own `carry(note)`.
        Returns the status answered, 0 when nobody answered, None when a fault kept it from leaving now.
        """
        hook = Webhook(service, method, url, body, headers, carry=carry)
        rule = self.faults.strike(service, method, webhook=True)
        fault = rule.fault if rule else None
        match fault:
            case Fault.LOST:
                self._note(hook, "lost")
                return None
            case Fault.LATE | Fault.REORDERED:
                self.held.append(replace(hook, until_next=fault is Fault.REORDERED))
                self._note(hook, "held back")
                return None
            case Fault.DOUBLED:
                await self._post(hook)
                return await self._post(hook, note="sent again")
            case _:
                status = await self._post(hook)
                await self.release(service, overtaken=True)
                return status

    async def release(self, service: str = "", *, overtaken: bool = False) -> None:
        """Send what was held back for `service` (all, when empty); only what waits to be overtaken, when so asked."""
        due = [hook for hook in self.held if service in ("", hook.service) and (hook.until_next or not overtaken)]
        self.held = [hook for hook in self.held if hook not in due]
        for hook in due:
            await self._post(hook, note="out of order" if overtaken else "late")

    async def call_product(self, service: str, method: str, url: str, body: bytes, headers: Mapping[str, str],
                           note: str = "") -> tuple[int, bytes]:  # fmt: skip
        """POST to the program and write it to the wire log; status 0 when nobody answered."""
        started = time.perf_counter()
        status, answer = 0, b""
        with suppress(aiohttp.ClientError, TimeoutError):
            async with (
                aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=15)) as session,
                session.post(url, data=body, headers=dict(headers)) as response,
            ):
                status, answer = response.status, await response.read()
        took = (time.perf_counter() - started) * 1000
        request, reply = body.decode(errors="replace"), answer.decode(errors="replace")
        self.record("out", service, method, status=status, ms=took, request=request, response=reply, note=note)
        return status, answer

    async def close(self) -> None:
        """Stop what still runs in the background."""
        tasks = [task for task in self._tasks if task is not asyncio.current_task()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _post(self, hook: Webhook, note: str = "") -> int:
        if hook.carry is not None:
            return await hook.carry(note)
        headers = hook.headers() if callable(hook.headers) else hook.headers
        status, _ = await self.call_product(hook.service, hook.method, hook.url, hook.body, headers, note)
        return status

    def _note(self, hook: Webhook, note: str) -> None:
        request = hook.body.decode(errors="replace")
        self.record("out", hook.service, hook.method, status=0, ms=0, request=request, response="", note=note)

    def _masked(self, text: str) -> str:
        for secret in astuple(self.secrets):
            if len(secret) >= 16:
                text = text.replace(secret, "***")
        return TOKENS.sub(r"\1***", text)

    async def _wake(self) -> None:
        async with self._changed:
            self._changed.notify_all()
