# make build: the program, at build/foldproof          make test:  build and run every test
# make demo:  two real networks, in demo/              make clean: remove what was built
# make wheel: dist/*.whl and dist/*.tar.gz, for pip
# make paper: every experiment of the paper, one page at paper/out/paper.html
# make docs:  the documentation site, docs-site/index.html
SHELL := /bin/bash
.DELETE_ON_ERROR:
.PHONY: build test demo paper docs sanitize wheel clean

JOBS ?= $(shell nproc)
CCACHE := $(shell command -v ccache)
# The objects of another clone, and of the wheel's own tree, are known again.
export CCACHE_BASEDIR := $(CURDIR)
export CCACHE_NOHASHDIR := 1
CONFIGURE := cmake -G Ninja $(if $(CCACHE),-DCMAKE_CXX_COMPILER_LAUNCHER=$(CCACHE))

# The first configuration leaves tests and Python package out, so that a build needs nothing of theirs.
build:
	tools/bootstrap build
	[ -f build/build.ninja ] || $(CONFIGURE) -S . -B build -DFOLDPROOF_TESTS=OFF -DFOLDPROOF_PYTHON_PACKAGE=OFF
	cmake --build build -j $(JOBS)

test:
	tools/bootstrap test
	$(CONFIGURE) -S . -B build -DFOLDPROOF_TESTS=ON -DFOLDPROOF_PYTHON_PACKAGE=ON
	cmake --build build -j $(JOBS)
	ctest --test-dir build --output-on-failure -j $(JOBS)
	.venv/bin/python -m pytest -q -n $(JOBS) --dist loadfile tests
	$(MAKE) sanitize

# The C++ tests again, under AddressSanitizer and UndefinedBehaviorSanitizer. -O1, and several files of a room compiled
# at once, halve the build.
sanitize:
	tools/bootstrap test
	$(CONFIGURE) -S . -B build-sanitize -DFOLDPROOF_SANITIZE=ON -DFOLDPROOF_PYTHON_PACKAGE=OFF \
	  -DCMAKE_BUILD_TYPE=RelWithDebInfo -DCMAKE_CXX_FLAGS_RELWITHDEBINFO="-O1 -g1 -DNDEBUG" \
	  -DCMAKE_UNITY_BUILD=ON -DCMAKE_UNITY_BUILD_BATCH_SIZE=8
	cmake --build build-sanitize -j $(JOBS)
	ctest --test-dir build-sanitize --output-on-failure -j $(JOBS) --label-exclude unsanitized

demo: build
	mkdir -p demo
	build/foldproof radius nets/brusselator.onnx --at 1,2.1 --json demo/brusselator.json \
	  --report demo/brusselator.html --proof demo/brusselator.proof
	build/foldproof radius nets/vanderpol.onnx --at 0,0 --json demo/vanderpol.json \
	  --report demo/vanderpol.html --proof demo/vanderpol.proof
	build/foldproof check demo/brusselator.proof nets/brusselator.onnx > demo/brusselator.check.txt
	@echo "The proof is accepted: demo/brusselator.check.txt has the checker's words."
	@echo "Open demo/brusselator.html and demo/vanderpol.html in a browser."

# Minutes on two cores. The MILP column comes from paper/milp.json, a recorded run: no Gurobi is needed.
paper: build
	.venv/bin/python paper/ask.py
	.venv/bin/python paper/page.py

wheel:
	tools/bootstrap test
	tools/wheel

# Runs the program, the examples and the pages' Python blocks. Nothing is fetched.
docs: build
	tools/bootstrap test
	NO_MKDOCS_2_WARNING=1 .venv/bin/python -m mkdocs build --strict --quiet
	@echo "Open docs-site/index.html in a browser."

clean:
	rm -rf build build-sanitize demo dist docs-site paper/out
