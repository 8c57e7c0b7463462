# SPDX-License-Identifier: GPL-3.0-or-later
"""Messages on standard input, each "seed bytes json-bytes", the message, and what has to be
read in it as JSON (t-roundtrip.c): what Python's email reads otherwise, a line each, and at
the end "read N bad N"."""
import base64, email, email.policy, email.utils, json, re, sys
from email.header import decode_header


def words(value):
    """An unstructured field or a phrase, decoded."""
    out = ""
    for piece, charset in decode_header(re.sub(r"\r?\n", "", str(value)).strip()):
        out += piece if isinstance(piece, str) else piece.decode(charset or "ascii", "replace")
    return out


def addresses(message, name):
    value = re.sub(r"\r?\n", "", message.get(name, ""))
    found = []
    for shown, spec in email.utils.getaddresses([value]) if value else []:
        quoted = re.search(r'"(?:[^"\\]|\\.)*" *<' + re.escape(spec), value)
        found.append([shown if quoted and "=?" in shown and not decodes(value, shown) else words(shown), spec])
    return found


def decodes(value, shown):
    """Does the name stand there outside of quotes, so that its words are encoded ones?"""
    return shown in re.sub(r'"(?:[^"\\]|\\.)*"', '""', value)


def ids(message, name):
    return re.findall(r"<([^>]*)>", message.get(name, ""))


def text_of(part):
    return part.get_payload(decode=True) or b""


def name_of(part):
    found = part.get_param("filename", header="content-disposition")
    # collapse_rfc2231_value would take quotes off a second time.
    return email.utils.collapse_rfc2231_value(found) if isinstance(found, tuple) else found


def check(message, want, wrong):
    def same(what, got, expected):
        if got != expected:
            wrong.append("%s is %r, not %r" % (what, got, expected))

    def bytes_are(what, part, expected):
        expected = base64.b64decode(expected)
        if text_of(part) != expected:
            wrong.append("%s: other bytes: %r, not %r" % (what, text_of(part)[:60], expected[:60]))

    if message.defects:
        wrong.append("defects %r" % message.defects)
    for name in ("from", "to", "cc", "reply-to"):
        same(name, addresses(message, name), want[name])
    same("subject", words(message["subject"]) if message["subject"] is not None else None, want["subject"])
    for name in ("message-id", "in-reply-to", "references"):
        same(name, " ".join(ids(message, name)), want[name] or "")
    if 0 < want["date"] < 2**31:
        same("date", int(email.utils.parsedate_to_datetime(message["date"]).timestamp()), want["date"])
    for field in want["fields"]:
        same(field["name"], words(message[field["name"]]), field["value"])
    part, files = message, []
    if want["files"]:
        same("type", message.get_content_type(), "multipart/mixed")
        part, files = message.get_payload(0), message.get_payload()[1:]
    if "html" in want:
        same("type", part.get_content_type(), "multipart/alternative")
        bytes_are("html", part.get_payload(1), want["html"])
        part = part.get_payload(0)
    bytes_are("text", part, want["text"])
    same("files", len(files), len(want["files"]))
    for part, file in zip(files, want["files"]):
        same("type", part.get_content_type(), file["type"])
        same("name", name_of(part), file["name"])
        same("names", len([k for k, _ in part.get_params([], header="content-disposition") if k.lower() == "filename"]), file["name"] is not None)
        if file["name"] is not None and not re.fullmatch(r"[ -~]*", file["name"]):
            plain = part.get_param("name")
            if not isinstance(plain, str) or not re.fullmatch(r"[ -~]+", plain):
                wrong.append("the plain name is not plain: %r" % plain)
        same("disposition", part.get_content_disposition(), file["disposition"])
        same("description", words(part["content-description"]) if part["content-description"] else None, file["description"])
        same("id", " ".join(ids(part, "content-id")), file["id"] or "")
        if "inside" in file:
            check(part.get_payload(0), file["inside"], wrong)
        elif part.get_content_type() != "message/rfc822":
            bytes_are("file", part, file["bytes"])


def main():
    data, seen, bad = sys.stdin.buffer, 0, 0
    while line := data.readline():
        seed, size, more = map(int, line.split())
        message, want = data.read(size), json.loads(data.read(more))
        wrong = []
        try:
            check(email.message_from_bytes(message, policy=email.policy.compat32), want, wrong)
        except Exception as e:
            wrong.append("%s: %s" % (type(e).__name__, e))
        seen += 1
        bad += bool(wrong)
        if wrong and bad <= 20:
            print("seed %d: %s" % (seed, "; ".join(wrong)[:1000].replace("\n", " ")))
    print("read %d bad %d" % (seen, bad))


main()
