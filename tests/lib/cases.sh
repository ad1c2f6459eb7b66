# SPDX-License-Identifier: MIT
# Sourced by the scripts of tests/ (`. "$(dirname "$0")/lib/cases.sh"`), before anything else. Each
# case prints a line, "ok" or "FAIL" and its name; a script ends with `exit $failed`.
#
#	D  the program	T  a scratch folder, removed at the end	 SOURCE  the source tree
SOURCE=$(cd "$(dirname "$0")/.." && pwd)
D=$(realpath "${DISCOSIM:-build/discosim}")
T=$(mktemp -d)
trap 'rm -rf "$T"' EXIT
failed=0

result() { # NAME STATUS: what is in $T/difference is shown when it failed
	if [ "$2" -eq 0 ]; then
		echo "ok   $1"
	else
		echo "FAIL $1"
		[ ! -s "$T/difference" ] || cat "$T/difference"
		failed=1
	fi
	rm -f "$T/difference"
}

ok() { # NAME: by the status of the command before
	result "$1" $?
}

check() { # NAME COMMAND...
	name=$1
	shift
	"$@"
	result "$name" $?
}

same() { # NAME FILE FILE
	diff "$2" "$3" >"$T/difference" 2>&1
	result "$1" $?
}

# fails STATUS PATTERN ARGUMENT...: `discosim ARGUMENT...` ends so, with one line on standard error
# that has the pattern.
fails() {
	status=$1 pattern=$2
	shift 2
	timeout 60 "$D" "$@" >"$T/output" 2>"$T/got" </dev/null
	got=$?
	if [ $got -eq "$status" ] && [ "$(wc -l <"$T/got")" -eq 1 ] && grep -qE -e "$pattern" "$T/got"; then
		echo "ok   $(cat "$T/got")"
	else
		echo "FAIL $* (status $got, wanted $status and '$pattern')"
		cat "$T/got"
		failed=1
	fi
}

# fails_saying STATUS MESSAGE ARGUMENT...: the same with exactly that line, and nothing on standard
# output.
fails_saying() {
	echo "discosim: $2" >"$T/wanted"
	status=$1
	shift 2
	timeout 60 "$D" "$@" >"$T/output" 2>"$T/got" </dev/null
	got=$?
	diff "$T/wanted" "$T/got" >"$T/difference"
	[ $got -eq "$status" ] || echo "status $got instead of $status" >>"$T/difference"
	[ ! -s "$T/output" ] || echo "and something on standard output" >>"$T/difference"
	[ ! -s "$T/difference" ]
	result "fails: $*" $?
}
