"""Who may open which page: one row for each route outside the API; `test_page_access.py` tries them all.

Add yours under what it is, as `"METHOD /path"`:

- `everybody`: no sign-in needed; what is behind it is public or judged by a form
- `token`: whoever holds the secret in the path, or one that a form of ours has set as a cookie
- `desk`: whoever works at a desk, for its host; nothing of another host is named in the path
- `thing`: whoever works at the desk of the host whose thing is named in the path; for all others it does not exist
- `team`: members of the team named in the path, and admins
- `managed`: who manages that team, and admins
- `self`: the host alone, not who works for them; `self thing` with something of theirs in the path
- `own`: whoever is signed in, about their own account; `own thing` with something of theirs in the path
- `admin`: admins at their own desk; for all others it does not exist
"""

from typing import Literal

Access = Literal[
    "everybody", "token", "desk", "thing", "team", "managed", "self", "self thing", "own", "own thing", "admin"
]

ROWS: dict[Access, str] = {
    "everybody": """
        GET /static/{name}                      GET /media/{name}
        GET /favicon.ico                        GET /robots.txt
        GET /                                   GET /{host}
        POST /{host}                            GET /team/{team}
        GET /{host}/{slug}                      POST /{host}/{slug}
        GET /team/{team}/{slug}                 POST /team/{team}/{slug}
        GET /{host}/{slug}/waitlist             POST /{host}/{slug}/waitlist
        GET /team/{team}/{slug}/waitlist        POST /team/{team}/{slug}/waitlist
        POST /{host}/{slug}/password            POST /team/{team}/{slug}/password
        GET /api/health                         GET /api/health/ready
        GET /api/health/live                    GET /metrics
        POST /app/theme
        GET /sign-in                            POST /sign-in
        POST /sign-out                          POST /sign-in/with/{slug}
        GET /sign-in/back/{slug}                POST /sign-in/back/{slug}
        POST /sign-in/passkey/challenge         POST /sign-in/passkey
        GET /reset                              POST /reset
        GET /reset/done                         GET /privacy
        POST /privacy                           POST /oauth/token
        GET /oauth/authorize                    POST /oauth/authorize
        POST /oauth/revoke                      GET /.well-known/oauth-authorization-server
    """,
    "token": """
        GET /setup/{token}                      POST /setup/{token}
        GET /reset/{token}                      POST /reset/{token}
        GET /invitation/{token}                 POST /invitation/{token}
        GET /verify/{token}                     POST /verify/{token}
        GET /b/{token}                          GET /b/{token}/invite.ics
        GET /b/{token}/cancel                   POST /b/{token}/cancel
        GET /b/{token}/reschedule               POST /b/{token}/reschedule
        GET /b/{token}/data                     GET /b/{token}/data.json
        GET /answer/{token}                     POST /answer/{token}/approval
        GET /answer/{token}/declination         POST /answer/{token}/declination
        GET /answer/{token}/proposal            POST /answer/{token}/proposal
        GET /reminders/{token}                  POST /reminders/{token}
        GET /w/{token}                          POST /w/{token}
        POST /w/{token}/leave                   GET /p/{code}
        GET /feeds/{name}
        POST /p/{code}                          GET /p/{code}/waitlist
        POST /p/{code}/waitlist                 GET /privacy/link/{token}
        POST /privacy/link/{token}              GET /privacy/data
        GET /privacy/data.json                  POST /privacy/data/erasure
        GET /sign-in/second                     POST /sign-in/second
        POST /sign-in/second/passkey/challenge  POST /sign-in/second/passkey
    """,
    "own": """
        GET /sign-in/again                      POST /sign-in/again
        POST /sign-in/again/passkey/challenge   POST /sign-in/again/passkey
        GET /app/hosts                          POST /app/hosts/ending
        GET /app/security                       GET /app/security/history
        GET /app/security/password              POST /app/security/password
        POST /app/security/email                POST /app/security/email/again
        GET /app/security/devices               POST /app/security/devices/others/end
        GET /app/security/totp                  POST /app/security/totp
        POST /app/security/totp/confirmation    POST /app/security/totp/removal
        POST /app/security/codes                POST /app/security/passkeys/challenge
        POST /app/security/passkeys             GET /app/security/apps
        POST /app/security/apps/tokens          POST /app/security/apps/programs
        POST /app/security/apps/elsewhere/{slug}
    """,
    "own thing": """
        POST /app/hosts
        POST /app/security/devices/{id}/end     POST /app/security/passkeys/{id}/name
        POST /app/security/passkeys/{id}/removal
        POST /app/security/apps/tokens/{id}/removal
        POST /app/security/apps/grants/{id}/removal
        POST /app/security/apps/programs/{id}/removal
        POST /app/security/apps/identities/{id}/removal
    """,
    "self": """
        GET /app/assistants                     POST /app/assistants
        POST /app/assistants/visits
        POST /app/channels                      POST /app/channels/mail
        POST /app/webhooks
        GET /app/calendars/feeds                POST /app/calendars/feeds
    """,
    "self thing": """
        POST /app/webhooks/{id}                 POST /app/webhooks/{id}/secret
        GET /app/calendars/feeds/{id}           POST /app/calendars/feeds/{id}
        POST /app/calendars/feeds/{id}/rotation POST /app/calendars/feeds/{id}/removal
        POST /app/assistants/{id}/removal       POST /app/channels/{id}
    """,
    "desk": """
        GET /app/webhooks
        GET /setup/hours                        POST /setup/hours
        GET /setup/link                         POST /setup/link
        GET /setup/done                         GET /app
        GET /app/time-law                       POST /app/time-law
        GET /app/bookings/export
        GET /app/bookings                       GET /app/waitlist
        GET /app/look                           POST /app/look/picture
        POST /app/look/style                    POST /app/event-types/order
        GET /app/event-types                    POST /app/event-types
        GET /app/event-types/new                GET /app/availability
        POST /app/availability                  GET /app/time-off
        POST /app/time-off                      GET /app/calendars
        POST /app/calendars                     GET /app/channels
        GET /app/channels/new
        GET /app/outbox                         GET /app/profile
        GET /app/messages/times                 POST /app/messages/times
        GET /app/messages/wording               GET /app/messages/wording/{message}/{recipient}
        POST /app/messages/wording/{message}/{recipient}
        GET /app/messages/wording/{message}/{recipient}/preview
        POST /app/messages/wording/{message}/{recipient}/preview
        GET /app/messages/letters/{letter}      GET /app/messages/letters/{letter}/preview
        POST /app/profile                       GET /app/teams
        POST /app/teams                         GET /app/teams/new
        GET /app/resources                      POST /app/resources
        GET /app/resources/new                  GET /app/together
        GET /app/why
    """,
    "thing": """
        GET /app/webhooks/{id}                  POST /app/webhooks/{id}/test
        POST /app/webhooks/{id}/state           POST /app/webhooks/{id}/removal
        GET /app/webhooks/{id}/deliveries/{delivery}
        POST /app/webhooks/{id}/deliveries/{delivery}/replay
        POST /app/time-law/{uid}                GET /app/bookings/{uid}
        POST /app/bookings/{uid}/approval       POST /app/bookings/{uid}/declination
        GET /app/bookings/{uid}/cancellation    POST /app/bookings/{uid}/cancellation
        GET /app/bookings/{uid}/reschedule      POST /app/bookings/{uid}/reschedule
        POST /app/bookings/{uid}/no-show        GET /app/bookings/{uid}/reassignment
        POST /app/bookings/{uid}/reassignment   GET /app/sessions/{uid}
        POST /app/sessions/{uid}/seats          GET /app/sessions/{uid}/cancellation
        POST /app/sessions/{uid}/cancellation   POST /app/waitlist/{uid}/offer
        POST /app/waitlist/{uid}/removal        GET /app/event-types/{id}
        POST /app/event-types/{id}              POST /app/event-types/{id}/archive
        GET /app/event-types/{id}/access        POST /app/event-types/{id}/access/password
        POST /app/event-types/{id}/access/visibility
        POST /app/event-types/{id}/access/links
        POST /app/event-types/{id}/access/links/{link}/revocation
        GET /app/event-types/{id}/turns         POST /app/event-types/{id}/own-part
        GET /app/event-types/{id}/capsule.json
        GET /app/availability/{id}              POST /app/availability/{id}
        POST /app/availability/{id}/removal     POST /app/availability/{id}/days
        POST /app/availability/{id}/days/chosen POST /app/availability/{id}/days/restoration
        POST /app/availability/{id}/time-off    POST /app/availability/{id}/time-off/removal
        GET /app/availability/{id}/holidays     POST /app/availability/{id}/holidays
        POST /app/availability/{id}/holidays/country
        POST /app/availability/{id}/holidays/work
        POST /app/availability/{id}/holidays/removal
        GET /app/time-off/{id}                  POST /app/time-off/{id}
        POST /app/time-off/{id}/removal         POST /app/time-off/{id}/delegation/removal
        POST /app/calendars/{id}/reading        POST /app/calendars/{id}/removal
        POST /app/channels/{id}/test            POST /app/channels/{id}/removal
        GET /app/channels/{id}
        POST /app/outbox/{id}/resend
        POST /app/outbox/{id}/retry             GET /app/resources/{id}
        GET /app/resources/{id}/settings        POST /app/resources/{id}/settings
        POST /app/resources/{id}/archive        POST /app/resources/{id}/blocks
        POST /app/resources/{id}/blocks/{uid}/removal
    """,
    "team": """
        GET /app/teams/{id}
    """,
    "managed": """
        POST /app/teams/{id}                    POST /app/teams/{id}/removal
        POST /app/teams/{id}/members            POST /app/teams/{id}/members/{host_id}
        POST /app/teams/{id}/invitations/{host_id}/withdrawal
        POST /app/teams/{id}/invitation
    """,
    "admin": """
        GET /admin/settings                     POST /admin/settings/public-url
        GET /admin/updates                      POST /admin/maintenance
        POST /admin/updates/watch               POST /admin/updates/look
        POST /admin/settings/mail               POST /admin/settings/mail/test
        GET /admin/look                         POST /admin/look/picture
        POST /admin/look/style                  GET /admin/protection
        POST /admin/protection/lockouts/{id}/lifting
        POST /admin/protection/blocklist        POST /admin/protection/blocklist/{id}/removal
        POST /admin/protection/allow-lists      GET /admin/providers
        POST /admin/providers                   GET /admin/providers/{id}
        POST /admin/providers/{id}              POST /admin/providers/{id}/check
        POST /admin/providers/{id}/removal      POST /admin/providers/{id}/people
        POST /admin/providers/{id}/people/{person}/removal
        GET /admin/accounts                     POST /admin/accounts
        POST /admin/accounts/{id}/invitation    POST /admin/accounts/{id}/disabling
        POST /admin/accounts/{id}/enabling      GET /admin/accounts/{id}
        POST /admin/accounts/{id}/role          POST /admin/accounts/{id}/desk
        POST /admin/accounts/{id}/assistants
        POST /admin/accounts/{id}/assistants/{assistant_id}/removal
        GET /admin/sign-in                      POST /admin/sign-in/passwords
        POST /admin/sign-in/sessions
        POST /admin/sign-in/second-factor       POST /admin/accounts/{id}/second-factor-reset
        GET /admin/jobs                         POST /admin/jobs/retry
        POST /admin/jobs/{id}/retry             POST /admin/jobs/{id}/removal
        POST /admin/jobs/recurring/{name}/run
        GET /admin/errors                       GET /admin/errors/{code}
        POST /admin/errors/{code}/state         POST /admin/errors/{code}/removal
        GET /admin/alerts                       POST /admin/alerts/rules
        POST /admin/alerts/silence              POST /admin/alerts/channels
        POST /admin/alerts/channels/{id}/test   POST /admin/alerts/channels/{id}/removal
        POST /admin/alerts/channels/{id}
        GET /admin/backups                      POST /admin/backups
        POST /admin/backups/{id}/proof          POST /admin/backups/plan
        POST /admin/backups/targets             POST /admin/backups/targets/{id}/test
        POST /admin/backups/targets/{id}/trust  POST /admin/backups/targets/{id}/use
        POST /admin/backups/targets/{id}/removal
        GET /admin/system                       GET /admin/audit
        GET /admin/system/diagnostics
        GET /admin/audit/export/{kind}          POST /admin/audit/verification
        POST /admin/audit/retention             GET /admin/privacy
        POST /admin/privacy/consent             POST /admin/privacy/retention
        POST /admin/privacy/search              POST /admin/privacy/export
        POST /admin/privacy/erasure
        GET /admin/import                       POST /admin/import
        GET /admin/import/configuration         GET /admin/import/{id}
        POST /admin/import/{id}/choices         POST /admin/import/{id}/application
        POST /admin/import/{id}/removal
    """,
}


def access_rows() -> dict[tuple[str, str], Access]:
    """What each `(method, path)` is; a route that stands in two rows fails."""
    found: dict[tuple[str, str], Access] = {}
    for access, text in ROWS.items():
        words = text.split()
        for row in zip(words[::2], words[1::2], strict=True):
            assert row not in found, f"{row} stands in two rows"
            found[row] = access
    return found
