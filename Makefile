# SPDX-License-Identifier: GPL-2.0
# Fetch, patch, build, boot. `make help` lists the targets.
CONFIG ?= host
export CONFIG GUEST CPU SMP MEM EMU ACCEL SCENARIO APPEND TIMEOUT SHOW STRICT KEEP JOBS TREE

help:
	@sed -n 's/^#: //p' Makefile

#: make run          fetch, build, boot the host in QEMU and a guest in the host
run: build
	@SHOW=1 SCENARIO=$${SCENARIO:-run} ci/boot

#: make shell        a shell on the host; `lguest --help` there (leave: poweroff -f)
shell: build
	@SCENARIO=shell ci/boot

#: make debian       Debian i386 on a disk, in a guest, at its login (root, no password;
#:                   leave: poweroff, or Ctrl-] x; KEEP=1 keeps what you write)
debian: build
	@ci/debian image
	@SCENARIO=login ci/boot

#: make check        the tests, an hour; the last line is "N passed, N failed"
check:
	@ci/check $${CHECK_KINDS:-short}

#: make check-long   the longer or rarer tests, some nine hours
check-long:
	@ci/check long

#: make fuzz         hostile guests, launchers and inputs: SECONDS=60 each, from SEED=1
fuzz: build
	@ci/fuzz "$(SECONDS)" "$(SEED)" || [ $$? = 77 ]

#: make kunit        KUnit tests of the module's pure parts, with PAE and without
kunit: tree
	@ci/deps boot
	@ci/kunit

#: make bench        costs in a guest against native, in instructions (NAMES="touch_page ...",
#:                   TIMES=2: twice, and compared; WALL=no; EVENTS=yes: CR3 loads and the like)
bench: build
	@ci/debian tree
	@ci/bench $(NAMES)

#: make bench-native what support for guests costs a kernel that runs natively
bench-native:
	@ci/bench-native $(NAMES)

#: make bench-peers  the same bench in guests of others: User-mode Linux, QEMU without
#:                   KVM, KVM on emulated SVM (NAMES="touch_page ...", PEERS="uml kvm-npt")
bench-peers:
	@ci/bench-peers $(NAMES)

#: make boot         one cell: CONFIG= GUEST= CPU= SMP= MEM= EMU=qemu|bochs
#:                   ACCEL=tcg|kvm SCENARIO= (see make list)
boot: build
	@ci/boot

#: make list         the configs, the scenarios and the checks
list:
	@ci/list

#: make tree         the kernel's git tree in build/linux, with the series on it
tree:
	@ci/deps build
	@ci/tree

#: make build        kernel, modules and launcher of CONFIG (and GUEST)
build: tree
	@ci/deps boot
	@ci/build $(CONFIG) $(GUEST)

#: make export       commits of build/linux to patches/, series, source folders
export:
	@ci/export

#: make series       checks the series (SERIES=fast: the last patch only)
series: tree
	@ci/deps series boot
	@ci/series

#: make port         the series on another kernel of Debian's: VERSION=7.1 (or list),
#:                   PARTS="apply build boot"
port: tree
	@ci/deps boot
	@ci/port $(VERSION)

#: make docs         builds the documentation to build/docs/html, and checks it
docs: tree
	@ci/docs

#: make clean        removes what was built, not the kernel tree nor the cache
clean:
	rm -rf build/o-* build/initrd build/userland build/logs build/docs

.PHONY: help run shell debian check check-long fuzz kunit bench bench-native bench-peers boot list tree build export series port docs clean
