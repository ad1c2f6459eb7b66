# SPDX-License-Identifier: MIT
# GNU chess, without its configure script: OUT is where objects go. Targets: engine/NAME, one object;
# all, everything and the linked program.
SRC      := /usr/src/gnuchess/src
OPTIMISE ?= -O2
OUT      ?= out
CXX      := g++ -pipe
FLAGS    := $(OPTIMISE) -w -I/workloads -I$(SRC) -I$(SRC)/../lib
SOURCES  := $(wildcard $(SRC)/*.cc $(SRC)/*/*.cc $(SRC)/*/*.cpp)
OBJECTS  := $(patsubst $(SRC)/%,$(OUT)/%.o,$(basename $(SOURCES)))

all: $(OUT)/gnuchess
engine/%: $(OUT)/engine/%.o ;

$(OUT)/gnuchess: $(OBJECTS)
	$(CXX) -o $@ $^ -lpthread
$(OUT)/%.o: $(SRC)/%.cpp
	@mkdir -p $(@D)
	$(CXX) $(FLAGS) -c -o $@ $<
$(OUT)/%.o: $(SRC)/%.cc
	@mkdir -p $(@D)
	$(CXX) $(FLAGS) -c -o $@ $<
