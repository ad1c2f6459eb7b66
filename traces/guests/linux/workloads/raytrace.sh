#!/bin/sh
# SPDX-License-Identifier: MIT
# Raytrace, as in Disco's section 5.1: there SPLASH-2's RAYTRACE; here our guest of that kind as a Linux
# program, and POV-Ray on a scene of our own with one thread. Almost all of it user code.
. /workloads/common.sh
trace=$(by_size '-w 40 -h 30' '-w 160 -h 120' '-w 320 -h 240')
detail=$(by_size '-l 3 -u 32' '-l 4 -u 64' '-l 5 -u 160')
pov=$(by_size '+W16 +H12 Declare=Balls=20' '+W112 +H84' '+W240 +H180')
scene $detail balls.scene >scene.out
# The image is a BMP file: Targa and PPM have a date in them.
povray +I/workloads/courtyard.pov +W4 +H3 Declare=Balls=1 +WT1 -D -GA +FB +Owarm.bmp >warm.out 2>&1 ||
	{ cat warm.out; exit 1; }
raytrace -w 4 -h 3 -p 1 balls.scene warm.ppm >>warm.out
region_begin
raytrace $trace -p 1 balls.scene balls.ppm >raytrace.out
povray +I/workloads/courtyard.pov $pov +WT1 -D -GA +FB +Ocourtyard.bmp >povray.out 2>&1 ||
	{ cat povray.out; exit 1; }
region_end
cat scene.out raytrace.out
sum raytrace balls.ppm
sum povray courtyard.bmp
! grep -q FAILED raytrace.out
