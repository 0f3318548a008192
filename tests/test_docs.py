"""The manual keeps in step with the program: what it names is there."""

import importlib
import re
from pathlib import Path

import pytest
import typer

from bot.cli.commands import app
from bot.environment import FILE, variables
from bot.settings import PREFIX
from handlers.commands import COMMANDS
from payments.machine import diagram
from payments.registry import GATEWAYS
from payments.stripe.facts import READERS
from video.registry import PROVIDERS

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
PACKAGES = ("bot", "handlers", "storage", "payments", "video", "booking", "sandbox", "tests")
HEAVIEST = 400_000

LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
FENCED = re.compile(r"^```\w*\n(.*?)^```", re.MULTILINE | re.DOTALL)
INDENTED = re.compile(r"^ {4}(.+)$", re.MULTILINE)
SPAN = re.compile(r"`([^`]+)`")
PLACE = re.compile(rf"(?:{'|'.join(PACKAGES)}|docs|scripts|locks)/[\w./-]*")
NAME = re.compile(rf"(?:{'|'.join(PACKAGES)})(?:\.\w+)+")
MAKE = re.compile(r"(?:^|\s)make ([a-z]+)\b")
BELLHOP = re.compile(r"(?:^|bin/|\s)bellhop((?: [a-z]+)+)((?: --?[a-z-]+)*)")
VARIABLE = re.compile(rf"{PREFIX}[A-Z][A-Z_]*[A-Z]")
SPOKEN = re.compile(r"/[a-z]+(?: .*)?")

each_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))


def code(page: Path) -> str:
    """Everything that is typed or named: blocks and spans, a line each."""
    text = page.read_text(encoding="utf-8")
    blocks = FENCED.findall(text)
    rest = FENCED.sub("", text)
    return "\n".join([*blocks, *INDENTED.findall(rest), *SPAN.findall(rest)])


def spans(page: Path) -> list[str]:
    """What stands between backticks, in one piece."""
    return [" ".join(span.split()) for span in SPAN.findall(FENCED.sub("", page.read_text(encoding="utf-8")))]


def between(page: Path, word: str) -> str:
    """What stands between the two comments of that word."""
    found = re.search(rf"<!-- {word} -->\n(.*?)<!-- /{word} -->", page.read_text(encoding="utf-8"), re.DOTALL)
    assert found, f"{page.name} has no <!-- {word} -->"
    return found[1]


def found(name: str) -> bool:
    """Whether a dotted name leads somewhere: modules as far as they go, then what they hold."""
    parts = name.split(".")
    for cut in range(len(parts), 0, -1):
        try:
            thing: object = importlib.import_module(".".join(parts[:cut]))
        except ModuleNotFoundError:
            continue
        for part in parts[cut:]:
            if not hasattr(thing, part) and part not in getattr(thing, "__annotations__", {}):
                return False
            thing = getattr(thing, part, None)
        return True
    return False


@each_page
def test_links_lead_to_files_that_are_there(page: Path) -> None:
    links = [link for link in LINK.findall(page.read_text(encoding="utf-8")) if "://" not in link]
    assert [link for link in links if not (page.parent / link.partition("#")[0]).exists()] == []


@each_page
def test_named_files_and_folders_are_there(page: Path) -> None:
    places = [span for span in spans(page) if PLACE.fullmatch(span) and "yours" not in span]
    assert [place for place in places if not (ROOT / place).exists()] == []


@each_page
def test_named_functions_and_classes_are_there(page: Path) -> None:
    names = [span for span in spans(page) if NAME.fullmatch(span) and not (ROOT / span).exists()]
    assert [name for name in names if not found(name)] == []


@each_page
def test_named_make_targets_are_there(page: Path) -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    assert set(MAKE.findall(code(page))) - targets == set()


@each_page
def test_named_commands_and_their_options_are_there(page: Path) -> None:
    asked = BELLHOP.findall(code(page))
    assert [words for words, options in asked if not takes(words.split(), options.split())] == []


def takes(words: list[str], options: list[str]) -> bool:
    """Whether the command line knows this command and these options; words behind the command are its arguments."""
    command = typer.main.get_command(app)
    while words and (inner := getattr(command, "commands", None)):
        if words[0] not in inner:
            return False
        command = inner[words.pop(0)]
    known = {option for parameter in command.params for option in parameter.opts} | {"--help"}
    return set(options) <= known


@each_page
def test_named_settings_are_there(page: Path) -> None:
    there = {*variables(), *(name + FILE for name in variables())}
    assert set(VARIABLE.findall(page.read_text(encoding="utf-8"))) - there == set()


def test_the_chat_commands_of_the_readme_are_there() -> None:
    spoken = {span.split()[0].removeprefix("/") for span in spans(ROOT / "README.md") if SPOKEN.fullmatch(span)}
    platforms = {"bellhop", "invite", "newbot", "setprivacy", "healthz", "readyz", "metrics"}
    assert spoken - platforms - {command.name for command in COMMANDS} == set()
    assert "pay" in spoken


def test_the_readme_lists_the_stripe_events_that_are_read() -> None:
    listed = between(ROOT / "README.md", "stripe-events").split()
    assert sorted(listed) == sorted(READERS)


def test_the_readme_names_every_gateway_and_provider() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    titles = [gateway.title for gateway in GATEWAYS.values()] + [provider.title for provider in PROVIDERS.values()]
    assert [title for title in titles if f"| **{title}** |" not in text] == []


def test_the_picture_of_the_states_is_the_table() -> None:
    assert between(ROOT / "docs" / "architecture.md", "states") == f"```mermaid\n{diagram()}```\n"


def test_the_readmes_pictures_have_words_and_a_fair_size() -> None:
    pictures = re.findall(r"!\[([^\]]*)\]\(([^)]+)\)", (ROOT / "README.md").read_text(encoding="utf-8"))
    assert 1 <= len(pictures) <= 3
    for words, place in pictures:
        assert len(words) > 40
        assert (ROOT / place).stat().st_size < HEAVIEST


def test_every_page_of_the_manual_can_be_reached_from_the_readme() -> None:
    seen: set[Path] = set()
    waiting = [ROOT / "README.md"]
    while waiting:
        page = waiting.pop()
        seen.add(page)
        targets = [page.parent / link.partition("#")[0] for link in LINK.findall(page.read_text(encoding="utf-8"))]
        waiting += [each for target in targets if (each := target.resolve()).suffix == ".md" and each not in seen]
    assert set(PAGES) - seen == set()
