"""Five invented hosts in four zones, their hours, and what they offer."""

from datetime import date, timedelta

import msgspec

from cally.hosts import EventTypeDraft
from cally.model.hosts import Place, Question
from cally.model.options import EventTypeOptions, Series, Stay
from cally.model.rules import (
    DAYS,
    Cap,
    Day,
    EventTypeRules,
    Horizon,
    Override,
    Pattern,
    ScheduleRules,
    WeeklyHours,
    Window,
)

ROLLING_MONTH = Horizon(kind="rolling", days=30)
ROLLING_QUARTER = Horizon(kind="rolling", days=90)
VIDEO = Place(kind="link", detail="https://meet.example.org/room")
PHONE_GUEST = Place(kind="guest_phone")
SUBJECT = Question(id="subject", label="What would you like to talk about?", kind="long_text", required=True)
COMPANY = Question(id="company", label="Company", kind="text")


class Cast(msgspec.Struct, frozen=True, kw_only=True):
    """One host of the demo with everything they set up."""

    name: str
    slug: str
    tz: str
    locale: str
    week_starts_on: Day
    about: str
    schedule_name: str
    schedule: ScheduleRules
    event_types: tuple[EventTypeDraft, ...]
    role: str = "host"

    @property
    def email(self) -> str:
        """Where nobody will ever be written to."""
        return f"{self.slug}@example.com"


def cast(today: date) -> tuple[Cast, ...]:
    """The hosts, with time off and overrides around `today`."""
    return (_maya(today), _sakura(today), _luis(today), _amara(today), _elin())


def _maya(today: date) -> Cast:
    hours = ScheduleRules(
        tz="Europe/Stockholm",
        weekly=(
            _weekly(("mon", "tue", "wed", "thu"), "09:00", "12:00"),
            _weekly(("mon", "tue", "wed"), "13:00", "17:00"),
        ),
        time_off=((today + timedelta(days=16), today + timedelta(days=18)),),
        overrides=(Override(on=today + timedelta(days=9), hours=(_window("10:00", "12:00"),)),),
    )
    return Cast(
        name="Maya Lindqvist",
        slug="maya",
        tz="Europe/Stockholm",
        locale="en",
        week_starts_on="mon",
        about="I help small teams to choose tools and to leave them again. Based in Malmö; Swedish and English.",
        schedule_name="Office hours",
        schedule=hours,
        role="admin",
        event_types=(
            EventTypeDraft(
                title="Intro call",
                slug="intro",
                description="Twenty minutes to see whether we fit. **No preparation needed.**",
                rules=EventTypeRules(
                    duration_minutes=20,
                    step_minutes=30,
                    notice_minutes=120,
                    buffer_after_minutes=10,
                    horizon=ROLLING_MONTH,
                    caps=(Cap(per="day", bookings=4),),
                ),
                places=(VIDEO, PHONE_GUEST),
                questions=(COMPANY,),
            ),
            EventTypeDraft(
                title="Consultation",
                slug="consultation",
                description="A working session. Please describe the problem, so that I can think about it beforehand.",
                rules=EventTypeRules(
                    duration_minutes=60,
                    step_minutes=30,
                    notice_minutes=24 * 60,
                    buffer_before_minutes=15,
                    horizon=ROLLING_QUARTER,
                ),
                durations_minutes=(60, 90),
                places=(VIDEO,),
                questions=(SUBJECT, COMPANY),
                approval=True,
            ),
            EventTypeDraft(
                title="Old clients, quick question",
                slug="quick",
                rules=EventTypeRules(duration_minutes=15, notice_minutes=30, horizon=ROLLING_MONTH),
                places=(PHONE_GUEST,),
                listed=False,
            ),
        ),
    )


def _sakura(today: date) -> Cast:
    hours = ScheduleRules(
        tz="Asia/Tokyo",
        weekly=(_weekly(("tue", "wed", "thu", "fri"), "10:00", "19:00"), _weekly(("sat",), "10:00", "13:00")),
        patterns=(
            Pattern(
                rrule="FREQ=MONTHLY;BYDAY=1SU", anchored_on=today - timedelta(days=120), hours=_window("13:00", "17:00")
            ),
        ),
    )
    return Cast(
        name="佐藤 さくら",
        slug="sakura",
        tz="Asia/Tokyo",
        locale="ja",
        week_starts_on="sun",
        about="写真家。ポートレートと商品撮影。\nPortraits and products, in the studio or outside.",
        schedule_name="スタジオ",
        schedule=hours,
        event_types=(
            EventTypeDraft(
                title="ポートレート撮影",
                slug="portrait",
                description="撮影は90分です。着替えを2着までお持ちください。",
                rules=EventTypeRules(
                    duration_minutes=90,
                    step_minutes=30,
                    buffer_before_minutes=15,
                    buffer_after_minutes=30,
                    notice_days=2,
                    horizon=ROLLING_QUARTER,
                    caps=(Cap(per="day", bookings=3),),
                ),
                places=(Place(kind="in_person", detail="東京都台東区上野 1-2-3 スタジオ桜"),),
                questions=(
                    Question(
                        id="kind",
                        label="写真の用途",
                        kind="select",
                        required=True,
                        choices=("プロフィール", "家族", "その他"),
                    ),
                ),
            ),
            EventTypeDraft(
                title="Workshop: light and shadow",
                slug="workshop",
                description="Six people, one lamp, two hours. Bring any camera.",
                rules=EventTypeRules(
                    duration_minutes=120, step_minutes=120, notice_days=1, seats=6, horizon=ROLLING_QUARTER
                ),
                places=(Place(kind="in_person", detail="東京都台東区上野 1-2-3 スタジオ桜"),),
                options=EventTypeOptions(waitlist=True, guests_meet=True),
            ),
            EventTypeDraft(
                title="Choosing your pictures",
                slug="selection",
                rules=EventTypeRules(duration_minutes=30, notice_minutes=60, horizon=ROLLING_MONTH),
                places=(VIDEO,),
            ),
        ),
    )


def _luis(today: date) -> Cast:
    hours = ScheduleRules(
        tz="America/Sao_Paulo",
        weekly=(
            _weekly(("mon", "tue", "wed", "thu", "fri"), "08:00", "12:00"),
            _weekly(("tue", "thu"), "18:00", "21:30"),
        ),
        holidays=(today + timedelta(days=12),),
    )
    return Cast(
        name="Luís Carvalho",
        slug="luis",
        tz="America/Sao_Paulo",
        locale="pt-BR",
        week_starts_on="sun",
        about="Portuguese lessons for people who have to speak tomorrow.",
        schedule_name="Aulas",
        schedule=hours,
        event_types=(
            EventTypeDraft(
                title="Trial lesson",
                slug="trial",
                description="Free. We find out where you are and where you want to be.",
                rules=EventTypeRules(duration_minutes=30, notice_minutes=240, horizon=ROLLING_MONTH),
                places=(VIDEO,),
                questions=(
                    Question(
                        id="level",
                        label="Your level",
                        kind="radio",
                        required=True,
                        choices=("Beginner", "A little", "Fluent but rusty"),
                    ),
                ),
            ),
            EventTypeDraft(
                title="Lesson",
                slug="lesson",
                rules=EventTypeRules(
                    duration_minutes=45, step_minutes=15, notice_minutes=180, grid="optimised", horizon=ROLLING_QUARTER
                ),
                durations_minutes=(45, 60, 90),
                places=(VIDEO,),
                options=EventTypeOptions(series=Series(rhythms=("weekly", "fortnightly"), clashes="skip")),
            ),
        ),
    )


def _amara(today: date) -> Cast:
    hours = ScheduleRules(
        tz="Africa/Lagos",
        weekly=(_weekly(("mon", "wed", "fri"), "09:00", "15:00"), _weekly(("fri",), "22:00", "01:00")),
        time_off=((today - timedelta(days=20), today - timedelta(days=16)),),
    )
    return Cast(
        name="Dr. Amara Okafor",
        slug="amara",
        tz="Africa/Lagos",
        locale="en",
        week_starts_on="mon",
        about="Physiotherapist. Backs, knees, and the fear of moving them.",
        schedule_name="Practice",
        schedule=hours,
        event_types=(
            EventTypeDraft(
                title="First visit",
                slug="first-visit",
                description="We talk, then we look. Bring earlier reports if you have any.",
                rules=EventTypeRules(
                    duration_minutes=50, step_minutes=60, notice_minutes=12 * 60, buffer_after_minutes=10
                ),
                places=(Place(kind="in_person", detail="14 Awolowo Road, Lagos"),),
                questions=(
                    Question(id="where", label="Where does it hurt?", kind="text", required=True),
                    Question(id="reports", label="I bring earlier reports", kind="checkbox"),
                ),
                approval=True,
            ),
            EventTypeDraft(
                title="Follow-up",
                slug="follow-up",
                rules=EventTypeRules(duration_minutes=25, step_minutes=30, notice_minutes=60, horizon=ROLLING_QUARTER),
                places=(Place(kind="in_person", detail="14 Awolowo Road, Lagos"), PHONE_GUEST),
            ),
            EventTypeDraft(
                title="Friday night call",
                slug="night-call",
                description="For those abroad who cannot call by day.",
                rules=EventTypeRules(duration_minutes=30, notice_minutes=60, horizon=ROLLING_MONTH),
                places=(PHONE_GUEST,),
            ),
        ),
    )


def _elin() -> Cast:
    hours = ScheduleRules(tz="Europe/Stockholm", weekly=(WeeklyHours(days=DAYS, hours=_window("00:00", "00:00")),))
    return Cast(
        name="Elin Sjöberg",
        slug="elin",
        tz="Europe/Stockholm",
        locale="sv",
        week_starts_on="mon",
        about="A small house on a small island, an hour from Gothenburg.",
        schedule_name="Open all year",
        schedule=hours,
        event_types=(
            EventTypeDraft(
                title="The hut by the sea",
                slug="hut",
                description="Two beds, one stove, no neighbours. The ferry leaves on the hour.",
                rules=EventTypeRules(duration_minutes=60, notice_days=2, horizon=ROLLING_QUARTER),
                places=(Place(kind="in_person", detail="Styrsö, Gothenburg"),),
                options=EventTypeOptions(stay=Stay(nights_from=2, nights_to=7)),
            ),
        ),
    )


def _weekly(days: tuple[Day, ...], start: str, end: str) -> WeeklyHours:
    return WeeklyHours(days=days, hours=_window(start, end))


def _window(start: str, end: str) -> Window:
    """Hours of a day; an end at or before the start is on the next one (rule 19)."""
    first, last = _minute(start), _minute(end)
    return Window(from_minute=first, to_minute=last if last > first else last + 24 * 60)


def _minute(clock: str) -> int:
    hours, minutes = clock.split(":")
    return int(hours) * 60 + int(minutes)
