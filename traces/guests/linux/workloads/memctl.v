// SPDX-License-Identifier: MIT
// The memory controller of a small multiprocessor, and a test bench that drives it: what the
// engineering workload simulates.
//
// memctl keeps a directory: for each line uncached, shared by a set of processors, or owned by one
// that may have changed it. It serves one request at a time, taken round robin: looks the line up,
// probes the caches that have it (an invalidation, or a fetch from the owner), reads or writes the
// memory, which takes MEMORY_CYCLES, and answers. processor is a cache with the protocol's other half
// behind a generator of pseudo-random references (a linear feedback shift register), with a part of
// the addresses shared by all. The test bench checks every load against a copy of the memory that
// is written when a store retires, and that a changed line is in one cache only; it prints a
// checksum of all loads.

`define READ	  2'd0 // to share
`define EXCLUSIVE 2'd1 // to write
`define WRITEBACK 2'd2 // the only copy leaves its cache

module memctl #(
	parameter N = 4,	// processors
	parameter A = 10,	// address bits: lines of one word
	parameter MEMORY_CYCLES = 6
) (
	input clock, input reset,
	input [N-1:0] request, input [2*N-1:0] operation, input [A*N-1:0] address, input [32*N-1:0] data,
	output reg [N-1:0] answer, output reg [31:0] answer_data,
	output reg [N-1:0] probe, output reg probe_invalidates, output reg [A-1:0] probe_address,
	input [N-1:0] probe_done, input [N-1:0] probe_dirty, input [32*N-1:0] probe_data
);
	localparam IDLE = 0, LOOKUP = 1, PROBE = 2, MEMORY = 3, ANSWER = 4;

	reg [31:0] memory [0:(1<<A)-1];
	reg [N-1:0] sharers [0:(1<<A)-1];	// the one owner, when owned
	reg owned [0:(1<<A)-1];
	reg [2:0] state;
	reg [7:0] who, last, wait_cycles;
	reg [1:0] op;
	reg [A-1:0] at;
	reg [31:0] word;
	reg [N-1:0] others, waiting;
	reg write_memory;
	integer i, candidate;

	initial for (i = 0; i < (1 << A); i = i + 1) begin
		memory[i] = i * 32'h9e3779b1;
		sharers[i] = 0;
		owned[i] = 0;
	end

	always @(posedge clock)
		if (reset) begin
			state <= IDLE;
			answer <= 0;
			probe <= 0;
			last <= 0;
		end else case (state)
		IDLE: begin
			answer <= 0;
			candidate = -1;
			if (request != 0) for (i = N; i >= 1; i = i - 1)
				if (request[(last + i) % N] && !answer[(last + i) % N])
					candidate = (last + i) % N;
			if (candidate >= 0) begin
				who <= candidate;
				last <= candidate;
				op <= operation[2*candidate +: 2];
				at <= address[A*candidate +: A];
				word <= data[32*candidate +: 32];
				state <= LOOKUP;
			end
		end
		LOOKUP: begin
			others = sharers[at] & ~(1 << who);
			write_memory <= op == `WRITEBACK;
			wait_cycles <= MEMORY_CYCLES;
			if (op == `WRITEBACK) begin
				// A probe may have taken the line while the request waited.
				write_memory <= owned[at] && sharers[at][who];
				if (owned[at] && sharers[at][who]) begin
					owned[at] <= 0;
					sharers[at] <= 0;
				end
				state <= MEMORY;
			end else if (owned[at] && others != 0 || op == `EXCLUSIVE && others != 0) begin
				probe <= others;
				waiting <= others;
				probe_invalidates <= op == `EXCLUSIVE;
				probe_address <= at;
				state <= PROBE;
			end else begin
				word <= memory[at];
				state <= MEMORY;
			end
		end
		PROBE: begin
			waiting <= waiting & ~probe_done;
			probe <= probe & ~probe_done;
			for (i = 0; i < N; i = i + 1)
				if (probe_done[i] && probe_dirty[i])
					memory[at] <= probe_data[32*i +: 32];
			if (waiting == 0) begin
				owned[at] <= 0;
				if (op == `EXCLUSIVE)
					sharers[at] <= sharers[at] & (1 << who);
				word <= memory[at];
				state <= MEMORY;
			end
		end
		MEMORY:
			if (wait_cycles != 0)
				wait_cycles <= wait_cycles - 1;
			else begin
				if (write_memory)
					memory[at] <= word;
				if (op != `WRITEBACK) begin
					sharers[at] <= op == `EXCLUSIVE ? 1 << who : sharers[at] | 1 << who;
					owned[at] <= op == `EXCLUSIVE;
				end
				answer_data <= word;
				answer <= 1 << who;
				state <= IDLE;
			end
		endcase
endmodule

module processor #(parameter A = 10, parameter C = 5 /* 2^C lines of cache */, parameter SEED = 1) (
	input clock, input reset,
	output reg request, output reg [1:0] operation, output reg [A-1:0] address, output reg [31:0] data,
	input answer, input [31:0] answer_data,
	input probe, input probe_invalidates, input [A-1:0] probe_address,
	output reg probe_done, output reg probe_dirty, output reg [31:0] probe_data,
	output reg loaded, output reg stored, output reg [A-1:0] retired_address, output reg [31:0] retired_data
);
	localparam INVALID = 0, SHARED = 1, OWNED = 2;

	reg [1:0] line_state [0:(1<<C)-1];
	reg [A-1:0] tag [0:(1<<C)-1];
	reg [31:0] word [0:(1<<C)-1];
	reg [31:0] lfsr;
	reg [A-1:0] next;
	reg next_is_store, pending;
	reg [C-1:0] slot, probed;
	integer i;

	initial for (i = 0; i < (1 << C); i = i + 1)
		line_state[i] = INVALID;

	function [31:0] step(input [31:0] x);
		step = {1'b0, x[31:1]} ^ (x[0] ? 32'ha3000000 : 0);
	endfunction

	always @(posedge clock)
		if (reset) begin
			request <= 0;
			pending <= 0;
			loaded <= 0;
			stored <= 0;
			probe_done <= 0;
			lfsr <= SEED * 32'h1234567 + 1;
		end else begin
			loaded <= 0;
			stored <= 0;
			probe_done <= 0;
			// Probes come first: the line that they name is not used in the same cycle.
			probed = probe_address[C-1:0];
			if (probe && !probe_done) begin
				probe_done <= 1;
				probe_dirty <= line_state[probed] == OWNED && tag[probed] == probe_address;
				probe_data <= word[probed];
				if (line_state[probed] != INVALID && tag[probed] == probe_address)
					line_state[probed] <= probe_invalidates ? INVALID : SHARED;
			end else if (request) begin
				if (answer) begin
					request <= 0;
					if (operation == `WRITEBACK)
						line_state[slot] <= INVALID;
					else begin
						tag[slot] <= next;
						word[slot] <= answer_data;
						line_state[slot] <= operation == `EXCLUSIVE ? OWNED : SHARED;
					end
				end
			end else if (!pending) begin
				lfsr <= step(step(lfsr));
				// An eighth of the references to the lines that all use, one in 32
				// anywhere, the others near the last one.
				next <= lfsr[2:0] == 0 ? lfsr[6:3] :
					lfsr[4:0] == 1 ? lfsr[A+7:8] : next ^ lfsr[6:5];
				next_is_store <= lfsr[27:26] == 0;
				pending <= 1;
			end else begin
				slot = next[C-1:0];
				if (line_state[slot] != INVALID && tag[slot] == next &&
				    (!next_is_store || line_state[slot] == OWNED)) begin
					pending <= 0;
					retired_address <= next;
					if (next_is_store) begin
						word[slot] <= word[slot] * 5 + lfsr;
						retired_data <= word[slot] * 5 + lfsr;
						stored <= 1;
					end else begin
						retired_data <= word[slot];
						loaded <= 1;
					end
				end else begin
					request <= 1;
					if (line_state[slot] == OWNED && tag[slot] != next) begin
						operation <= `WRITEBACK;
						address <= tag[slot];
						data <= word[slot];
					end else begin
						operation <= next_is_store ? `EXCLUSIVE : `READ;
						address <= next;
					end
				end
			end
		end
endmodule

module bench;
	parameter N = 4;
	parameter A = 10;

	reg clock, reset;
	wire [N-1:0] request, answer, probe, probe_done, probe_dirty, loaded, stored;
	wire [2*N-1:0] operation;
	wire [A*N-1:0] address, retired_address;
	wire [32*N-1:0] data, probe_data, retired_data;
	wire [31:0] answer_data;
	wire probe_invalidates;
	wire [A-1:0] probe_address;
	reg [31:0] golden [0:(1<<A)-1];
	reg [31:0] checksum, cycles, cycle, loads, stores;
	integer i;

	memctl #(.N(N), .A(A)) controller(clock, reset, request, operation, address, data, answer, answer_data,
		probe, probe_invalidates, probe_address, probe_done, probe_dirty, probe_data);

	genvar p;
	generate for (p = 0; p < N; p = p + 1) begin : cpu
		processor #(.A(A), .SEED(p + 1)) it(clock, reset,
			request[p], operation[2*p +: 2], address[A*p +: A], data[32*p +: 32],
			answer[p], answer_data, probe[p], probe_invalidates, probe_address,
			probe_done[p], probe_dirty[p], probe_data[32*p +: 32],
			loaded[p], stored[p], retired_address[A*p +: A], retired_data[32*p +: 32]);
	end endgenerate

	initial begin
		if (!$value$plusargs("cycles=%d", cycles)) begin
			$display("usage: vvp memctl.vvp +cycles=N");
			$finish;
		end
		for (i = 0; i < (1 << A); i = i + 1)
			golden[i] = i * 32'h9e3779b1;
		checksum = 1;
		loads = 0;
		stores = 0;
		clock = 0;
		reset = 1;
		for (cycle = 0; cycle < cycles; cycle = cycle + 1) begin
			#5 clock = 1;
			#5 clock = 0;
			if (cycle == 3)
				reset = 0;
			if (cycle > 4 && (loaded | stored) != 0) for (i = 0; i < N; i = i + 1) begin
				if (loaded[i]) begin
					if (retired_data[32*i +: 32] !== golden[retired_address[A*i +: A]]) begin
						$display("memctl: FAILED: processor %0d loaded %h from line %0d, cycle %0d; %h was stored",
							i, retired_data[32*i +: 32], retired_address[A*i +: A], cycle,
							golden[retired_address[A*i +: A]]);
						$finish;
					end
					checksum = {checksum[30:0], checksum[31]} ^ retired_data[32*i +: 32];
					loads = loads + 1;
				end
				if (stored[i]) begin
					golden[retired_address[A*i +: A]] = retired_data[32*i +: 32];
					stores = stores + 1;
				end
			end
		end
		$display("memctl: %0d processors, %0d cycles, %0d loads, %0d stores, checksum %h",
			N, cycles, loads, stores, checksum);
		$finish;
	end
endmodule
