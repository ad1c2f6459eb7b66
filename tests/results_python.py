#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Result files as others see them: h5py and xarray (engine h5netcdf) open one without our help or a
warning, find named dimensions, units and descriptions, and the same values as `discosim show`."""
import csv
import os
import subprocess
import sys
import tempfile
import warnings

import h5py
import numpy
import xarray

warnings.simplefilter("error")
DISCOSIM = os.environ.get("DISCOSIM", "build/discosim")
BUILD = os.environ.get("B", "build")
failed = 0


def check(what, ok):
    global failed
    print(("ok   " if ok else "FAIL ") + what)
    failed += not ok


def same(text, value):
    """A CSV cell and a value of the file."""
    if isinstance(value, bytes):
        return value.decode("utf-8") == text
    if isinstance(value, str):
        return value == text
    return float(text) == float(value) if "float" in str(type(value)) else int(text) == int(value)


with tempfile.TemporaryDirectory() as folder:
    path = os.path.join(folder, "example.h5")
    subprocess.run([BUILD + "/tests/unit/result", path], check=True)
    text = subprocess.run([DISCOSIM, "show", "--csv", path], check=True, capture_output=True,
                          text=True).stdout
    rows = [r for r in csv.DictReader(text.splitlines()) if r["list"] != "summary"]
    check("show --csv lists values", len(rows) > 20)

    with h5py.File(path, "r") as f:
        described = [n for n in f
                     if not {"units", "long_name", "description"} <= set(f[n].attrs)]
        check("h5py: every variable has units, long_name and description", described == [])
        check("h5py: the dimensions are point, processor, node",
              [d.label or d[0].name for d in f["user_cycles"].dims] == ["/point", "/processor"] and
              f["wait_cycles"].dims[1][0].name == "/node")
        check("h5py: counters are 64-bit integers, chunked, shuffled and deflated",
              all(f[n].dtype == "<i8" and f[n].chunks and f[n].shuffle and f[n].compression == "gzip"
                  and f[n].compression_opts == 4 for n in ("time_cycles", "user_cycles")))
        order = f["/"].id.get_create_plist().get_link_creation_order()
        check("h5py: links keep the order of creation",
              order == h5py.h5p.CRT_ORDER_TRACKED | h5py.h5p.CRT_ORDER_INDEXED)
        name_of = {(f[n].attrs["discosim_list"].decode(), f[n].attrs["discosim_key"].decode()): n
                   for n in f if "discosim_list" in f[n].attrs}
        labels = [label.decode("utf-8") for label in f["point"][()]]
        wrong = []
        for r in rows:
            values = f[name_of[r["list"], r["name"]]]
            at = (labels.index(r["point"]),) + ((int(r["index"]),) if r["index"] else ())
            if not same(r["value"], values[at]):
                wrong.append((r, values[at]))
        check("h5py: every value equals that of show --csv", wrong == [])
        for w in wrong[:5]:
            print("     ", w)
        holes = numpy.count_nonzero(f["user_cycles"][()] == -1)
        listed = sum(r["name"] == "user_cycles" for r in rows)
        check("h5py: what a point lacks is -1, the fill value",
              f["user_cycles"].attrs["_FillValue"][0] == -1 == f["user_cycles"].fillvalue and
              holes + listed == f["user_cycles"].size and holes > 0)

    with xarray.open_dataset(path, engine="h5netcdf") as ds:
        check("xarray: opens, with named dimensions",
              ds["user_cycles"].dims == ("point", "processor") and
              ds["wait_cycles"].dims == ("point", "node") and ds["time_cycles"].dims == ("point",))
        check("xarray: the configuration is coordinates",
              {"policy", "l2.size", "key"} <= set(ds.coords))
        one = ds.sel(point="radix disco")
        check("xarray: a point is found by its label, missing processors are NaN",
              str(one["policy"].values) == "disco" and int(one["time_cycles"]) == 5 and
              int(one["user_cycles"].isnull().sum()) == 2)
        check("xarray: units and descriptions arrive",
              ds["user_cycles"].attrs["units"] == "cycles" and
              ds["l2.size"].attrs["units"] == "bytes" and
              all(v.attrs.get("description") for v in ds.variables.values()))
        check("xarray: provenance are attributes", ds.attrs["program"] == "discosim 0")
        frame = ds[["time_cycles"]].to_dataframe()
        check("pandas: a table by label", int(frame.loc["radix disco", "time_cycles"]) == 5)
sys.exit(failed != 0)
