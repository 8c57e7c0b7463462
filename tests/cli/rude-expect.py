# SPDX-License-Identifier: GPL-3.0-or-later
"""What each scenario asks of pabal."""
POP3 = {}
SMTP = {}
VARIANTS = [
    {"mode": "none", "pipelining": True, "split": "whole", "label": ""},
    {"mode": "implicit", "pipelining": False, "split": "crlf", "label": " (TLS, no pipelining)"},
]

def cases(proto, ctx, sc):
    table = POP3 if proto == "pop3" else SMTP
    e = table.get(sc["name"], {})
    yield sc, VARIANTS[0], e
