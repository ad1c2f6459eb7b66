/* SPDX-License-Identifier: MIT */
/*
 * See subnet.h. ARP: RFC 826. IPv4: RFC 791, without options and fragments. ICMP echo: RFC 792.
 * DHCP: RFC 2131, options RFC 2132; the one lease is always free, for there is one guest; it names
 * no router, for nothing is behind it.
 */
#include "sim/board/subnet.h"

#include <stdbool.h>
#include <string.h>

#define ROUTER	    0x0a000202u
#define NAME_SERVER 0x0a000203u
#define GUEST	    0x0a00020fu
#define MASK	    0xffffff00u
#define BROADCAST   0xffffffffu
#define LEASE	    86400u /* seconds */

/* Offsets. */
enum { TO = 0, FROM = 6, TYPE = 12, IP = 14 }; /* in a frame */
enum {
	IP_VERSION = 0,
	IP_LENGTH = 2,
	IP_FRAGMENT = 6,
	IP_TTL = 8,
	IP_PROTOCOL = 9,
	IP_SUM = 10,
	IP_SOURCE = 12,
	IP_TARGET = 16,
	IP_BYTES = 20
};
enum {
	ARP_KIND = 0,
	ARP_OPERATION = 6,
	ARP_SENDER = 8,
	ARP_SENDER_IP = 14,
	ARP_TARGET = 18,
	ARP_TARGET_IP = 24,
	ARP_BYTES = 28
};
enum { ICMP_TYPE = 0, ICMP_SUM = 2, ICMP_BYTES = 8 };
enum {
	TCP_SOURCE = 0,
	TCP_TARGET = 2,
	TCP_SEQUENCE = 4,
	TCP_CONFIRMED = 8,
	TCP_HEADER = 12,
	TCP_FLAGS = 13,
	TCP_SUM = 16,
	TCP_BYTES = 20
};
enum { FLAG_FIN = 1, FLAG_SYN = 2, FLAG_RESET = 4, FLAG_CONFIRMS = 16 };
enum { UDP_SOURCE = 0, UDP_TARGET = 2, UDP_LENGTH = 4, UDP_SUM = 6, UDP_BYTES = 8 };
enum {
	DHCP_OPERATION = 0,
	DHCP_TRANSACTION = 4,
	DHCP_FLAGS = 10,
	DHCP_CLIENT = 12,
	DHCP_YOURS = 16,
	DHCP_SERVER = 20,
	DHCP_HARDWARE = 28,
	DHCP_MAGIC = 236,
	DHCP_OPTIONS = 240
};

enum {
	TYPE_IP = 0x0800,
	TYPE_ARP = 0x0806,
	PROTOCOL_ICMP = 1,
	PROTOCOL_TCP = 6,
	PROTOCOL_UDP = 17
};
enum { PORT_SERVER = 67, PORT_CLIENT = 68 };
enum { DISCOVER = 1, OFFER = 2, REQUEST = 3, ACK = 5, NAK = 6 };
enum {
	OPTION_MASK = 1,

	OPTION_WANTED = 50,
	OPTION_LEASE = 51,
	OPTION_KIND = 53,
	OPTION_SERVER = 54,
	OPTION_END = 255
};

static uint32_t get16(const uint8_t *p)
{
	return (uint32_t)p[0] << 8 | p[1];
}

static uint32_t get32(const uint8_t *p)
{
	return get16(p) << 16 | get16(p + 2);
}

static void put16(uint8_t *p, uint32_t value)
{
	p[0] = (uint8_t)(value >> 8);
	p[1] = (uint8_t)value;
}

static void put32(uint8_t *p, uint32_t value)
{
	put16(p, value >> 16);
	put16(p + 2, value);
}

/* Our Ethernet addresses: 52:55 and the IP address. */
static void put_ours(uint8_t *p, uint32_t ip)
{
	put16(p, 0x5255);
	put32(p + 2, ip);
}

static bool is_ours(uint32_t ip)
{
	return ip == ROUTER || ip == NAME_SERVER;
}

/* The Internet checksum; 0 over data that contain a right one. */
static uint32_t checksum(const uint8_t *p, uint32_t bytes, uint32_t sum)
{
	for (uint32_t i = 0; i + 1 < bytes; i += 2)
		sum += get16(p + i);
	if (bytes & 1)
		sum += (uint32_t)p[bytes - 1] << 8;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return ~sum & 0xffff;
}

static uint32_t answer_arp(const uint8_t *frame, uint32_t bytes, uint8_t *answer)
{
	const uint8_t *arp = frame + IP;
	uint8_t *out = answer + IP;
	uint32_t wanted;

	/* Ethernet, IPv4, a request. */
	if (bytes < IP + ARP_BYTES || memcmp(arp, "\0\1\10\0\6\4\0\1", 8))
		return 0;
	wanted = get32(arp + ARP_TARGET_IP);
	if (!is_ours(wanted))
		return 0;
	memcpy(answer + TO, arp + ARP_SENDER, 6);
	put_ours(answer + FROM, wanted);
	put16(answer + TYPE, TYPE_ARP);
	memcpy(out, arp, ARP_OPERATION);
	put16(out + ARP_OPERATION, 2);
	put_ours(out + ARP_SENDER, wanted);
	put32(out + ARP_SENDER_IP, wanted);
	memcpy(out + ARP_TARGET, arp + ARP_SENDER, 10);
	return IP + ARP_BYTES;
}

/* Heads around `bytes` bytes of payload that lie in the answer already. Returns the length. */
static uint32_t wrap(const uint8_t *frame, uint8_t *answer, uint32_t protocol, uint32_t source,
		     uint32_t target, uint32_t bytes)
{
	uint8_t *ip = answer + IP;

	memcpy(answer + TO, frame + FROM, 6);
	put_ours(answer + FROM, source);
	put16(answer + TYPE, TYPE_IP);
	memset(ip, 0, IP_BYTES);
	ip[IP_VERSION] = 0x45;
	put16(ip + IP_LENGTH, IP_BYTES + bytes);
	ip[IP_TTL] = 255;
	ip[IP_PROTOCOL] = (uint8_t)protocol;
	put32(ip + IP_SOURCE, source);
	put32(ip + IP_TARGET, target);
	put16(ip + IP_SUM, checksum(ip, IP_BYTES, 0));
	return IP + IP_BYTES + bytes;
}

static uint32_t answer_echo(const uint8_t *frame, uint32_t bytes, uint8_t *answer)
{
	const uint8_t *ip = frame + IP, *icmp = ip + IP_BYTES;
	uint8_t *out = answer + IP + IP_BYTES;

	if (bytes < ICMP_BYTES || icmp[ICMP_TYPE] != 8 || checksum(icmp, bytes, 0))
		return 0;
	memcpy(out, icmp, bytes);
	out[ICMP_TYPE] = 0;
	put16(out + ICMP_SUM, 0);
	put16(out + ICMP_SUM, checksum(out, bytes, 0));
	return wrap(frame, answer, PROTOCOL_ICMP, get32(ip + IP_TARGET), get32(ip + IP_SOURCE),
		    bytes);
}

/* No port is open: a reset, RFC 793, section 3.4. */
static uint32_t answer_tcp(const uint8_t *frame, uint32_t bytes, uint8_t *answer)
{
	const uint8_t *ip = frame + IP, *tcp = ip + IP_BYTES;
	uint8_t *out = answer + IP + IP_BYTES;
	uint32_t head = bytes < TCP_BYTES ? 0 : (tcp[TCP_HEADER] >> 4) * 4u, flags, length;
	uint32_t source = get32(ip + IP_TARGET), target = get32(ip + IP_SOURCE);

	if (head < TCP_BYTES || head > bytes || tcp[TCP_FLAGS] & FLAG_RESET)
		return 0;
	flags = tcp[TCP_FLAGS];
	memset(out, 0, TCP_BYTES);
	memcpy(out + TCP_SOURCE, tcp + TCP_TARGET, 2);
	memcpy(out + TCP_TARGET, tcp + TCP_SOURCE, 2);
	out[TCP_HEADER] = TCP_BYTES / 4 << 4;
	out[TCP_FLAGS] = FLAG_RESET;
	if (flags & FLAG_CONFIRMS)
		memcpy(out + TCP_SEQUENCE, tcp + TCP_CONFIRMED, 4);
	else {
		length = bytes - head + !!(flags & FLAG_SYN) + !!(flags & FLAG_FIN);
		put32(out + TCP_CONFIRMED, get32(tcp + TCP_SEQUENCE) + length);
		out[TCP_FLAGS] |= FLAG_CONFIRMS;
	}
	/* The sum goes over a pseudo header too: addresses, protocol, length. */
	length = (source >> 16) + (source & 0xffff) + (target >> 16) + (target & 0xffff);
	put16(out + TCP_SUM, checksum(out, TCP_BYTES, length + PROTOCOL_TCP + TCP_BYTES));
	return wrap(frame, answer, PROTOCOL_TCP, source, target, TCP_BYTES);
}

/* The option's value, or NULL when it is not there with that length. */
static const uint8_t *option(const uint8_t *dhcp, uint32_t bytes, unsigned kind, unsigned length)
{
	uint32_t at = DHCP_OPTIONS;

	while (at + 1 < bytes && dhcp[at] != OPTION_END) {
		uint32_t next = dhcp[at] ? at + 2 + dhcp[at + 1] : at + 1;

		if (next <= bytes && dhcp[at] == kind && dhcp[at + 1] == length)
			return dhcp + at + 2;
		at = next;
	}
	return NULL;
}

static uint8_t *add_option(uint8_t *p, unsigned kind, uint32_t value)
{
	p[0] = (uint8_t)kind;
	p[1] = 4;
	put32(p + 2, value);
	return p + 6;
}

static uint32_t fill_dhcp(const uint8_t *dhcp, unsigned kind, uint8_t *out)
{
	uint8_t *p = out + DHCP_OPTIONS;

	memset(out, 0, DHCP_OPTIONS);
	memcpy(out, "\2\1\6", 3);
	memcpy(out + DHCP_TRANSACTION, dhcp + DHCP_TRANSACTION, 4);
	memcpy(out + DHCP_FLAGS, dhcp + DHCP_FLAGS, 2);
	memcpy(out + DHCP_HARDWARE, dhcp + DHCP_HARDWARE, 16);
	memcpy(out + DHCP_MAGIC, dhcp + DHCP_MAGIC, 4);
	memcpy(p, "\65\1", 2);
	p[2] = (uint8_t)kind;
	p = add_option(p + 3, OPTION_SERVER, ROUTER);
	if (kind != NAK) {
		put32(out + DHCP_YOURS, GUEST);
		put32(out + DHCP_SERVER, ROUTER);
		p = add_option(p, OPTION_MASK, MASK);
		p = add_option(p, OPTION_LEASE, LEASE);
	}
	*p++ = OPTION_END;
	return (uint32_t)(p - out);
}

static uint32_t answer_dhcp(const uint8_t *frame, const uint8_t *dhcp, uint32_t bytes,
			    uint8_t *answer)
{
	uint8_t *udp = answer + IP + IP_BYTES;
	const uint8_t *kind, *wanted, *server;
	uint32_t length;
	bool right;

	if (bytes < DHCP_OPTIONS || memcmp(dhcp, "\1\1\6", 3) ||
	    memcmp(dhcp + DHCP_MAGIC, "\143\202\123\143", 4))
		return 0;
	kind = option(dhcp, bytes, OPTION_KIND, 1);
	wanted = option(dhcp, bytes, OPTION_WANTED, 4);
	server = option(dhcp, bytes, OPTION_SERVER, 4);
	if (!kind || (*kind != DISCOVER && *kind != REQUEST) || (server && get32(server) != ROUTER))
		return 0;
	right = get32(wanted ? wanted : dhcp + DHCP_CLIENT) == GUEST;
	length = fill_dhcp(dhcp, *kind == DISCOVER ? OFFER : right ? ACK : NAK, udp + UDP_BYTES);
	put16(udp + UDP_SOURCE, PORT_SERVER);
	put16(udp + UDP_TARGET, PORT_CLIENT);
	put16(udp + UDP_LENGTH, UDP_BYTES + length);
	put16(udp + UDP_SUM, 0); /* none */
	length = wrap(frame, answer, PROTOCOL_UDP, ROUTER, BROADCAST, UDP_BYTES + length);
	if (*kind == REQUEST && !right)
		memset(answer + TO, 0xff, 6);
	return length;
}

static uint32_t answer_ip(const uint8_t *frame, uint32_t bytes, uint8_t *answer)
{
	const uint8_t *ip = frame + IP, *udp = ip + IP_BYTES;
	uint32_t length, target, payload;

	if (bytes < IP + IP_BYTES || ip[IP_VERSION] != 0x45 || checksum(ip, IP_BYTES, 0))
		return 0;
	length = get16(ip + IP_LENGTH);
	if (length < IP_BYTES || length > bytes - IP || get16(ip + IP_FRAGMENT) & 0x3fff)
		return 0;
	payload = length - IP_BYTES;
	target = get32(ip + IP_TARGET);
	if (ip[IP_PROTOCOL] == PROTOCOL_ICMP && is_ours(target))
		return answer_echo(frame, payload, answer);
	if (ip[IP_PROTOCOL] == PROTOCOL_TCP && is_ours(target))
		return answer_tcp(frame, payload, answer);
	if (ip[IP_PROTOCOL] != PROTOCOL_UDP || (target != ROUTER && target != BROADCAST) ||
	    payload < UDP_BYTES || get16(udp + UDP_TARGET) != PORT_SERVER ||
	    get16(udp + UDP_LENGTH) < UDP_BYTES || get16(udp + UDP_LENGTH) > payload)
		return 0;
	return answer_dhcp(frame, udp + UDP_BYTES, get16(udp + UDP_LENGTH) - UDP_BYTES, answer);
}

uint32_t subnet_answer(const uint8_t *frame, uint32_t bytes, uint8_t answer[SUBNET_FRAME])
{
	if (bytes < IP || bytes > SUBNET_FRAME)
		return 0;
	if (get16(frame + TYPE) == TYPE_ARP)
		return answer_arp(frame, bytes, answer);
	if (get16(frame + TYPE) == TYPE_IP)
		return answer_ip(frame, bytes, answer);
	return 0;
}
