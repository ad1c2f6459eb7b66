#!/bin/sh
# SPDX-License-Identifier: MIT
# discosim plot: every figure in every format, whole or not at all, and what is said about mistakes;
# then the page of `make paper` on small results. Prints a line per case.
. "$(dirname "$0")/lib/cases.sh"
cd "$T" || exit 1

mkdir -p build/traces
awk 'BEGIN { for (i = 0; i < 20000; i++) printf "2 %x\n%d %x\n", i % 500 * 4, i % 2, (i * 36) % 3000000 }' >a.din
for t in radix raytrace private readshared collapse writeshared migratory phase; do
	"$D" trace import -q -F din -o build/traces/$t.trace a.din || exit 1
done
mkdir -p plots
cp -r "$SOURCE/plots/paper" plots/
"$D" sweep -q plots/paper/placement.yaml -o placement.h5 && "$D" sweep -q plots/paper/probes.yaml -o probes.h5
ok "the sweeps of make paper run"

magic() { # FILE: its kind by its first bytes
	case $(head -c 5 "$1" | od -An -c | tr -d ' \n') in
	'<?xml') echo svg ;;
	'211PNG\r') echo png ;;
	'%PDF-') echo pdf ;;
	esac
}
[ "$("$D" plot --list | wc -l)" -ge 3 ]
ok "--list names the figures"
for figure in $("$D" plot --list | cut -d ' ' -f 1); do
	for kind in svg png pdf; do
		"$D" plot "$figure" placement.h5 -o "$figure.$kind" && [ "$(magic "$figure.$kind")" = $kind ]
		ok "$figure as $kind"
	done
	grep -q 'raytrace (1 cpus)\|>raytrace<' "$figure.svg"
	ok "$figure names its groups"
done
grep -q "published (Disco, SOSP'97)\|published (Disco, SOSP&apos;97)\|published (Disco, SOSP&#39;97)" placement.svg &&
	grep -q "simulated (discosim" placement.svg
ok "placement says what is simulated and what published"
"$D" plot placement placement.h5 --base UMA --title "A 'title' with \$(tricks) \`date\`" -o tricks.svg &&
	grep -q 'UMA' tricks.svg && grep -q 'tricks) `date`' tricks.svg
ok "a title is text, whatever is in it"
"$D" plot placement placement.h5 --script | grep -q '^\$fig8 << EOD'
ok "--script prints what gnuplot gets"

fails 1 "wanted a name that ends in .svg, .png or .pdf" plot placement placement.h5 -o x.gif
fails 2 "no figure 'placment'; did you mean 'placement'\?" plot placment placement.h5 -o x.svg
fails 1 "no point 'nothing' with a time.*--base" plot placement placement.h5 --base nothing -o x.svg
fails 1 "a.din: not a result" plot placement a.din -o x.svg
fails 1 "no/such" plot placement placement.h5 -o no/such/x.svg
fails 2 "wanted FIGURE RESULT.h5" plot placement
printf 'trace,configuration,percent\nradix,UMA,120\n' >expected.csv
fails 1 "expected.csv: row 2: '120' is not a percentage" plot probes placement.h5 --expected expected.csv -o x.svg
PATH=/nowhere "$D" plot placement placement.h5 -o x.svg 2>err
[ $? -eq 1 ] && grep -q 'gnuplot is not installed' err
ok "without gnuplot: $(cat err)"
mkdir bin
printf '#!/bin/sh\necho partly\nexit 3\n' >bin/gnuplot
chmod +x bin/gnuplot
PATH=$T/bin:$PATH "$D" plot placement placement.h5 -o x.svg 2>err
[ $? -eq 1 ] && grep -q 'gnuplot failed: partly' err
ok "gnuplot fails: $(cat err)"
# A disk that fills up is seen by the picture's missing end: gnuplot itself does not notice.
printf '#!/bin/sh\nfile=$(sed -n "s/^set output .\\(.*\\).$/\\1/p")\necho "<svg>, and then the disk was full, as gnuplot" >"$file"\n' >bin/gnuplot
PATH=$T/bin:$PATH "$D" plot placement placement.h5 -o x.svg 2>err
[ $? -eq 1 ] && grep -q 'could not write all of it' err
ok "a picture without its end: $(cat err)"
[ ! -e x.svg ] && [ -z "$(find . -name '*.tmp-*')" ]
ok "no half-made picture is left"

sh "$SOURCE/plots/index.sh" "$D" paper placement.h5 probes.h5 && [ -s paper/index.html ] &&
	for f in $(grep -o 'src="[^"]*"' paper/index.html | cut -d '"' -f 2); do [ -s "paper/$f" ] || exit 1; done
ok "the page of make paper has its pictures"
grep -q '<td>raytrace</td><td>first touch</td><td>ours (predicted)</td><td>100.0</td>' paper/index.html &&
	grep -A 2 '<td>raytrace</td><td>UMA</td><td>ours' paper/index.html | grep -q '<td>published</td><td>49.0</td>' &&
	grep -A 2 '<td>raytrace</td><td>first touch</td><td>ours' paper/index.html | grep -q '<td>deviation</td><td>0.0</td>' &&
	grep -q '<td>private</td><td>UMA</td><td>100.0</td><td>100.0</td><td>0.0</td>' paper/index.html
ok "... and ours beside the published and expected numbers"
grep -q 'Figure 5: .*Not drawn' paper/index.html
ok "... and says that Figure 5 is not drawn without Linux traces"

for t in pmake engineering raytrace database; do cp build/traces/radix.trace build/traces/linux-$t.trace; done
"$D" sweep -q plots/paper/figure5.yaml -o figure5.h5 &&
	sh "$SOURCE/plots/index.sh" "$D" paper placement.h5 probes.h5 figure5.h5 && [ -s paper/figure5.svg ] &&
	grep -A 2 '<td>linux-database</td><td>Linux on Disco</td><td>ours' paper/index.html |
	grep -q '<td>published (IRIX on Disco)</td><td>116.0</td><td>87.9</td><td>3.0</td><td>25.4</td>'
ok "with them it has Figure 5, and the published bars under ours"
exit $failed
