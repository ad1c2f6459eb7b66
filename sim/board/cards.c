/* SPDX-License-Identifier: MIT */
/*
 * See cards.h. With more cards than connectors a connector holds several, as functions of one card;
 * a guest that looks through slots and functions in order finds them in the order of the command
 * line.
 */
#include "sim/board/cards.h"

#include <assert.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "sim/board/disk.h"
#include "sim/board/virtio_blk.h"
#include "sim/board/virtio_net.h"

/* Under whatever names; a file that is not there yet by its folder and its name in it. */
static bool same_file(const char *a, const char *b)
{
	char *one = strdup(a), *other = strdup(b);
	struct stat x, y;
	bool same;

	if (!one || !other)
		abort();
	same = !strcmp(basename(one), basename(other));
	if (stat(a, &x) || stat(b, &y))
		same = same && !stat(dirname(one), &x) && !stat(dirname(other), &y);
	else
		same = true;
	same = same && x.st_dev == y.st_dev && x.st_ino == y.st_ino;
	free(one);
	free(other);
	return same;
}

/* Two overlays in one file would be one of them in the end. */
static int check_overlays(const struct board_config *config, struct error *err)
{
	for (unsigned i = 0; i < config->disks; i++)
		for (unsigned j = 0; j < i; j++)
			if (config->disk[i].overlay && config->disk[j].overlay &&
			    same_file(config->disk[i].overlay, config->disk[j].overlay))
				return error_usage(err,
						   "--disk %s,overlay=%s: the overlay of another "
						   "disk too; wanted a file for each",
						   config->disk[i].image, config->disk[i].overlay);
	return 0;
}

const char *cards_identify(struct cards *c)
{
	free(c->identities);
	c->identities = NULL;
	for (unsigned i = 0; i < c->disks; i++) {
		char *before = c->identities;

		if (asprintf(&c->identities, "%s%u %s\n", before ? before : "", i,
			     disk_identity(c->disk[i])) < 0)
			abort();
		free(before);
	}
	return c->identities;
}

int cards_insert(struct cards *c, struct pci_bus *bus, struct services *services,
		 const struct board_config *config, unsigned first, unsigned slots,
		 struct error *err)
{
	unsigned count = config->disks + (config->network != NULL), n = 0;
	unsigned parts = (count + slots - 1) / slots;

	assert(parts <= PCI_PARTS);
	if (check_overlays(config, err))
		return -1;
	for (; n < config->disks; n++) {
		struct board_disk disk = config->disk[n];

		c->disk[n] = disk_open(&disk, config->restored, err);
		if (!c->disk[n])
			return -1;
		c->disks++;
		pci_attach_part(bus, first + n / parts, n % parts,
				virtio_blk_new(services, c->disk[n], n));
	}
	if (config->network)
		pci_attach_part(bus, first + n / parts, n % parts, virtio_net_new(services));
	return 0;
}

int cards_off(struct cards *c, struct error *err)
{
	for (unsigned i = 0; i < c->disks; i++)
		if (disk_finish(c->disk[i], err))
			return -1;
	return 0;
}

void cards_release(struct cards *c)
{
	free(c->identities);
	*c = (struct cards){.disks = 0};
}
