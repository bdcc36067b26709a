"""What guests see: a host's profile, the booking page, and their own booking."""

from cally.web.pages.public import answering, feeds, privacy, reminders
from cally.web.pages.public.booking import booking_page, team_booking_page
from cally.web.pages.public.cancellation import ask, confirm_cancellation
from cally.web.pages.public.confirm import confirm, confirm_with_team
from cally.web.pages.public.front import front
from cally.web.pages.public.moving import move, new_times
from cally.web.pages.public.private import (
    confirm_through_link,
    give_password,
    give_password_of_team,
    join_through_link,
    through_link,
    wait_through_link,
)
from cally.web.pages.public.profile import profile, team_profile
from cally.web.pages.public.ticket import invitation, ticket
from cally.web.pages.public.together import confirm_together
from cally.web.pages.public.waiting import leave_line, take, waiting
from cally.web.pages.public.waitlist import join_line, join_line_of_team, wait, wait_for_team

ROUTES = [
    front,
    profile,
    team_profile,
    booking_page,
    team_booking_page,
    confirm,
    confirm_with_team,
    confirm_together,
    ticket,
    invitation,
    *privacy.ROUTES,
    *answering.ROUTES,
    *reminders.ROUTES,
    *feeds.ROUTES,
    ask,
    confirm_cancellation,
    new_times,
    move,
    wait,
    wait_for_team,
    join_line,
    join_line_of_team,
    waiting,
    take,
    leave_line,
    give_password,
    give_password_of_team,
    through_link,
    confirm_through_link,
    wait_through_link,
    join_through_link,
]
