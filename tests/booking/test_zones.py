"""Time zones in people's words."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from booking.zones import CROWDED, both_times, date_label, day_label, likely_zones, time_label, zone_at, zone_label

START = datetime(2026, 11, 24, 4, 30, tzinfo=UTC)
END = START + timedelta(minutes=30)
DASH = "\N{EN DASH}"


@pytest.mark.parametrize(
    ("language", "team", "first", "last"),
    [
        ("en", "Asia/Kolkata", "Asia/Kolkata", "Asia/Singapore"),
        ("de", "Asia/Kolkata", "Europe/Berlin", "Asia/Kolkata"),
        ("de", "Europe/Vienna", "Europe/Vienna", "Europe/Vaduz"),
        ("pt-BR", "Europe/Berlin", "America/Sao_Paulo", "Europe/Berlin"),
        ("en_GB", "Europe/London", "Europe/London", "Europe/London"),
        ("hi", "Asia/Kolkata", "Asia/Kolkata", "Asia/Kolkata"),
        ("ca", "Europe/Madrid", "Europe/Madrid", "Europe/Andorra"),
        (None, "Asia/Tokyo", "Asia/Tokyo", "America/Chicago"),
        ("no such language", "Asia/Tokyo", "Asia/Tokyo", "America/Chicago"),
    ],
)
def test_likely_zones_begin_where_the_language_lives(language: str | None, team: str, first: str, last: str) -> None:
    zones = likely_zones(language, team)
    assert (zones[0], zones[-1]) == (first, last)


@pytest.mark.parametrize(
    "language", [None, "en", "en-US", "es", "fr", "de", "ar", "hi", "zh-hans", "pt-br", "ru", "xx"]
)
def test_likely_zones_are_few_real_distinct_and_hold_the_teams(language: str | None) -> None:
    zones = likely_zones(language, "Asia/Kolkata")
    assert len(zones) == len(set(zones)) <= 6
    assert "Asia/Kolkata" in zones
    assert all(ZoneInfo(zone).key == zone for zone in (*zones, *CROWDED))


@pytest.mark.parametrize(
    ("latitude", "longitude", "zone"),
    [(28.6, 77.2, "Asia/Kolkata"), (52.5, 13.4, "Europe/Berlin"), (-31.55, 159.08, "Australia/Lord_Howe")],
)
def test_a_shared_place_has_its_zone(latitude: float, longitude: float, zone: str) -> None:
    assert zone_at(latitude, longitude) == zone


@pytest.mark.parametrize(("latitude", "longitude"), [(91, 0), (0, 181), (float("nan"), 0)])
def test_a_place_off_the_globe_is_refused(latitude: float, longitude: float) -> None:
    with pytest.raises(ValueError, match="latitude"):
        zone_at(latitude, longitude)


@pytest.mark.parametrize(
    ("zone", "label"),
    [
        ("Asia/Kolkata", "Kolkata (UTC+5:30)"),
        ("America/New_York", "New York (UTC-5)"),
        ("America/St_Johns", "St. John\u2019s (UTC-3:30)"),
        ("Europe/London", "London (UTC)"),
        ("Asia/Kathmandu", "Kathmandu (UTC+5:45)"),
    ],
)
def test_a_zone_is_named_by_city_and_distance(zone: str, label: str) -> None:
    assert zone_label(zone, START) == label


def test_a_zones_distance_is_that_of_the_moment() -> None:
    assert zone_label("Europe/Berlin", datetime(2026, 7, 1, tzinfo=UTC)) == "Berlin (UTC+2)"


def test_both_sides_read_their_own_time_first() -> None:
    assert both_times(START, END, "Asia/Kolkata", "Europe/Berlin") == (
        f"Tue 24 Nov, 10:00{DASH}10:30 Kolkata time (05:30{DASH}06:00 Berlin time)"
    )
    assert both_times(START, END, "Europe/Berlin", "Asia/Kolkata") == (
        f"Tue 24 Nov, 05:30{DASH}06:00 Berlin time (10:00{DASH}10:30 Kolkata time)"
    )


def test_the_other_sides_date_is_told_when_it_differs() -> None:
    assert both_times(START, END, "Asia/Kolkata", "America/New_York").endswith(
        f"(Mon 23 Nov, 23:30{DASH}00:00 New York time)"
    )


def test_one_time_is_enough_where_the_clocks_agree() -> None:
    assert both_times(START, END, "Europe/Paris", "Europe/Berlin") == f"Tue 24 Nov, 05:30{DASH}06:00 Paris time"


def test_clocks_that_part_during_the_meeting_do_not_agree() -> None:
    start = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)  # Berlin leaves summer time at 01:00 UTC, Johannesburg has none
    text = both_times(start, start + timedelta(hours=1), "Europe/Berlin", "Africa/Johannesburg")
    assert text == f"Sun 25 Oct, 02:30{DASH}02:30 Berlin time (02:30{DASH}03:30 Johannesburg time)"


def test_other_languages_use_their_own_words() -> None:
    assert (
        both_times(START, END, "Europe/Berlin", "Europe/Berlin", "de")
        == f"Di., 24. Nov., 05:30{DASH}06:00 Berlin (Ortszeit)"
    )
    assert date_label(date(2026, 11, 24), "fr-FR") == "mar. 24 nov."


def test_near_days_have_names() -> None:
    today = date(2026, 11, 23)
    labels = [day_label(today + timedelta(days=offset), today) for offset in (-1, 0, 1, 2)]
    assert labels == ["Sun 22 Nov", "Today", "Tomorrow", "Wed 25 Nov"]


def test_a_time_is_told_on_24_hours() -> None:
    assert time_label(datetime(2026, 11, 24, 17, 5, tzinfo=UTC), "UTC", "en-US") == "17:05"
