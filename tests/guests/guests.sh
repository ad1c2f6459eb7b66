# SPDX-License-Identifier: MIT
# Sourced by the test scripts: `build_guest NAME FOLDER` compiles tests/guests/NAME.c into
# FOLDER/NAME.elf, an image for the bare board and for QEMU's Malta.
build_guest() {
	mipsel-linux-gnu-gcc -std=gnu11 -Wall -Wextra -Werror -O1 -I. -march=mips32r2 -mabi=32 \
		-mno-abicalls -fno-pic -no-pie -G0 -ffreestanding -fno-builtin -nostdlib -static \
		-Wl,-Ttext=0x80100000,--build-id=none,-z,norelro \
		-o "$2/$1.elf" "tests/guests/$1.c"
}
