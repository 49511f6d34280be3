#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Bad input to the launcher: each must end with status 125 and a message that
# names the cause. Needs no module and no privilege.
#
# LGUEST is the launcher, KERNEL a 32-bit bzImage to be damaged.

LGUEST=${LGUEST:-lguest}
KERNEL=${KERNEL:-/boot/vmlinuz}

skip() {
	echo "TAP version 13"
	echo "1..0 # SKIP $1"
	exit 4
}

command -v "$LGUEST" >/dev/null || skip "no launcher: set LGUEST"
dir=$(mktemp -d) || exit 1
listener=
trap '[ -z "$listener" ] || kill "$listener" 2>/dev/null; rm -rf "$dir"' EXIT
number=0
failed=0

result() {
	number=$((number + 1))
	[ "$1" = ok ] || failed=1
	echo "$1 $number $2"
}

# refused NAME PATTERN ARGUMENT...: the program says PATTERN and fails
refused() {
	local name=$1 pattern=$2 out status
	shift 2
	out=$(timeout 20 "$LGUEST" "$@" 2>&1 </dev/null)
	status=$?
	if [ $status = 125 ] && grep -q -- "^lguest: .*$pattern" <<<"$out"; then
		result ok "$name"
	else
		result "not ok" "$name"
		echo "# status $status: $out"
	fi
}

# bad NAME PATTERN ARGUMENT...: the same, of a guest that is to be run
bad() {
	local name=$1 pattern=$2
	shift 2
	refused "$name" "$pattern" --device "$dir/no-device" "$@"
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
patched "entry just behind memory" 24 '\0\0\0\10' "entry point"
patched "of no class" 4 '\0' "not for 32-bit x86"
patched "shared object" 16 '\3' "not linked to be executed"
patched "core dump" 16 '\4' "not linked to be executed"
patched "with program headers of 33 bytes" 42 '\41' "make no sense"
patched "with program headers of no size" 42 '\0' "make no sense"
patched "with 65 program headers" 44 '\101' "make no sense"
patched "with 2 program headers in a file for 1" 44 '\2' "truncated"
patched "program headers at the end of the file" 28 '\105\0\0\0' "truncated"
patched "segment that ends at 4 GB" 64 '\360\377\377\377' "does not fit"
patched "segment that ends a byte behind memory" 64 '\361\377\377\7' "does not fit"
patched "file size of 4 GB" 68 '\377\377\377\377' "make no sense"
patched "segment of 4 GB in file and memory" 68 '\377\377\377\377\377\377\377\377' \
	"does not fit"
patched "segment over all low memory" 64 '\0\0\0\0\20\0\0\0\0\0\20\0' "not free"
patched "segment up to the boot parameters" 64 '\0\0\0\0\20\0\0\0\1\160\0\0' "not free"
patched "segment on the page of devices" 64 '\0\340\11\0\1\0\0\0\1\0\0\0' "not free"

no_kernel=
if [ ! -r "$KERNEL" ]; then
	no_kernel="no kernel to be damaged: set KERNEL"
else
	# XLF_KERNEL_64 of xloadflags: the launcher tells that before other damage.
	case $(od -An -tx1 -j 566 -N 1 "$KERNEL" 2>/dev/null) in
	*[13579bdf]) no_kernel="a 64-bit kernel: set KERNEL" ;;
	esac
fi
# Where there is none, what is damaged instead is not looked at.
[ -z "$no_kernel" ] || KERNEL=$dir/elf

# damaged NAME PATTERN ARGUMENT...: bad, for what takes a kernel
damaged() {
	if [ -z "$no_kernel" ]; then
		bad "$@"
	else
		result ok "$1 # SKIP $no_kernel"
	fi
}

size=$(stat -Lc %s "$KERNEL")
for n in 700 40000 $((size / 2)); do
	head -c $n "$KERNEL" >"$dir/cut"
	damaged "bzImage cut to $n bytes" "truncated" "$dir/cut"
done
# header NAME OFFSET BYTES PATTERN
header() {
	head -c 1000000 "$KERNEL" >"$dir/patched"
	poke "$dir/patched" "$2" "$3"
	damaged "bzImage $1" "$4" "$dir/patched"
}
header "64-bit" 566 '\1\0' "64-bit kernel"
header "of an old protocol" 518 '\4\2' "too old"
header "zImage" 529 '\0' "zImage"
header "without setup" 497 '\377' "truncated"
header "without code" 500 '\0\0\0\0' "truncated"
header "of 64 GB" 500 '\377\377\377\377' "truncated"
cp "$KERNEL" "$dir/patched"
poke "$dir/patched" 600 '\377\377\377\377\377\377\377\377'
damaged "bzImage that prefers high addresses" "needs .* MB" "$dir/patched"
# full NAME OFFSET BYTES PATTERN: with all of the file
full() {
	cp "$KERNEL" "$dir/patched"
	poke "$dir/patched" "$2" "$3"
	damaged "bzImage $1" "$4" "$dir/patched"
}
full "that needs 4 GB to start" 608 '\377\377\377\377' "needs .* MB"
full "that prefers the end of memory" 600 '\0\360\377\7\0\0\0\0' "needs .* MB"
full "with a command line of one byte" 568 '\1\0\0\0' "command line too long"
full "without its magic" 514 'X' "neither a bzImage nor an ELF"
full "without its boot flag" 510 '\0' "neither a bzImage nor an ELF"
full "of 255 setup sectors" 497 '\376' "truncated"
full "whose header has no length" 513 '\0' "no-device: No such file"
full "whose header is too long" 513 '\377' "no-device: No such file"
damaged "bzImage in 2 MB" "MB of memory" -m 2 "$KERNEL"
head -c 60M /dev/zero >"$dir/initrd"
damaged "initrd too large" "initrd .* too large" -m 64 \
	-i "$dir/initrd" "$KERNEL"
# An image below 1 MB: what lies between it and that is not for the initrd.
cp "$dir/elf" "$dir/low"
poke "$dir/low" 24 '\0\0\1\0'
poke "$dir/low" 60 '\0\0\1\0\0\0\1\0'
head -c 1792K /dev/zero >"$dir/initrd"
bad "initrd over what is below 1 MB" "initrd .* too large" -m 2 -i "$dir/initrd" "$dir/low"
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

# disk NAME PATTERN TEXT...: bad --disk options
disk() {
	local name=$1 pattern=$2 text args=()
	shift 2
	for text; do
		args+=(--disk "$text")
	done
	bad "disk $name" "$pattern" "${args[@]}" "$dir/elf"
}

head -c 1M /dev/urandom >"$dir/image"
head -c 1M /dev/urandom >"$dir/other"
head -c 1000 /dev/urandom >"$dir/odd"
disk "good" "no-device: No such file" "$dir/image" "$dir/other,ro"
disk "missing" "nowhere: No such file" "$dir/nowhere"
disk "is a folder" "[Ii]s a directory" "$dir"
disk "is a folder, read-only" "is a directory" "$dir,ro"
disk "is a fifo" "neither a regular file nor a block" "$dir/fifo"
disk "is a character device" "neither a regular file nor a block" /dev/null
disk "empty" "is empty" "$dir/empty"
disk "odd-sized" "1000 bytes, is not a multiple of 512" "$dir/odd"
if truncate -s 16T "$dir/huge" 2>/dev/null; then
	disk "oversized" "too large" "$dir/huge"
	rm "$dir/huge"
else
	result ok "disk oversized # SKIP no such files here"
fi
if [ "$(id -u)" != 0 ]; then
	disk "unreadable" "Permission denied" "$dir/locked"
else
	result ok "disk unreadable # SKIP root may open anything"
fi
disk "without a name" "which file" ""
disk "option unknown" "neither 'ro' nor 'cow=" "$dir/image,rw"
disk "option cow without a name" "neither 'ro' nor 'cow=" "$dir/image,cow="
disk "both ro and cow" "either 'ro' or" "$dir/image,ro,cow=$dir/overlay"
disk "twice" "in use by another guest" "$dir/image" "$dir/image"
disk "read and written" "in use by another guest" "$dir/image,ro" "$dir/image"
disk "read twice" "no-device: No such file" "$dir/image,ro" "$dir/image,ro"
many=()
for n in {1..31}; do
	many+=("$dir/image,ro")
done
disk "of too many" "too many devices" "${many[@]}"

# overlay NAME PATTERN [IMAGE]: bad overlay $dir/overlay
overlay() {
	disk "overlay $1" "$2" "${3:-$dir/image},cow=$dir/overlay"
}

chmod 600 "$dir/image"
touch -d "2001-02-03" "$dir/image"
disk "written" "no-device: No such file" "$dir/image"
[ "$(stat -c %Y "$dir/image")" = "$(date -d "2001-02-03" +%s)" ] && kept=ok || kept="not ok"
result "$kept" "image's time of change is kept"
overlay "new" "no-device: No such file"
[ "$(stat -c %a "$dir/overlay")" = 600 ] && kept=ok || kept="not ok"
result "$kept" "overlay is as private as its image"
# rights IMAGE OVERLAY: a new overlay of an image with these rights has those
rights() {
	rm "$dir/overlay"
	chmod "$1" "$dir/image"
	umask 002
	overlay "of an image with rights $1" "no-device: No such file"
	umask 077
	[ "$(stat -c %a "$dir/overlay")" = "$2" ] && kept=ok || kept="not ok"
	result "$kept" "overlay has rights $2"
}
rights 660 600
rights 644 644
rights 606 604
rights 600 600
overlay "old" "no-device: No such file"
cp "$dir/overlay" "$dir/saved"
overlay "of another image" "belongs to another image" "$dir/other"
overlay "of itself" "in use by another guest" "$dir/overlay"
disk "overlay twice" "in use by another guest" \
	"$dir/image,cow=$dir/overlay" "$dir/image,cow=$dir/overlay"
disk "image written below an overlay" "in use by another guest" \
	"$dir/image,cow=$dir/overlay" "$dir/image"
# forged NAME OFFSET PATTERN [BYTES]
forged() {
	cp "$dir/saved" "$dir/overlay"
	poke "$dir/overlay" "$2" "${4:-\\252\\252}"
	overlay "with forged $1" "$3"
}
forged "magic" 0 "not an overlay"
forged "version" 8 "header is damaged"
forged "cluster size" 12 "header is damaged"
forged "image size" 16 "header is damaged"
forged "time" 24 "header is damaged"
forged "checksum of the image" 36 "header is damaged"
forged "reserved field" 3000 "header is damaged"
forged "checksum" 4092 "header is damaged"
for n in 1 4095 4096 8191 1056767; do
	head -c $n "$dir/saved" >"$dir/overlay"
	overlay "cut to $n bytes" "truncated"
done
cat "$dir/saved" - <<<x >"$dir/overlay"
overlay "that is too long" "too long"
head -c 2M /dev/zero >"$dir/overlay"
overlay "of zeroes" "not an overlay"
# What a launcher leaves that is killed while it makes one becomes one.
head -c "$(stat -c %s "$dir/saved")" /dev/zero >"$dir/overlay"
overlay "that was not finished" "no-device: No such file"
cmp -s "$dir/overlay" "$dir/saved" && kept=ok || kept="not ok"
result "$kept" "overlay that was not finished is whole now"
rm "$dir/overlay"
mkdir "$dir/overlay"
overlay "that is a folder" "[Ii]s a directory"
rmdir "$dir/overlay"
disk "overlay in no folder" "nowhere/overlay: No such file" \
	"$dir/image,cow=$dir/nowhere/overlay"
cp "$dir/saved" "$dir/overlay"
touch "$dir/image"
overlay "of a changed image" "was changed after"

# net NAME PATTERN TEXT...: bad --net options
net() {
	local name=$1 pattern=$2 text args=()
	shift 2
	for text; do
		args+=(--net "$text")
	done
	bad "net $name" "$pattern" "${args[@]}" "$dir/elf"
}

net "of unknown kind" "neither 'tap=" "user"
net "without text" "neither 'tap=" ""
net "option unknown" "is not 'mac=" "tap=tap0,up"
for name in "" a/b "a b" . .. a%d a123456789012345; do
	net "tap name '$name'" "not the name of an interface" "tap=$name"
done
if [ "$(id -u)" != 0 ] && [ -w /dev/net/tun ]; then
	net "tap not permitted" "not permitted" "tap=lguest-test0"
else
	result ok "net tap not permitted # SKIP root, or no TUN driver"
fi
peer="peer=$dir/peer"
for mac in "" x 02:00:00:00:00 02:00:00:00:00:0 02:00:00:00:00:01:02 \
	   020000000001 2:0:0:0:0:1:2:3:4 02-00-00-00-00-01 \
	   0x:00:00:00:00:01 02:00:00:00:00:0g 002:0:00:00:00:01; do
	net "MAC '$mac'" "not six bytes" "$peer,mac=$mac"
done
net "MAC zero" "is zero" "$peer,mac=00:00:00:00:00:00"
net "MAC multicast" "is a multicast" "$peer,mac=01:00:5e:00:00:01"
net "MAC broadcast" "is a multicast" "$peer,mac=ff:ff:ff:ff:ff:ff"
net "MAC twice" "given twice" "$peer,mac=02:00:00:00:00:01" \
	"$peer,mac=02:00:00:00:00:01"
net "descriptor no number" "not a number" "fd=x"
net "descriptor negative" "not a number" "fd=-1"
net "descriptor closed" "no such descriptor" "fd=99"
net "descriptor of a file" "neither a TAP nor a socket" "fd=0"
net "descriptor kept" "neither a TAP nor a socket" "fd=7" 7</dev/null
net "descriptor kept, of two" "neither a TAP nor a socket" "$peer" "fd=9" \
	"fd=7" 7</dev/null 9</dev/null
net "descriptor not kept" "no such descriptor" "fd=8" 7</dev/null
net "descriptor twice" "given twice" "fd=7" "fd=7" 7</dev/null
net "descriptor not kept, after another device" "no such descriptor" "$peer" "fd=3"
net "descriptor not kept, huge" "no such descriptor" "fd=2147483647" \
	"fd=2147483646" 7</dev/null
bad "descriptor inherited by chance" "console file" -c /dev/fd/7 "$dir/elf" \
	7>/dev/null
# Were input still closed, the kernel's file would take its place.
out=$(timeout 20 "$LGUEST" --device "$dir/no-device" --net fd=0 "$dir/elf" \
	2>&1 <&-)
if grep -q "neither a TAP nor a socket" <<<"$out"; then
	result ok "standard input closed"
else
	result "not ok" "standard input closed"
	echo "# $out"
fi
net "peer good" "no-device: No such file" "$peer" "$peer"
net "peer three times" "both ends are taken" "$peer" "$peer" "$peer"
net "peer is a folder" "[Ii]s a directory" "peer=$dir"
net "peer is a fifo" "not a regular file" "peer=$dir/fifo"
net "peer in no folder" "No such file" "peer=$dir/nowhere/peer"
net "peer of a wrong size" "not a peer's file" "peer=$dir/odd"
net "of too many peers" "too many peers" "peer=$dir/p1" "peer=$dir/p2" \
	"peer=$dir/p3" "peer=$dir/p4" "peer=$dir/p5"

bad "user unknown" "there is no user" --user nobody-of-that-name "$dir/elf"
bad "user number without group" "give a group" --user 3999999999 "$dir/elf"
bad "group unknown" "there is no group" --user 0:no-such-group "$dir/elf"

export LGUEST_RUN_DIR=$dir/run
for name in "" . .. .x a/b "a b" 'a*'; do
	bad "name '$name'" "only letters" --name "$name" "$dir/elf"
done
bad "name too long" "too long" --name "$(printf 'x%.0s' {1..200})" "$dir/elf"
bad "name good" "no-device: No such file" --name x "$dir/elf"
# Who listens there is a guest that runs, also if it is hostile:
# busy lets others wait, the rest answer as their names say.
if command -v python3 >/dev/null; then
	python3 -c 'import os, socket, sys, threading, time
os.chdir(sys.argv[1])
def listen(name, backlog):
    s = socket.socket(socket.AF_UNIX)
    s.bind(name + ".sock")
    s.listen(backlog)
    return s
def serve(s, step):
    while True:
        c = s.accept()[0]
        c.recv(100)
        try:
            for text in step():
                c.send(text)
        except OSError:
            pass
        c.close()
def drip():
    yield b"ok\n"
    while True:
        time.sleep(1)
        yield b"x"
def start(name, step):
    threading.Thread(target=serve, args=(listen(name, 5), step),
                     daemon=True).start()
start("drip", drip)
start("long", lambda: (b"x" * 1000 for i in range(1000)))
start("rude", lambda: [b"error \033[2J\a\177\n"])
start("loud", lambda: [b"ok\n\033]0;x\a \0\177\r\t.\n"])
start("mute", lambda: [])
busy = listen("busy", 0)
waiting = socket.socket(socket.AF_UNIX)
waiting.connect("busy.sock")
print("ready", flush=True)
time.sleep(90)' "$dir/run" >"$dir/ready" 2>"$dir/why" &
	listener=$!
	for n in {1..300}; do
		[ -s "$dir/ready" ] && break
		sleep 0.1
	done
fi
if [ -s "$dir/ready" ]; then
	start=$SECONDS
	bad "name in use" "is running" --name busy "$dir/elf"
	[ $((SECONDS - start)) -lt 5 ] && quick=ok || quick="not ok"
	result "$quick" "name in use is told at once"
	refused "guest that lets others wait" "does not listen" status busy
	refused "guest that drips" "does not answer" status drip
	refused "guest that says too much" "too long" status long
	refused "guest that says nothing" "does not answer" status mute
	refused "guest that is rude" "'rude': ?\[2J??\$" status rude
	out=$(timeout 20 "$LGUEST" status loud | od -An -c | tr -d ' \n')
	[ "$out" = '?]0;x?????.\n' ] && quick=ok || quick="not ok"
	result "$quick" "guest that is loud: $out"
	kill $listener
	wait $listener 2>/dev/null
	listener=
	bad "name left over" "no-device: No such file" --name busy "$dir/elf"
elif [ -n "$listener" ]; then
	result "not ok" "name in use: who listens there is not ready after 30 s"
	sed 's/^/# /' "$dir/why"
else
	result ok "name in use # SKIP no python3"
	result ok "name left over # SKIP no python3"
fi
echo precious >"$dir/run/plain.sock"
"$LGUEST" list >/dev/null
[ -s "$dir/run/plain.sock" ] && kept=ok || kept="not ok"
result "$kept" "list leaves a file that is no socket"
bad "name of a file that is no socket" "not a socket" --name plain "$dir/elf"
rm "$dir/run/plain.sock"
# Who can only open it could hold its lock.
for mode in 777 755 710; do
	chmod $mode "$dir/run"
	bad "folder of names with mode $mode" "others have rights" --name x "$dir/elf"
done
chmod 700 "$dir/run"
for option in --help --version; do
	out=$("$LGUEST" $option 2>&1 >/dev/full)
	[ $? = 125 ] && grep -q "standard output: No space" <<<"$out" && kept=ok || kept="not ok"
	result "$kept" "$option without room for it"
done
for command in stop pause resume status; do
	refused "$command of nobody" "no guest of the name" $command nobody
	refused "$command without a name" "which guest" $command
	refused "$command of two" "see lguest --help" $command a b
	refused "$command of '../x'" "only letters" $command ../x
done
refused "list with a name" "see lguest --help" list x
refused "status, unknown option" "see lguest --help" status --xml x

echo "1..$number"
exit $failed
