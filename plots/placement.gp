# SPDX-License-Identifier: MIT
# time split into execution, stalls and monitor under each placement (the form of Figure 8)
#
# Left: the result's bars, one group per trace, each normalised to its base bar. Right: the published
# bars of SOSP'97 Figure 8 in the same form. Above each bar its total and, in grey, the share of its
# second-level misses that the own node served.

array name[6] = ["execution", "local stall", "remote stall", "monitor (Disco)", "synchronisation", "idle"]
array colour[6] = ["#0072B2", "#56B4E9", "#D55E00", "#009E73", "#B8B8B8", "#E4E4E4"]

# The height of the first k parts of a row.
sum_ours(k) = column("execution") + (k > 1 ? column("local") : 0) + (k > 2 ? column("remote") : 0) \
	+ (k > 3 ? column("monitor") : 0) + (k > 4 ? column("sync") : 0) + (k > 5 ? column("idle") : 0)
sum_published(k) = column("execution") + (k > 1 ? column("local_stall") : 0) \
	+ (k > 2 ? column("remote_stall") : 0) + (k > 3 ? column("disco") : 0)
published_x(row) = row + (row >= 3 ? 1 : 0)
published_name(s) = s eq "irix_numa" ? "IRIX, NUMA" : s eq "disco_numa" ? "Disco migr.+repl." \
	: s eq "irix_uma" ? "IRIX, UMA" : s

stats $bars using "total" nooutput
top = (STATS_max > 100 ? STATS_max : 100) * 1.16

set multiplot
left = 0.07; right = 0.985; gap = 0.02; line = 0.128; under = 0.108
cut = left + (right - left) * (last_x + 1.8) / (last_x + 1.8 + 8.2)
cut = cut > 0.76 ? 0.76 : cut < 0.5 ? 0.5 : cut
crowded = bars > 24
# Names stand upright under their bars: room for the longest, then smaller letters for longer ones.
label_size = crowded ? 8 : bars > 14 ? 9 : 10
room = longest * label_size * 0.00099
room = room < 0.2 ? 0.2 : room
label_size = room > 0.37 ? label_size * 0.37 / room : label_size
room = room > 0.37 ? 0.37 : room
bottom = line + 0.026 + room
label_font = sprintf("',%.1f'", label_size)
total_font = sprintf("',%d'", crowded ? 7 : bars > 14 ? 9 : 10)
small_font = sprintf("',%d'", crowded ? 6 : bars > 14 ? 8 : 9)
percent = crowded ? "%.0f" : "%.0f%%"
set tmargin at screen 0.84
set bmargin at screen bottom
set style fill solid 1.0 border lc rgb "#404040"
set boxwidth 0.82
set yrange [0:top]
set grid y lc rgb "#DDDDDD" lw 0.5 back
set border 3
set tics nomirror out
set xtics () rotate by 90 right font @label_font scale 0
unset key

set lmargin at screen left
set rmargin at screen cut - gap
set xrange [-0.9:last_x + 0.9]
set ylabel "time of all processors (percent)"
set label 1 (title eq "" ? "Page placement: where the time goes" : title) at screen 0.5, 0.97 center font ",14"
set label 2 sprintf("simulated (%s), '%s' = 100", program, base) at graph 0.5, screen 0.862 center font ",11"
set label 3 "Published: latencies 300/900 ns, caches, page-move costs (Table 3), and the bars on the right (Figure 8: totals and local shares printed, parts measured from the figure)." at screen 0.03, 0.066 font ",9" tc rgb "#404040"
set label 4 "Calibrated: monitor trap and emulation costs (Table 2, Figure 5). Predicted: every bar on the left; contention comes from queues at the memories." at screen 0.03, 0.042 font ",9" tc rgb "#404040"
set label 5 "Grey above a bar: percent of second-level misses served by the own node. The workloads are this project's guests, and their waiting (synchronisation, idle) is shown." at screen 0.03, 0.018 font ",9" tc rgb "#404040"
do for [i = 1:groups] {
	from = real(word($groups[i + 1], 2)); to = real(word($groups[i + 1], 3))
	set arrow i from from - 0.45, screen line to to + 0.45, screen line nohead lc rgb "#404040"
	set label 10 + i sprintf("%s (%s cpus)", word($groups[i + 1], 1), word($groups[i + 1], 4)) \
		at (from + to) / 2, screen under center font @label_font
}
plot for [k = 6:1:-1] $bars using "x":(sum_ours(k)) with boxes fc rgb colour[k], \
	$bars using "x":(0):xtic(strcol("bar")) with points pt -1, \
	$bars using "x":"total":(sprintf("%.0f", column("total"))) with labels \
		offset 0, 1.5 font @total_font, \
	$bars using "x":"total":(sprintf(percent, column("local_percent"))) with labels \
		offset 0, 0.6 font @small_font tc rgb "#707070"

unset label
unset arrow
unset ylabel
set lmargin at screen cut + gap
set rmargin at screen right
set xrange [-0.9:6.9]
set format y ""
set label 2 "published (Disco, SOSP'97)" at graph 0.5, screen 0.862 center font ",11"
set arrow 1 from -0.45, screen line to 2.45, screen line nohead lc rgb "#404040"
set arrow 2 from 3.55, screen line to 6.45, screen line nohead lc rgb "#404040"
set label 6 "engineering (8 cpus)" at 1, screen under center font @label_font
set label 7 "raytrace (16 cpus)" at 5, screen under center font @label_font
plot for [k = 4:1:-1] $fig8 using (published_x($0)):(sum_published(k)) with boxes fc rgb colour[k], \
	$fig8 using (published_x($0)):(0):xtic(published_name(strcol("system"))) with points pt -1, \
	$fig8 using (published_x($0)):"total":(sprintf("%.0f", column("total"))) with labels \
		offset 0, 1.5 font @label_font, \
	$fig8 using (published_x($0)):"total":(sprintf("%.0f%%", column("misses_local_percent"))) \
		with labels offset 0, 0.6 font ",8" tc rgb "#707070"

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
plot for [k = 1:6] keyentry with boxes fc rgb colour[k] title name[k], NaN notitle
unset multiplot
