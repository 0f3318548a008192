"""Every command with its arguments; what each does is imported when it is called."""

import gc
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Optional

import typer

app = typer.Typer(
    help="A concierge between customers and agents on Telegram and Slack: book, talk, meet on video, pay.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
db = typer.Typer(help="The database's shape.", no_args_is_help=True)
team = typer.Typer(help="The team, declared in a file.", no_args_is_help=True)
manifest = typer.Typer(help="What a platform wants to be told about the app.", no_args_is_help=True)
keys = typer.Typer(help="The keys that seal what the database keeps secret.", no_args_is_help=True)
app.add_typer(keys, name="keys")
app.add_typer(db, name="db")
app.add_typer(team, name="team")
app.add_typer(manifest, name="manifest")
customer = typer.Typer(help="What is kept about a customer.", no_args_is_help=True)
app.add_typer(customer, name="customer")

Ref = Annotated[str, typer.Argument(help="Our own number, telegram:123456789, or slack:T0123/U0123.")]

Host = Annotated[str, typer.Option(help="Listen here; 0.0.0.0 for every address of this machine.")]
Port = Annotated[int, typer.Option(help="Listen on this port.", min=1, max=65535)]
SandboxPort = Annotated[int, typer.Option(help="The sandbox's port; the next free one when it is taken.")]
NoBrowser = Annotated[bool, typer.Option("--no-browser", help="Open no browser.")]
Reset = Annotated[
    bool, typer.Option("--reset", help="Remove everything that earlier runs left in .sandbox, logs included.")
]


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(version("bellhop"))
        raise typer.Exit


@app.callback()
def about(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Say the version.")
    ] = False,
) -> None:
    """What comes before every command."""


def _without_collector() -> None:
    """Nothing that is imported is garbage, and looking for it takes a quarter of a second; `App.start` begins to."""
    gc.disable()


@app.command()
def run(host: Host = "127.0.0.1", port: Port = 8000, no_browser: NoBrowser = False) -> None:
    """Run Bellhop: the sandbox, or the real thing when accounts are configured."""
    from bot.cli.reading import read

    settings = read()
    if settings.accounts:
        _without_collector()
        from bot.cli.serving import serve_web

        serve_web(settings, host, port, workers=1)
    else:
        sandbox(port=port, no_browser=no_browser)


@app.command()
def serve(
    host: Host = "127.0.0.1",
    port: Port = 8000,
    workers: Annotated[int, typer.Option(help="How many processes.", min=1, max=64)] = 1,
) -> None:
    """Serve webhooks, pages and chats, and do the work behind them."""
    from bot.cli.reading import read

    settings = read()
    _without_collector()
    from bot.cli.serving import serve_web

    serve_web(settings, host, port, workers)


@app.command()
def worker() -> None:
    """Do the work behind the chats without listening on a port."""
    from bot.cli.reading import read

    settings = read()
    _without_collector()
    from bot.cli.serving import work

    work(settings)


@app.command()
def sandbox(
    port: Port = 8000, sandbox_port: SandboxPort = 8001, no_browser: NoBrowser = False, reset: Reset = False
) -> None:
    """Try everything on this machine, without any account."""
    from bot.sandbox_run import Plan
    from bot.sandbox_run import run as play

    raise typer.Exit(play(Plan(port=port, sandbox_port=sandbox_port, browser=not no_browser, reset=reset)))


@app.command()
def init(
    path: Annotated[Path, typer.Option("--file", help="Write the settings here.")] = Path(".env"),
) -> None:
    """Set Bellhop up: one question at a time, each answer tried at once, written to .env."""
    from bot.init import ask_all

    ask_all(path)


@app.command()
def doctor() -> None:
    """Examine the set-up: each line OK, or what is wrong and what to do."""
    from bot.cli.house import examine

    raise typer.Exit(examine())


@app.command()
def reconcile(
    since: Annotated[
        Optional[datetime],  # noqa: UP045  # typer reads it
        typer.Option(formats=["%Y-%m-%d"], help="From this day on (UTC); without it the last 30 days."),
    ] = None,
) -> None:
    """Ask the gateways about every checkout, take in what was missed, and print it."""
    from bot.cli.reading import read

    settings = read()
    from bot.cli.money import reconcile_all

    raise typer.Exit(reconcile_all(settings, since or datetime.now(UTC) - timedelta(days=30)))


@app.command()
def drill(
    gateway: Annotated[
        Optional[list[str]],  # noqa: UP045  # typer reads it
        typer.Option(help="Only this gateway; may be given several times. All of the sandbox's when left out."),
    ] = None,
    payments: Annotated[int, typer.Option(help="How many requests.", min=1, max=1000)] = 40,
    seed: Annotated[int, typer.Option(help="The same number plays the same drill again.")] = 1,
) -> None:
    """Lose, double, delay and reorder webhooks at the sandbox's gateways, and see whether the books still agree."""
    from bot.cli.drill import run_drill

    raise typer.Exit(run_drill(gateway or [], payments, seed))


@app.command()
def evidence(
    request: Annotated[int, typer.Argument(help="The number of the payment request.", min=1)],
    folder: Annotated[Path, typer.Option(help="Write the two files here.")] = Path("."),
) -> None:
    """Write down all that is known about a payment, for a dispute: a PDF, and a JSON whose lines are hashed."""
    from bot.cli.reading import read

    settings = read()
    from bot.cli.papers import write_evidence

    write_evidence(settings, request, folder)


@db.command("upgrade")
def db_upgrade() -> None:
    """Bring the database to the newest shape."""
    from bot.cli.house import upgrade_database

    upgrade_database()


@db.command("check")
def db_check() -> None:
    """Say whether the database has the shape that this program needs."""
    from bot.cli.house import check_database

    check_database()


@keys.command("rotate")
def keys_rotate() -> None:
    """Seal everything anew with the first of SECRET_KEYS, while the program runs."""
    from bot.cli.reading import read

    settings = read()
    from bot.cli.keys import rotate_keys

    rotate_keys(settings)


@team.command("apply")
def team_apply(file: Annotated[Path, typer.Argument(help="The team in TOML; see team.example.toml.")]) -> None:
    """Make the team as the file says, and say what changed."""
    from bot.cli.house import apply_file

    apply_file(file)


@team.command("show")
def team_show(slug: Annotated[Optional[str], typer.Argument(help="One team; all when left out.")] = None) -> None:  # noqa: UP045  # typer reads it
    """Show the teams as a file would declare them."""
    from bot.cli.house import show_teams

    show_teams(slug)


@customer.command("export")
def customer_export(
    ref: Ref,
    to: Annotated[Path, typer.Option("--to", help="A folder, or a file that ends in .zip.")] = Path("."),
    notes: Annotated[bool, typer.Option("--notes", help="With what the agents wrote among themselves.")] = False,
) -> None:
    """Write down all that is kept about a customer: a ZIP with a JSON, their files and their papers."""
    from bot.cli.reading import read

    settings = read()
    from bot.cli.customer import export_customer

    export_customer(settings, ref, to, notes=notes)


@customer.command("erase")
def customer_erase(
    ref: Ref, yes: Annotated[bool, typer.Option("--yes", help="It cannot be undone, and that is meant.")] = False
) -> None:
    """Forget a customer: words, files, name and addresses; the payments stay in the books under a pseudonym."""
    if not yes:
        raise typer.BadParameter("this cannot be undone; say that it is meant with --yes", param_hint="--yes")
    from bot.cli.reading import read

    settings = read()
    from bot.cli.customer import erase_customer

    erase_customer(settings, ref)


@manifest.command("slack")
def manifest_slack(
    url: Annotated[str, typer.Option(help="The public address; not needed with --socket-mode.")] = "",
    socket_mode: Annotated[bool, typer.Option("--socket-mode", help="For an app without a public address.")] = False,
    light: Annotated[
        bool, typer.Option("--scope-light", help="Hear no channel: agents answer by the card's Reply button.")
    ] = False,
    rotation: Annotated[
        bool, typer.Option("--token-rotation", help="For an app that workspaces add by themselves: tokens change.")
    ] = False,
) -> None:
    """Print the Slack app's manifest as JSON."""
    if not url and not socket_mode:
        raise typer.BadParameter("name the public address, or take --socket-mode", param_hint="--url")
    import json
    from urllib.parse import urlsplit

    if url and (urlsplit(url).scheme != "https" or not urlsplit(url).hostname):
        whole = "write the whole address, such as https://bellhop.example.com: Slack calls nothing else than https"
        raise typer.BadParameter(whole, param_hint="--url")

    from bot.manifest import manifest as made
    from handlers.commands import COMMANDS

    told = made(url, socket_mode=socket_mode, commands=COMMANDS, light=light, rotation=rotation)
    typer.echo(json.dumps(told, indent=2))
