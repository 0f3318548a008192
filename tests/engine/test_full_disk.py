"""A disk that is full: nothing is called taken that was not, and all goes on when there is room again."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from shutil import copy

import aiohttp
import pytest
from sqlalchemy import select, text
from sqlmodel import col

from storage.tables import GatewayFact
from tests.databases import Pool
from tests.engine.conftest import Working
from tests.engine.fleet import ROOT, STRIPE_SECRET
from tests.engine.platforms import intent
from tests.engine.proof import Proof
from tests.payments.stripe_payloads import event, signed

SIZE = 8 * 1024 * 1024
MAY_MOUNT = os.geteuid() == 0
AS_ROOT = ("unshare", "--user", "--map-root-user", "--mount")
"""Begins a program that may mount what only it sees."""


class SmallDisk:
    """A file system of its own in memory, which root may make anywhere."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._filling = folder / "filling"
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "none", folder], check=True, capture_output=True)

    def fill(self) -> None:
        """Not a byte is left."""
        with self._filling.open("wb", buffering=0) as file, pytest.raises(OSError, match="No space left"):
            while True:
                file.write(bytes(4096))

    def make_room(self) -> None:
        """As before."""
        self._filling.unlink()

    def close(self) -> None:
        """Detached at once, whoever still reads there."""
        subprocess.run(["umount", "--lazy", self.folder], check=True)


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[SmallDisk]:
    """A disk that can be full."""
    folder = tmp_path / "disk"
    folder.mkdir()
    made = SmallDisk(folder)
    yield made
    made.close()


if MAY_MOUNT:

    @pytest.mark.timeout(300)
    async def test_a_full_disk_loses_nothing_and_calls_nothing_taken(
        databases: Pool, disk: SmallDisk, working: Working
    ) -> None:
        await prove(databases, disk, working)

else:

    @pytest.mark.timeout(300)
    def test_a_full_disk_in_a_namespace_of_its_own(tmp_path: Path) -> None:
        if subprocess.run([*AS_ROOT, "true"], capture_output=True).returncode != 0:
            pytest.skip("needs root, or a kernel that lets everybody have namespaces: a file system has to be mounted")
        again = [sys.executable, "-m", "pytest", "-q", "-n0", f"--basetemp={tmp_path / 'within'}", __file__]
        done = subprocess.run([*AS_ROOT, *again], cwd=ROOT, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout[-5000:]


async def prove(databases: Pool, disk: SmallDisk, working: Working) -> None:
    """Servers at work on a disk that is full for a while."""
    path = disk.folder / "bellhop.db"
    copy((await databases.ready("sqlite")).removeprefix("sqlite:///"), path)
    async with working(f"sqlite:///{path}") as proof:
        proof.pay(2)
        await proof.goes_on()
        disk.fill()
        refused = await first_refused(proof)
        for _ in range(3):
            assert await call(proof, refused) >= 500
        assert await kept(proof, refused) == 0
        await proof.struck()
        disk.make_room()
        await proof.goes_on()
        await proof.quiet()
        await proof.check()
        async with proof.database.engine.connect() as connection:
            assert (await connection.execute(text("PRAGMA integrity_check"))).scalar_one() == "ok"


async def first_refused(proof: Proof) -> str:
    """The id of the first event that finds no room: the log has some pages of its own to use up before that."""
    for number in range(5000):
        if await call(proof, event_id := f"evt_full_{number}") >= 500:
            return event_id
    raise AssertionError("the disk is never full")


async def call(proof: Proof, event_id: str) -> int:
    """Stripe calls once about something that does not concern us, which is kept all the same; what it is answered."""
    told = event("payment_intent.succeeded", intent("elsewhere"), id=event_id)
    body = json.dumps(told).encode()
    url = f"{proof.fleet.servers[0].url}/webhooks/stripe"
    headers = signed(body, STRIPE_SECRET, int(time.time()))
    while True:
        # A connection that was kept may be closed after an error; that is no answer.
        with suppress(aiohttp.ClientError):
            async with proof.load.http.post(url, data=body, headers=headers) as answer:
                return answer.status


async def kept(proof: Proof, event_id: str) -> int:
    """How many facts of that event there are."""
    async with proof.database.begin() as work:
        rows = await work.session.execute(select(GatewayFact).where(col(GatewayFact.event_key).startswith(event_id)))
        return len(rows.all())
