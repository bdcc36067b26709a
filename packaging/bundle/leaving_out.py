"""What of the packages is not needed at run time, and why."""

import re

REASONS = (
    (r"(^|/)tests?/", "tests"),
    (r"\.(pyi|pxd|pyx|c|h|cpp|hpp)$|(^|/)py\.typed$", "for compilers and type checkers"),
    (r"(^|/)__pycache__/", "made anew where it runs"),
    (r"^(faker|polyfactory)(/|-)", "invents examples for an API page that Cally writes itself"),
    (r"^(rich_click|litestar/cli)(/|-)", "litestar's own command line"),
    (r"^(pycparser|cffi)(/|-)", "compiles; what runs is _cffi_backend"),
    (r"^pygments(/|-)", "colours source code"),
    (r"^granian/(_granian\.pyi|cli\.py)$", "granian's own command line"),
    (r"^apsw/(sqlite_extra_binaries/|speedtest\.py|mcall\.py|fts_test_strings)", "programs and loadable extensions"),
    (r"^apprise/(i18n|assets)/", "apprise's own words and icons"),
    (r"^apprise/cli\.py$", "apprise's own command line"),
    (r"^yaml/_yaml\.", "a faster reader for YAML, of which there is none to read"),
    (r"^PIL/_(avif|imagingft|imagingcms|imagingtk)\.", "pictures are JPEG, PNG or WebP, without text in them"),
    (r"^pillow\.libs/lib(avif|freetype|harfbuzz|png16|brotlicommon|brotlidec|lcms2)-", "what those would load"),
    (r"\.dist-info/(RECORD|INSTALLER|WHEEL|REQUESTED|top_level\.txt|entry_points\.txt|zip-safe)$", "for installers"),
    (r"\.dist-info/sboms/", "gathered in the bill of materials"),
)
PATTERNS = tuple((re.compile(pattern), why) for pattern, why in REASONS)


def reason(path: str) -> str | None:
    """Why a file (its path in the tree) is left out; None when it is needed."""
    return next((why for pattern, why in PATTERNS if pattern.search(path)), None)
