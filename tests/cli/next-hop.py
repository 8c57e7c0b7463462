#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The server behind a mail server: takes, refuses and puts off by the name of the recipient,
so that the mail server writes its notices.  It knows no DSN.

usage: next-hop.py ADDR:PORT READY-FILE
"""
import os
import re
import socket
import sys
import threading

LIMIT = 20000
RCPT = {b"nobody": b"550 5.1.1 No such user here", b"full": b"552 5.2.2 The mailbox is full",
        b"later": b"451 4.7.1 Come back later", b"old": b"550 unknown here, says a server without codes"}


def serve(s):
    f = s.makefile("rb")

    def say(text):
        s.sendall(text + b"\r\n")
    try:
        s.settimeout(60)
        say(b"220 next.test")
        while True:
            line = f.readline()
            if not line:
                return
            verb = line[:4].upper()
            if verb == b"EHLO":
                say(b"250-next.test\r\n250-SIZE %d\r\n250-8BITMIME\r\n250 ENHANCEDSTATUSCODES" % LIMIT)
            elif verb == b"MAIL":
                size = re.search(rb"SIZE=(\d+)", line, re.I)
                say(b"552 5.3.4 Too large" if size and int(size.group(1)) > LIMIT else b"250 2.1.0 ok")
            elif verb == b"RCPT":
                name = re.search(rb"<([^@>]*)", line)
                say(RCPT.get(name.group(1) if name else b"", b"250 2.1.5 ok"))
            elif verb == b"DATA":
                say(b"354 go on")
                size = 0
                while (line := f.readline()) not in (b".\r\n", b""):
                    size += len(line)
                say(b"552 5.3.4 Too large" if size > LIMIT else b"250 2.0.0 taken")
            elif verb == b"QUIT":
                say(b"221 2.0.0 bye")
                return
            else:
                say(b"250 2.0.0 ok")
    except OSError:
        pass
    finally:
        s.close()


addr, port = sys.argv[1].split(":")
listener = socket.create_server((addr, int(port)), backlog=100)
with open(sys.argv[2] + ".new", "w") as ready:
    ready.write("%d\n" % listener.getsockname()[1])
os.rename(sys.argv[2] + ".new", sys.argv[2])
while True:
    threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()
