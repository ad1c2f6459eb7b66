#!/bin/sh
# SPDX-License-Identifier: MIT
# usage: plots/index.sh DISCOSIM FOLDER PLACEMENT.h5 PROBES.h5 [FIGURE5.h5]
# Draws every figure of `make paper` into FOLDER and writes FOLDER/index.html: each figure, and under
# it tables that put our numbers beside the published (or expected) ones with the deviation. Numbers
# of ours come from `discosim show --csv`, published ones from plots/published/. Without FIGURE5.h5 (the
# Linux images could not be had) the page says so.
set -eu
[ $# -eq 4 ] || [ $# -eq 5 ] || {
	echo "usage: plots/index.sh DISCOSIM FOLDER PLACEMENT.h5 PROBES.h5 [FIGURE5.h5]" >&2
	exit 2
}
discosim=$1 folder=$2 placement=$3 probes=$4 figure5=${5-}
here=$(dirname "$0")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$folder"

"$discosim" plot placement "$placement" -o "$folder/placement.svg" --base "first touch"
"$discosim" plot latency "$placement" -o "$folder/latency.svg"
"$discosim" plot probes "$probes" -o "$folder/probes.svg" --expected "$here/paper/probes_expected.csv"
"$discosim" plot placement "$probes" -o "$folder/placement_probes.svg" --base "first touch" \
	--title "Page placement: where the time of the probes goes"
if [ "$figure5" ]; then
	"$discosim" plot figure5 "$figure5" -o "$folder/figure5.svg"
	"$discosim" show --csv "$figure5" >"$work/figure5.csv"
fi
"$discosim" show --csv "$placement" >"$work/placement.csv"
"$discosim" show --csv "$probes" >"$work/probes.csv"

# What the awk programs share: `ours` reads show --csv into v[trace, bar, name],
# `row` prints a table row, `beside` three cells: ours, the other, the deviation.
cat >"$work/common.awk" <<'AWK'
function cell(x) { return "<td>" x "</td>" }
function number(x, d) { return x == "" ? "-" : sprintf("%." d "f", x) }
function difference(x, y, d,   text) {
	text = sprintf("%+." d "f", x - y)
	return text ~ /^[-+]0(\.0*)?$/ ? substr(text, 2) : text
}
function beside(x, y, d) {
	return cell(number(x, d)) cell(number(y, d)) \
		cell(x == "" || y == "" ? "-" : difference(x, y, d))
}
function head(text,   n, i, names) {
	printf "<table><tr>"
	n = split(text, names, "|")
	for (i = 1; i <= n; i++) printf "<th>%s</th>", names[i]
	print "</tr>"
}
function part(t, b, name) {
	return total(t, b) * v[t, b, name "_percent_of_time"] / 100
}
function total(t, b) { return 100 * v[t, b, "milliseconds"] / v[t, base, "milliseconds"] }
BEGIN { FS = ","; if (base == "") base = "first touch" }
FILENAME ~ /(placement|probes|figure5).csv$/ {
	if ($2 == "config" && $3 == "trace") trace[$1] = $5
	if ($2 == "config" && $3 == "configuration") {
		bar[$1] = $5
		order[++points] = trace[$1] SUBSEP $5
	}
	if ($2 == "config") raw[$1, "config " $3] = $5
	if ($2 == "machine" || $2 == "summary") raw[$1, $3] = $5
	if ($2 == "processor") raw[$1, "all " $3] += $5
	next
}
function resolve(   i, k) {
	for (i in raw) {
		split(i, k, SUBSEP)
		v[trace[k[1]], bar[k[1]], k[2]] = raw[i]
	}
}
/^#/ { next }
AWK

# awk over our CSV and published ones.
with() {
	awk -v base="${base-}" -f "$work/common.awk" -f "$work/program.awk" "$@"
}

placement_table() {
	cat >"$work/program.awk" <<'AWK'
# Ours, and where the paper has such a bar, the published one and the deviation. Waiting is not printed there.
function three_rows(t, b, s,   i, names, ours, other, deviation) {
	split("total execution local_stall remote_stall disco - misses_local_percent", names, " ")
	for (i = 1; i <= n; i++) {
		ours = ours cell(number(x[i], 1))
		other = other cell(number(published["raytrace", s, names[i]], 1))
		deviation = deviation cell(published["raytrace", s, names[i]] == "" ? "-" \
			: difference(x[i], published["raytrace", s, names[i]], 1))
	}
	print "<tr class=first>" cell(t) cell(b) cell("ours (predicted)") ours "</tr>"
	if (s == "") return
	print "<tr>" cell("") cell("") cell("published") other "</tr>"
	print "<tr>" cell("") cell("") cell("deviation") deviation "</tr>"
}
$1 == "workload" { for (i = 1; i <= NF; i++) column[i] = $i; next }
{ for (i = 3; i <= NF; i++) published[$1, $2, column[i]] = $i }
END {
	resolve()
	match_of["first touch"] = "irix_numa"
	match_of["Disco migr.+repl."] = "disco_numa"
	match_of["UMA"] = "irix_uma"
	head("trace|bar||total|execution|local stall|remote stall|monitor|sync + idle|misses served locally, %")
	for (p = 1; p <= points; p++) {
		split(order[p], k, SUBSEP); t = k[1]; b = k[2]
		n = split("total execution local remote monitor waiting local_percent", own, " ")
		for (i = 1; i <= n; i++)
			x[i] = i == 1 ? total(t, b) : i == n ? v[t, b, "local_percent"] \
				: own[i] == "waiting" ? part(t, b, "sync") + part(t, b, "idle") : part(t, b, own[i])
		three_rows(t, b, t == "raytrace" && b in match_of ? match_of[b] : "")
	}
	print "</table>"
}
AWK
	with "$work/placement.csv" "$here/published/fig8.csv"
}

# Each workload's two bars: ours, published, deviation.
figure5_table() {
	cat >"$work/program.awk" <<'AWK'
function bar_rows(t, b, w, s,   i, names, ours, other, deviation, x, y) {
	n = split("total user_mode kernel_mode monitor idle", names, " ")
	split("total user kernel disco idle", theirs, " ")
	for (i = 1; i <= n; i++) {
		x = i == 1 ? total(t, b) : part(t, b, names[i])
		y = published[w, s, theirs[i]]
		ours = ours cell(number(x, 1))
		other = other cell(number(y, 1))
		deviation = deviation cell(y == "" ? "-" : difference(x, y, 1))
	}
	print "<tr class=first>" cell(t) cell(b) cell("ours") ours "</tr>"
	print "<tr>" cell("") cell("") cell("published (" (s == "irix" ? "IRIX" : "IRIX on Disco") ")") other "</tr>"
	print "<tr>" cell("") cell("") cell("deviation") deviation "</tr>"
}
$1 == "workload" { for (i = 1; i <= NF; i++) column[i] = $i; next }
{ for (i = 3; i <= NF; i++) published[$1, $2, column[i]] = $i }
END {
	resolve()
	head("trace|bar||total|user|kernel|monitor|idle")
	for (p = 1; p <= points; p++) {
		split(order[p], k, SUBSEP)
		w = k[1]
		sub(/^linux-/, "", w)
		bar_rows(k[1], k[2], w, k[2] == base ? "irix" : "disco")
	}
	print "</table>"
}
AWK
	base=Linux with "$work/figure5.csv" "$here/published/fig5.csv"
}

# What the monitor did, in percent of the time without it, and how often things happen.
causes_table() {
	cat >"$work/program.awk" <<'AWK'
function share(t, b, cause) {
	return cell(number(100 * v[t, b, "all monitor_" cause "_cycles"] / v[t, base, "time_cycles"], 2))
}
function rate(t, b, name) { # thousands in a second of processor time that is not idle
	busy = v[t, b, "milliseconds"] * (1 - v[t, b, "idle_percent_of_time"] / 100)
	return cell(number(busy > 0 ? v[t, b, name] / busy : "", name == "requests" ? 2 : 1))
}
END {
	resolve()
	head("trace|bar|L2TLB hits|kernel TLB faults|traps passed on|TLB writes|privileged|devices|page zeroing" \
		"|TLB misses, 1000/s|caught by the L2TLB, %|TLB writes, 1000/s|privileged, 1000/s|other exceptions, 1000/s|disk requests, 1000/s|instructions, millions|simulated ms")
	for (p = 1; p <= points; p++) {
		split(order[p], k, SUBSEP); t = k[1]; b = k[2]
		v[t, b, "writes"] = v[t, b, "emulated_tlb_writes"] + v[t, b, "emulated_tlb_updates"]
		v[t, b, "privileged"] = v[t, b, "emulated_mfc0"] + v[t, b, "emulated_mtc0"] + v[t, b, "emulated_di_ei"] \
			+ v[t, b, "emulated_eret"] + v[t, b, "emulated_other"]
		missed = v[t, b, "tlb_misses"] - v[t, b, "kernel_faults"]
		caught = b == base || !missed ? "" : 100 * (1 - v[t, b, "forwarded"] / missed)
		print "<tr>" cell(t) cell(b) share(t, b, "tlb") share(t, b, "fault") share(t, b, "trap") \
			share(t, b, "tlb_write") share(t, b, "privileged") share(t, b, "device") share(t, b, "call") \
			rate(t, b, "tlb_misses") cell(number(caught, 1)) rate(t, b, "writes") rate(t, b, "privileged") \
			rate(t, b, "traps") rate(t, b, "requests") cell(number(v[t, b, "instructions"] / 1e6, 0)) \
			cell(number(v[t, b, "milliseconds"], 0)) "</tr>"
	}
	print "</table>"
}
AWK
	base=Linux with "$work/figure5.csv"
}

latency_table() {
	cat >"$work/program.awk" <<'AWK'
$1 == "workload" { next }
{ l[$1, $2] = $3; r[$1, $2] = $4; m[$1, $2] = $5 }
END {
	resolve()
	match_of["first touch"] = "irix_numa"
	match_of["Disco migr.+repl."] = "disco_numa"
	head("trace|bar|local ns|derived|deviation|remote ns|derived|deviation|mean ns|derived|deviation")
	for (p = 1; p <= points; p++) {
		split(order[p], k, SUBSEP); t = k[1]; b = k[2]
		s = t == "raytrace" && b in match_of ? match_of[b] : "none"
		print "<tr>" cell(t) cell(b) beside(v[t, b, "local_ns"], l[t, s], 0) \
			beside(v[t, b, "remote_ns"], r[t, s], 0) beside(v[t, b, "mean_ns"], m[t, s], 0) "</tr>"
	}
	print "</table>"
}
AWK
	with "$work/placement.csv" "$here/published/fig8_latency.csv"
}

moves_table() {
	cat >"$work/program.awk" <<'AWK'
$1 == "workload" { next }
{ rate[$1, $2] = $3; cost[$1, $2] = $4 }
END {
	resolve()
	head("trace|action|per second, ours (predicted)|published|deviation|cost us (a parameter, from Table 3)|published")
	for (p = 1; p <= points; p++) {
		split(order[p], k, SUBSEP); t = k[1]; b = k[2]
		if (b != "Disco migr.+repl.") continue
		cpus = t == "raytrace" ? 16 : 8
		for (i = 1; i <= 2; i++) {
			action = i == 1 ? "migration" : "replication"
			key = i == 1 ? "migrate" : "replicate"
			us = (v[t, b, "config cost." key "_ns"] + cpus * v[t, b, "config cost." key "_processor_ns"]) / 1000
			x = v[t, b, action "s"] / (v[t, b, "milliseconds"] / 1000)
			print "<tr>" cell(t) cell(action) beside(x, rate[t, action], 0) \
				cell(number(us, 0)) cell(number(cost[t, action], 0)) "</tr>"
		}
	}
	print "</table>"
}
AWK
	with "$work/placement.csv" "$here/published/table3.csv"
}

probes_table() {
	cat >"$work/program.awk" <<'AWK'
$1 == "trace" { next }
{ expected[$1, $2] = $3 }
END {
	resolve()
	head("probe|bar|local misses, percent: ours|expected by arithmetic|deviation|time (first touch = 100)")
	for (p = 1; p <= points; p++) {
		split(order[p], k, SUBSEP); t = k[1]; b = k[2]
		print "<tr>" cell(t) cell(b) beside(v[t, b, "local_percent"], expected[t, b], 1) \
			cell(number(total(t, b), 1)) "</tr>"
	}
	print "</table>"
}
AWK
	with "$work/probes.csv" "$here/paper/probes_expected.csv"
}

figure() {
	echo "<h2>$2</h2><p>$3</p><img src=\"$1\" alt=\"$2\">"
}

figure5_text() {
	cat <<'HTML'
<p>Calibrated: what an event costs the monitor (to Table 2; a TLB miss also to Figure 5's own ratio of 2.1 to 2.4) and the L2TLB's size (it
catches 95 % of our Pmake's refills, 93 % in Table 2). Assumed: device registers, requests; the disk is one of the time, from memory.
Predicted: how often each event happens, the stalls, the idle time, and so all bars.</p>
<p>Why ours differ. The workloads are of the same kinds, but other programs (Debian's make and gcc, Icarus Verilog, POV-Ray, SQLite) on another
kernel, in the state in which Debian ships it; numbers are of the default sizes.</p>
<ul>
<li>TLB misses are what the paper's Engineering and Database are made of. From the kernel time that Figure 5 loses, at 14 cycles a refill, they had about
1.3 and 3.0 million a second, and Raytrace 0.7. Ours have 0.44, 0.02 and 0.56 million: SQLite walks its tables in order, and Sybase did not.
Our Pmake has 1.15 million, for its compiler is many times as large as one of 1997.</li>
<li>A refill is cheaper to virtualise here. Linux's handler is 23 instructions, six of them privileged: with its stalls about 26 cycles, where IRIX's took 14. The monitor
answers from the L2TLB in about 22. So the refills that are caught cost nothing on balance, where the paper's cost twice the native ones; what
remains is the work below.</li>
<li>Linux takes fewer page faults for the same work than IRIX (it maps 16 pages of a file at a fault), and asks the monitor neither for zeroed pages nor for
anything else: zeroing stays in the kernel's part, and Pmake's kernel does not shrink by it.</li>
<li>Each kernel entry executes 15 privileged instructions and more, a page fault about 40, each trapped and emulated (Disco let IRIX read some
registers from memory instead). At 30 cycles each a demand-zero fault's cost 3 us; Table 2 says 3.4.</li>
<li>Idle: Pmake waits for a disk of the time in both, for what is not in memory. POV-Ray's threads wait for one another in
sleeps of 10 ms, which last as long as in the traced run; the paper's Raytrace has nothing of it.</li>
</ul>
HTML
}

{
	cat <<'HTML'
<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>discosim: figures and tables beside the published ones</title>
<style>
body { font: 15px/1.5 sans-serif; max-width: 1240px; margin: 2em auto; padding: 0 1em; color: #222 }
img { width: 100%; max-width: 1200px; border: 1px solid #ddd }
table { border-collapse: collapse; margin: 1em 0; font-size: 13px }
th, td { border-bottom: 1px solid #eee; padding: 2px 10px; text-align: right; white-space: nowrap }
th:nth-child(-n+2), td:nth-child(-n+2) { text-align: left }
tr.first td { border-top: 1px solid #bbb }
th { white-space: normal; vertical-align: bottom; background: #f4f4f4 }
</style></head><body>
<h1>discosim: figures and tables beside the published ones</h1>
<p>Published: Bugnion, Devine, Rosenblum, <i>Disco</i>, SOSP'97. Three kinds of numbers are on this page.
<b>Published</b> ones are printed in the paper, or measured from its vector figures (parts of bars).
<b>Calibrated</b> ones are the monitor's costs per event, chosen so that the parts of Table 2 and the cost of a TLB miss in Figure 5
come out, and the size of its L2TLB, so that it catches as much as in Table 2
(<code>discosim params</code> names each source). <b>Predicted</b> is everything simulated here: traces of real MIPS
programs, replayed; no parameter was set to fit Figure 8. The workloads are not the paper's (its IRIX, Engineering and
Raytrace inputs are not to be had), so a deviation says how far the same question has the same answer here.</p>
HTML
	if [ "$figure5" ]; then
		figure figure5.svg "Figure 5: overhead of virtualization" \
			"The paper's four workloads as programs of Debian's Linux, kernel included, on one processor: on the bare machine, and on the monitor."
		figure5_table
		figure5_text
		echo "<h3>What the monitor does, in percent of the time without it, and how often</h3>"
		causes_table
	else
		echo "<h2>Figure 5: overhead of virtualization</h2><p>Not drawn: the Linux images could not be had (<code>make guests-linux</code> says why).</p>"
	fi
	figure placement.svg "Figure 8: page placement" \
		"RADIX (8 processors) and RAYTRACE (16, 256 KB second-level cache), each against its first-touch bar: it is first touch that gives the paper's IRIX baseline, 6 % of the misses local and one hot memory. Times are percent of the first-touch bar. The paper has no RADIX here, and we have no Engineering."
	placement_table
	cat <<'HTML'
<p>RADIX scatters its keys and misses much in the TLB. On the bare machine the guest's refill handler is execution; on Disco the
monitor's L2TLB answers most misses, and what it takes is monitor time.</p>
<p>Where RAYTRACE deviates, and why: the paper measured a window of a run of many seconds after a start a hundred times as
long, when pages had moved already; our window begins with every page where it was first touched, is one to two seconds of
simulated time, and pays for each page's first 128 misses, so fewer misses are local under migration and replication. Our
processors also wait for each other (sync), in the order of the traced run, which the paper does not show as a part. Its misses
are more frequent for the instructions it executes (the UMA bars: local stall against execution), so execution is a smaller part
of every bar; and they wait less at the hot memory than the paper's (below). A longer window comes closer in locality: <code>make paper RAYTRACE='-w 512 -h 512'</code>.</p>
HTML
	figure latency.svg "Miss latencies behind Figure 8" \
		"The floors are 300 and 900 ns; what is above comes from queues at the memories. The published column is derived from Figure 8."
	latency_table
	echo "<h2>Table 3: actions on hot pages</h2><p>Rates are predictions, over a window that includes the first moves of all pages; the costs are inputs, from the paper's Table 3.</p>"
	moves_table
	figure probes.svg "Placement probes" \
		"Programs whose right answer is known by arithmetic (plots/paper/probes_expected.csv). Nothing here is published."
	probes_table
	figure placement_probes.svg "The probes' time" "In the form of Figure 8."
	echo "</body></html>"
} >"$work/index.html"
mv "$work/index.html" "$folder/index.html"
