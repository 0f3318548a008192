"""What an operator writes, and what Bellhop makes of it."""

from datetime import timedelta
from pathlib import Path

import pytest

from bot.clock import clock_of, utc_now
from bot.env_file import example, render
from bot.environment import read_settings, written_in
from bot.keys import keys_of
from bot.settings import Settings, SettingsError, TelegramMode

TOKEN = "123456:a-token-of-a-bot"


def settings_of(tmp_path: Path, **variables: str) -> Settings:
    settings, warnings = read_settings({f"BELLHOP_{name}": value for name, value in variables.items()}, tmp_path / "no")
    assert warnings == []
    return settings


def refusal(tmp_path: Path, **variables: str) -> str:
    with pytest.raises(SettingsError) as refused:
        settings_of(tmp_path, **variables)
    return str(refused.value)


def test_nothing_set_is_a_set_up_without_accounts(tmp_path: Path) -> None:
    settings = settings_of(tmp_path)
    assert settings.accounts == ()
    assert settings.database_url == "sqlite:///bellhop.db"


def test_a_section_is_on_when_it_is_there(tmp_path: Path) -> None:
    settings = settings_of(tmp_path, TELEGRAM__TOKEN=TOKEN, TELEGRAM__MODE="webhook", SLACK__BOT_TOKEN="")
    assert settings.telegram is not None and settings.telegram.mode is TelegramMode.WEBHOOK
    assert settings.accounts == ("telegram",)


def test_lists_are_separated_by_commas(tmp_path: Path) -> None:
    ancestors = "https://a.example/, https://b.example"
    settings = settings_of(tmp_path, SECRET_KEYS="new, old", FRAME_ANCESTORS=ancestors)
    assert keys_of(settings) == ["new", "old"]
    assert settings.frame_ancestors == ("https://a.example", "https://b.example")


def test_the_environment_comes_before_the_file(tmp_path: Path) -> None:
    dotenv = tmp_path / ".env"
    dotenv.write_text("BELLHOP_PUBLIC_URL=https://file.example\nBELLHOP_LOG_JSON=true\nOTHER=1\n")
    settings, warnings = read_settings({"BELLHOP_PUBLIC_URL": "https://environment.example"}, dotenv)
    assert (settings.public_url, settings.log_json, warnings) == ("https://environment.example", True, [])


def test_a_secret_may_lie_in_a_file(tmp_path: Path) -> None:
    (tmp_path / "token").write_text(f"{TOKEN}\n")
    settings = settings_of(tmp_path, TELEGRAM__TOKEN_FILE=str(tmp_path / "token"))
    assert settings.telegram is not None
    assert settings.telegram.token.get_secret_value() == TOKEN


def test_a_secret_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    said = refusal(tmp_path, TELEGRAM__TOKEN_FILE="/nowhere/token")
    assert said == "BELLHOP_TELEGRAM__TOKEN_FILE names /nowhere/token, which cannot be read: No such file or directory"


def test_a_secret_given_twice_is_refused(tmp_path: Path) -> None:
    assert "both set" in refusal(tmp_path, TELEGRAM__TOKEN=TOKEN, TELEGRAM__TOKEN_FILE="/x")


@pytest.mark.parametrize(
    ("unknown", "near"),
    [("BELLHOP_STRIPE__API_KY", "BELLHOP_STRIPE__API_KEY"), ("BELLHOP_PUBLICURL", "BELLHOP_PUBLIC_URL")],
)
def test_an_unknown_key_is_a_warning_that_names_near_ones(tmp_path: Path, unknown: str, near: str) -> None:
    _, (warning,) = read_settings({unknown: "x"}, tmp_path / "no")
    assert warning.startswith(f"{unknown} is not a setting and does nothing; did you mean")
    assert near in warning


def test_a_key_like_no_other_is_a_plain_warning(tmp_path: Path) -> None:
    _, warnings = read_settings({"BELLHOP_ZZZ": "x"}, tmp_path / "no")
    assert warnings == ["BELLHOP_ZZZ is not a setting and does nothing"]


@pytest.mark.parametrize(
    ("variables", "sentence"),
    [
        ({"PUBLIC_URL": "bellhop.example.com"}, "BELLHOP_PUBLIC_URL must be an address such as"),
        ({"DATABASE_URL": "oracle://x"}, "BELLHOP_DATABASE_URL: oracle is not supported"),
        ({"DATABASE_URL": "nonsense"}, "BELLHOP_DATABASE_URL is no address such as"),
        ({"LOG_JSON": "perhaps"}, "BELLHOP_LOG_JSON input should be a valid boolean"),
        ({"FRAME_ANCESTORS": "https://a.example/path"}, "BELLHOP_FRAME_ANCESTORS https://a.example/path must be an or"),
        ({"TEAM_FILE": "/nowhere/team.toml"}, "BELLHOP_TEAM_FILE names /nowhere/team.toml, and there is no such file"),
        ({"TELEGRAM__TOKEN": "abc"}, "BELLHOP_TELEGRAM__TOKEN must look like"),
        ({"TELEGRAM__MODE": "webhook"}, "BELLHOP_TELEGRAM__TOKEN is missing, and its section needs it"),
        ({"TELEGRAM__TOKEN": TOKEN, "TELEGRAM__MODE": "pull"}, "BELLHOP_TELEGRAM__MODE input should be"),
        ({"SLACK__BOT_TOKEN": "xoxp-1"}, "BELLHOP_SLACK__BOT_TOKEN must begin with xoxb-"),
        ({"SLACK__CLIENT_ID": "1.2"}, "BELLHOP_SLACK__CLIENT_ID and BELLHOP_SLACK__CLIENT_SECRET belong together"),
        ({"SLACK__SIGNING_SECRET": "hush"}, "BELLHOP_SLACK__BOT_TOKEN is missing; or set BELLHOP_SLACK__CLIENT_ID"),
        ({"STRIPE__API_KEY": "pk_test_1"}, "BELLHOP_STRIPE__API_KEY must begin with sk_test_"),
        ({"JITSI__DOMAIN": "meet.jit.si", "JITSI__APP_ID": "x"}, "BELLHOP_JITSI__*: meet.jit.si does not accept"),
        ({"WEBRTC__TURN_URLS": "turn:t.example:3478"}, "BELLHOP_WEBRTC__*: TURN needs both"),
    ],
)
def test_a_wrong_value_is_named_by_its_variable(tmp_path: Path, variables: dict[str, str], sentence: str) -> None:
    assert refusal(tmp_path, **variables).startswith(sentence)


def test_a_refusal_never_repeats_a_secret(tmp_path: Path) -> None:
    said = refusal(tmp_path, SLACK__BOT_TOKEN="hunter2", STRIPE__API_KEY="hunter2", TELEGRAM__TOKEN="hunter2")
    assert said.count("BELLHOP_") == 3
    assert "hunter2" not in said


LIVE = {"STRIPE__API_KEY": "sk_live_1", "SECRET_KEYS": "k"}


@pytest.mark.parametrize(
    ("beside", "sentence"),
    [
        ({"SECRET_KEYS": ""}, "BELLHOP_SECRET_KEYS is required with live keys"),
        ({"CLOCK_OFFSET_FILE": "/tmp/clock"}, "BELLHOP_CLOCK_OFFSET_FILE is for rehearsals"),
        ({"STRIPE__API_URL": "http://127.0.0.1:8001/stripe"}, "BELLHOP_STRIPE__API_URL is a stand-in"),
        ({"TELEGRAM__TOKEN": TOKEN, "TELEGRAM__API_URL": "http://localhost:1"}, "BELLHOP_TELEGRAM__API_URL is a stand"),
    ],
)
def test_live_money_and_a_rehearsal_never_mix(tmp_path: Path, beside: dict[str, str], sentence: str) -> None:
    assert settings_of(tmp_path, **LIVE).stripe is not None
    assert refusal(tmp_path, **{**LIVE, **beside}).startswith(sentence)


def test_a_key_is_kept_beside_a_sqlite_file_for_its_owner_alone(tmp_path: Path) -> None:
    settings = settings_of(tmp_path, DATABASE_URL=f"sqlite:///{tmp_path}/bellhop.db")
    (key,) = keys_of(settings)
    assert len(key) == 64
    assert keys_of(settings) == [key]
    assert (tmp_path / "bellhop.db.key").stat().st_mode & 0o777 == 0o600


def test_a_database_server_wants_keys_of_the_operator(tmp_path: Path) -> None:
    settings = settings_of(tmp_path, DATABASE_URL="postgresql://u@h/d")
    with pytest.raises(SettingsError, match="BELLHOP_SECRET_KEYS is required with a database server"):
        keys_of(settings)


def test_the_clock_follows_its_file(tmp_path: Path) -> None:
    offset = tmp_path / "clock"
    clock = clock_of(settings_of(tmp_path, CLOCK_OFFSET_FILE=str(offset)))
    hour = timedelta(hours=1)
    assert abs(clock() - utc_now()) < hour / 60
    for hours in (1, 5, -2):
        fresh = offset.with_suffix(".new")
        fresh.write_text(str(3600.0 * hours))
        fresh.replace(offset)
        assert abs(clock() - utc_now() - hours * hour) < hour / 60
    offset.write_text("")
    assert abs(clock() - utc_now() + 2 * hour) < hour / 60


def test_the_example_is_in_step_with_the_settings() -> None:
    written = Path(__file__).parents[2] / ".env.example"
    assert written.read_text(encoding="utf-8") == example(), "write it again: python -m bot.env_file"


def test_the_example_sets_nothing(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(example())
    settings, warnings = read_settings({}, tmp_path / ".env")
    assert (settings, warnings) == (Settings(), [])


def test_a_written_file_reads_back_as_it_was(tmp_path: Path) -> None:
    values = {
        "BELLHOP_TELEGRAM__TOKEN": TOKEN,
        "BELLHOP_JITSI__PRIVATE_KEY": '-----BEGIN\nit\'s \\n and $HOME # "quoted"\n-----END',
        "BELLHOP_SOMETHING_ELSE": "kept as it is",
    }
    (tmp_path / ".env").write_text(render(values, "# head\n"))
    assert written_in(tmp_path / ".env") == values
