# SPDX-License-Identifier: MIT
"""A trace file as other people's tools see it: h5py finds records, tables, provenance, units and
descriptions; the chunks decode to the records that `discosim trace dump` prints, through HDF5 when
a Blosc filter is installed (Debian: hdf5-filter-plugin-blosc-serial), and always through a reader
written here from traces/README.md alone, with ctypes for Blosc. Prints a line per case."""
import ctypes
import os
import struct
import subprocess
import sys
import tempfile

import h5py
import numpy as np

discosim = os.path.realpath(os.environ.get("DISCOSIM", "build/discosim"))
failed = False


def result(name, ok):
    global failed
    print("ok  " if ok else "FAIL", name)
    failed = failed or not ok


def dumped(path):
    """Kind names and addresses as the program prints them."""
    text = subprocess.run([discosim, "trace", "dump", path], check=True, capture_output=True,
                          text=True).stdout
    return [(line.split()[1], int(line.split()[2], 16)) for line in text.splitlines()]


def read_by_readme(path, processor):
    """The records of a processor, without HDF5, from the picture of the bytes."""
    with open(path, "rb") as file:
        data = file.read()
    blosc = ctypes.CDLL("libblosc.so.1")
    assert data[:16] == b"discosim trace\r\n"
    form, finished = struct.unpack_from("<II", data, 16)
    assert (form, finished) == (2, 1)
    size, chunks_at, chunks = struct.unpack_from("<QQQ", data, 24)
    assert size == len(data)
    parts = [np.zeros(0, dtype="<u8")]
    for i in range(chunks):
        row = struct.unpack_from("<IIQQQQQ", data, chunks_at + 48 * i)
        if row[0] != processor:
            continue
        out = ctypes.create_string_buffer(131072 * 8)
        stored = data[row[2]:row[2] + row[3]]
        assert blosc.blosc_decompress_ctx(stored, out, ctypes.c_size_t(len(out)), 1) == len(out)
        parts.append(np.frombuffer(out.raw, dtype="<u8")[:row[1]])
    words = np.concatenate(parts)
    return words & 0xFFFFFFFF, words >> 32


def check(path, lines, codec):
    want = dumped(path)
    with h5py.File(path, "r") as file:
        names = list(file.attrs["record_kinds"])
        result(codec + ": the user block is 512 bytes", file.userblock_size == 512)
        result(codec + ": provenance",
               file.attrs["source"] == "din" and file.attrs["guest"] == "sample.din" and
               file.attrs["processors"] == 1 and file.attrs["format"] == 2 and
               file.attrs["codec"] == codec and file.attrs["finished"] == 1 and
               len(file.attrs["guest_hash"]) == 32 and len(file.attrs["program_version"]) > 0)
        keys = ["source", "guest", "command", "guest_hash", "core_version", "board",
                "model", "images", "processors",
                "ram_bytes", "tlb_entries", "region_only"]
        result(codec + ": every entry of the provenance has a description",
               all(file.attrs[key + "_description"] for key in keys))
        result(codec + ": every table and stream has units and a description",
               all(file[name].attrs["units"] and file[name].attrs["description"]
                   for name in ["chunks", "totals", "info", "processor/0/records"]))
        totals = file["totals"]
        result(codec + ": every total has units and a description",
               len(totals.dtype.names) == 11 and
               all(totals.attrs[name + "_units"] == "1" and totals.attrs[name + "_description"]
                   for name in totals.dtype.names))
        result(codec + ": the totals are right",
               totals["instructions"][0] == sum(line[0] == "2" for line in lines) and
               totals["loads"][0] == sum(line[0] == "0" for line in lines) and
               totals["stores"][0] == sum(line[0] == "1" for line in lines))
        info = bytes(file["info"][:]).decode().splitlines()
        result(codec + ": /info says the same as the attributes",
               all("%s=%s" % (key, file.attrs[key]) in info for key in keys))
        stream = file["processor/0/records"]
        result(codec + ": the stream is a dataset of addr and info",
               stream.dtype.names == ("addr", "info") and stream.dtype.itemsize == 8 and
               stream.shape == (len(want),) and stream.chunks == (131072,))
        number = {"lz4": 1, "zstd": 5}[codec]
        pipeline = stream.id.get_create_plist()
        values = pipeline.get_filter(0)[2]
        result(codec + ": its filter is Blosc, with the parameters of hdf5-blosc",
               pipeline.get_nfilters() == 1 and pipeline.get_filter(0)[0] == 32001 and
               values[:4] == (2, 2, 8, 1048576) and values[5:] == (1, number))
        rows = file["chunks"][:]
        result(codec + ": the chunk table says where HDF5 has the chunks",
               len(rows) == stream.id.get_num_chunks() and
               all(rows[i]["bytes"] == stream.id.get_chunk_info(i).size for i in range(len(rows))))
        with open(path, "rb") as raw:
            data = raw.read()
        result(codec + ": and HDF5 reads these bytes as the chunks",
               all(stream.id.read_direct_chunk((131072 * i,))[1] ==
                   data[row["offset"]:row["offset"] + row["bytes"]]
                   for i, row in enumerate(rows)))
        if h5py.h5z.filter_avail(32001):
            records = stream[:]
            got = list(zip((names[k] for k in records["info"] & 255), records["addr"]))
            result(codec + ": h5py's records are those that dump prints", got == want)
        else:
            print("skip", codec + ": h5py has no Blosc filter here")
    addr, word = read_by_readme(path, 0)
    got = list(zip((names[k] for k in word & 255), addr))
    result(codec + ": a reader made from the README finds the records that dump prints",
           got == want)


def main():
    with tempfile.TemporaryDirectory() as folder:
        lines = []
        for i in range(150000):
            lines.append("2 %x" % (0x400000 + 4 * (i % 1000)))
            if i % 2:
                lines.append("%d %x" % (i // 2 % 2, 0x10000000 + i * 52 % 0x300000))
        text = os.path.join(folder, "sample.din")
        with open(text, "w") as file:
            file.write("\n".join(lines) + "\n")
        for codec in ["lz4", "zstd"]:
            path = os.path.join(folder, codec + ".trace")
            subprocess.run([discosim, "trace", "import", "-q", "-F", "din", "-c", codec, text,
                            "-o", path], check=True)
            check(path, lines, codec)
    sys.exit(1 if failed else 0)


main()
