"""Invented people in several scripts, and what they say; every address is at example.org, which nobody can have."""

from random import Random

from cally.model.bookings import Companion, Guest

GUESTS = (
    ("Cleo Çelik", "cleo", "America/New_York", "en"),
    ("Jürgen Großmann", "juergen", "Europe/Berlin", "de"),
    ("Zoë van den Berg", "zoe", "Europe/Amsterdam", "nl"),
    ("Siobhán Ní Bhriain", "siobhan", "Europe/Dublin", "en"),
    ("Ana-Lucía Peña", "analucia", "America/Bogota", "es"),
    ("Þórunn Jónsdóttir", "thorunn", "Atlantic/Reykjavik", "is"),
    ("Łukasz Żółkiewski", "lukasz", "Europe/Warsaw", "pl"),
    ("Nguyễn Thị Minh", "minh", "Asia/Ho_Chi_Minh", "vi"),
    ("Екатерина Волкова", "ekaterina", "Europe/Belgrade", "ru"),
    ("Олександр Шевчук", "oleksandr", "Europe/Kyiv", "uk"),
    ("Γιώργος Παπαδόπουλος", "giorgos", "Europe/Athens", "el"),
    ("王小明", "xiaoming", "Asia/Shanghai", "zh"),
    ("林美玲", "meiling", "Asia/Taipei", "zh-Hant"),
    ("鈴木 一郎", "ichiro", "Asia/Tokyo", "ja"),
    ("김민준", "minjun", "Asia/Seoul", "ko"),
    ("ليلى الحسن", "layla", "Africa/Cairo", "ar"),
    ("نرگس رضایی", "narges", "Asia/Tehran", "fa"),
    ("דוד לוי", "david", "Asia/Jerusalem", "he"),
    ("प्रिया शर्मा", "priya", "Asia/Kolkata", "hi"),
    ("ธนพล สุขใจ", "thanaphon", "Asia/Bangkok", "th"),
    ("ანა ბერიძე", "ana", "Asia/Tbilisi", "ka"),
    ("Արամ Պետրոսյան", "aram", "Asia/Yerevan", "hy"),
    ("መሰረት በቀለ", "meseret", "Africa/Addis_Ababa", "am"),
    ("Thandiwe Ndlovu", "thandiwe", "Africa/Johannesburg", "en"),
    ("Kealoha Kahananui", "kealoha", "Pacific/Honolulu", "en"),
    ("Te Rangi Parata", "terangi", "Pacific/Auckland", "en"),
    ("Bishal Thapa", "bishal", "Asia/Kathmandu", "ne"),
    ("João Antônio d’Ávila", "joao", "America/Sao_Paulo", "pt-BR"),
    ("O’Neil Baptiste", "oneil", "America/Port_of_Spain", "en"),
    ("Mx. Ray Jean-Baptiste Montgomery-Featherstonehaugh III", "ray", "Europe/London", "en"),
)
NOTES = (
    "Looking forward to it!",
    "I may be five minutes late; my train gets in on the hour.",
    "Please send the documents beforehand if you can.",
    "Could we speak about the contract first?",
    "Je préfère parler français si possible. Merci !",
    "よろしくお願いします。",
    "🎉 We launched on Monday, so there is a lot to tell.",
)
REASONS = (
    "Something has come up, sorry.",
    "I am ill and will book again next week.",
    "We found another date.",
    "The project is on hold.",
    "Das Kind ist krank, tut mir leid.",
)
SUBJECTS = (
    "Moving our calendars over",
    "Questions about the quote",
    "The draft of chapter three",
    "How to go on after the pilot",
    "Accessibility of the new site",
    "Preis und Laufzeit",
    "新しいサイトの設計について",
)
COMPANY = ("Example Ltd", "Müller & Söhne", "Água Viva Lda.", "東京サンプル株式会社", "")


def guest(dice: Random) -> Guest:
    """Somebody who books."""
    name, local, tz, locale = dice.choice(GUESTS)
    return Guest(name=name, email=f"{local}@example.org", tz=tz, locale=locale)


def companions(dice: Random, without: Guest) -> tuple[Companion, ...]:
    """Whom they bring: mostly nobody, never themselves."""
    if dice.random() > 0.12:
        return ()
    others = [entry for entry in GUESTS if f"{entry[1]}@example.org" != without.email]
    chosen = dice.sample(others, dice.choice((1, 1, 2)))
    return tuple(Companion(name=name, email=f"{local}@example.org") for name, local, _, _ in chosen)


def notes(dice: Random) -> str:
    """What they write below: mostly nothing."""
    return dice.choice(NOTES) if dice.random() < 0.3 else ""
