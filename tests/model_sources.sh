#!/bin/sh
# SPDX-License-Identifier: MIT
# A sweep resumes by its points' keys, which hold a hash of the sources that decide what a replay says
# (sim/registry.sh): a policy edited and built again must not find its old results finished.
set -u
cd "$(dirname "$0")/.." || exit 1
tree=$(mktemp -d) || exit 1
trap 'rm -rf "$tree"' EXIT
cp -R sim models policies plots traces "$tree" && cd "$tree" || exit 1
failed=0

sources() {
	sh sim/registry.sh | sed -n 's/^const char model_sources\[\] = "\([0-9a-f]\{32\}\)";$/\1/p'
}

# expect same|other WHAT: the hash after WHAT was done, against the first one's.
expect() {
	now=$(sources)
	case $1:$now in
	other: | other:"$first") bad=1 ;;
	same:"$first" | other:*) bad=0 ;;
	*) bad=1 ;;
	esac
	if [ -n "$first" ] && [ $bad = 0 ]; then
		echo "ok   $2: $1"
	else
		echo "FAIL $2: wanted the $1 hash, '$first' before and '$now' after"
		failed=1
	fi
}
first=$(sources)
expect same 'nothing'
echo 'a note' >>policies/README.md
expect same 'a README edited'
for file in policies/first_touch.c models/tlb.h sim/replay/access.c sim/base/rng.h; do
	cp "$file" kept
	echo '/* changed */' >>"$file"
	expect other "$file edited"
	mv kept "$file"
done
mv policies/round_robin.c policies/another.c
expect other 'a policy renamed'
mv policies/another.c policies/round_robin.c
expect same 'all put back'

cd - >/dev/null || exit 1
if strings "${DISCOSIM:-build/discosim}" | grep -q "^$first$"; then
	echo "ok   the program carries it"
else
	echo "FAIL the program does not carry $first"
	failed=1
fi
exit $failed
