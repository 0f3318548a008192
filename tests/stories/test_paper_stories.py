"""Papers: a receipt in the customer's chat, a credit note after a refund, evidence for the bank."""

import asyncio
from io import BytesIO
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from pypdf import PdfReader
from typer.testing import CliRunner

from bot.cli.commands import app
from bot.cli.papers import write_evidence
from bot.cli.refusals import Refused
from handlers.papers.chain import Pack, first_break
from tests.stories.script import asks, in_conversation
from tests.stories.stage import Stage

pytestmark = pytest.mark.long


def year(stage: Stage) -> int:
    """The year at the team's own place."""
    return stage.world.clock.now().astimezone(ZoneInfo("Europe/Berlin")).year


def read(stage: Stage, name: str) -> str:
    """The text of the PDF that Telegram was given under that name."""
    files = stage.cast.telegram.state.files.kept.values()
    (data,) = [file.data for file in files if isinstance(file.thing, dict) and file.thing.get("file_name") == name]
    return "\n".join(page.extract_text() for page in PdfReader(BytesIO(data)).pages)


async def test_who_has_paid_gets_a_receipt_and_after_a_refund_a_credit_note(stage: Stage) -> None:
    mia, ana = await in_conversation(stage)
    receipt, note = f"TEST-BRIGHT-{year(stage)}-000001", f"TEST-BRIGHT-CN-{year(stage)}-000001"
    session = await stage.session_of(await asks(mia, ana))
    await stage.cast.stripe.pay(session)
    # Her Telegram speaks German.
    await mia.hears(f"Quittung {receipt}", f"{receipt}.pdf")
    await ana.hears(f"Receipt {receipt}", "It goes to Mia Schneider")
    text = read(stage, f"{receipt}.pdf")
    payment = stage.cast.stripe.sessions[session]["payment_intent"]
    for part in ("Bright Studio", "Mia Schneider", "Consultation", "49,00 $", "Stripe", payment, "Testgeld"):
        assert part in text, part
    await stage.cast.stripe.refund_in_dashboard(session, 1000)
    await mia.hears(f"Gutschrift {note}", f"{note}.pdf")
    text = read(stage, f"{note}.pdf")
    assert "Bisher wurden 10,00 $ von 49,00 $ erstattet." in text and receipt in text


async def test_a_disputed_payment_brings_its_evidence_to_the_desk_and_into_a_folder(
    stage: Stage, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    mia, ana = await in_conversation(stage)
    session = await stage.session_of(await asks(mia, ana))
    await stage.cast.stripe.pay(session)
    await mia.hears("Quittung ")
    await stage.cast.stripe.dispute(session)
    await ana.hears("Disputed: $49.00")
    await ana.taps("Evidence")
    first = f"TEST-BRIGHT-EV-{year(stage)}-000001"
    await ana.hears(f"Evidence {first}")
    await ana.hears(f"{first}.pdf")
    await ana.hears(f"{first}.json")
    await asyncio.to_thread(write_evidence, stage.settings, 1, tmp_path / "out")
    path = tmp_path / "out" / f"TEST-BRIGHT-EV-{year(stage)}-000002.json"
    pack = Pack.model_validate_json(path.read_text(encoding="utf-8"))
    assert capsys.readouterr().out.splitlines() == [
        str(path.with_suffix(".pdf")),
        str(path),
        f"{len(pack.lines)} lines, the last one's SHA-256 is {pack.head}",
    ]
    assert first_break(pack) is None
    told = [line.what for line in pack.lines]
    assert "stripe reported: captured" in told and "stripe reported: disputed" in told
    assert path.with_suffix(".pdf").read_bytes().startswith(b"%PDF-")
    with pytest.raises(Refused, match="there is no request 99"):
        await asyncio.to_thread(write_evidence, stage.settings, 99, tmp_path)


@pytest.mark.parametrize("wrong", ["evidence", "evidence x", "evidence 0"])
def test_evidence_of_nothing_is_wrong_use(wrong: str) -> None:
    assert CliRunner().invoke(app, wrong.split()).exit_code == 2
