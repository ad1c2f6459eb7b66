#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Compares two outputs of the differential test step by step and names what differs.

compare.py LISTING.txt REFERENCE OURS; prints at most 20 differing steps, exit status 1 if any.
"""
import re
import struct
import sys
from pathlib import Path

offsets = {}
for line in (Path(__file__).parent / "state.h").read_text().splitlines():
    m = re.match(r"#define STATE_(\w+)\s+(\d+)", line)
    if m:
        offsets[m[1].lower()] = int(m[2])
size = offsets.pop("bytes")


def fields(data):
    """The named values of one step's result."""
    out = {}
    for name, offset in offsets.items():
        if name == "gpr":
            values = struct.unpack_from("<32I", data, offset)
            out.update((f"${i}", f"{v:08x}") for i, v in enumerate(values) if i not in (26, 27))
        elif name == "fpr":
            values = struct.unpack_from("<32Q", data, offset)
            out.update((f"$f{i}", f"{v:016x}") for i, v in enumerate(values))
        elif name == "memory":
            out["memory"] = data[offset : offset + 64].hex()
        else:
            out[name] = f"{struct.unpack_from('<I', data, offset)[0]:08x}"
    return out


def main():
    listing = Path(sys.argv[1]).read_text().splitlines()
    reference, ours = Path(sys.argv[2]).read_bytes(), Path(sys.argv[3]).read_bytes()
    bad = 0
    for i, step in enumerate(listing):
        part = slice(i * size, (i + 1) * size)
        if reference[part] == ours[part] and len(ours[part]) == size:
            continue
        bad += 1
        if bad > 20:
            continue
        if len(reference[part]) < size or len(ours[part]) < size:
            print(f"output ends at step {step} (reference {len(reference)} bytes, ours {len(ours)})")
            return 1
        print(step)
        a, b = fields(reference[part]), fields(ours[part])
        for name in a:
            if a[name] != b[name]:
                print(f"\t{name}: reference {a[name]} ours {b[name]}")
        used = re.findall(r"\$f?\d+", step.split(": ", 1)[1])
        print("\tafter:", " ".join(f"{r}={a[r]}" for r in dict.fromkeys(used) if r in a))
    if bad:
        print(f"{bad} of {len(listing)} steps differ")
    return 1 if bad else 0


sys.exit(main())
