"""Who and what is there when the sandbox opens: Acme with the app installed; Globex and an organisation without."""

from sandbox.slack.model import APP_NAME, Channel, Command, Install, Organisation, Person, Shortcut, Workspace

SCOPES = frozenset(
    """app_mentions:read channels:history channels:join channels:read chat:write chat:write.customize commands
    files:read files:write groups:history groups:read im:history im:read im:write mpim:history pins:write reactions:read
    reactions:write team:read users.profile:read users:read users:read.email""".split()
)

COMMANDS = (
    Command("/bellhop", "help | hours | team", "The front desk's one command"),
    Command("/pay", "49 USD Consultation", "Ask the customer of your case for money"),
    Command("/video", "", "Start the video room of your case"),
    Command("/book", "service, day, time", "Book for the customer of your case"),
    Command("/refund", "", "Pay back what was paid in your case"),
    Command("/agenda", "today | week", "Your next bookings"),
)

SHORTCUTS = (Shortcut("Ask for a payment", "pay"), Shortcut("Start the video room", "video"))


def acme(token: str) -> Workspace:
    """The workspace of the story: two agents, a colleague, two customers; the app sits in #front-desk."""
    ana = Person("U0ANA", "ana", "Ana Silva", "Europe/Berlin", "de-DE", "agent")
    ben = Person("U0BEN", "ben", "Ben Okafor", "Europe/London", "en-GB", "agent")
    eve = Person("U0EVE", "eve", "Eve Lindqvist", "Europe/Stockholm", "sv-SE", "colleague")
    carla = Person("U0CARLA", "carla", "Carla Customer", "America/New_York", "en-US", "customer")
    dev = Person("U0DEV", "dev", "Dev Patel", "Asia/Kolkata", "en-IN", "customer")
    people = {person.id: person for person in (ana, ben, eve, carla, dev)}
    bot = Person("UBELLHOP", "bellhop", APP_NAME, role="bot", bot_id="B0BELLHOP")
    desk = Channel("C0DESK", "front-desk", "private", [ana.id, ben.id, eve.id, bot.id], "One card per case")
    general = Channel("C0GENERAL", "general", "public", list(people), "Everyone")
    channels = {channel.id: channel for channel in (desk, general)}
    shop = Workspace("T0ACME", "Acme", "acme", bot, people, channels, Install(token, SCOPES, ana.id))
    for person in people:
        shop.direct(person)
    return shop


def globex() -> Workspace:
    """A second workspace, to install the app into."""
    hana = Person("U0HANA", "hana", "Hana Mori", "Asia/Tokyo", "ja-JP", "agent")
    gus = Person("U0GUS", "gus", "Gus Weber", "Europe/Berlin", "de-DE", "customer")
    ivo = Person("U0IVO", "ivo", "Ivo Marin", "Europe/Zagreb", "hr-HR", "agent")
    people = {person.id: person for person in (hana, gus, ivo)}
    bot = Person("UBELLGLOBEX", "bellhop", APP_NAME, role="bot", bot_id="B0GLOBEX")
    desk = Channel("C0GDESK", "front-desk", "public", [hana.id, ivo.id], "Globex front desk")
    return Workspace("T0GLOBEX", "Globex", "globex", bot, people, {desk.id: desk})


def initech() -> tuple[Workspace, ...]:
    """An organisation of two workspaces, each with somebody at its desk and a customer."""
    org = Organisation("E0INITECH", "Initech")
    bot = Person("UBELLINITECH", "bellhop", APP_NAME, role="bot", bot_id="B0INITECH")
    ines = Person("U0INES", "ines", "Inès Roy", "Europe/Paris", "fr-FR", "agent")
    omar = Person("U0OMAR", "omar", "Omar Haddad", "Europe/Paris", "fr-FR", "customer")
    kai = Person("U0KAI", "kai", "Kai Berg", "Europe/Oslo", "nb-NO", "agent")
    lena = Person("U0LENA", "lena", "Lena Dahl", "Europe/Oslo", "nb-NO", "customer")
    return (_part(org, bot, "Sales", ines, omar), _part(org, bot, "Support", kai, lena))


def _part(org: Organisation, bot: Person, name: str, agent: Person, customer: Person) -> Workspace:
    word = name.upper()
    desk = Channel(f"C0{word}", f"{name.lower()}-desk", "public", [agent.id], f"Front desk of {name}")
    people = {person.id: person for person in (agent, customer)}
    whole = f"{org.name} {name}"
    return Workspace(f"T0{word}", whole, f"initech-{name.lower()}", bot, people, {desk.id: desk}, org=org)
