#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""A person at the console: discosim on a terminal, the kernel's file as it is in its package, and keys
typed at its shell, each after the answer to those before. Prints a line per case. LINUX is the folder of
`make guests-linux`."""
import os, pty, re, select, signal, sys, time

program = os.environ.get("DISCOSIM", "build/discosim")
linux = os.environ.get("LINUX", "build/linux")
LIMIT = 150  # seconds for an answer: a boot takes 20 where nothing else runs
PROMPT = r"root@malta:[^\n]*# $"
# keys, what has to appear after them (over several lines), what this shows
CASES = [
    ("", PROMPT, "the packaged kernel comes to a prompt"),
    ("echo $((6 * 7))\n", r"\n42\n" + PROMPT, "a command and its answer"),
    ("ecx\x7fho cor\b\brrected | tr a-z A-Z\n", r"\nCRRECTED\n" + PROMPT, "keys that erase"),
    ("sleep 1000 & jobs\n", r"Running +sleep 1000 &\n" + PROMPT, "a job in the background"),
    ("fg\n", r"\nsleep 1000\n$", "in the foreground again"),
    ("\x1a", r"Stopped +sleep 1000\n" + PROMPT, "stopped by Control-Z"),
    ("kill %1; fg\n", r"Terminated[^\n]*\n" + PROMPT, "and ended"),
    ("cat\n", r"^cat\n$", "a program that waits for input"),
    ("a line\n", r"a line\na line\n$", "gets it"),
    ("\x03", r"\^C\n" + PROMPT, "and is interrupted by Control-C"),
    ("echo $?; tty; uname -r\n", r"\n130\n/dev/\w+\n[-\w.]+malta\n" + PROMPT, "with the status that says so"),
    ("\x04", r"reboot: Power down\n", "the end of input ends the session and the machine"),
]

for name in "vmlinuz", "initrd.img", "root.img":
    if not os.access(f"{linux}/{name}", os.R_OK):
        sys.exit(f"{linux}/{name} is missing: make guests-linux")
pid, terminal = pty.fork()
if pid == 0:
    os.environ["TERM"] = "dumb"
    os.execl(program, program, "run", "-q", "--board", "malta", "--initrd", f"{linux}/initrd.img",
             "--disk", f"{linux}/root.img", f"{linux}/vmlinuz", "nokaslr", "console=ttyS0", "quiet")
failed = False
everything = ""


def answer(pattern):
    """What the terminal shows until the pattern matches; the match, or None at the end or in time."""
    global everything
    text = ""
    deadline = time.time() + LIMIT
    while not (match := re.search(pattern, text)) and time.time() < deadline:
        if not select.select([terminal], [], [], 1)[0]:
            continue
        try:
            data = os.read(terminal, 4096)
        except OSError:  # how Linux says that the other side has closed
            break
        text += data.decode(errors="replace").replace("\r", "")
        everything += data.decode(errors="replace").replace("\r", "")
    return match


for keys, pattern, what in CASES:
    os.write(terminal, keys.encode())
    good = answer(pattern) is not None
    print("ok  " if good else "FAIL", what, flush=True)
    if not good:
        failed = True
        print(everything[-1000:])
        os.kill(pid, signal.SIGKILL)
        break
answer(r"\Z(?!)") if not failed else None
status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
if not failed:
    print("ok  " if status == 0 else "FAIL", f"exit status {status}")
sys.exit(failed or status != 0)
