#!/bin/sh
# SPDX-License-Identifier: MIT
# A tour of the programs in the image, for comparison between machines: what it prints is the same on
# every machine and in every run. Not one of the paper's workloads; it has one size and no region.
#
#	== NAME			a case begins; its output follows
#	== NAME: STATUS SHA256	it ended, with the checksum of its output, printed or not
#
# `run` prints the output, `check` only its checksum (large or binary output).
export TZ=UTC LC_ALL=C
work=/tmp/programs
mkdir -p $work
cd $work || exit 1
dmesg -n 1
failed=0

finish() { # finish NAME STATUS
	echo "== $1: $2 $(sha256sum <out | cut -c 1-64)"
	[ "$2" -eq 0 ] || failed=1
}
run() { # run NAME < a script
	echo "== $1"
	sh -eu >out 2>&1
	status=$?
	cat out
	finish "$1" $status
}
check() {
	echo "== $1"
	sh -eu >out 2>&1
	finish "$1" $?
}

seq 1 50000 >numbers
awk 'BEGIN { for (i = s = 1; i <= 12000; i++) { s = (s * 1103 + 12345) % 65521; print s, "word" s % 977, i } }' >table

run coreutils-text <<'END'
sort -n table | head -n 3
sort -k2,2 -k1,1nr table | sed -n '1p; 6000p; $p'
cut -d ' ' -f 2 table | sort | uniq -c | sort -rn | head -n 4
tac table | nl | tail -n 2
tr a-z A-Z <table | head -n 1
head -n 4 table | paste -s -d+
fold -w 9 <<X | expand | od -c | head -n 4
one	two three four five
X
printf '%s\n' 'a b' 'b c' 'a c' | tsort
join -1 1 -2 1 -o 1.2,2.2 <<X - /dev/fd/3 3<<Y
1 one
2 two
X
1 eins
2 zwei
Y
comm -12 /dev/fd/3 /dev/fd/4 3<<X 4<<Y
a
b
X
b
c
Y
factor 1000003 4294967297 18446744073709551557
numfmt --to=iec 1536 123456789
printf '%.10f %e %g %x\n' 3.14159 2.5e-7 1e100 48879
expr 17 '*' 3 + 4 % 3
date -u -d @1000000000 '+%F %T %j'
wc numbers table
END
run coreutils-sums <<'END'
md5sum numbers; sha1sum numbers; sha224sum numbers; sha256sum numbers; sha512sum numbers
b2sum numbers; cksum numbers; sum numbers
base64 numbers | sha256sum; base32 numbers | sha256sum
base64 numbers | base64 -d | cmp - numbers
END
run coreutils-files <<'END'
mkdir -p tree/a/b; cp numbers tree/a/n; ln -s a/n tree/link; ln tree/a/n tree/hard
split -n 4 -d table part.; cat part.* | cmp - table
truncate -s 100000 tree/a/b/hole; dd if=numbers of=tree/a/b/hole bs=1000 seek=20 count=3 conv=notrunc status=none
sha256sum tree/a/b/hole; readlink -f tree/link; stat -c '%s %h %A %F' tree/* tree/a/b/hole
mv tree/a tree/moved; find tree | sort; ls tree/link && cat tree/link 2>/dev/null || echo dangling
shuf --random-source=numbers -n 3 table; rm -r tree part.*; ls
END
run sha256sum <<'END'
for i in 1 2 3 4 5 6; do cat numbers; done | sha256sum
END
run dash <<'END'
f() { [ "$1" -lt 2 ] && echo "$1" || echo $(($(f $(($1 - 1))) + $(f $(($1 - 2))))); }
f 9
i=0; while [ $i -lt 2000 ]; do i=$((i + 1)); done; echo $i $((i << 20 ^ i)) $((-7 / 2)) $((-7 % 3))
trap 'echo got TERM' TERM; kill -TERM $$
(sleep 0.1; exit 3) & wait $! || echo "child $?"
(kill -SEGV $(sh -c 'echo $PPID')) 2>/dev/null || echo "killed $?"
seq 1 1000 | while read -r n; do echo $((n * n)); done | tail -n 1
case abc.c in *.c) echo C ;; esac; x=a.b.c; echo "${x%.*} ${x##*.} ${#x} ${y:-unset}"
timeout 0.2 sleep 9 || echo "timeout $?"
END
run bash <<'END'
bash -c 'declare -A n; while read -r a b c; do (( n[$b] += a )); done < <(head -n 800 table)
for k in "${!n[@]}"; do echo "$k ${n[$k]}"; done | sort | sha256sum
[[ "release 12.11" =~ ([0-9]+)\.([0-9]+) ]] && echo "${BASH_REMATCH[@]}"; a=({1..9}); echo "${a[@]: -3}" "${a[*]/5/five}"
printf "%q\n" "a b"; set -o pipefail; false | true || echo pipe; coproc tr a-z A-Z; echo hello >&"${COPROC[1]}"
exec {COPROC[1]}>&-; cat <&"${COPROC[0]}"'
END
run awk <<'END'
awk '{ n[$2]++; s += $1; q += $1 * $1 } END { for (k in n) m = n[k] > m ? n[k] : m; print m, s, sqrt(q / NR) }' table
awk 'BEGIN { for (i = 0; i < 20; i++) printf "%.15g %.15g %.15g %.15g\n", sin(i), exp(i / 3), log(i + 1), atan2(i, 3) }'
awk '{ gsub(/[0-9]+/, "<&>"); sub(/word/, "W"); if (NR % 4000 == 0) print length($0), substr($0, 2, 9), index($0, "W"), toupper($0) }' table
END
run sed <<'END'
sed -n '1~4000{s/\([0-9]*\) \(word[0-9]*\)/\2=\1/p}' table
sed '$!N; s/\n/,/; P; D' table | sha256sum
sed -E 's/(.)(.)/\2\1/g; y/0123456789/9876543210/' table | tail -n 1
seq 9 | sed -n '1!G; h; $p' | tr -d '\n'; echo
END
run grep <<'END'
grep -c 'word1.*7$' table; grep -nE '^(6553|6540)[0-9] ' table | head -n 5; grep -vow 'word[0-9]*' table | head -n 1 || echo none
grep -rl 'define NULL' /usr/include | sort | head -n 3
END
run find-xargs-diff <<'END'
find /usr/include/mipsel-linux-gnu/asm -name '*.h' -size -2k | sort | xargs -n 5 cat | sha256sum
find /usr/lib -type l -printf '%f %l\n' | sort | sha256sum
sed '100,110d; s/^9$/nine/' numbers >changed; diff numbers changed && exit 1; diff -u numbers changed | tail -n +3 | sha256sum
END
run gzip <<'END'
for level in 1 6 9; do gzip -n -$level <table >t$level.gz; sha256sum t$level.gz; gzip -dc t$level.gz | cmp - table; done
wc -c t?.gz; printf 'x' | dd of=t6.gz bs=1 seek=5000 conv=notrunc status=none; gzip -t t6.gz || echo "damage found: $?"
END
mkdir -p build
cat >build/main.c <<'END'
#include <errno.h>
#include <fenv.h>
#include <float.h>
#include <inttypes.h>
#include <math.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
#define N 48
static sigjmp_buf back;
static void caught(int signal, siginfo_t *info, void *context)
{
	(void)context;
	siglongjmp(back, signal * 100 + info->si_code);
}
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static long counter;
static void *count(void *unused)
{
	for (int i = 0; i < 20000; i++) {
		pthread_mutex_lock(&lock);
		counter++;
		pthread_mutex_unlock(&lock);
	}
	return unused;
}
static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}
int add(int, int);
int main(void)
{
	static double a[N][N], b[N][N], c[N][N], s[20000];
	uint64_t x = 88172645463325252u, h = 0;
	for (int i = 0; i < 300000; i++) {
		x ^= x << 13, x ^= x >> 7, x ^= x << 17;
		h = (h ^ x % 1000003) * 1099511628211u + x / 977 + (int64_t)x / 1009;
	}
	printf("integers %016" PRIx64 " %d\n", h, add(40, 2));
	for (int i = 0; i < N; i++)
		for (int j = 0; j < N; j++)
			a[i][j] = sin(i * N + j), b[i][j] = 1.0 / (i + j + 1);
	for (int i = 0; i < N; i++)
		for (int j = 0; j < N; j++)
			for (int k = 0; k < N; k++)
				c[i][j] += a[i][k] * b[k][j];
	double trace = 0;
	for (int i = 0; i < N; i++)
		trace += c[i][i];
	printf("matrix %a %.17g\n", trace, trace);
	for (int i = 0; i < 20000; i++)
		s[i] = cos(i * 1.7) * i;
	qsort(s, 20000, sizeof(*s), compare);
	printf("sorted %a %a %a\n", s[0], s[9999], s[19999]);
	volatile double tiny = DBL_MIN, zero = 0, huge = DBL_MAX, minus = -1;
	volatile float f = 16777217.0, third = 1.0f / 3;
	printf("limits %a %a %a %f %a %a %d\n", tiny / 8, huge * 2, -tiny / 3, 1 / -zero, (double)f, (double)third, (int)-2.9);
	static const int modes[] = {FE_TONEAREST, FE_TOWARDZERO, FE_UPWARD, FE_DOWNWARD};
	for (int i = 0; i < 4; i++) {
		fesetround(modes[i]);
		volatile double one = 1, three = 3;
		printf("rounding %d %a %a %ld %d\n", i, one / three, sqrt(one + 1), lrint(2.5), (int)nearbyint(-2.5));
	}
	fesetround(FE_TONEAREST);
	feclearexcept(FE_ALL_EXCEPT);
	volatile double r = sqrt(minus);
	r = 1 / zero;
	printf("flags %d %d %d\n", !!fetestexcept(FE_INVALID), !!fetestexcept(FE_DIVBYZERO), !!fetestexcept(FE_INEXACT));
	(void)r;
	struct sigaction action = {.sa_sigaction = caught, .sa_flags = SA_SIGINFO};
	int signals[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP};
	for (int i = 0; i < 5; i++)
		sigaction(signals[i], &action, NULL);
	volatile int where, *bad = NULL, divisor = 0;
	char *page = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (!(where = sigsetjmp(back, 1)))
		*bad = 1;
	printf("null %d\n", where);
	if (!(where = sigsetjmp(back, 1)))
		*page = 1;
	printf("read-only %d\n", where);
	if (!(where = sigsetjmp(back, 1)))
		*(volatile int *)0x80000000 = 1;
	printf("kernel's %d\n", where);
	if (!(where = sigsetjmp(back, 1)))
		divisor = 7 / divisor;
	printf("divide %d\n", where);
	if (!(where = sigsetjmp(back, 1)))
		__asm__ volatile("break 5");
	printf("break %d\n", where);
	if (!(where = sigsetjmp(back, 1)))
		__asm__ volatile(".word 0x4c00003f");
	printf("reserved %d\n", where);
	if (!(where = sigsetjmp(back, 1)))
		__asm__ volatile("mfc0 $2, $12" : : : "$2");
	printf("privileged %d\n", where);
	char unaligned[16] = "0123456789abcde";
	printf("unaligned %x\n", *(volatile unsigned *)(unaligned + 1));
	pthread_t threads[4];
	for (int i = 0; i < 4; i++)
		pthread_create(&threads[i], NULL, count, NULL);
	for (int i = 0; i < 4; i++)
		pthread_join(threads[i], NULL);
	printf("threads %ld\n", counter);
	int ends[2], status;
	if (pipe(ends))
		return 1;
	fflush(stdout);
	pid_t child = fork();
	if (!child) {
		memset(s, 1, sizeof(s));
		_exit(write(ends[1], "from the child", 15) == 15 ? 42 : 1);
	}
	char text[15];
	ssize_t got = read(ends[0], text, 15);
	waitpid(child, &status, 0);
	printf("fork %zd %s %d %a\n", got, text, WEXITSTATUS(status), s[5]);
	return 0;
}
END
echo 'int add(int a, int b) { return a + b; }' >build/add.c
cat >build/words.cc <<'END'
extern "C" int printf(const char *, ...);
struct shape {
	virtual double area() const = 0;
	virtual ~shape() { printf("gone\n"); }
};
template <int SIDES> struct polygon : shape {
	double side;
	polygon(double s) : side(s) {}
	double area() const override
	{
		if (SIDES > 4)
			throw SIDES;
		return SIDES == 4 ? side * side : side * side * 0.4330127018922193;
	}
};
int main()
{
	for (int i = 0; i < 3; i++) {
		try {
			polygon<3> triangle(i);
			polygon<4> square(i + 0.5);
			polygon<5> more(i);
			const shape *all[] = {&triangle, &square, &more};
			for (auto *s : all)
				printf("%.17g\n", s->area());
		} catch (int sides) {
			printf("caught %d\n", sides);
		}
	}
	auto *list = new int[1000]{};
	delete[] list;
}
END
printf 'all: main words\nmain: main.o add.o\n\t$(CC) -o $@ $^ -lm -lpthread\n%%.o: %%.c\n\t$(CC) -w -O1 -c -o $@ $<\nwords: words.cc\n\t$(CXX) -std=c++17 -O2 -o $@ $<\n' >build/Makefile
run make-gcc-g++ <<'END'
cd build
make CC=gcc CXX=g++; make CC=gcc CXX=g++
gcc -O3 -S -o - add.c | grep -v ident; gcc -E main.c | sha256sum
sha256sum *.o main words; objdump -d add.o
echo 'int f( {' | gcc -x c - && exit 1; echo "refused"
END
run compiled-c <<'END'
build/main
END
run compiled-c++ <<'END'
build/words
END
run sqlite3 <<'END'
sqlite3 data.db <<SQL
CREATE TABLE t(id INTEGER PRIMARY KEY, k INTEGER, price REAL, name TEXT);
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000)
INSERT INTO t SELECT i, i * 7919 % 101, i * 1.25 / 7, printf('name%05d', i * 31 % 3000) FROM n;
CREATE INDEX by_k ON t(k);
SELECT k, count(*), sum(price), avg(price), max(name) FROM t GROUP BY k ORDER BY 3 DESC LIMIT 4;
SELECT a.id, b.name FROM t a JOIN t b ON a.id = b.k * 40 WHERE b.price > 400 ORDER BY 1, 2 LIMIT 3;
SELECT id, sum(price) OVER (ORDER BY id ROWS 3 PRECEDING) FROM t LIMIT 3 OFFSET 2990;
BEGIN; DELETE FROM t WHERE k % 2; UPDATE t SET price = price * 1.1; ROLLBACK;
UPDATE t SET name = upper(name) WHERE id % 10 = 0; PRAGMA integrity_check; SELECT total(price), group_concat(DISTINCT k % 5) FROM t;
SQL
sha256sum data.db
END
cat >bench.v <<'END'
module lfsr(input clock, input reset, output reg [15:0] q);
	always @(posedge clock)
		if (reset) q <= 16'hace1;
		else q <= {q[14:0], q[15] ^ q[13] ^ q[12] ^ q[10]};
endmodule
module bench;
	reg clock = 0, reset = 1;
	wire [15:0] q;
	reg [15:0] memory [0:255];
	reg [31:0] sum = 0;
	integer i;
	lfsr it(clock, reset, q);
	always #5 clock = !clock;
	initial begin
		for (i = 0; i < 256; i = i + 1) memory[i] = i;
		#12 reset = 0;
		for (i = 0; i < 3000; i = i + 1) begin
			@(posedge clock); #1;
			memory[q[7:0]] = memory[q[15:8]] + q;
			sum = sum * 3 + memory[i % 256];
			if (i % 1000 == 0) $display("%0d %h %d %b", $time, q, sum, q[3:0]);
		end
		$display("sum %h, real %f", sum, $itor(sum) / 7.0);
		$finish;
	end
endmodule
END
run iverilog-vvp <<'END'
iverilog -g2005 -o bench.vvp bench.v; vvp bench.vvp
END
# The comments of the picture have the date.
cat >scene.pov <<'END'
#version 3.7;
global_settings { assumed_gamma 1.0 }
#include "colors.inc"
camera { location <0, 2, -5> look_at <0, 1, 0> }
light_source { <4, 8, -6> color White }
plane { y, 0 pigment { checker color Gray color White } finish { reflection 0.2 } }
sphere { <0, 1, 0>, 1 pigment { color rgb <0.9, 0.3, 0.2> } finish { phong 0.8 reflection 0.3 } normal { bumps 0.3 scale 0.2 } }
torus { 1.4, 0.2 rotate x * 30 translate y pigment { marble turbulence 0.6 color_map { [0 color Blue] [1 color Green] } } }
END
check povray <<'END'
povray -D -GA +Iscene.pov +Oscene.ppm +FP +W64 +H48 +WT1 +A0.3 >povray.log 2>&1 || { cat povray.log; exit 1; }
grep -av "^#" scene.ppm
END
run machine <<'END'
uname -srm; nproc; grep -E 'cpu model|isa|system type' /proc/cpuinfo
cat /proc/partitions /proc/filesystems | grep -E 'vda|ext4'; grep MemTotal /proc/meminfo
END
cd /tmp
rm -rf $work
exit $failed
