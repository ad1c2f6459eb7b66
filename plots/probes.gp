# SPDX-License-Identifier: MIT
# share of misses served locally, per trace and placement, against what arithmetic expects
#
# The expected values come from --expected FILE.csv; a bar without one has no mark.

set lmargin at screen 0.075
set rmargin at screen 0.985
set tmargin at screen 0.84
line = 0.108; under = 0.088
crowded = bars > 36
# Names stand upright under their bars: room for the longest, then smaller letters for longer ones.
label_size = crowded ? 8 : 9
room = longest * label_size * 0.00099
room = room < 0.2 ? 0.2 : room
label_size = room > 0.37 ? label_size * 0.37 / room : label_size
room = room > 0.37 ? 0.37 : room
bottom = line + 0.026 + room
label_font = sprintf("',%.1f'", label_size)
set bmargin at screen bottom
value_font = sprintf("',%d'", crowded ? 7 : 8)
set style fill solid 1.0 border lc rgb "#404040"
set boxwidth 0.82
set xrange [-0.9:last_x + 0.9]
set yrange [0:112]
set ytics 0, 20, 100
set grid y lc rgb "#DDDDDD" lw 0.5 back
set border 3
set tics nomirror out
set xtics () rotate by 90 right font @label_font scale 0
set ylabel "second-level misses served by the own node (percent)"
set label 1 (title eq "" ? "Locality of misses: simulated and expected" : title) at screen 0.5, 0.97 center font ",14"
set label 2 sprintf("Simulated by %s (bars), against arithmetic (marks): the sweeps of a probe have shares known beforehand; stacks, kernel and", program) at screen 0.03, 0.042 font ",9" tc rgb "#404040"
set label 3 "start-up of the region come on top and are in the bars. Nothing in this figure is published or calibrated." at screen 0.03, 0.018 font ",9" tc rgb "#404040"
do for [i = 1:groups] {
	from = real(word($groups[i + 1], 2)); to = real(word($groups[i + 1], 3))
	set arrow i from from - 0.45, screen line to to + 0.45, screen line nohead lc rgb "#404040"
	set label 10 + i sprintf("%s (%s cpus)", word($groups[i + 1], 1), word($groups[i + 1], 4)) \
		at (from + to) / 2, screen under center font @label_font
}
set key at screen 0.5, 0.925 center horizontal maxrows 1 samplen 1.5 font ",10"
plot $bars using "x":"local_percent" with boxes fc rgb "#56B4E9" title "simulated", \
	$bars using "x":(0):xtic(strcol("bar")) with points pt -1 notitle, \
	$bars using "x":"expected":(0.48) with xerrorbars pt -1 lw 3 lc rgb "#D55E00" \
		title (marks > 0 ? "expected by arithmetic" : ""), \
	$bars using "x":"local_percent":(sprintf("%.1f", column("local_percent"))) with labels offset 0, 0.7 font @value_font notitle
