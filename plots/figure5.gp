# SPDX-License-Identifier: MIT
# overhead of virtualization: user, kernel, monitor and idle, native and on the monitor (the form of Figure 5)
#
# Left: the result's bars, one group per trace, each normalised to its base bar. Right: the published
# bars of SOSP'97 Figure 5 in the same form.

array name[5] = ["user", "kernel", "monitor (Disco)", "synchronisation", "idle"]
array colour[5] = ["#0072B2", "#E69F00", "#009E73", "#B8B8B8", "#E4E4E4"]

# The height of the first k parts of a row.
sum_ours(k) = column("user_mode") + (k > 1 ? column("kernel_mode") : 0) + (k > 2 ? column("monitor") : 0) \
	+ (k > 3 ? column("sync") : 0) + (k > 4 ? column("idle") : 0)
sum_published(k) = column("user") + (k > 1 ? column("kernel") : 0) + (k > 2 ? column("disco") : 0) \
	+ (k > 4 ? column("idle") : 0)
published_x(row) = row + floor(row / 2)
published_name(s) = s eq "irix" ? "IRIX" : s eq "disco" ? "IRIX on Disco" : s

stats $bars using "total" nooutput
top = (STATS_max > 120 ? STATS_max : 120) * 1.12

set multiplot
left = 0.07; right = 0.985; gap = 0.02; line = 0.128; under = 0.108
cut = left + (right - left) * (last_x + 1.8) / (last_x + 1.8 + 12.2)
cut = cut > 0.72 ? 0.72 : cut < 0.42 ? 0.42 : cut
crowded = bars > 24
# Names stand upright under their bars: room for the longest, then smaller letters for longer ones.
label_size = crowded ? 8 : bars > 14 ? 9 : 10
longest = longest < 13 ? 13 : longest
room = longest * label_size * 0.00099
room = room < 0.14 ? 0.14 : room
label_size = room > 0.37 ? label_size * 0.37 / room : label_size
room = room > 0.37 ? 0.37 : room
bottom = line + 0.026 + room
label_font = sprintf("',%.1f'", label_size)
total_font = sprintf("',%d'", crowded ? 7 : bars > 14 ? 9 : 10)
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
set ylabel "time (percent)"
set label 1 (title eq "" ? "Overhead of virtualization: where the time goes" : title) at screen 0.5, 0.97 center font ",14"
set label 2 sprintf("simulated (%s), '%s' = 100", program, base) at graph 0.5, screen 0.862 center font ",11"
set label 3 "Published: latencies 300/900 ns, caches, and the bars on the right (Figure 5: totals printed, parts measured from the figure)." at screen 0.03, 0.066 font ",9" tc rgb "#404040"
set label 4 "Calibrated: an event's cost to the monitor (Table 2; a TLB miss: Figure 5), L2TLB size. Assumed: device registers, requests, disk. Predicted: how often, so the bars on the left." at screen 0.03, 0.042 font ",9" tc rgb "#404040"
set label 5 "User and kernel with their stalls. The kernel is Debian's Linux, the workloads are like the paper's, not the same; its own privileged instructions and disk waits are what is shown." at screen 0.03, 0.018 font ",9" tc rgb "#404040"
do for [i = 1:groups] {
	from = real(word($groups[i + 1], 2)); to = real(word($groups[i + 1], 3))
	set arrow i from from - 0.45, screen line to to + 0.45, screen line nohead lc rgb "#404040"
	set label 10 + i sprintf("%s", word($groups[i + 1], 1)) \
		at (from + to) / 2, screen under center font @label_font
}
plot for [k = 5:1:-1] $bars using "x":(sum_ours(k)) with boxes fc rgb colour[k], \
	$bars using "x":(0):xtic(strcol("bar")) with points pt -1, \
	$bars using "x":"total":(sprintf("%.0f", column("total"))) with labels \
		offset 0, 0.7 font @total_font

unset label
unset arrow
unset ylabel
set lmargin at screen cut + gap
set rmargin at screen right
set xrange [-0.9:10.9]
set format y ""
set label 2 "published (Disco, SOSP'97)" at graph 0.5, screen 0.862 center font ",11"
array workload[4] = ["pmake", "engineering", "raytrace", "database"]
do for [i = 1:4] {
	set arrow i from 3 * i - 3.45, screen line to 3 * i - 1.55, screen line nohead lc rgb "#404040"
	set label 10 + i workload[i] at 3 * i - 2.5, screen under center font @label_font
}
plot for [k = 5:1:-1] $fig5 using (published_x($0)):(sum_published(k)) with boxes fc rgb colour[k], \
	$fig5 using (published_x($0)):(0):xtic(published_name(strcol("system"))) with points pt -1, \
	$fig5 using (published_x($0)):"total":(sprintf("%.0f", column("total"))) with labels \
		offset 0, 0.7 font @total_font

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
plot for [k = 1:5] keyentry with boxes fc rgb colour[k] title name[k], NaN notitle
unset multiplot
