#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Bad input to the launcher: each must end with status 125 and a message that
# names the cause. Needs no module and no privilege.
#
# LGUEST is the launcher, KERNEL a bzImage to be damaged.

LGUEST=${LGUEST:-lguest}
KERNEL=${KERNEL:-/boot/vmlinuz}
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
number=0
failed=0

result() {
	number=$((number + 1))
	[ "$1" = ok ] || failed=1
	echo "$1 $number $2"
}

# bad NAME PATTERN ARGUMENT...: the launcher says PATTERN and fails
bad() {
	local name=$1 pattern=$2 out status
	shift 2
	out=$(timeout 20 "$LGUEST" --device "$dir/no-device" "$@" \
		2>&1 </dev/null)
	status=$?
	if [ $status = 125 ] && grep -q -- "^lguest: .*$pattern" <<<"$out"; then
		result ok "$name"
	else
		result "not ok" "$name"
		echo "# status $status: $out"
	fi
}

# poke FILE OFFSET BYTES: overwrite, in printf's notation
poke() {
	printf "$3" | dd of="$1" bs=1 seek="$2" conv=notrunc status=none
}

# An ELF image of 52 + 32 + 16 bytes: header, one segment at 1M, code.
elf() {
	printf '\177ELF\1\1\1\0\0\0\0\0\0\0\0\0\2\0\3\0\1\0\0\0'
	printf '\0\0\20\0\64\0\0\0\0\0\0\0\0\0\0\0\64\0\40\0\1\0\0\0\0\0\0\0'
	printf '\1\0\0\0\124\0\0\0\0\0\20\0\0\0\20\0\20\0\0\0\20\0\0\0'
	printf '\7\0\0\0\1\0\0\0'
	printf '\364\364\364\364\364\364\364\364\364\364\364\364\364\364\364\364'
}

elf >"$dir/elf"
echo "TAP version 13"

# What is right gets as far as the device.
bad "device missing" "no-device: No such file.*modprobe lg" "$dir/elf"
: >"$dir/locked"
chmod 0 "$dir/locked"
if [ "$(id -u)" != 0 ]; then
	bad "device not permitted" "Permission denied.*right" \
		--device "$dir/locked" "$dir/elf"
else
	result ok "device not permitted # SKIP root may open anything"
fi
bad "device of another kind" "not the device of the module" \
	--device /dev/null "$dir/elf"

bad "no kernel" "which kernel"
bad "kernel missing" "nowhere: No such file" "$dir/nowhere"
bad "kernel is a folder" "not a regular file" "$dir"
mkfifo "$dir/fifo"
bad "kernel is a fifo" "not a regular file" "$dir/fifo"
: >"$dir/empty"
bad "kernel empty" "the file is empty" "$dir/empty"
head -c 5000 /dev/zero >"$dir/zeroes"
bad "kernel of zeroes" "neither a bzImage nor an ELF" "$dir/zeroes"
head -c 50000 /dev/urandom >"$dir/random"
poke "$dir/random" 0 'x'
poke "$dir/random" 514 'x'
bad "kernel of random bytes" "neither a bzImage nor an ELF" "$dir/random"
printf x >"$dir/short"
bad "kernel of one byte" "neither a bzImage nor an ELF" "$dir/short"

for n in 4 51 52 83 99; do
	head -c $n "$dir/elf" >"$dir/cut"
	bad "ELF cut to $n bytes" "truncated" "$dir/cut"
done
# patched NAME OFFSET BYTES PATTERN
patched() {
	cp "$dir/elf" "$dir/patched"
	poke "$dir/patched" "$2" "$3"
	bad "ELF $1" "$4" "$dir/patched"
}
patched "64-bit" 4 '\2' "64-bit kernel"
patched "big endian" 5 '\2' "not for 32-bit x86"
patched "for another machine" 18 '\50' "not for 32-bit x86"
patched "relocatable object" 16 '\1' "not linked to be executed"
patched "without program headers" 44 '\0' "make no sense"
patched "with 65535 program headers" 44 '\377\377' "make no sense"
patched "program headers at 4 GB" 28 '\377\377\377\377' "truncated"
patched "without PT_LOAD" 52 '\2' "nothing in it to load"
patched "file size above memory size" 68 '\377\377\0\0' "make no sense"
patched "segment past the file" 56 '\377\377\377\377' "truncated"
patched "segment at 4 GB" 64 '\377\377\377\377' "does not fit"
patched "segment of 4 GB" 72 '\377\377\377\377' "does not fit"
patched "segment on the boot parameters" 64 '\0\160\0\0' "not free"
patched "segment on reserved memory" 64 '\0\340\11\0' "not free"
patched "entry outside of memory" 24 '\0\0\0\360' "entry point"

if [ -r "$KERNEL" ]; then
	size=$(stat -Lc %s "$KERNEL")
	for n in 700 40000 $((size / 2)); do
		head -c $n "$KERNEL" >"$dir/cut"
		bad "bzImage cut to $n bytes" "truncated" "$dir/cut"
	done
	# header NAME OFFSET BYTES PATTERN
	header() {
		head -c 1000000 "$KERNEL" >"$dir/patched"
		poke "$dir/patched" "$2" "$3"
		bad "bzImage $1" "$4" "$dir/patched"
	}
	header "64-bit" 566 '\1\0' "64-bit kernel"
	header "of an old protocol" 518 '\4\2' "too old"
	header "zImage" 529 '\0' "zImage"
	header "without setup" 497 '\377' "truncated"
	header "without code" 500 '\0\0\0\0' "truncated"
	header "of 64 GB" 500 '\377\377\377\377' "truncated"
	cp "$KERNEL" "$dir/patched"
	poke "$dir/patched" 600 '\377\377\377\377\377\377\377\377'
	bad "bzImage that prefers high addresses" "needs .* MB" "$dir/patched"
	bad "bzImage in 2 MB" "MB of memory" -m 2 "$KERNEL"
	head -c 60M /dev/zero >"$dir/initrd"
	bad "initrd too large" "initrd .* too large" -m 64 \
		-i "$dir/initrd" "$KERNEL"
else
	result ok "bzImage # SKIP no KERNEL"
fi
bad "initrd missing" "nowhere: No such file" -i "$dir/nowhere" "$dir/elf"
bad "initrd empty" "the file is empty" -i "$dir/empty" "$dir/elf"

bad "memory 0" "is 0" -m 0 "$dir/elf"
bad "memory too small" "too small" -m 1 "$dir/elf"
for size in 4096 4G 99999999999999999999999 17592186044417G; do
	bad "memory $size" "too large" -m $size "$dir/elf"
done
bad "memory above the launcher" "too large" -m 3500 "$dir/elf"
for size in "" x 12x -5 +5 " 5" 0x40 64MB 1.5G M; do
	bad "memory '$size'" "not a number" -m "$size" "$dir/elf"
done

bad "unknown option" "see lguest --help" --nonsense "$dir/elf" 2>/dev/null
bad "option after the kernel" "options come before it" "$dir/elf" -m 64
bad "--run twice" "either --run" --run true "$dir/elf" -- true
bad "command line too long" "command line too long" \
	-a "$(printf 'x%.0s' {1..3000})" "$dir/elf"
bad "console file impossible" "console file" -c "$dir/no/file" "$dir/elf"

echo "1..$number"
exit $failed
