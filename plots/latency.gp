# SPDX-License-Identifier: MIT
# mean latency of local and remote misses under each placement, against the floor without contention
#
# Left: the result's points; right: what SOSP'97 Figure 8 implies. A latency is the whole stall of a
# miss or upgrade, waiting in the memory's queue included.

published_x(row) = row + (row >= 2 ? 1 : 0)
published_name(s) = s eq "irix_numa" ? "IRIX, NUMA" : s eq "disco_numa" ? "Disco migr.+repl." : s
top = (max_latency_ns > 2420 ? max_latency_ns : 2420) * 1.18

set multiplot
left = 0.075; right = 0.985; gap = 0.02; line = 0.108; under = 0.088
cut = left + (right - left) * (last_x + 1.8) / (last_x + 1.8 + 6.2)
cut = cut > 0.78 ? 0.78 : cut < 0.5 ? 0.5 : cut
crowded = bars > 24
# Names stand upright under their bars: room for the longest, then smaller letters for longer ones.
label_size = crowded ? 8 : bars > 14 ? 9 : 10
room = longest * label_size * 0.00099
room = room < 0.2 ? 0.2 : room
label_size = room > 0.37 ? label_size * 0.37 / room : label_size
room = room > 0.37 ? 0.37 : room
bottom = line + 0.026 + room
label_font = sprintf("',%.1f'", label_size)
value_font = sprintf("',%d'", crowded ? 7 : bars > 14 ? 8 : 9)
set tmargin at screen 0.84
set bmargin at screen bottom
set style fill solid 1.0 border lc rgb "#404040"
set boxwidth 0.38
set errorbars 0
set yrange [0:top]
set grid y lc rgb "#DDDDDD" lw 0.5 back
set border 3
set tics nomirror out
set xtics () rotate by 90 right font @label_font scale 0
unset key

set lmargin at screen left
set rmargin at screen cut - gap
set xrange [-0.9:last_x + 0.9]
set ylabel "mean stall of a miss (ns)"
set label 1 (title eq "" ? "Miss latency: distance and waiting" : title) at screen 0.5, 0.97 center font ",14"
set label 2 sprintf("simulated (%s)", program) at graph 0.5, screen 0.862 center font ",11"
set label 3 "Thick marks: floors (parameters; 300 and 900 ns in the paper). Derived from Figure 8, not printed there: the bars on the right (equal misses in all runs, 300 ns under UMA)." at screen 0.03, 0.042 font ",9" tc rgb "#404040"
set label 4 "Predicted: the bars on the left. What is above the floor is waiting in the queues of the memories, and misses that a third node's cache supplies." at screen 0.03, 0.018 font ",9" tc rgb "#404040"
do for [i = 1:groups] {
	from = real(word($groups[i + 1], 2)); to = real(word($groups[i + 1], 3))
	set arrow i from from - 0.45, screen line to to + 0.45, screen line nohead lc rgb "#404040"
	set label 10 + i sprintf("%s (%s cpus)", word($groups[i + 1], 1), word($groups[i + 1], 4)) \
		at (from + to) / 2, screen under center font @label_font
}
plot $bars using (column("x") - 0.2):"local_ns" with boxes fc rgb "#56B4E9", \
	$bars using (column("x") + 0.2):"remote_ns" with boxes fc rgb "#D55E00", \
	$bars using (column("x") - 0.2):"floor_local_ns":(0.24) with xerrorbars pt -1 lw 3 lc rgb "black", \
	$bars using (column("x") + 0.2):(column("remote_ns") > 0 ? column("floor_remote_ns") : NaN):(0.24) \
		with xerrorbars pt -1 lw 3 lc rgb "black", \
	$bars using "x":(0):xtic(strcol("bar")) with points pt -1, \
	$bars using (column("x") - 0.2):"local_ns":(sprintf("%.0f", column("local_ns"))) with labels \
		rotate by 90 left offset 0, 0.4 font @value_font, \
	$bars using (column("x") + 0.2):"remote_ns":(sprintf("%.0f", column("remote_ns"))) with labels \
		rotate by 90 left offset 0, 0.4 font @value_font

unset label
unset arrow
unset ylabel
set lmargin at screen cut + gap
set rmargin at screen right
set xrange [-0.9:4.9]
set format y ""
set label 2 "published (derived, SOSP'97)" at graph 0.5, screen 0.862 center font ",11"
set arrow 1 from -0.45, screen line to 1.45, screen line nohead lc rgb "#404040"
set arrow 2 from 2.55, screen line to 4.45, screen line nohead lc rgb "#404040"
set label 6 "engineering (8 cpus)" at 0.5, screen under center font @label_font
set label 7 "raytrace (16 cpus)" at 3.5, screen under center font @label_font
plot $fig8_latency using (published_x($0) - 0.2):"local_ns" with boxes fc rgb "#56B4E9", \
	$fig8_latency using (published_x($0) + 0.2):"remote_ns" with boxes fc rgb "#D55E00", \
	$fig8_latency using (published_x($0) - 0.2):(300):(0.24) with xerrorbars pt -1 lw 3 lc rgb "black", \
	$fig8_latency using (published_x($0) + 0.2):(900):(0.24) with xerrorbars pt -1 lw 3 lc rgb "black", \
	$fig8_latency using (published_x($0)):(0):xtic(published_name(strcol("system"))) with points pt -1, \
	$fig8_latency using (published_x($0) - 0.2):"local_ns":(sprintf("%.0f", column("local_ns"))) \
		with labels rotate by 90 left offset 0, 0.4 font @value_font, \
	$fig8_latency using (published_x($0) + 0.2):"remote_ns":(sprintf("%.0f", column("remote_ns"))) \
		with labels rotate by 90 left offset 0, 0.4 font @value_font

# The legend, over the whole width.
unset label
unset arrow
unset border
unset tics
unset grid
set lmargin at screen 0
set rmargin at screen 1
set tmargin at screen 1
set bmargin at screen 0
set xrange [0:1]
set yrange [0:1]
set key at screen 0.5, 0.93 center horizontal maxrows 1 samplen 1.5 font ",10"
plot keyentry with boxes fc rgb "#56B4E9" title "local misses", \
	keyentry with boxes fc rgb "#D55E00" title "remote misses", \
	keyentry with lines lc rgb "black" lw 3 title "without contention", NaN notitle
unset multiplot
