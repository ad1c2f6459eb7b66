/* SPDX-License-Identifier: MIT */
/*
 * printf. Floating point digits come from repeated multiplication, exact enough for the 9
 * significant digits that are ever printed, and the same on every machine.
 */
#include "traces/guests/libos/libos.h"

struct sink {
	char *to;
	size_t room; /* characters that fit */
	size_t used; /* characters produced since the last flush */
	int file;    /* to flush to when full; -1: none */
	int total;
};

struct spec {
	bool left, zero, plus;
	int width, precision; /* precision -1: not given */
};

static void flush(struct sink *sink)
{
	if (sink->file >= 0 && sink->used)
		file_write(sink->file, sink->to, sink->used);
	sink->used = 0;
}

static void put(struct sink *sink, char c)
{
	if (sink->file >= 0 && sink->used == sink->room)
		flush(sink);
	if (sink->used < sink->room)
		sink->to[sink->used++] = c;
	sink->total++;
}

static void pad(struct sink *sink, char c, int n)
{
	while (n-- > 0)
		put(sink, c);
}

/* sign: text in front of the digits, before padding with zeros. */
static void put_field(struct sink *sink, const struct spec *spec, const char *sign,
		      const char *text, int length)
{
	int padding = spec->width - length - (int)strlen(sign);

	if (!spec->left && !spec->zero)
		pad(sink, ' ', padding);
	while (*sign)
		put(sink, *sign++);
	if (!spec->left && spec->zero)
		pad(sink, '0', padding);
	for (int i = 0; i < length; i++)
		put(sink, text[i]);
	if (spec->left)
		pad(sink, ' ', padding);
}

/* Digits, right-aligned so that they end at `end`; returns where they begin. */
static char *digits(char *end, uint64_t value, unsigned base, int at_least)
{
	while (value || at_least > 0) {
		uint32_t low = value;

		if (value >> 32) {
			low = value % base;
			value /= base;
		} else {
			value = low / base;
			low %= base;
		}
		*--end = "0123456789abcdef"[low];
		at_least--;
	}
	return end;
}

static const char *sign_of(bool negative, const struct spec *spec)
{
	return negative ? "-" : spec->plus ? "+" : "";
}

static double power_of_ten(int n)
{
	double p = 1;

	while (n-- > 0)
		p *= 10;
	return p;
}

/* Fixed notation of 0 <= v < 1e18, at most 9 decimals that are not zero. */
static int fixed(char *to, double v, int precision)
{
	char buffer[40], *end = buffer + sizeof(buffer), *begin;
	int shown = precision > 9 ? 9 : precision, n;
	uint32_t scale = (uint32_t)power_of_ten(shown);
	uint32_t high = (uint32_t)(v / 1e9), low, fraction;
	double rest = v - high * 1e9;

	low = (uint32_t)rest;
	fraction = (uint32_t)((rest - low) * scale + 0.5);
	if (fraction >= scale) {
		fraction -= scale;
		if (++low == 1000000000) {
			low = 0;
			high++;
		}
	}
	begin = end;
	if (precision > 0) {
		memset(begin -= precision - shown, '0', precision - shown);
		begin = digits(begin, fraction, 10, shown);
		*--begin = '.';
	}
	begin = digits(begin, low, 10, high ? 9 : 1);
	if (high)
		begin = digits(begin, high, 10, 1);
	n = end - begin;
	memcpy(to, begin, n);
	return n;
}

/* v = mantissa * 10^result, 1 <= mantissa < 10 after rounding to the precision; v > 0. */
static int decimal_exponent(double v, int precision, double *mantissa)
{
	int exponent = 0;

	for (; v >= 10; exponent++)
		v /= 10;
	for (; v < 1; exponent--)
		v *= 10;
	if (v + 0.5 / power_of_ten(precision) >= 10) {
		v /= 10;
		exponent++;
	}
	*mantissa = v;
	return exponent;
}

static void put_double(struct sink *sink, const struct spec *spec, char conversion, double v)
{
	char text[64];
	union {
		double d;
		uint64_t u;
	} bits = {v};
	int precision = spec->precision < 0 ? 6 : spec->precision > 20 ? 20 : spec->precision;
	const char *sign = sign_of(bits.u >> 63, spec);
	int n, exponent = 0;
	double mantissa = 0;

	if (bits.u >> 63)
		v = -v;
	if ((bits.u >> 52 & 0x7ff) == 0x7ff) {
		struct spec words = {.left = spec->left, .width = spec->width};

		put_field(sink, &words, sign, bits.u << 12 ? "nan" : "inf", 3);
		return;
	}
	if (conversion == 'g') {
		int significant = precision ? precision : 1;

		if (v > 0)
			exponent = decimal_exponent(v, significant - 1, &mantissa);
		if (exponent >= -4 && exponent < significant)
			conversion = 'F', precision = significant - 1 - exponent;
		else
			conversion = 'E', precision = significant - 1;
	} else if (v > 0 && (conversion == 'e' || v >= 1e18)) {
		conversion = 'e';
		exponent = decimal_exponent(v, precision, &mantissa);
	}
	n = fixed(text, conversion == 'e' || conversion == 'E' ? mantissa : v, precision);
	if ((conversion == 'F' || conversion == 'E') && precision > 0) {
		while (text[n - 1] == '0')
			n--;
		if (text[n - 1] == '.')
			n--;
	}
	if (conversion == 'e' || conversion == 'E') {
		char buffer[8], *end = buffer + sizeof(buffer);
		char *begin = digits(end, exponent < 0 ? -exponent : exponent, 10, 2);

		text[n++] = 'e';
		text[n++] = exponent < 0 ? '-' : '+';
		memcpy(text + n, begin, end - begin);
		n += end - begin;
	}
	put_field(sink, spec, sign, text, n);
}

static void put_integer(struct sink *sink, const struct spec *spec, char conversion, uint64_t v)
{
	char buffer[64], *end = buffer + sizeof(buffer), *begin;
	bool is_signed = conversion == 'd' || conversion == 'i', negative = false;
	struct spec field = *spec;

	if (is_signed && v >> 63) {
		negative = true;
		v = -v;
	}
	if (spec->precision >= 0)
		field.zero = false;
	begin = digits(end, v, conversion == 'x' || conversion == 'p' ? 16 : 10,
		       spec->precision < 0    ? 1
		       : spec->precision > 40 ? 40
					      : spec->precision);
	put_field(sink, &field,
		  conversion == 'p' ? "0x"
		  : is_signed	    ? sign_of(negative, spec)
				    : "",
		  begin, end - begin);
}

static void put_string(struct sink *sink, const struct spec *spec, const char *text)
{
	struct spec field = {.left = spec->left, .width = spec->width};
	int n = 0;

	while ((spec->precision < 0 || n < spec->precision) && text[n])
		n++;
	put_field(sink, &field, "", text, n);
}

static const char *read_number(const char *f, int *n)
{
	for (*n = 0; *f >= '0' && *f <= '9'; f++)
		*n = *n * 10 + *f - '0';
	return f;
}

static void format_to(struct sink *sink, const char *f, va_list ap)
{
	for (; *f; f++) {
		struct spec spec = {.precision = -1};
		int longs = 0;
		char c;

		if (*f != '%') {
			put(sink, *f);
			continue;
		}
		for (f++; *f == '-' || *f == '0' || *f == '+'; f++) {
			spec.left |= *f == '-';
			spec.zero |= *f == '0';
			spec.plus |= *f == '+';
		}
		if (*f == '*')
			spec.width = va_arg(ap, int), f++;
		else
			f = read_number(f, &spec.width);
		if (*f == '.') {
			if (*++f == '*')
				spec.precision = va_arg(ap, int), f++;
			else
				f = read_number(f, &spec.precision);
		}
		for (; *f == 'l' || *f == 'z'; f++)
			longs += *f == 'l';
		switch (*f) {
		case 'd':
		case 'i':
			put_integer(sink, &spec, *f,
				    longs > 1 ? va_arg(ap, int64_t) : (int64_t)va_arg(ap, int));
			break;
		case 'u':
		case 'x':
		case 'p':
			put_integer(sink, &spec, *f,
				    longs > 1 ? va_arg(ap, uint64_t) : va_arg(ap, uint32_t));
			break;
		case 'f':
		case 'e':
		case 'g':
			put_double(sink, &spec, *f, va_arg(ap, double));
			break;
		case 's':
			put_string(sink, &spec, va_arg(ap, const char *));
			break;
		case 'c':
			c = va_arg(ap, int);
			spec.zero = false;
			put_field(sink, &spec, "", &c, 1);
			break;
		case '%':
			put(sink, '%');
			break;
		default: /* not one of ours: shown as it is written */
			put(sink, '%');
			f--;
			break;
		}
	}
}

int vfprintf(int file, const char *format, va_list ap)
{
	char buffer[512];
	struct sink sink = {.to = buffer, .room = sizeof(buffer), .file = file};

	format_to(&sink, format, ap);
	flush(&sink);
	return sink.total;
}

int fprintf(int file, const char *format, ...)
{
	va_list ap;
	int n;

	va_start(ap, format);
	n = vfprintf(file, format, ap);
	va_end(ap);
	return n;
}

int printf(const char *format, ...)
{
	va_list ap;
	int n;

	va_start(ap, format);
	n = vfprintf(STANDARD_OUTPUT, format, ap);
	va_end(ap);
	return n;
}

int vsnprintf(char *to, size_t n, const char *format, va_list ap)
{
	struct sink sink = {.to = to, .room = n ? n - 1 : 0, .file = -1};

	format_to(&sink, format, ap);
	if (n)
		to[sink.used] = 0;
	return sink.total;
}

int snprintf(char *to, size_t n, const char *format, ...)
{
	va_list ap;
	int total;

	va_start(ap, format);
	total = vsnprintf(to, n, format, ap);
	va_end(ap);
	return total;
}

void die(const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	vfprintf(STANDARD_ERROR, format, ap);
	va_end(ap);
	file_write(STANDARD_ERROR, "\n", 1);
	exit(1);
}
