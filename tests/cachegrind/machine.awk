# SPDX-License-Identifier: MIT
# din text of guest-physical addresses to machine addresses on one node, with -v ll=BYTES,WAYS,LINE:
# a page gets, when it is first referenced, the lowest free frame of its colour, its number modulo
# the pages of a way of the second level (models/pages.c). Nodes have frames enough of each.
BEGIN {
	split(ll, shape, ",")
	colours = int(shape[1] / shape[2] / 4096)
	if (colours < 1)
		colours = 1
}
{
	address = "000" $2
	n = length(address)
	page = substr(address, 1, n - 3)
	sub(/^0*/, "", page)
	if (!(page in frame)) {
		colour = 0
		for (i = 1; i <= length(page); i++)
			colour = (colour * 16 + index("0123456789abcdef", substr(page, i, 1)) - 1) % colours
		frame[page] = colour + colours * used[colour]++
	}
	printf "%s %x%s\n", $1, frame[page], substr(address, n - 2)
}
