// SPDX-License-Identifier: MIT
// A scene of our own for povray: a spiral of a few hundred spheres, glass, mirrors, a torus and a piece
// of constructive geometry on a tiled floor, two lights with shadows. Everything is computed by the
// scene's own arithmetic: no texture files, no include files, no clock, nothing random.
#version 3.7;
global_settings { assumed_gamma 1.0 max_trace_level 6 }

#ifndef (Balls) #declare Balls = 240; #end
#declare Golden = 2.399963;

camera { location <7, 5.5, -11> look_at <0, 1.2, 0> angle 42 right x * image_width / image_height }
light_source { <12, 18, -14> color rgb <1, 0.97, 0.9> }
light_source { <-16, 9, -6> color rgb <0.3, 0.35, 0.45> }
background { color rgb <0.45, 0.6, 0.8> }

plane {
	y, 0
	pigment { checker color rgb 0.85 color rgb <0.35, 0.3, 0.3> }
	finish { ambient 0.1 diffuse 0.7 reflection 0.12 }
}

union {
	#for (I, 0, Balls - 1)
		#local Angle = I * Golden;
		#local Radius = 0.24 * sqrt(I);
		sphere {
			<Radius * cos(Angle), 0.2 + 1.6 * exp(-Radius * Radius / 6), Radius * sin(Angle)>, 0.19
			pigment { color rgb <0.5 + 0.5 * sin(I * 0.1), 0.5 + 0.5 * sin(I * 0.17 + 2), 0.6> }
			finish { ambient 0.1 diffuse 0.6 specular 0.5 roughness 0.02 reflection 0.15 }
		}
	#end
}

torus {
	2.6, 0.28
	rotate x * 68
	translate <0, 2.9, 1.2>
	pigment { color rgb <0.9, 0.75, 0.3> }
	finish { ambient 0.1 diffuse 0.4 specular 0.8 roughness 0.01 reflection 0.35 }
}

sphere {
	<0, 3.0, 1.2>, 1.3
	pigment { color rgbt <0.95, 1, 0.97, 0.85> }
	finish { ambient 0 diffuse 0.1 specular 0.9 roughness 0.005 reflection 0.1 }
	interior { ior 1.5 }
}

difference {
	intersection {
		box { -1, 1 }
		sphere { 0, 1.35 }
	}
	cylinder { -2 * x, 2 * x, 0.6 }
	cylinder { -2 * y, 2 * y, 0.6 }
	cylinder { -2 * z, 2 * z, 0.6 }
	scale 0.9
	rotate <20, 35, 0>
	translate <-4.4, 1.3, -1.5>
	pigment { granite color_map { [0 color rgb <0.6, 0.2, 0.15>] [1 color rgb <0.95, 0.8, 0.7>] } scale 0.6 }
	finish { ambient 0.12 diffuse 0.7 specular 0.3 }
}
