# SPDX-License-Identifier: MIT
"""A second simulator of one processor's caches, for tests/cachegrind_guest.sh: written from the
textbook (a set is a list, the newest line first), not from our C. Two first-level caches and a
second level that includes them: what leaves it leaves them. The second level learns of a use when
the first level misses, and when a line that is only readable in the first level is written.

usage: reference.py DIN I1 D1 LL   (each BYTES,WAYS,LINE)
Prints I1 misses, D1 misses, LL misses of instructions, LL misses of data."""
import sys


class Cache:
    def __init__(self, shape):
        size, self.ways, self.line = (int(x) for x in shape.split(","))
        self.sets = [[] for _ in range(size // self.ways // self.line)]

    def find(self, address):
        """The set, and whether the line is in it, moved to the front."""
        line = address // self.line
        lines = self.sets[line % len(self.sets)]
        if line not in lines:
            return lines, False
        lines.remove(line)
        lines.insert(0, line)
        return lines, True

    def add(self, address):
        """Puts a line in front; returns the address of the line that it pushed out, or None."""
        line = address // self.line
        lines = self.sets[line % len(self.sets)]
        lines.insert(0, line)
        return lines.pop() * self.line if len(lines) > self.ways else None

    def drop(self, start, size):
        for address in range(start, start + size, self.line):
            line = address // self.line
            lines = self.sets[line % len(self.sets)]
            if line in lines:
                lines.remove(line)


def main(path, *shapes):
    i1, d1, ll = (Cache(shape) for shape in shapes)
    first = {False: 0, True: 0}
    last = {False: 0, True: 0}
    writable = set()  # lines of D1 that were written since they came in
    with open(path, encoding="ascii") as text:
        for row in text:
            kind, address = row.split()
            code, write, address = kind == "2", kind == "1", int(address, 16)
            cache = i1 if code else d1
            line = address // d1.line
            hit = cache.find(address)[1]
            if hit and not (write and line not in writable):
                continue
            first[code] += not hit
            if not ll.find(address)[1]:
                last[code] += 1
                out = ll.add(address)
                if out is not None:
                    i1.drop(out, ll.line)
                    d1.drop(out, ll.line)
            if not hit:
                cache.add(address)
                if not code:
                    writable.discard(line)
            if write:
                writable.add(line)
    print(first[True], first[False], last[True], last[False])


main(*sys.argv[1:])
