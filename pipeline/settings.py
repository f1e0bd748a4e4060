"""What a pilot's `pilot.toml` may say, with a default for everything that it leaves out."""

from __future__ import annotations

import tomllib
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from pydantic import Field, ValidationError, field_validator

from pipeline.model import CURRENCIES, Noun, WrongCall, actor_of

#: Day 30 of a pilot is go-live: the first thirty days only measure.
GO_LIVE_DAY = 30


class PilotSection(Noun):
    """[pilot]: who, since when, in which currency."""

    name: str = ""
    company: str = ""
    currency: str = ""
    """Reporting currency; empty: the books' own when they hold one, else USD."""
    started_on: date | None = None
    """Day 0; go-live is day 30."""
    as_of: date | None = None
    own_domains: tuple[str, ...] = ()
    """E-mail domains that we write from, besides those of people.csv: they tell out from in."""
    synthetic: bool = False
    """Marks made-up data: every page and file then says so."""

    @field_validator("currency")
    @classmethod
    def _is_a_currency(cls, value: str) -> str:
        if value and value not in CURRENCIES:
            raise ValueError(f"{value!r} is not an ISO 4217 currency code")
        return value


class SegmentSection(Noun):
    """[segment]: the customers of the pilot, as a condition over `customers`."""

    name: str = ""
    where: str = ""


class ControlSection(Noun):
    """[control]: whom the pilot is compared with."""

    kind: Literal["comparison", "holdout"] = "comparison"
    where: str = ""


class WindowsSection(Noun):
    """[windows]: when the segment was selected, and what its baseline is."""

    selection: tuple[date, date] | None = None
    baseline: tuple[date, date] | None = None


#: The components of a segment's cleanliness, in the order in which they are shown.
COMPONENTS = ("terms", "owner", "contact", "dispute", "concentration", "chronic", "po")
_WEIGHTS = (20.0, 20.0, 20.0, 15.0, 10.0, 10.0, 5.0)
_ANCHORS = (
    *((0.80, 0.99), (0.70, 0.98), (0.70, 0.97), (0.10, 0.01)),
    *((8.0, 40.0), (0.30, 0.05), (0.20, 0.02)),
)


class ChoosingSection(Noun):
    """[choosing]: by what a segment is chosen; each weight and anchor is a judgement."""

    worthwhile_days: float | None = Field(default=None, gt=0, le=30)
    """The smallest change, in days past due at payment, that finance says would pay."""
    near_points: float = Field(default=5.0, ge=0, le=100)
    """Scores as near as this to the best are equally clean: the one with most to win leads."""
    weights: dict[str, float] = Field(default_factory=dict, validate_default=True)
    """Component -> weight; what is left out keeps its default."""
    anchors: dict[str, tuple[float, float]] = Field(default_factory=dict, validate_default=True)
    """Component -> (bad, good): 0 and 100 points."""

    @field_validator("weights")
    @classmethod
    def _are_weights(cls, given: dict[str, float]) -> dict[str, float]:
        found = {**dict(zip(COMPONENTS, _WEIGHTS, strict=True)), **_known_components(given)}
        if any(not 0 <= weight <= 1000 for weight in found.values()) or not any(found.values()):
            raise ValueError("weights lie between 0 and 1000, and one of them is above 0")
        return found

    @field_validator("anchors")
    @classmethod
    def _are_anchors(cls, given: dict[str, tuple[float, float]]) -> dict[str, tuple[float, float]]:
        found = {**dict(zip(COMPONENTS, _ANCHORS, strict=True)), **_known_components(given)}
        for name, (bad, good) in found.items():
            if not (0 <= bad <= 1000 and 0 <= good <= 1000) or bad == good:
                raise ValueError(f"the anchors of {name} are two different numbers, bad and good")
        return found


def _known_components(given: dict[str, Any]) -> dict[str, Any]:
    for name in given:
        if name not in COMPONENTS:
            raise ValueError(f"{name!r} is none of {', '.join(COMPONENTS)}")
    return given


class DraftingSection(Noun):
    """[drafting]: who words the drafts; empty `model` is the built-in drafter (docs/models.md)."""

    model: str = ""
    """LiteLLM's name of a model, such as `openai/gpt-4o-mini`."""
    api_base: str = ""
    """Of a server of one's own that speaks OpenAI's language, such as http://127.0.0.1:8080/v1."""
    key_variable: str = "COUNTBACK_MODEL_KEY"
    """The environment variable that holds the key; never the key itself."""
    send_texts: bool = False
    """Whether the last messages of a case may be given to the model, redacted."""
    send_names: bool = False
    """Whether names may stand in those messages."""
    label_replies: bool = False
    """Whether customers' messages may be given to the model, redacted, to say what they mean."""
    summarise: bool = False
    """Whether the last messages of a case may be given to it, redacted, to be summed up."""
    timeout_seconds: float = Field(default=30, gt=0, le=600)
    retries: int = Field(default=2, ge=0, le=3)
    max_tokens: int = Field(default=700, ge=50, le=8000)
    """Of one answer."""
    tokens_per_run: int = Field(default=50_000, ge=0)
    tokens_per_day: int = Field(default=200_000, ge=0)
    usd_per_run: Decimal = Field(default=Decimal(1), ge=0)
    usd_per_day: Decimal = Field(default=Decimal(5), ge=0)
    usd_per_million_in: Decimal | None = Field(default=None, ge=0)
    """What a million tokens cost, where LiteLLM's own list does not say it."""
    usd_per_million_out: Decimal | None = Field(default=None, ge=0)


class ReviewSection(Noun):
    """[review]: how the reviewing itself is watched over."""

    seeded_share: float = Field(default=0.04, ge=0, le=0.2)
    """Share of drafts that are shown with a planted defect, from go-live on; 0: none."""


class ProtocolSection(Noun):
    """[protocol]: the numbers of the decision rule, written before the data."""

    extend_days: float = Field(default=3.0, gt=0, le=60)
    """Fall of the days past due at payment from which the pilot is worth extending."""
    dispute_hours: float = Field(default=8.0, gt=0, le=1000)
    """Business hours from flag to owner that half of the disputes keep."""
    seeds_caught: float = Field(default=0.85, ge=0, le=1)
    """Share of the planted defects that reviewers catch."""


class TargetsSection(Noun):
    """[targets]: the most that a metric should come to; what is left out was not agreed.

    Hours to the right owner have theirs in [protocol], where it is signed.
    """

    prep_minutes: float | None = Field(default=None, gt=0, le=1000)
    """Minutes to prepare one follow-up."""
    rolled_share: float | None = Field(default=None, ge=0, le=1)
    """Share of the dollars that could age into the next bucket in a week and do."""
    override_rate: float | None = Field(default=None, ge=0, le=1)
    """Share of drafts that people change or refuse."""


class PhasesSection(Noun):
    """[phases]: what must be so before the pilot goes on to a freer phase."""

    goes_by: Literal["dates", "record"] = "dates"
    """`dates`: until somebody records a step, the days since day 0 say the phase; `record`: no
    step is taken that nobody recorded."""
    timed_items: int = Field(default=60, ge=1, le=10_000)
    """Manual follow-ups that each collector has timed before go-live."""
    baseline_days: int = Field(default=180, ge=30, le=1500)
    """Days of the baseline window."""
    seeds: int = Field(default=20, ge=1, le=1000)
    """Planted defects below which the share that was caught says nothing."""
    overrides_below: float = Field(default=0.15, ge=0, le=1)
    """A material override rate that is surely (95%) below this needs not fall any further."""


class OutboxSection(Noun):
    """[outbox]: how approved messages leave."""

    kind: Literal["eml", "smtp"] = "eml"
    host: str = ""
    port: int = Field(default=587, ge=1, le=65535)
    starttls: bool = True
    sender: str = ""
    """The address we write from; a mail server needs it, an .eml file does not."""
    user_variable: str = "COUNTBACK_SMTP_USER"
    """The environment variable that holds the user's name; never the name itself."""
    password_variable: str = "COUNTBACK_SMTP_PASSWORD"  # noqa: S105 - a variable's name
    timeout_seconds: int = Field(default=30, ge=1, le=600)
    gap_days: int = Field(default=7, ge=0, le=365)
    """Days that must lie between two messages to one account, whatever the policy says."""
    valid_days: int = Field(default=7, ge=0, le=60)
    """Days for which an approval holds; after them it lapses and is taken anew."""
    undo_minutes: int = Field(default=0, ge=0, le=1440)
    """Minutes that an approval rests before it may leave, so that it can be taken back."""
    country: str = ""
    """Whose holidays count for customers whose own country is not known."""
    approvers: tuple[str, ...] = ()
    """When given, only what these people approved leaves."""
    second_person_above: Decimal = Field(default=Decimal(25000), ge=0)
    """Above this, in reporting currency, an edited message waits for a second person."""
    batch_cap: Decimal = Field(default=Decimal(5000), ge=0)
    """Largest case, in reporting currency, that may be approved in a batch (cadence phase)."""


class RecordSection(Noun):
    """[record]: where what people did is kept; without a URL in `ledger.sqlite` in the folder."""

    url: str = ""
    """`postgresql+psycopg://user@host/database`, one database or schema for each pilot."""

    @field_validator("url")
    @classmethod
    def _holds_no_password(cls, value: str) -> str:
        if value and "://" not in value:
            raise ValueError("write it as postgresql+psycopg://user@host/database")
        if urlsplit(value).password is not None or "password" in urlsplit(value).query:
            # As a sentence of its own: a ValueError's would repeat the password.
            raise WrongCall(
                "pilot.toml: [record] url: a password does not belong in a file: leave it out, "
                "and put it into PGPASSWORD, ~/.pgpass or the variable COUNTBACK_LEDGER."
            )
        return value


class PeopleSection(Noun):
    """[people]: who may do what in this pilot (docs/operate.md)."""

    sign_in: bool = False
    """Whether only people who are known, and hold a role, may do anything."""
    admins: tuple[str, ...] = ()
    """Who grants the first roles, as `issuer|subject`."""
    session_hours: float | None = Field(default=None, gt=0, le=720)
    """For so long one sign-in holds; not given: until the provider's token expires."""

    @field_validator("admins")
    @classmethod
    def _are_people(cls, given: tuple[str, ...]) -> tuple[str, ...]:
        for identity in given:
            try:
                actor = actor_of(identity, "admin")
            except WrongCall as error:
                raise ValueError(str(error).rstrip(".")) from error
            if actor.is_named_by_mail:
                raise ValueError(
                    f"{actor.subject} is an e-mail address, which can be given to somebody else: "
                    "write issuer and subject, issuer|subject, as the person's sign-in page shows "
                    "them"
                )
        return given


class ReportSection(Noun):
    """[report]: whose name and colours a readout carries."""

    client: str = ""
    """Empty: [pilot] company."""
    logo: str = ""
    """A PNG or JPEG inside the pilot's folder, e.g. `logo.png`."""
    colour: str = Field(default="#2f6f9f", pattern=r"^#[0-9a-fA-F]{6}$")
    """Of headings and of the pilot's lines, as #rrggbb."""


class DisputeRoute(Noun):
    """[disputes.REASON]: who takes a dispute of this reason, and how soon."""

    owner: str = ""
    """A person's name or id; `account owner` = whoever owns the customer's account."""
    backup: str = ""
    sla_hours: float = Field(default=8, gt=0, le=400)
    """Business hours from the flag to the owner's acceptance."""


class BooksSection(Noun):
    """[books]: where the books stand; without a URL in a file beside the pilot (docs/scale.md)."""

    url: str = ""
    """`ducklake:postgres:dbname=…`, `ducklake:sqlite:…`, `ducklake:/a/file.ducklake`, `md:…`."""
    data_path: str = ""
    """Where a new lake's Parquet files go; a lake that is there knows by itself."""


class ListsSection(Noun):
    """[lists]: customers named one by one."""

    hands_off: tuple[str, ...] = ()


class Settings(Noun):
    """A whole pilot.toml."""

    pilot: PilotSection = PilotSection()
    segment: SegmentSection = SegmentSection()
    control: ControlSection = ControlSection()
    windows: WindowsSection = WindowsSection()
    choosing: ChoosingSection = ChoosingSection()
    rates: dict[str, Decimal] = Field(default_factory=dict)
    """One unit of the currency in reporting currency, constant since day 0."""
    drafting: DraftingSection = DraftingSection()
    review: ReviewSection = ReviewSection()
    protocol: ProtocolSection = ProtocolSection()
    targets: TargetsSection = TargetsSection()
    phases: PhasesSection = PhasesSection()
    outbox: OutboxSection = OutboxSection()
    record: RecordSection = RecordSection()
    people: PeopleSection = PeopleSection()
    report: ReportSection = ReportSection()
    books: BooksSection = BooksSection()
    lists: ListsSection = ListsSection()
    disputes: dict[str, DisputeRoute] = Field(default_factory=dict)
    """Reason code -> who takes it; what is left out is routed as it ships."""
    rule: tuple[dict[str, Any], ...] = ()

    @field_validator("rates")
    @classmethod
    def _are_rates(cls, rates: dict[str, Decimal]) -> dict[str, Decimal]:
        for code, rate in rates.items():
            if code not in CURRENCIES:
                raise ValueError(f"{code!r} is not an ISO 4217 currency code")
            if not rate.is_finite() or not 0 < rate < 1_000_000:
                raise ValueError(f"the rate of {code} must be above zero and below a million")
            if rate != round(rate, 12):
                raise ValueError(f"the rate of {code} has more than twelve decimals")
        return rates

    @property
    def go_live_on(self) -> date | None:
        """The first day of the new process; None while the pilot has no start."""
        start = self.pilot.started_on
        return start + timedelta(days=GO_LIVE_DAY) if start else None

    @property
    def overlap(self) -> str:
        """Why the windows cannot carry a comparison, as one sentence; empty when they can.

        Choosing a segment by how it paid in the window it is later measured against builds
        regression to the mean into the answer (metrics 3.3).
        """
        selection, baseline = self.windows.selection, self.windows.baseline
        for name, window in (("selection", selection), ("baseline", baseline)):
            if window and window[0] > window[1]:
                return f"[windows] {name} ends before it starts ({window[0]} to {window[1]})."
        if selection and baseline and selection[0] <= baseline[1] and baseline[0] <= selection[1]:
            return (
                f"[windows] selection ({selection[0]} to {selection[1]}) overlaps baseline "
                f"({baseline[0]} to {baseline[1]}): move one so that they share no day, because "
                "a segment chosen on its baseline drifts back to the mean by itself."
            )
        return ""

    def phase(self, day: date) -> str:
        """The phase of the pilot on a day: before, instrument, copilot, cadence or after."""
        start = self.pilot.started_on
        if start is None:
            return "no start set"
        number = (day - start).days
        if number < 0:
            return "before the pilot"
        if number < GO_LIVE_DAY:
            return "instrument"
        if number < 60:
            return "copilot"
        return "cadence" if number < 90 else "after day 90"


def read_settings(path: Path) -> Settings:
    """The settings in a pilot.toml; defaults where the file is missing or silent.

    Raises WrongCall with one sentence naming the file, the key and the value.
    """
    if not path.exists():
        return Settings()
    try:
        return Settings.model_validate(
            tomllib.loads(path.read_text(encoding="utf-8-sig"), parse_float=Decimal)
        )
    except ValidationError as error:
        raise WrongCall(f"{path}: {_first_fault(error)}") from error
    except (ValueError, RecursionError) as error:
        raise WrongCall(f"{path}: is not valid TOML ({error}): mend that line.") from error
    except OSError as error:
        raise WrongCall(f"{path}: cannot be read ({error.strerror}).") from error


def _first_fault(error: ValidationError) -> str:
    fault = error.errors(include_url=False)[0]
    key = ".".join(str(part) for part in fault["loc"])
    if fault["type"] == "extra_forbidden":
        return f"{key} is no setting that Countback knows: remove it or check its spelling."
    given = fault["input"]
    shown = "" if isinstance(given, dict) else f" (it says {given!r})"
    return f"{key}{shown}: {fault['msg'].removeprefix('Value error, ')}."
