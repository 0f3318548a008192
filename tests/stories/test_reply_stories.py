"""The card's Reply button: what it sends, what it keeps inside, and whom it refuses."""

from tests.stories.script import writes_in
from tests.stories.stage import Stage


async def test_an_agent_answers_by_the_cards_button(stage: Stage) -> None:
    mia, ana, ben = stage.mia, stage.ana, stage.ben
    await writes_in(mia, ana)
    await ana.taps("Reply")
    await ana.fills(To_Mia_Schneider="Hello by the button")
    await mia.hears("Ana Silva from Bright Studio has joined")
    await mia.hears("Hello by the button")
    await ben.hears("Hello by the button")
    await ana.hears("Held by", "Ana Silva")
    await ana.taps("Reply")
    await ana.fills(To_Mia_Schneider="// She prefers mornings")
    await ben.hears("Note by Ana Silva", "She prefers mornings")
    await ben.taps("Reply")
    await ben.fills(To_Mia_Schneider="Me too")
    await ben.hears("Somebody else holds this case. Nothing was sent", "Me too")
    assert mia.count("mornings") == mia.count("Me too") == 0
