#!/bin/sh
# SPDX-License-Identifier: MIT
# The profile that `discosim trace info` prints of the bare guests, against what the records of the
# same traces say. (Linux: tests/linux_profile.sh.) Prints a line per case.
D=$(realpath "${DISCOSIM:-build/discosim}")
GUESTS=$(realpath build/guests)
T=$(mktemp -d)
trap 'rm -rf "$T"' EXIT
cd "$T" || exit 1
failed=0

equal() { # NAME GOT WANTED
	if [ "$2" = "$3" ]; then
		echo "ok   $1: $3"
	else
		echo "FAIL $1: $2 instead of $3"
		failed=1
	fi
}

calls() { # SERVICE: columns are two blanks or more apart
	sed 's/   */\t/g' info | awk -F '\t' -v name="$1" '$1 == name { n = $3 } END { print n + 0 }'
}

records() { # KIND
	awk -v kind="$1" '$1 == kind && NF == 2 { n = $2 } END { print n + 0 }' info
}

total() { # COLUMN: of the last row of totals, which is that of all processors
	awk -v name="$1" '$1 == "processor" && $2 == "records" { for (i = 1; i <= NF; i++) if ($i == name) c = i; on = 1; next }
		on && NF == 0 { exit } on { n = $c } END { print n + 0 }' info
}

# Every refill of the library operating system is of user code, every zeroed page of a page fault.
for job in "radix 1 -n 4096" "radix 4 -n 4096 -p 4" "probe 2 -p 2 -n 2 migratory"; do
	set -- $job
	guest=$1 processors=$2
	shift 2
	timeout 100 "$D" capture -q -c "$processors" -o t.trace "$GUESTS/$guest.elf" "$@" >log 2>&1 || cat log
	"$D" trace info -q --all t.trace >info
	name="$guest on $processors"
	equal "$name: UTLB_MISS" "$(calls UTLB_MISS)" "$(total tlb_refills)"
	equal "$name: DEMAND_ZERO" "$(calls DEMAND_ZERO)" "$(records zero_begin)"
	equal "$name: exits" "$(calls "system call 1")" 1
	equal "$name: instructions of all services" \
		"$(sed 's/   */\t/g' info | awk -F '\t' 'on && NF > 5 { n += $4 } $1 == "service" { on = 1 } END { print n + 0 }')" \
		"$(total instructions)"
done

"$D" trace info --brief t.trace >brief
grep -q '^service' info && ! grep -q '^service' brief && grep -q '^per reference' brief
equal "--brief leaves the profile out" $? 0
exit $failed
