"""The services that are asked for most, each with an address that Apprise understands (docs/channels.md lists them)."""

import msgspec


class Example(msgspec.Struct, frozen=True, kw_only=True):
    """A service: what it is called, how its address looks, and where its parts come from. `key` stands in addresses.

    `for_guests` is an address with a place for a guest's number, where that is of use.
    """

    key: str
    name: str
    address: str
    where: str
    icon: str = "bell"
    for_guests: str = ""


EXAMPLES: tuple[Example, ...] = (
    Example(
        key="signal",
        name="Signal",
        address="signals://signal.example.org/+15551234567/+15557654321",
        where="Your own signal-cli-rest-api: its name, the number it sends from, the number that reads.",
        icon="phone",
        for_guests="signals://signal.example.org/+15551234567/{phone}",
    ),
    Example(
        key="telegram",
        name="Telegram",
        address="tgram://123456789:AAFexampleExampleExample_Example12345/123456789",
        where="The token from @BotFather, and the number of the chat.",
        icon="phone",
    ),
    Example(
        key="whatsapp",
        name="WhatsApp",
        address="whatsapp://TOKENexample0123456789abcdef@15551234567/+15557654321",
        where="Meta’s access token, the id of the number that sends, the number that reads.",
        icon="phone",
        for_guests="whatsapp://TOKENexample0123456789abcdef@15551234567/{phone}",
    ),
    Example(
        key="sms",
        name="SMS (Twilio)",
        address="twilio://AC00000000000000000000000000000000:00000000000000000000000000000000@+15551234567/+15557654321",
        where="Account SID and token from Twilio’s console, the number it gave you, the number that reads.",
        icon="phone",
        for_guests="twilio://AC00000000000000000000000000000000:00000000000000000000000000000000@+15551234567/{phone}",
    ),
    Example(
        key="discord",
        name="Discord",
        address="https://discord.com/api/webhooks/123456789012345678/abcdefghijklmnopqrstuvwxyz_ABCDEFGHIJKLMNOPQ",
        where="Edit channel → Integrations → Webhooks → Copy webhook URL. Shown as a card.",
        icon="users",
    ),
    Example(
        key="slack",
        name="Slack",
        address="https://hooks.slack.com/services/T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ",
        where="An app’s incoming webhook.",
        icon="users",
    ),
    Example(
        key="teams",
        name="Microsoft Teams",
        address="workflows://prod-01.westeurope.logic.azure.com:443/643e69f83c8944438d68119179a10a64/KODuebWbDGYFr0z0eu-6Rj8aUKz7108W3wrNJZxFE5A/",
        where="A workflow “when a webhook request is received”: its host, number and signature.",
        icon="users",
    ),
    Example(
        key="matrix",
        name="Matrix",
        address="matrixs://cally:password@matrix.example.org/#bookings",
        where="An account on your server and the room it is in.",
        icon="users",
    ),
    Example(
        key="mattermost",
        name="Mattermost",
        address="mmosts://chat.example.org/4yr3xfqbe7rrdnxyz8u1abcdefg",
        where="An incoming webhook of your server.",
        icon="users",
    ),
    Example(
        key="rocketchat",
        name="Rocket.Chat",
        address="rockets://cally:password@chat.example.org/#bookings",
        where="An account on your server and the room.",
        icon="users",
    ),
    Example(
        key="googlechat",
        name="Google Chat",
        address="gchat://AAAAexample/AIzaSyexamplekey/exampletoken",
        where="A space’s webhook: space, key and token from its address.",
        icon="users",
    ),
    Example(
        key="ntfy",
        name="ntfy",
        address="ntfys://ntfy.sh/a-topic-nobody-guesses",
        where="Any topic you subscribe to in the app; put your own server in place of ntfy.sh.",
    ),
    Example(
        key="gotify",
        name="Gotify",
        address="gotifys://push.example.org/AbCdEfGhIjKlMnO",
        where="Your server and the token of an application there.",
    ),
    Example(
        key="pushover",
        name="Pushover",
        address="pover://uQiRzpo4DXghDmr9QzzfQu27cmVRsG@azGDORePK8gMaC0QOYAMyEEuzJnyUi",
        where="Your user key and an application’s token.",
    ),
    Example(
        key="mqtt",
        name="MQTT",
        address="mqtts://cally:password@broker.example.org:8883/cally/bookings",
        where="Your broker, and the topic that your house listens to.",
        icon="pulse",
    ),
    Example(
        key="homeassistant",
        name="Home Assistant",
        address="hassios://home.example.org/a-long-lived-access-token",
        where="Your server and a long-lived access token from your profile there.",
        icon="pulse",
    ),
    Example(
        key="mail",
        name="E-mail, elsewhere",
        address="mailtos://user:password@mail.example.org?to=team@example.org",
        where="Another mail server than Cally’s, or another address than your own.",
        icon="mail",
    ),
    Example(
        key="json",
        name="Any program",
        address="jsons://example.org/hooks/cally",
        where="Your own program is sent title and message as JSON; for more, see webhooks.",
        icon="link",
    ),
)


def example(key: str) -> Example | None:
    """The service of that key."""
    return next((one for one in EXAMPLES if one.key == key), None)
