"""How the classroom's pages look: one sheet for light and dark, nothing loaded, nothing run."""

import base64
import hashlib
import html
import re

STYLE = """
:root{color-scheme:light dark;--ground:#fff;--panel:#f5f6f8;--ink:#1c222b;--quiet:#59626e;
--line:#d6dae0;--good:#00795a;--bad:#b24e00;--blue:#0072b2;--warm:#d55e00;--heat:92%}
@media(prefers-color-scheme:dark){:root{--ground:#14171c;--panel:#1d2229;--ink:#e7eaef;
--quiet:#a3acb9;--line:#38404b;--good:#45c79c;--bad:#f2985a;--blue:#6db9ea;--heat:66%}}
*{box-sizing:border-box}
body{margin:0;background:var(--ground);color:var(--ink);font:16px/1.55 system-ui,sans-serif}
main{max-width:54rem;margin:0 auto;padding:2.4rem 1.25rem 4rem}
h1{font-size:1.7rem;line-height:1.2;margin:0;letter-spacing:-.01em;overflow-wrap:anywhere}
h2{font-size:1.25rem;margin:2.6rem 0 .6rem}h3{font-size:1rem;margin:1.8rem 0 .5rem}
p{margin:.5rem 0}.quiet{color:var(--quiet)}.small{font-size:.875rem}
.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
code,pre{font:.875em/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;white-space:pre-wrap;
overflow-wrap:anywhere}pre{margin:0}
.top{display:flex;gap:1rem;align-items:baseline;justify-content:space-between;flex-wrap:wrap}
.card{background:var(--panel);border-left:4px solid var(--tone,var(--quiet));border-radius:3px;
padding:.85rem 1.1rem 1rem;margin:0 0 1rem}.card h2,.card h3{margin:0;font-size:1.05rem}
.good{--tone:var(--good)}.bad{--tone:var(--bad)}.open{--tone:var(--blue)}
.word{color:var(--tone,var(--quiet));font-weight:600}
.check{margin-top:.8rem;padding-top:.7rem;border-top:1px solid var(--line)}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.15rem 1rem;margin:.35rem 0 .5rem;
align-items:baseline}dt{color:var(--quiet);font-size:.875rem}dd{margin:0;min-width:0}
.bar{display:flex;gap:3px;height:.75rem;margin:.9rem 0 2rem}
.bar span{flex:var(--w) 1 0;min-width:6px;border-radius:2px;
background:linear-gradient(90deg,var(--good) var(--p),var(--line) var(--p))}
summary{cursor:pointer;color:var(--quiet)}
:focus-visible{outline:2px solid var(--blue);outline-offset:2px}
"""
CONTENT = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"


def page(title: str, body: str, style: str = "", script: str = "") -> str:
    """Wrap a body. A script runs only if it is ours to the letter; nothing else does.

    Args:
        title: plain text.
        body: HTML in which a stranger's text is escaped.
        style: rules of this page alone.
        script: the page's own script.
    """
    policy, run = CONTENT, ""
    if script:
        digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
        policy += f"; script-src 'sha256-{digest}'"
        run = f"<script>{script}</script>"
    return (f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
            f'<meta name="viewport" content="width=device-width,initial-scale=1">'
            f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
            f"<title>{text(title)}</title><style>{STYLE}{style}</style></head>\n"
            f"<body><main>{body}</main>{run}</body></html>\n")


def text(value: object) -> str:
    """Make a text harmless."""
    return html.escape(str(value))


def prose(value: str) -> str:
    """Make a text harmless; what stands in backticks is set as code."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", html.escape(value))


def sentence(value: str) -> str:
    """Begin with a capital, unless a symbol or code comes first; end with a stop."""
    first, _, rest = value.partition(" ")
    article = first == "a" and len(rest.split(" ", 1)[0]) > 2
    if article or (len(first) > 1 and first.rstrip(",:;.").isalpha()):
        value = value[:1].upper() + value[1:]
    return value if not value or value.endswith((".", "?", "!")) else value + "."


def points(value: float) -> str:
    """Write points without needless digits."""
    return f"{value:.4g}"


def plural(number: int, word: str) -> str:
    """Write a number and its word.

    Example:
        >>> plural(1, "learner"), plural(2, "learner")
        ('1 learner', '2 learners')
    """
    return f"{number} {word}" + ("" if number == 1 else "s")
