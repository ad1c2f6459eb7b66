# SPDX-License-Identifier: MIT
# din text of guest-physical addresses to machine addresses on one node: pages get frames in the
# order of their first reference (models/pages.c hands them out from the lowest on).
{
	address = "000" $2
	n = length(address)
	page = substr(address, 1, n - 3)
	sub(/^0*/, "", page)
	if (!(page in frame))
		frame[page] = frames++
	printf "%s %x%s\n", $1, frame[page], substr(address, n - 2)
}
