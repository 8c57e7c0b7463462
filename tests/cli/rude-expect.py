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
import re

LATER, WIRE, LOGIN, REFUSED = 75, 76, 77, 69


def fails(code, *says, **more):
    return dict({"code": code, "says": list(says), "first": 0}, **more)


CUT = "closed the connection|without a goodbye"
STALL = ("did not answer within 2 seconds",)

POP3 = {
    "greet-none": fails(LATER, *STALL),
    "greet-err": fails(LATER, "maintenance"),
    "greet-garbage": fails(WIRE, "HTTP/1.1 400 Bad Request"),
    # No line end ever comes, so it is the time limit that speaks.
    "greet-binary": fails(LATER, "pop3s://", *STALL, plain_only=True),
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
    "retr-disconnect-before-dot": fails(LATER, CUT),
    "retr-eof-after-dot-lf": fails(LATER, CUT),
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
    "own-cut-connect": fails(LATER, CUT),
    "own-cut-capa": fails(LATER, CUT),
    "own-cut-auth": fails(LATER, CUT),
    "own-cut-stat": fails(LATER, CUT),
    "own-cut-uidl": fails(LATER, CUT),
    "own-cut-retr": fails(LATER, CUT),
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

def waits(*says, **more):
    return dict({"states": "queued", "says": ["waits in the outbox|not now"] + list(says), "lines": 1}, **more)


def failed(*says, **more):
    return dict({"code": REFUSED, "states": "failed", "says": list(says)}, **more)


def unsure(**more):
    return dict({"code": LATER, "states": "unsure", "says": ["never came", "--flush ID"]}, **more)


def refused_cert(*says, **more):
    return waits(*says, clean="queued", **more)


PLAIN = {"plain_only": True}

SMTP = {
    "greet-554": waits("\"554 no\""),
    "greet-421": waits("421", "busy"),
    "greet-mixed-code": waits("contradicts itself"),
    "greet-endless-multi": waits("512 lines"),
    "ehlo-unsupported": PLAIN,
    "starttls-stripped": waits("STARTTLS", "nothing was sent"),
    "starttls-mangled": waits("STARTTLS", "nothing was sent"),
    "starttls-454": waits("454", "nothing was sent"),
    "starttls-injected-ehlo-reply": waits("before encryption"),
    "starttls-220-then-plain": waits("before encryption|TLS"),
    # The login that was offered before TLS is not there any more.
    "starttls-capability-before": waits("no login", code=LOGIN),
    "auth-plain-over-clear": waits("only in clear", code=LOGIN, host="0.0.0.0", user=True, clean="queued", no_auth=True, plain_only=True),
    "auth-535": waits("535", "bad", code=LOGIN),
    "auth-454": waits("454", "temp"),
    "auth-downgrade": waits("PLAIN", "LOGIN", code=LOGIN, user=True, conf=["auth = PLAIN"], no_auth=True),
    "auth-challenge-huge": waits(code=(0, LOGIN)),
    "auth-challenge-loop": waits(code=(0, LOGIN)),
    "size-limit": failed("1000 at most", no_body=True, plain_only=True),
    "size-garbage": PLAIN,
    "no-8bitmime": dict(PLAIN, raw=True),
    "no-smtputf8": failed("한@x.test", "SMTPUTF8", rcpts=["한@x.test", "two@x.test"], states=["failed", "accepted"], plain_only=True),
    "mail-452": waits("452", "full"),
    "mail-550-once": failed("550", "policy", no_body=True),
    "rcpt-mixed": failed("two@x.test: 550 no such", "three@x.test: not now (451 later)", states=["accepted", "failed", "queued"]),
    "rcpt-all-fail": failed("one@x.test: 550 no", rcpts=["one@x.test"], no_body=True),
    "rcpt-too-many": {"rcpts": ["r%d@x.test" % i for i in range(150)]},
    "data-421-before-354": waits("421", "bye", no_body=True),
    "data-250-instead-of-354": waits("250", no_body=True),
    "data-550-after-body": failed("550", "spam"),
    "data-451-after-body": waits("451", "later"),
    # A body that is under way when the connection breaks: nobody has it.
    "data-disconnect-mid": waits("broke off|closed", big=True),
    "data-disconnect-after-dot": unsure(),
    "data-stall-after-dot": unsure(),
    "data-reply-partial": unsure(),
    "data-reply-multi-conflict": unsure(),
    "data-early-250": waits("250 queued"),
    "extra-replies": waits("250"),
    "pipelining-lies": waits("did not answer|protocol", plain_only=True),
    "reply-code-4-digits": waits("2500 ok"),
    "reply-code-000": waits("000 ok"),
    "reply-no-crlf": waits("did not answer within 2 seconds"),
    "reply-long": waits(),
    "dsn-not-offered": PLAIN,
    "disconnect-at-each-command": {"code": (0, LATER), "any": True},
    "tls-expired": refused_cert("2021-01-01"),
    "tls-not-yet-valid": refused_cert("2090-01-01", "clock"),
    "tls-wrong-host": refused_cert("other.example"),
    "tls-self-signed": refused_cert("self-signed", "tls-fingerprint"),
    "tls-untrusted-ca": refused_cert("other-ca"),
    "tls-ip-san": {"host": "127.0.0.1"},
    "tls-ip-in-cn": refused_cert("127.0.0.1", host="127.0.0.1"),
    "tls-cn-only": refused_cert("names"),
    "tls-wildcard-left": {"host": "mx.example.org"},
    "tls-wildcard-two-labels": refused_cert("*.example.org", host="a.b.example.org"),
    "tls-wildcard-partial": refused_cert("*.org", host="mx.example.org"),
    "tls-idn": {"host": "한글.example"},
    "tls-nul-in-cn": refused_cert(host="good.example"),
    "tls-basic-constraints": refused_cert("certificate"),
    "tls-eku-client-only": refused_cert("certificate"),
    "tls-name-constraints": refused_cert("certificate"),
    "tls-sha1-1024": refused_cert("certificate"),
    "tls10-only": refused_cert("TLS"),
    "tls-sni-missing": {"sni": "localhost"},
    "tls-handshake-stall": waits("did not answer within 2 seconds"),
    "tls-cert-changed": refused_cert("fingerprint", conf=["tls-fingerprint = %(pin)s"]),

    "own-silent-connect": waits("did not answer within 2 seconds", "smtps://"),
    "own-silent-ehlo": waits("did not answer within 2 seconds"),
    "own-silent-auth": waits("did not answer within 2 seconds"),
    "own-silent-mail": waits("did not answer within 2 seconds"),
    "own-silent-rcpt": waits("did not answer within 2 seconds"),
    "own-silent-data": waits("did not answer within 2 seconds"),
    "own-silent-eod": unsure(),
    "own-silent-starttls": waits("did not answer within 2 seconds"),
    "own-silent-tls": waits("did not answer within 2 seconds"),
    "own-421-connect": waits("421", "shutting down"),
    "own-451-connect": waits("451", "try later"),
    "own-554-connect": waits("554", "never"),
    "own-421-ehlo": waits("421", "shutting down"),
    "own-451-ehlo": waits("451", "try later"),
    "own-554-ehlo": PLAIN,
    "own-421-auth": waits("421", "shutting down"),
    "own-451-auth": waits("451", "try later"),
    "own-554-auth": waits("554", "never", code=LOGIN),
    "own-421-mail": waits("421", "shutting down"),
    "own-451-mail": waits("451", "try later"),
    "own-554-mail": failed("554", "never", no_body=True),
    "own-421-rcpt": waits("421", "shutting down"),
    "own-451-rcpt": waits("one@x.test: not now (451 try later)", states=["queued", "accepted", "accepted"], clean="-"),
    "own-554-rcpt": failed("one@x.test: 554 never", states=["failed", "accepted", "accepted"]),
    "own-421-data": waits("421", "shutting down", no_body=True),
    "own-451-data": waits("451", "try later", no_body=True),
    "own-554-data": failed("554", "never", no_body=True),
    "own-421-eod": waits("421", "shutting down"),
    "own-451-eod": waits("451", "try later"),
    "own-554-eod": failed("554", "never"),
    "own-cut-connect": waits(CUT),
    "own-cut-ehlo": waits(CUT),
    "own-cut-auth": waits(CUT),
    "own-cut-mail": waits(CUT),
    "own-cut-rcpt": waits(CUT),
    "own-cut-data": waits(CUT),
    "own-cut-eod": unsure(),
    "own-cut-body": waits(CUT + "|broke off", big=True),
    "own-drip-greeting": waits("did not answer within 2 seconds"),
    "own-escape": failed("one@x.test: 550", states=["failed", "accepted", "accepted"]),
    "own-size-small": failed("300 at most", no_body=True, plain_only=True),
    "own-handshake-garbage": waits("TLS"),
    "own-handshake-closed": waits(),
    "own-cert-expired": refused_cert("2021-01-01"),
    "own-cert-not-yet": refused_cert("2090-01-01"),
    "own-cert-wrong-host": refused_cert("other.example"),
    "own-cert-self-signed": refused_cert("self-signed"),
    "own-cert-untrusted-ca": refused_cert("other-ca"),
    "own-cert-cn-only": refused_cert("names"),
}
SMTP["own-cut-each-command"] = SMTP["disconnect-at-each-command"]

VARIANTS = [
    {"mode": "none", "pipelining": True, "split": "whole", "label": ""},
    {"mode": "implicit", "pipelining": False, "split": "crlf", "label": " (TLS, one at a time)"},
    {"mode": "starttls", "pipelining": True, "split": "byte", "chunking": True, "label": " (STARTTLS, CHUNKING, byte by byte)"},
]


def wanted(proto, sc, v, e, slow):
    """Is this variant of a scenario worth its time?"""
    if v is VARIANTS[0]:
        return True
    on = {o["on"] for o in sc.get("overrides", [])}
    if e.get("heavy") or e.get("plain_only") or e.get("skip") or sc.get("tls") or sc.get("sweep"):
        return False
    if re.search("silent|stall|none|no-crlf|drip", sc["name"]) and not slow:
        return False
    if v.get("chunking"):
        return proto == "smtp" and bool(on & {"EOD", "RCPT", "MAIL", "QUIT"}) and (slow or "EOD" in on)
    return True


def cases(proto, sc, slow):
    """Each (scenario, variant, expectation) of a scenario."""
    e = (POP3 if proto == "pop3" else SMTP).get(sc["name"], {})
    return [(sc, v, e) for v in VARIANTS if wanted(proto, sc, v, e, slow)]
