# SPDX-License-Identifier: MIT
# For tests/cachegrind.sh and tests/cachegrind_guest.sh: a scratch folder $dir with our caches as
# $dir/caches, and Valgrind run so that the same program does the same every time.
B=${B:-build}
failed=0
if [ "$(uname -m)" != x86_64 ]; then
	echo "skip: the comparison with Cachegrind is made on amd64 hosts"
	exit 0
fi
command -v valgrind >/dev/null || {
	echo "FAIL valgrind is missing (Debian package valgrind)"
	exit 1
}
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
trap 'exit 1' INT TERM

packages="hdf5-serial blosc libxxhash libcyaml jansson gsl"
# shellcheck disable=SC2046,SC2086
${CC:-cc} -std=gnu11 -D_GNU_SOURCE -O2 -Wall -Wextra -Werror -I. $(pkg-config --cflags $packages) \
	-o "$dir/caches" tests/cachegrind/caches.c "$B/libdiscosim.a" $(pkg-config --libs $packages) \
	-lhdf5_serial_hl -ldl -lpthread -lm || exit 1

# Some containers forbid setarch; Valgrind places a static program the same way without it.
fixed=
setarch -R true 2>/dev/null && fixed="setarch -R"

valgrind_run() { # OPTION... PROGRAM
	# shellcheck disable=SC2086
	timeout 300 env -i PATH=/usr/bin:/bin $fixed valgrind "$@" >"$dir/stdout" 2>"$dir/stderr" || {
		echo "FAIL valgrind $*"
		cat "$dir/stderr"
		return 1
	}
}

summary() { # CACHEGRIND-OUTPUT-FILE: Ir I1mr ILmr Dr D1mr DLmr Dw D1mw DLmw
	sed -n 's/^summary: *//p' "$1"
}
