"""Mail tests, for admins: a real mail through the mail server, with the whole talk shown."""

import msgspec

from cally.errors import CallyError
from cally.notify import MailTest, send_test
from cally.web.api.endpoints import Answer, Call, Noun, answer

noun = Noun("Mail tests")


class MailTestWanted(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who gets the test mail."""

    to: str


@noun.does(
    "POST", "/mail-tests", scope="admin:write", body=MailTestWanted, answers={200: MailTest}, refuses=("conflict",)
)
async def test_mail(call: Call) -> Answer:
    """Send a test mail now, and show every line of the talk with the server; the password is masked.

    200 also when it was not taken: `ok` says so, and `advice` what to do. 409 `conflict` while there is no mail server.
    """
    server = call.doors.mail()
    if server is None:
        raise CallyError("conflict", "No mail server is set up.")
    result = await send_test(server, public_url=call.doors.public_url(), to=call.body.to, now=call.now)
    return answer(result)
