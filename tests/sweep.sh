#!/bin/sh
# SPDX-License-Identifier: MIT
# discosim sweep and show as their users meet them: the same bytes whatever -j, order and
# interruptions; kill -9 at random moments; what is said about mistakes. Prints a line per case.
. "$(dirname "$0")/lib/cases.sh"
cd "$T" || exit 1

# Two traces of one processor, strided and pseudo-random.
awk 'BEGIN { for (i = 0; i < 100000; i++) { print 2, sprintf("%x", 4096 + i % 500 * 4); printf "%d %x\n", i % 2, 65536 + (i * 36) % 3000000 } }' >a.din
awk 'BEGIN { for (i = 0; i < 60000; i++) { x = (x * 69069 + 1) % 16777216; printf "2 %x\n%d %x\n", i % 900 * 4, i % 2, x } }' >b.din
"$D" trace import -q -F din -o a.trace a.din && "$D" trace import -q -F din -o b.trace b.din
ok "two traces are made"

cat >spec.yaml <<'Y'
name: test
traces: [a.trace, b.trace]
systems: [native, disco]
policies: [first_touch, round_robin, "disco:trigger=32"]
set: {machine.nodes: 4}
vary: {l2.size: [64K, 256K], latency.remote_ns: [600, 900, 3000]}
points:
  - {label: bus, system: uma}
exclude:
  - {system: native, policy: disco}
Y
"$D" sweep spec.yaml --dry-run >out && tail -n 1 out | grep -q '^72 points (0 named twice), 2 traces'
ok "--dry-run lists 72 points and runs none"
"$D" sweep -q -j1 spec.yaml -o one.h5 && "$D" sweep -q -j4 spec.yaml -o four.h5 && cmp one.h5 four.h5
ok "-j1 and -j4 give the same bytes"
[ ! -e one.h5.journal ] && [ ! -e four.h5.journal ]
ok "no journal is left"
"$D" sweep spec.yaml -o one.h5 2>err && grep -q '72 points finished before' err && cmp one.h5 four.h5
ok "a finished sweep runs nothing again"
"$D" show --diff one.h5 four.h5 | grep -q '^72 points equal, 0 different, 0 in one file only$'
ok "show --diff finds no difference"
[ "$("$D" show one.h5 | wc -l)" -eq 73 ]
ok "show has a line per point"

kills=0 rounds=0
while [ $rounds -lt 60 ]; do
	rounds=$((rounds + 1))
	"$D" sweep -q -j2 spec.yaml -o killed.h5 &
	pid=$!
	sleep "0.$(awk -v s=$rounds 'BEGIN { srand(s); printf "%03d", 20 + rand() * 120 }')"
	kill -9 $pid 2>/dev/null
	wait $pid 2>/dev/null && break
	kills=$((kills + 1))
done
"$D" sweep -q -j2 spec.yaml -o killed.h5 && [ $kills -gt 0 ] && cmp killed.h5 one.h5
ok "kill -9 at $kills random moments, then resumed: the same bytes"

"$D" sweep -q -j1 spec.yaml -o stopped.h5 2>err &
pid=$!
sleep 0.1
kill -INT $pid
wait $pid
[ $? -eq 1 ] && grep -q 'interrupted: [0-9]* of 72 points are finished and kept' err
ok "Ctrl-C stops cleanly and says what is kept"
"$D" sweep -q spec.yaml -o stopped.h5 && cmp stopped.h5 one.h5
ok "... and the same command goes on: the same bytes"

(ulimit -f 40; trap '' XFSZ; "$D" sweep -q spec.yaml -o full.h5 2>err)
[ $? -eq 1 ] && grep -q 'full.h5.journal: cannot write: File too large' err && [ ! -e full.h5 ]
ok "a full disk: $(cat err)"
"$D" sweep -q spec.yaml -o full.h5 && cmp full.h5 one.h5
ok "... and with room again: the same bytes"

# A trace that is damaged inside: its points fail, the others are kept.
cp b.trace good.trace
size=$(wc -c <b.trace)
printf 'XXXXXXXX' | dd of=b.trace bs=1 seek=$((size / 3)) conv=notrunc 2>/dev/null
"$D" sweep -q spec.yaml -o damaged.h5 2>err
status=$?
[ $status -eq 1 ] && [ "$(grep -c "^discosim: point 'b .*damaged" err)" -eq 36 ] &&
	tail -n 1 err | grep -q '36 of 72 points failed; damaged.h5 holds the other 36'
ok "a damaged trace: $(head -n 1 err)"
mv good.trace b.trace

sed 's/l2.size: \[/l2.sise: [/' spec.yaml >bad.yaml
fails 1 "bad.yaml:6: unknown key 'l2.sise'; did you mean 'l2.size'\?" sweep bad.yaml -o bad.h5
sed 's/policies/polices/' spec.yaml >bad.yaml
fails 1 "bad.yaml:4: unknown key 'polices'; did you mean 'policies'\?" sweep bad.yaml -o bad.h5
sed 's/64K, 256K/64K, 100/' spec.yaml >bad.yaml
fails 1 "point 'a native first_touch l2.size=100 .*l2.size: 100 is (out of range|not a power)" sweep bad.yaml -o bad.h5
sed 's/native, disco/native, dico/' spec.yaml >bad.yaml
fails 1 "unknown system 'dico'; did you mean 'disco'\?" sweep bad.yaml -o bad.h5
sed 's/round_robin/round_robn/' spec.yaml >bad.yaml
fails 1 "unknown policy 'round_robn'; did you mean 'round_robin'\?" sweep bad.yaml -o bad.h5
sed 's/trigger=32/triger=32/' spec.yaml >bad.yaml
fails 1 "policy disco: unknown key 'triger'; did you mean 'trigger'\?" sweep bad.yaml -o bad.h5
sed 's/a.trace/c.trace/' spec.yaml >bad.yaml
fails 1 "c.trace: No such file" sweep bad.yaml -o bad.h5
echo 'traces: [a.din]' >bad.yaml
fails 1 "a.din: " sweep bad.yaml -o bad.h5
fails 1 "nowhere.yaml: No such file" sweep nowhere.yaml -o bad.h5
fails 1 "no/such/folder" sweep -q spec.yaml -o no/such/folder/bad.h5
fails 2 "-j '0'" sweep -j 0 spec.yaml -o bad.h5
fails 2 "wanted SPEC.yaml -o RESULT.h5" sweep spec.yaml
fails 2 "unknown option" sweep --slurm spec.yaml -o bad.h5
echo 'traces: [a.trace]' >small.yaml
fails 1 "one.h5: holds 72 finished points that this sweep does not name" sweep -q small.yaml -o one.h5
"$D" sweep -q --replace small.yaml -o one.h5 && [ "$("$D" show one.h5 | wc -l)" -eq 2 ]
ok "--replace drops them"
fails 1 "a.trace: not a result" sweep -q small.yaml -o a.trace
fails 1 "a.din: not a result of discosim \(no HDF5 file\)" show a.din
fails 1 "no point 'b bas'; did you mean|no point 'b bas' among" show four.h5 --point "b bas"
fails 1 "no counter matches 'nothing\*'" show four.h5 --counters 'nothing*'
fails 2 "wanted two result files" show --diff four.h5
[ ! -e bad.h5 ] && [ -z "$(find . -name '*.tmp-*' -newer spec.yaml ! -name 'killed*')" ]
ok "nothing half-made is left"
exit $failed
