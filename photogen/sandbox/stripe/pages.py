"""HTML that the sandbox's own pages share. No script, no file of anybody else's."""

from collections.abc import Iterable
from html import escape

from starlette.responses import HTMLResponse

_STYLE = """
:root { color-scheme: light dark; --bg: #f6f7f9; --card: #fff; --line: #dfe2e8; --text: #1c2024; --soft: #60646c;
  --accent: #4f46e5; --on: #fff; --bad: #b42318; --badbg: #fdecea }
@media (prefers-color-scheme: dark) { :root { --bg: #111215; --card: #1a1b1f; --line: #33353c; --text: #edeef0;
  --soft: #a3a7b0; --accent: #7c78ff; --on: #0b0b10; --bad: #ff9a90; --badbg: #3a1714 } }
* { box-sizing: border-box } body { margin: 0; background: var(--bg); color: var(--text);
  font: 16px/1.5 system-ui, sans-serif } main { max-width: 640px; margin: 0 auto; padding: 32px 16px 64px }
.mark { display: inline-block; font-size: 13px; border: 1px solid var(--line); border-radius: 999px; padding: 2px 10px;
  color: var(--soft) } h1 { font-size: 26px; line-height: 1.25; margin: 14px 0 4px }
h2 { font-size: 17px; margin: 0 0 10px }
p { margin: 6px 0 } .soft { color: var(--soft) } .card { background: var(--card); border: 1px solid var(--line);
  border-radius: 12px; padding: 20px; margin: 18px 0 } label { display: block; font-weight: 500; margin: 14px 0 4px }
input[type=text], input[type=email], select { width: 100%; font: inherit; padding: 9px 11px; border-radius: 8px;
  border: 1px solid var(--line); background: var(--bg); color: var(--text) }
.choice { display: flex; gap: 10px; align-items: baseline; font-weight: 400; padding: 7px 0; margin: 0 }
button { font: inherit; font-weight: 600; border: 1px solid transparent; border-radius: 8px; padding: 10px 16px;
  background: var(--accent); color: var(--on); cursor: pointer; text-decoration: none; display: inline-block }
.quiet { background: transparent; color: var(--text); border-color: var(--line) }
.wide { width: 100%; margin-top: 18px }
.row { display: flex; flex-wrap: wrap; gap: 10px; align-items: center; justify-content: space-between }
.bad { background: var(--badbg); color: var(--bad); border-radius: 8px; padding: 10px 14px; margin: 14px 0 }
table { width: 100%; border-collapse: collapse } td, th { text-align: left; padding: 8px 0;
  border-bottom: 1px solid var(--line); font-variant-numeric: tabular-nums } td:last-child, th:last-child {
  text-align: right } a { color: inherit } :focus-visible { outline: 2px solid var(--accent); outline-offset: 2px }
"""
_HEADERS = {
    "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; form-action *; frame-ancestors 'none'",
    "referrer-policy": "no-referrer",
    "cache-control": "no-store",
}


def answer(title: str, *parts: str, status: int = 200) -> HTMLResponse:
    """A whole page; `parts` are HTML."""
    head = (
        f"<!doctype html><html lang=en><head><meta charset=utf-8><title>{escape(title)}</title>"
        f'<meta name=viewport content="width=device-width, initial-scale=1"><style>{_STYLE}</style></head>'
    )
    body = (
        f"<body><main><span class=mark>Sandbox. No money moves.</span><h1>{escape(title)}</h1>{''.join(parts)}</main>"
    )
    return HTMLResponse(f"{head}{body}</body></html>", status, headers=_HEADERS)


def card(*parts: str) -> str:
    """A box."""
    return f"<section class=card>{''.join(parts)}</section>"


def trouble(words: str) -> str:
    """What went wrong, announced."""
    return f"<p class=bad role=alert>{escape(words)}</p>" if words else ""


def choices(name: str, options: Iterable[tuple[str, str]], chosen: str) -> str:
    """Radio buttons: value and words of each."""
    rows = [
        f'<label class=choice><input type=radio name={escape(name)} value="{escape(value)}"'
        f"{' checked' if value == chosen else ''}> <span>{escape(words)}</span></label>"
        for value, words in options
    ]
    return "".join(rows)


def dollars(cents: int) -> str:
    """ "$20.00", "-$3.50"."""
    return f"{'-' if cents < 0 else ''}${abs(cents) / 100:,.2f}"
