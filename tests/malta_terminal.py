#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""The malta's console on a terminal: keys arrive as typed, Ctrl-C is the guest's, Ctrl-A x switches
off, and whatever ends the process leaves the terminal as it was."""
import os
import pty
import re
import select
import signal
import subprocess
import sys
import tempfile
import termios
import time

DISCOSIM = os.environ.get("DISCOSIM", os.path.join(os.getcwd(), "build/discosim"))
failures = 0


def check(name, good, said=b""):
    global failures
    print("ok" if good else "FAIL", name)
    if not good:
        failures += 1
        print("  said", said)


class Session:
    """A guest on a terminal of its own."""

    def __init__(self, guest, *args):
        self.master, self.slave = pty.openpty()
        self.before = termios.tcgetattr(self.slave)
        self.said = b""
        self.process = subprocess.Popen(
            [DISCOSIM, "run", "-q", "--board", "malta", guest, *args],
            stdin=self.slave, stdout=self.slave, stderr=self.slave)

    def wait_for(self, text, seconds=60):
        end = time.time() + seconds
        while not re.search(text, self.said) and time.time() < end:
            if select.select([self.master], [], [], 0.2)[0]:
                self.said += os.read(self.master, 4096)
        return bool(re.search(text, self.said))

    def type(self, keys):
        os.write(self.master, keys)

    def raw(self):
        return not termios.tcgetattr(self.slave)[3] & (termios.ICANON | termios.ECHO | termios.ISIG)

    def end(self):
        """The exit status; whether the terminal is as it was."""
        try:
            status = self.process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            status = None
        self.wait_for(rb"(?!)", 0.3)
        same = termios.tcgetattr(self.slave) == self.before
        os.close(self.master)
        os.close(self.slave)
        return status, same


def main():
    folder = tempfile.mkdtemp()
    build = f". tests/guests/guests.sh && build_guest devices {folder}"
    subprocess.run(["sh", "-c", build], check=True)
    guest = os.path.join(folder, "devices.elf")

    s = Session(guest, "short")
    check("the guest asks for a line", s.wait_for(rb"line "), s.said)
    check("the terminal is raw", s.raw())
    s.type(b"ab")
    check("keys arrive one by one", s.wait_for(rb"line AB"), s.said)
    s.type(b"\x03\x1a")
    check("Ctrl-C and Ctrl-Z are the guest's", s.wait_for(rb"line AB\x03\x1a"), s.said)
    s.type(b"\x01\x01")
    check("Ctrl-A Ctrl-A is one", s.wait_for(rb"line AB\x03\x1a\x01"), s.said)
    s.type(b"\x01qc")
    check("Ctrl-A and another key is nothing", s.wait_for(rb"line AB\x03\x1a\x01C"), s.said)
    s.type(b"\n")
    check("status 0, terminal as before", s.end() == (0, True), s.said)

    s = Session(guest, "short")
    s.wait_for(rb"line ")
    s.type(b"\x01x")
    check("Ctrl-A x switches off, terminal as before", s.end() == (0, True), s.said)
    check("what comes next has a line of its own", s.said.endswith(b"line \r\n"), s.said)

    for number, status in ((signal.SIGTERM, 1), (signal.SIGINT, 1), (signal.SIGHUP, -1),
                           (signal.SIGQUIT, -3), (signal.SIGSEGV, -11)):
        s = Session(guest, "short")
        s.wait_for(rb"line ")
        s.process.send_signal(number)
        got = s.end()
        check(f"{number.name} leaves the terminal as before", got[1], got)
        check(f"{number.name} ends with status {status}", got[0] == status, got)

    os.remove(guest)
    os.rmdir(folder)
    sys.exit(1 if failures else 0)


main()
