"""Mail addresses: one form for the same mailbox, and a syntax check that real addresses pass (rule 79)."""

import unicodedata

from cally.errors import CallyError, invalid

LONGEST_ADDRESS = 254  # octets, RFC 5321 4.5.3.1.3 less the angle brackets
LONGEST_LOCAL_PART = 64
LONGEST_LABEL = 63
LONGEST_TYPED = 1_000  # characters that are looked at at all: bringing accents into order takes time by their square
SPECIALS = frozenset('()<>[]:;@\\,"')
ENCODED_WORD = "=?"  # RFC 2047: mail programs would decode it, line breaks and all


def email_address(text: str, field: str = "email") -> str:
    """The address in normal form: trimmed, NFC, lower case; plus-addressing is kept (rules 46, 79).

    Raises `invalid` naming `field` when it is no plain `name@domain`: quoted names and address literals are not taken.
    """
    if len(text) > LONGEST_TYPED:
        raise _too_long(field)
    address = unicodedata.normalize("NFC", text.strip()).lower()
    if not address:
        raise invalid(field, "Please enter an e-mail address.")
    local, at, domain = address.rpartition("@")
    if not at or not _is_local_part(local) or not _is_domain(domain):
        raise _malformed(field)
    if len(address.encode()) > LONGEST_ADDRESS:
        raise _too_long(field)
    return address


def without_tag(address: str) -> str:
    """The address that counts as the same mailbox (rule 46): `cleo@…` for `cleo+work@…`, which is kept as typed.

    Nothing else is guessed: dots and further habits of single providers may tell mailboxes apart elsewhere.
    """
    local, _, domain = address.rpartition("@")
    plain = local.partition("+")[0]
    return f"{plain or local}@{domain}"


def _is_local_part(text: str) -> bool:
    """A dot-atom (RFC 5322 3.2.3, RFC 6532): printable, without specials, no dot at an end or doubled."""
    atoms = text.split(".")
    if ENCODED_WORD in text:
        return False
    return all(atoms) and all(map(_is_atom_character, text)) and len(text.encode()) <= LONGEST_LOCAL_PART


def _is_atom_character(character: str) -> bool:
    return character not in SPECIALS and unicodedata.category(character)[0] not in "CZ"


def _is_domain(text: str) -> bool:
    """Letters, digits and hyphens in labels (RFC 1035 2.3.1, RFC 5890); a dot is needed but for `localhost`."""
    labels = text.split(".")
    return (len(labels) > 1 or text == "localhost") and all(map(_is_label, labels)) and _can_be_written(text)


def _can_be_written(domain: str) -> bool:
    """Whether a mail can name it (RFC 3490): else the host's mail, which names it, would not go."""
    try:
        domain.encode("idna")
    except UnicodeError:
        return False
    return True


def _is_label(text: str) -> bool:
    letters = (c == "-" or unicodedata.category(c)[0] in "LMN" for c in text)
    return 0 < len(text.encode()) <= LONGEST_LABEL and all(letters) and text[0] != "-" and text[-1] != "-"


def _too_long(field: str) -> CallyError:
    return invalid(field, f"This e-mail address is too long; at most {LONGEST_ADDRESS} characters are possible.")


def _malformed(field: str) -> CallyError:
    return invalid(field, "This is not an e-mail address; it should look like cleo@example.org.")
