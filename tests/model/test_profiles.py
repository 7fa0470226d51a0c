"""Profiles: knobs and their settings, profiles that have names, what a scenario and the command line make of them."""

from __future__ import annotations

from pathlib import Path

import pytest
from attrs import fields
from tests.cli.command import seatrial

from seatrial.checker.check import run, trace_of
from seatrial.checker.remake import remake, replay
from seatrial.invariants.catalogue import named, promised
from seatrial.model.errors import BadInput
from seatrial.model.profiles import KNOBS, NEWEST, PROFILES, Profile, profile_named
from seatrial.model.scenarios import build
from seatrial.traces import ScenarioRef, dumps, loads, read

SETTINGS = [(knob.name, setting) for knob in KNOBS.values() for setting in knob.settings]


def test_every_knob_is_a_field_of_a_profile() -> None:
    """A profile has one setting of each knob, and nothing else."""
    assert [each.name.replace("_", "-") for each in fields(Profile)] == list(KNOBS)
    assert list(NEWEST.settings) == list(KNOBS)


@pytest.mark.parametrize("name", KNOBS)
def test_a_knob_says_what_it_decides_and_where_that_is_said(name: str) -> None:
    """A knob has a meaning, a source, and at least two settings, each with where it holds."""
    knob = KNOBS[name]

    assert knob.meaning
    assert knob.source
    assert len(knob.settings) > 1
    assert all(knob.settings.values())


@pytest.mark.parametrize("name", PROFILES)
def test_a_named_profile_uses_settings_that_there_are(name: str) -> None:
    """A profile that has a name has a sentence, and every setting in it is one of its knob's."""
    sentence, profile = PROFILES[name]

    assert sentence
    assert profile_named(name) == profile
    assert all(setting in KNOBS[knob].settings for knob, setting in profile.settings.items())


def test_the_newest_profile_comes_first() -> None:
    """The list begins with what everything follows unless told otherwise, and no two profiles are the same."""
    profiles = [profile for _, profile in PROFILES.values()]

    assert profiles[0] == NEWEST
    assert len(set(profiles)) == len(profiles)


@pytest.mark.parametrize(("knob", "setting"), SETTINGS)
def test_a_setting_changes_its_knob_only(knob: str, setting: str) -> None:
    """``KNOB=SETTING`` changes that knob and leaves the others as they were."""
    changed = profile_named(f"{knob}={setting}").settings

    assert changed == {**NEWEST.settings, knob: setting}


@pytest.mark.parametrize("name", PROFILES)
def test_the_text_of_a_profile_names_it(name: str) -> None:
    """What tells a profile from the newest one, given back, is that profile."""
    profile = profile_named(name)

    assert profile == (profile_named(profile.text) if profile.text else NEWEST)


def test_settings_are_on_top_of_the_profile_at_hand() -> None:
    """Settings change the profile that they are given with; a name replaces it."""
    base = profile_named("names=generated")

    assert profile_named("first-read=any, deletes=by-name", base) == Profile(
        first_read="any", deletes="by-name", names="generated"
    )
    assert profile_named("kubernetes-1.36", base) == NEWEST


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("kubernetes-1.35", "there is no profile 'kubernetes-1.35'"),
        ("", "there is no profile ''"),
        ("first-reed=any", "there is no knob 'first-reed'"),
        ("first_read=any", "there is no knob 'first_read'"),
        ("=any", "there is no knob ''"),
        ("first-read=", "knob 'first-read' has no setting ''"),
        ("first-read=newest", "knob 'first-read' has no setting 'newest'"),
        ("first-read=any,", "there is no profile ''"),
        ("first-read=any=any", "knob 'first-read' has no setting 'any=any'"),
    ],
)
def test_what_is_no_profile_is_refused(text: str, said: str) -> None:
    """A name, a knob or a setting that there is not is refused with what there is."""
    with pytest.raises(BadInput) as refusal:
        profile_named(text)

    assert str(refusal.value).startswith(said)
    assert refusal.value.remedy


# --- Scenarios --------------------------------------------------------------------------------------------------


def test_a_setting_is_a_circumstance() -> None:
    """What tells a scenario's profile from the newest is among what promises may be limited by."""
    scenario = build("drain")

    assert "first-read=any" not in scenario.circumstances
    assert "first-read=any" in scenario.under("first-read=any").circumstances


def test_what_a_promise_excepts_is_not_promised() -> None:
    """A promise that is limited by a setting is made without it, and not with it."""
    scenario = build("drain")
    with_it = {each.id for each in promised(scenario.under("first-read=any"))}
    without = {each.id for each in promised(scenario)}

    assert without - with_it == {"pod-runs-once", "pod-runs-where-bound"}


def test_a_scenario_that_follows_no_profile_is_not_run_under_one() -> None:
    """Where no version differs, a profile is refused rather than passed over."""
    with pytest.raises(BadInput, match="follows no profile"):
        build("store").under("kubernetes-1.36")


@pytest.mark.parametrize("name", PROFILES)
def test_a_profile_travels_in_a_trace(name: str) -> None:
    """A trace names the profile that was asked for, and its scenario is made again with it."""
    scenario = build("claim-in-use").under(name)
    again = remake(ScenarioRef.of(scenario))

    assert again.settings == scenario.settings == profile_named(name)
    assert again.profile == name


def test_a_trace_found_under_a_profile_replays() -> None:
    """The trace of what breaks under a setting, written and read, breaks the same promise again."""
    scenario = build("two-seals").under("patches=blind")
    promise = named(["obj-finalizer-taken-off-by-owner"])
    trace = trace_of(scenario, run(scenario, promise), promise)
    assert trace is not None

    kept = loads(dumps(trace), "what was kept")
    assert kept.scenario.profile == "patches=blind"
    assert replay(kept).as_recorded


# --- The command line -------------------------------------------------------------------------------------------


def test_the_command_line_keeps_a_trace_under_its_profile(tmp_path: Path) -> None:
    """``check --profile`` says which, keeps it in the trace, and ``replay`` takes the steps under it."""
    file = tmp_path / "seals.json"
    only = ("--only", "obj-finalizer-taken-off-by-owner")
    ran = seatrial("check", "two-seals", "--profile", "patches=blind", *only, "--save", file)

    assert ran.status == 1
    assert "patches=blind" in ran.output
    assert read(file).scenario.profile == "patches=blind"
    assert seatrial("replay", file).status == 0
    assert seatrial("check", "two-seals", "--profile", "patches=with-version", *only).status == 0


def test_a_trace_under_another_profile_is_stale(tmp_path: Path) -> None:
    """A trace whose profile was changed by hand does not replay: it is no witness for that profile."""
    file = tmp_path / "seals.json"
    only = ("--only", "obj-finalizer-taken-off-by-owner")
    seatrial("check", "two-seals", "--profile", "patches=blind", *only, "--save", file)
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("patches=blind", "patches=with-version"), encoding="utf-8")

    ran = seatrial("replay", file)

    assert ran.status == 2
    assert "search for the trace again" in ran.errors


def test_profiles_that_follow_each_other_are_remembered_together() -> None:
    """A scenario under one profile and then another remembers a text that leads to the same settings again."""
    twice = build("drain").under("kubernetes-1.30").under("deletes=by-name")

    assert build("drain").under(twice.profile).settings == twice.settings
    assert twice.settings == PROFILES["kubernetes-1.30"][1].with_(deletes="by-name")


@pytest.mark.parametrize(
    ("target", "profile", "said"),
    [
        ("drain", "kubernetes-1.35", "there is no profile 'kubernetes-1.35'; did you mean"),
        ("drain", "first-reed=any", "there is no knob 'first-reed'; did you mean 'first-read'?"),
        ("drain", "first-read=newest", "knob 'first-read' has no setting 'newest'; its settings: any, consistent"),
        ("store", "kubernetes-1.34", "scenario 'store' follows no profile"),
    ],
)
def test_a_profile_that_cannot_be_used_is_bad_input(target: str, profile: str, said: str) -> None:
    """Status 2, one line that says what is wrong and what there is, and nothing on standard output."""
    ran = seatrial("check", target, "--profile", profile)

    assert (ran.status, ran.output) == (2, "")
    assert said in ran.errors


def test_profiles_are_listed_with_their_knobs() -> None:
    """``list profiles`` names every profile, every knob and every setting."""
    ran = seatrial("list", "profiles")

    assert ran.status == 0
    words = ran.output.split()
    assert all(name in words for name in (*PROFILES, *KNOBS))
    assert all(setting in ran.output for _, setting in SETTINGS)
