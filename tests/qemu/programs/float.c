/* SPDX-License-Identifier: MIT */
/*
 * Floating point programs, results as bit patterns: matrices, a Fourier transform, Newton's
 * method, series, an integrator, conversions, comparisons with NaNs and infinities.
 */
#include "tests/qemu/programs/program.h"

static uint32_t seed = 99;

static double random_real(void)
{
	seed = seed * 1664525u + 1013904223u;
	return (double)(int32_t)seed / 65536.0;
}

static double root(double x)
{
	double guess = x > 1 ? x / 2 : 1;

	for (int i = 0; i < 60; i++)
		guess = (guess + x / guess) / 2;
	return guess;
}

static double sine(double x)
{
	double term = x, sum = x;

	for (int i = 1; i < 20; i++) {
		term *= -x * x / ((2 * i) * (2 * i + 1));
		sum += term;
	}
	return sum;
}

#define N 12

static void matrices(void)
{
	static double a[N][N], inverse[N][N];
	double trace = 0;

	for (int i = 0; i < N; i++)
		for (int k = 0; k < N; k++) {
			a[i][k] = random_real() + (i == k ? 100000 : 0);
			inverse[i][k] = i == k;
		}
	for (int i = 0; i < N; i++) {
		double pivot = a[i][i];

		for (int k = 0; k < N; k++) {
			a[i][k] /= pivot;
			inverse[i][k] /= pivot;
		}
		for (int r = 0; r < N; r++) {
			double factor = a[r][i];

			for (int k = 0; k < N && r != i; k++) {
				a[r][k] -= factor * a[i][k];
				inverse[r][k] -= factor * inverse[i][k];
			}
		}
	}
	for (int i = 0; i < N; i++)
		trace += inverse[i][i] + a[i][i];
	print("inverse %F %F\n", trace, inverse[3][7]);
}

static void fourier(void)
{
	enum { POINTS = 64 };
	static float re[POINTS], im[POINTS];
	float energy = 0;

	for (int i = 0; i < POINTS; i++)
		re[i] = (float)random_real();
	for (int half = POINTS / 2; half; half /= 2)
		for (int start = 0; start < POINTS; start += 2 * half)
			for (int k = 0; k < half; k++) {
				float angle = -3.14159265f * k / half;
				float c = (float)sine(angle + 1.57079632679489661923);
				float s = (float)sine(angle);
				int x = start + k, y = x + half;
				float dr = re[x] - re[y], di = im[x] - im[y];

				re[x] += re[y];
				im[x] += im[y];
				re[y] = dr * c - di * s;
				im[y] = dr * s + di * c;
			}
	for (int i = 0; i < POINTS; i++)
		energy += re[i] * re[i] + im[i] * im[i];
	print("fourier %F %F %F\n", (double)energy, (double)re[5], (double)im[60]);
}

/* Three bodies, leapfrog. */
static void orbits(void)
{
	double x[3] = {0, 1, 5.2}, y[3] = {0, 0, 0}, u[3] = {0, 0, 0}, v[3] = {0, 6.28, 2.75};
	static const double mass[3] = {39.47, 0.000118, 0.0377};

	for (int step = 0; step < 400; step++) {
		for (int i = 0; i < 3; i++)
			for (int k = 0; k < 3; k++) {
				double dx = x[k] - x[i], dy = y[k] - y[i];
				double r2 = dx * dx + dy * dy, r = root(r2);

				if (i == k)
					continue;
				u[i] += 0.005 * mass[k] * dx / (r2 * r);
				v[i] += 0.005 * mass[k] * dy / (r2 * r);
			}
		for (int i = 0; i < 3; i++) {
			x[i] += 0.005 * u[i];
			y[i] += 0.005 * v[i];
		}
	}
	for (int i = 0; i < 3; i++)
		print("body %F %F\n", x[i], y[i]);
}

static void conversions(void)
{
	static const double values[] = {0.5, 1.5,  2.5,	       -0.5,   -1.5,
					1e9, -1e9, 123456.789, 1e-300, 3e38};

	for (int i = 0; i < 10; i++) {
		volatile double d = values[i];
		volatile float f = (float)d;
		int whole = (int)(d > 2e9 ? 0 : d);
		unsigned positive = d > 0 && d < 4e9 ? (unsigned)d : 0;

		print("%d %u %F %F %F\n", whole, positive, (double)f, (double)whole + 0.25,
		      (double)(float)positive);
	}
	print("%D %F\n", (long long)(random_real() * 1e12), (double)(long long)0x123456789abcdefll);
}

static void specials(void)
{
	volatile double zero = 0, big = 1e308, small = 1e-308;
	double values[5] = {zero / zero, 1 / zero, -1 / zero, big * 10, small / 1e10};

	/* The sign of a NaN that x - x makes is not the program's, so only what it compares as. */
	for (int i = 0; i < 5; i++) {
		for (int k = 0; k < 5; k++)
			print("%d%d%d%d ", values[i] < values[k], values[i] <= values[k],
			      values[i] == values[k], values[i] != values[k]);
		print("%F\n", i ? values[i] : 0);
	}
	volatile float denormal = 1e-40f;

	print("%F %F\n", (double)(denormal / 3), (double)(denormal * 1e10f));
}

int main(void)
{
	double series = 0;

	matrices();
	fourier();
	orbits();
	conversions();
	specials();
	for (int i = 1; i < 3000; i++)
		series += (i & 1 ? 4.0 : -4.0) / (2 * i - 1);
	print("pi %F root %F sine %F\n", series, root(2), sine(1));
	flush();
	return 0;
}
