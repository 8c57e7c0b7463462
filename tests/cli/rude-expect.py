# SPDX-License-Identifier: GPL-3.0-or-later
"""What each scenario asks of pabal, where it is not: exit code 0, silence, all
fetched or sent at once.

POP3   code  exit codes allowed       says   parts of standard error
       first messages after the run   total  after a further, clean one
       leave, conf, host, env         how pabal is set up
       evil_runs  fetches under the scenario, before the clean one
       left  messages on the server in the end
SMTP   states  of the recipients afterwards, "-" where the item is gone
       clean   the same after a clean --flush
       taken   how often the first recipient has it in the end
"""

LATER, WIRE, LOGIN, REFUSED = 75, 76, 77, 69


def fails(code, *says, **more):
    return dict({"code": code, "says": list(says), "first": 0}, **more)


STALL = ("did not answer within 2 seconds",)

POP3 = {
    "greet-none": fails(LATER, *STALL),
    "greet-err": fails(LATER, "maintenance"),
    "greet-garbage": fails(WIRE, "HTTP/1.1 400 Bad Request"),
    # No line end ever comes, so it is the time limit that speaks.
    "greet-binary": fails(LATER, *STALL),
    "greet-long": fails((LATER, WIRE)),
    "greet-no-newline": fails((LATER, WIRE)),
    "capa-endless": fails((1, WIRE), "capabilities"),
    "stls-stripped": fails(WIRE, "STLS", "nothing was sent"),
    "stls-refused": fails(WIRE, "STLS", "nothing was sent"),
    "stls-injected-reply": fails(WIRE, "before encryption"),
    "auth-fail": fails(LOGIN, "[AUTH] no"),
    "auth-temp": fails(LATER, "[SYS/TEMP] later"),
    "auth-in-use": fails(LATER, "[IN-USE] locked"),
    "auth-continuation-flood": fails((WIRE, LOGIN)),
    "auth-challenge-huge": fails((WIRE, LOGIN)),
    "stat-negative": fails(WIRE, "-1 -1"),
    "stat-huge": fails(WIRE, "18446744073709551616"),
    # LIST is asked only where STAT says that the sum is over max-fetch.
    "list-size-lies-big": {"also": {"on": "STAT", "nth": 1, "do": [{"send": "+OK 5 999999999999\r\n"}]},
                           "warns": True, "says": ["larger than max-fetch"], "first": 4},
    "list-number-gap": {"also": {"on": "STAT", "nth": 1, "do": [{"send": "+OK 5 999999999999\r\n"}]}},
    "list-dup-number": fails(WIRE, "1 20", also={"on": "STAT", "nth": 1, "do": [{"send": "+OK 5 999999999999\r\n"}]}),
    "list-zero": fails(WIRE, "0 10", also={"on": "STAT", "nth": 1, "do": [{"send": "+OK 5 999999999999\r\n"}]}),
    "list-size-lies-small": {"also": {"on": "STAT", "nth": 1, "do": [{"send": "+OK 5 999999999999\r\n"}]}},
    # The twins are fetched and stay; when the server has UIDL after all their names are new.
    "uidl-missing": {"evil_runs": 2, "first": 5, "warns": True, "says": ["the same name"], "total": 7},
    # Only two are listed, under one name; both get their own names in the clean run.
    "uidl-dup": {"first": 2, "total": 7, "warns": True, "says": ["the same name"], "deles": [], "evil_runs": 2},
    "uidl-changed-between-sessions": {"evil_runs": 2, "leave": "yes", "first": 4, "total": 9},
    # What is known by its name stays known, whatever the bytes are.
    "uidl-reused-for-other-message": {"evil_runs": 2, "leave": "yes", "first": 1, "total": 6},
    "uidl-million": {"code": WIRE, "says": ["no such message", "refuses all that is asked"], "first": 5, "seconds": 40,
                     "rss": 600, "lines": 20, "total": 5, "heavy": True},
    "uidl-long": fails((LATER, WIRE)),
    "uidl-hostile-chars": fails(WIRE),
    "retr-err": {"code": LATER, "says": ["message 1", "no such"], "first": 4},
    "retr-disconnect-mid": fails(LATER),
    "retr-disconnect-before-dot": fails(LATER, "closed the connection|without a goodbye"),
    "retr-eof-after-dot-lf": fails(LATER, "closed the connection|without a goodbye"),
    "retr-endless-line": fails(1, "max-fetch", seconds=20, heavy=True),
    "retr-endless-lines": fails(1, "max-fetch", seconds=20, heavy=True),
    "retr-stall": fails(LATER, *STALL),
    # With pipelining nobody can tell that reply from the next one.
    "retr-double-reply": {"pipelining": False, "code": WIRE, "first": 1},
    "dele-err": {"code": LATER, "says": ["message 1"], "first": 5},
    "dele-disconnect": {"code": LATER, "first": 5},
    "quit-no-reply": {"code": LATER, "says": ["may not have deleted"], "first": 5},
    "quit-err": {"code": (REFUSED, LATER), "says": ["may not have deleted", "some not removed"], "first": 5},
    "quit-stall": {"code": LATER, "says": ["may not have deleted"] + list(STALL), "first": 5},
    "server-restores-deleted": {"first": 5, "twice": True},
    "reply-no-status": fails(WIRE, "1 100", also={"on": "STAT", "nth": 1, "do": [{"send": "+OK 5 999999999999\r\n"}]}),
    "reply-plus-only": fails(WIRE, "\"+\""),
    # TOP is asked of servers without UIDL.
    "top-huge": fails(1, "max-fetch", also={"on": "UIDL", "nth": 1, "do": [{"send": "-ERR\r\n"}]}, seconds=20, heavy=True),
    "disconnect-at-each-command": {"code": (0, LATER, WIRE), "may_warn": True, "any": True},
    "disconnect-at-each-byte": {"code": (0, LATER, WIRE), "may_warn": True, "any": True, "small": True},
    "tls-close-no-notify": fails(LATER, "without a goodbye"),
    "tls-renegotiate-flood": {"skip": "the standard library has no renegotiation"},

    "own-silent-connect": fails(LATER, *STALL),
    "own-silent-capa": fails(LATER, *STALL),
    "own-silent-auth": fails(LATER, *STALL),
    "own-silent-stat": fails(LATER, *STALL),
    "own-silent-uidl": fails(LATER, *STALL),
    "own-silent-retr": fails(LATER, *STALL),
    "own-silent-dele": {"code": LATER, "says": ["may not have deleted"], "first": 5},
    "own-silent-quit": {"code": LATER, "says": ["may not have deleted"] + list(STALL), "first": 5},
    "own-silent-user": fails(LATER, *STALL),
    "own-silent-stls": fails(LATER, *STALL),
    "own-silent-tls": fails(LATER, "2 seconds"),
    "own-err-connect": fails(LATER, "closed for today"),
    "own-err-user": fails(LOGIN, "no such user"),
    "own-err-pass": fails(LOGIN, "wrong"),
    "own-err-auth": fails(LOGIN, "no entry"),
    "own-err-stat": {},
    "own-err-list": {"also": {"on": "STAT", "nth": 1, "do": [{"send": "+OK 5 999999999999\r\n"}]}},
    "own-err-retr": {"code": LATER, "says": ["message 1", "lost it"], "first": 4},
    "own-err-dele": {"code": LATER, "says": ["message 1", "read only"], "first": 5},
    "own-err-quit": {"code": (REFUSED, LATER), "says": ["not removed"], "first": 5},
    "own-err-every-retr": {"code": LATER, "says": ["message 5"], "first": 0, "deles": []},
    "own-cut-connect": fails(LATER, "closed the connection|without a goodbye"),
    "own-cut-capa": fails(LATER, "closed the connection|without a goodbye"),
    "own-cut-auth": fails(LATER, "closed the connection|without a goodbye"),
    "own-cut-stat": fails(LATER, "closed the connection|without a goodbye"),
    "own-cut-uidl": fails(LATER, "closed the connection|without a goodbye"),
    "own-cut-retr": fails(LATER, "closed the connection|without a goodbye"),
    "own-cut-dele": {"code": LATER, "first": 5},
    "own-cut-quit": {"code": LATER, "says": ["may not have deleted"], "first": 5},
    "own-drip-greeting": fails(LATER, *STALL),
    "own-uidl-bad-entry": {"code": LATER, "says": ["message 1"], "first": 4},
    "own-list-endless": fails((1, WIRE), "capabilities"),
    "own-retr-endless": fails(1, "max-fetch", seconds=20),
    "own-size-too-big": {"warns": True, "says": ["larger than max-fetch"], "first": 4},
    "own-no-uidl-no-top": {"no_top": True, "evil_runs": 2, "first": 5},
    "own-escape-in-err": {"code": LATER, "says": ["message 1"], "first": 4},
    "own-handshake-garbage": fails(WIRE),
    "own-handshake-closed": fails((WIRE, LATER)),
    "own-cert-expired": fails(WIRE, "2021", clean=WIRE, total=0, left=5),
    "own-cert-wrong-host": fails(WIRE, "other.example", clean=WIRE, total=0, left=5),
    "own-cert-self-signed": fails(WIRE, clean=WIRE, total=0, left=5),
    "own-cert-untrusted-ca": fails(WIRE, clean=WIRE, total=0, left=5),
}
POP3["own-uidl-million"] = dict(POP3["uidl-million"], total=10)        # its names are not those of the clean run
POP3["own-uidl-all-the-same"] = dict(POP3["own-uidl-million"], deles=[], seconds=15)
for same, other in (("own-cut-each-command", "disconnect-at-each-command"),
                    ("own-cut-each-byte", "disconnect-at-each-byte")):
    POP3[same] = POP3[other]

SMTP = {}

VARIANTS = [
    {"mode": "none", "pipelining": True, "split": "whole", "label": ""},
    {"mode": "implicit", "pipelining": False, "split": "crlf", "label": " (TLS, one at a time)"},
]


def cases(proto, sc, slow):
    """Each (scenario, variant, expectation) of a scenario."""
    e = (POP3 if proto == "pop3" else SMTP).get(sc["name"], {})
    for v in VARIANTS:
        if v is not VARIANTS[0] and (e.get("heavy") or e.get("skip") or sc.get("tls") or (sc["name"].find("silent") > 0 and not slow)):
            continue
        yield sc, v, e
