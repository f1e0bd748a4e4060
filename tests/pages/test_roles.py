"""Signing in, and what each role can and cannot do on the pages."""

from __future__ import annotations

import ast
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from pages.parts import session, signin
from pipeline.deciding.people import grant, remove
from pipeline.model import Actor, CountbackError, Role
from pipeline.pilot import Pilot
from pipeline.settings import PeopleSection
from tests.house_rules import drawing, name_of, python_files
from tests.pages.conftest import Open
from tests.pages.conftest import said as in_markdown

ID = "https://id.example"
ADA = Actor(issuer=ID, subject="ada-1", name="Ada Admin")
ANA = Actor(issuer=ID, subject="ana-1", name="Ana Ruiz")
CASE = "C-1010/relationship/USD"
Claims = Callable[..., None]


@pytest.fixture
def ruled(folder: Path) -> Path:
    """A demo pilot with an admin, in which Ana Ruiz is approver."""
    path = folder / "pilot.toml"
    text = path.read_text("utf-8")
    path.write_text(f'{text}\n[people]\nsign_in = true\nadmins = ["{ADA.identity}"]\n', "utf-8")
    change(folder, "approver")
    return folder


def change(folder: Path, role: Role, *, gone: bool = False) -> None:
    pilot = Pilot.open(folder).on_behalf(ADA)
    act: dict[str, Any] = {"by": ADA.name, "now": session.now(), "on_day": session.now().date()}
    with closing(pilot.ledger()) as ledger:
        if gone:
            remove(ledger, ANA.identity, role, **act)
        else:
            grant(ledger, ANA, role, **act)


@pytest.fixture
def claims(monkeypatch: pytest.MonkeyPatch) -> Iterator[Claims]:
    """Says what the provider says of whoever sits at the window."""

    def says(person: Actor | None, **more: object) -> None:
        now = int(time.time())
        told = {"iss": person.issuer, "sub": person.subject, "name": person.name} if person else {}
        found = {**told, "iat": now, "exp": now + 3600, **more} if person else {}
        monkeypatch.setattr(signin, "claims", lambda: found)

    monkeypatch.setattr(signin, "is_set_up", lambda: True)
    says(None)
    yield says
    signin._ended.clear()
    signin._kept.clear()


def said(app: AppTest) -> str:
    """Every sentence on the page, as it reads."""
    texts = [e.value for e in app.text]
    return "\n".join([*texts, in_markdown(app)]).replace("\\", "").replace("\u200b", "")


def bare(app: AppTest, folder: Path) -> bool:
    """Whether the window shows nothing of the pilot."""
    name = Pilot.open(folder).name
    shown = [e.value for e in (*app.text, *app.markdown, *app.caption, *app.title, *app.code)]
    controls = [*app.dataframe, *app.date_input, *app.text_input, *app.metric, *app.selectbox]
    return not controls and all(name not in one and "C-10" not in one for one in shown)


def kinds(folder: Path) -> list[str]:
    return [
        e.kind
        for e in Pilot.open(folder).entries()
        if e.kind not in ("role_granted", "role_removed", "timing")
    ]


# --- before the sign-in -------------------------------------------------------------------------


@pytest.mark.parametrize("page", ["work/review", "explain/audit", "prepare/exports"])
def test_nothing_is_drawn_before_somebody_signs_in(
    ruled: Path, open_app: Open, claims: Claims, page: str
) -> None:
    app = open_app(page, by="Ana Ruiz", case=CASE)
    assert [button.label for button in app.button] == ["Sign in"]
    assert bare(app, ruled)


def test_without_a_provider_a_pilot_that_goes_by_roles_shows_nothing(
    ruled: Path, open_app: Open
) -> None:
    app = open_app("work/review", case=CASE)
    assert "no sign-in is set up here" in said(app)
    assert not app.button
    assert bare(app, ruled)


def test_somebody_without_a_role_reads_whom_to_ask_and_nothing_else(
    ruled: Path, open_app: Open, claims: Claims
) -> None:
    claims(Actor(issuer=ID, subject="ana-2", name="Ana Ruiz"))
    app = open_app("work/review", case=CASE)
    assert "hold no role in this pilot: ask https://id.example|ada-1" in said(app)
    assert [code.value for code in app.code] == [f"{ID}|ana-2"]
    assert [button.label for button in app.button] == ["Sign out"]
    assert bare(app, ruled)


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"sub": " ana-1"}, "cannot be used (subject)"),
        ({"sub": ["ana-1"]}, "cannot be used (subject)"),
        ({"sub": None, "email": "ana-1"}, "cannot be used (subject)"),
        ({"iss": ""}, "cannot be used (issuer)"),
        ({"iss": f"{ID}|ana-1"}, "cannot be used (issuer)"),
        ({"exp": None}, "does not say until when"),
        ({"exp": True}, "does not say until when"),
        ({"exp": float("inf")}, "does not say until when"),
        ({"exp": 1}, "has ended"),
    ],
)
def test_claims_that_say_too_little_or_the_wrong_thing_are_nobodys(
    claims: Claims, wrong: dict[str, object], sentence: str
) -> None:
    claims(ANA, **wrong)
    with pytest.raises(signin.NotSignedIn) as refused:
        signin.actor(PeopleSection())
    assert sentence in str(refused.value)


def test_a_name_holds_no_line_breaks_or_hidden_signs(claims: Claims) -> None:
    claims(ANA, name="Ana\n\u202eRuiz\u200b")
    person = signin.actor(PeopleSection())
    assert person is not None
    assert person.name == "Ana Ruiz"


# --- signed in ----------------------------------------------------------------------------------


def test_the_name_is_the_providers_and_cannot_be_typed(
    ruled: Path, open_app: Open, claims: Claims
) -> None:
    claims(ANA)
    app = open_app("work/review", by="Somebody Else", case=CASE)
    assert "reviewer" not in [field.key for field in app.text_input]
    app.button(key="approve").click().run()
    entry = next(e for e in Pilot.open(ruled).entries() if e.kind == "decision")
    assert (entry.kind, entry.by, entry.actor) == ("decision", "Ana Ruiz", ANA.identity)


def test_a_viewer_sees_the_page_and_every_deciding_control_is_off_with_the_reason(
    ruled: Path, open_app: Open, claims: Claims
) -> None:
    change(ruled, "viewer")
    change(ruled, "approver", gone=True)
    claims(ANA)
    app = open_app("work/review", case=CASE)
    for key in ("approve", "edit", "reroute", "hold", "reject", "undo", "kill_switch"):
        assert app.button(key=key).disabled
        assert "Ana Ruiz is viewer" in app.button(key=key).help


def test_a_role_removed_between_two_clicks_refuses_the_second(
    ruled: Path, open_app: Open, claims: Claims
) -> None:
    change(ruled, "viewer")
    claims(ANA)
    app = open_app("work/review", case=CASE)
    app.button(key="approve").click().run()
    assert kinds(ruled) == ["decision"]
    change(ruled, "approver", gone=True)
    app.button(key="kill_switch").click().run()
    assert "takes preparer, approver, dispute owner or admin" in said(app)
    assert kinds(ruled) == ["decision"]


def test_two_windows_are_two_people(ruled: Path, open_app: Open, claims: Claims) -> None:
    claims(ANA)
    hers = open_app("work/review", case=CASE)
    claims(Actor(issuer=ID, subject="ana-2", name="Ana Ruiz"))
    theirs = open_app("work/review", case=CASE)
    assert "hold no role" in said(theirs)
    # The provider's word counts at the click, not what stood when the page was drawn.
    hers.button(key="approve").click().run()
    assert kinds(ruled) == []


def test_a_sign_in_that_ends_meanwhile_acts_no_more_and_keeps_what_was_typed(
    ruled: Path, open_app: Open, claims: Claims
) -> None:
    claims(ANA)
    app = open_app("work/review", case=CASE)
    body = next(area for area in app.text_area if area.key.startswith("body:"))
    body.set_value(f"{body.value}\n\nIs anything missing on our side?").run()
    claims(ANA, exp=1)
    app.button(key="edit").click().run()
    assert kinds(ruled) == []
    assert bare(app, ruled)
    claims(ANA)
    again = open_app("work/review", case=CASE)
    kept = next(area for area in again.text_area if area.key.startswith("body:"))
    assert kept.value.endswith("Is anything missing on our side?")


def test_a_pilot_may_set_the_hours_of_a_sign_in(
    ruled: Path, open_app: Open, claims: Claims
) -> None:
    path = ruled / "pilot.toml"
    path.write_text(f"{path.read_text('utf-8')}session_hours = 8\n", "utf-8")
    now = int(time.time())
    claims(ANA, iat=now - 7 * 3600, exp=1)
    assert "Sign out" in [button.label for button in open_app().button]
    claims(ANA, iat=now - 9 * 3600, exp=now + 3600)
    assert "has ended" in said(open_app())


def test_signing_out_ends_the_sign_in_in_every_window(
    ruled: Path, open_app: Open, claims: Claims, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(signin.st, "logout", lambda: None)
    claims(ANA)
    here, there = open_app(), open_app()
    here.button(key="sign_out").click().run()
    assert bare(here, ruled)
    assert bare(there.run(), ruled)


def test_a_sign_out_outlives_the_server(
    ruled: Path, open_app: Open, claims: Claims, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(signin.st, "logout", lambda: None)
    claims(ANA)
    open_app().button(key="sign_out").click().run()
    signin._ended.clear()  # as a server that was started anew
    assert bare(open_app(), ruled)
    claims(ANA, nonce="another sign-in")
    assert "Sign out" in [button.label for button in open_app().button]


# --- the page People ----------------------------------------------------------------------------


def test_without_roles_the_page_says_how_to_switch_them_on(open_app: Open) -> None:
    app = open_app("explain/people")
    assert "No roles count in this pilot" in said(app)
    assert "One local reviewer, no sign-in" in said(app)


def test_an_admin_grants_removes_and_undoes(ruled: Path, open_app: Open, claims: Claims) -> None:
    claims(ADA)
    app = open_app("explain/people")
    app.text_input(key="people_identity").set_value(f"{ID}|ben-1")
    app.text_input(key="people_name").set_value("Ben Vale")
    app.selectbox(key="people_role").set_value("preparer")
    app.button(key="people_grant").click().run()
    people = Pilot.open(ruled).people()
    assert people.roles(f"{ID}|ben-1") == {"preparer"}
    app.button(key="people_undo").click().run()
    assert Pilot.open(ruled).people().roles(f"{ID}|ben-1") == frozenset()
    app.selectbox(key="people_chosen").select_index(0).run()
    app.button(key="people_remove").click().run()
    assert Pilot.open(ruled).people().roles(ANA.identity) == frozenset()


def test_nobody_else_grants(ruled: Path, open_app: Open, claims: Claims) -> None:
    claims(ANA)
    app = open_app("explain/people")
    assert app.button(key="people_grant").disabled
    assert "this takes admin" in app.button(key="people_grant").help
    assert app.button(key="people_remove").disabled


# --- every control ------------------------------------------------------------------------------

#: Callbacks that record nothing and write no file of the pilot, and those that ask by themselves.
FREE = frozenset(
    "_reset _fill _add scenario.reset policy_draft.move policy_draft.discard _to_health "
    "_start_over _move_day to leave health.open_finding _go _to_findings _make st.login sign_out "
    "signin.sign_out _pause _forget _settle dispute_acts.choose outbox_acts.not_yet _open "
    "_ask_keys shown.pause go _anew".split()
)


def test_every_control_that_records_is_drawn_by_the_role_of_whoever_looks() -> None:
    bare_ones = []
    for source in python_files():
        for node in ast.walk(source.tree):
            if not isinstance(node, ast.Call) or source.place != "pages":
                continue
            acts = [k.value for k in node.keywords if k.arg == "on_click"]
            if not acts or isinstance(acts[0], ast.Constant | ast.IfExp):
                continue
            act = ast.unparse(acts[0])
            is_asked = drawing(node) is not node.func
            if not is_asked and act not in FREE and name_of(node.func) != "DeltaGenerator":
                bare_ones.append(source.at(node, act))
    assert not bare_ones, "say who may: allowed(st.button, KIND)(…)\n" + "\n".join(bare_ones)


def test_files_are_taken_in_and_mapped_by_whoever_may(ruled: Path) -> None:
    pilot = Pilot.open(ruled).on_behalf(ANA)
    for act in (
        lambda: pilot.take_up([("invoices.csv", b"x")]),
        lambda: pilot.take_in(ruled / "exports"),
        lambda: pilot.load({"invoices.csv": "day first"}),
    ):
        with pytest.raises(CountbackError, match="Ana Ruiz is approver, and this takes preparer"):
            act()
