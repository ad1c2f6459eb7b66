#!/bin/sh
# SPDX-License-Identifier: MIT
# usage: tests/run.sh BUILD-FOLDER TEST...
# Runs tests (cmocka programs and scripts) side by side, each with its output in a log, prints a
# line each with its time, the log of those that failed, and the count. Scripts get $DISCOSIM (the
# program), $B (the build folder) and a scratch folder as $TMPDIR, removed afterwards.
set -u
B=$1
shift
[ $# -gt 0 ] || {
	echo "tests/run.sh: no tests given" >&2
	exit 2
}
logs=$B/tests/logs
rm -rf "$logs"
mkdir -p "$logs"
export B DISCOSIM="$PWD/$B/discosim" logs
# shellcheck disable=SC2016
printf '%s\n' "$@" | xargs -P "${JOBS:-$(nproc)}" -I '{}' sh -c '
	test=$1
	name=$(echo "$test" | sed "s|^tests/||; s|^$B/||; s|/|.|g")
	export TMPDIR
	TMPDIR=$(mktemp -d)
	start=$(date +%s)
	case $test in
	*.py) timeout 900 /usr/bin/python3 "$test" ;;
	*.sh) timeout 900 sh "$test" ;;
	*) timeout 900 "./$test" ;;
	esac >"$logs/$name.log" 2>&1 </dev/null
	status=$?
	rm -rf "$TMPDIR"
	seconds=$(($(date +%s) - start))
	if [ $status -eq 0 ]; then
		: >"$logs/$name.pass"
		echo "pass $name (${seconds} s)"
	else
		: >"$logs/$name.fail"
		echo "FAIL $name (status $status, ${seconds} s)"
	fi
' sh '{}'
passed=$(find "$logs" -name '*.pass' | wc -l)
failed=$(($# - passed))
for mark in "$logs"/*.fail; do
	[ -e "$mark" ] || continue
	log=${mark%.fail}.log
	echo "==== $log"
	grep -nE 'FAIL|ERROR|error|runtime error' "$log" | head -n 20
	tail -n 15 "$log"
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
