"""What guests see: a host's profile, the booking page, and their own booking."""

from cally.web.pages.public.booking import booking_page
from cally.web.pages.public.cancellation import ask, confirm_cancellation
from cally.web.pages.public.confirm import confirm
from cally.web.pages.public.front import front
from cally.web.pages.public.moving import move, new_times
from cally.web.pages.public.profile import profile
from cally.web.pages.public.ticket import invitation, ticket

ROUTES = [front, profile, booking_page, confirm, ticket, invitation, ask, confirm_cancellation, new_times, move]
