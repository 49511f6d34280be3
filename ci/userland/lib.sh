# SPDX-License-Identifier: GPL-2.0
# Shell functions of the test machines: both inits and the scenarios use them.
# shellcheck shell=dash

# The shell takes busybox's own before what lies in /bin, Debian's perhaps.
ip() { /bin/ip "$@"; }
ping() { /bin/ping "$@"; }
mke2fs() { /bin/mke2fs "$@"; }

mount_all() {
	mount -t proc proc /proc
	mount -t sysfs sys /sys
	mount -t devtmpfs dev /dev 2>/dev/null
	mount -t tmpfs tmp /tmp
	mkdir -p /dev/pts /dev/shm /sys/fs/cgroup
	mount -t devpts pts /dev/pts 2>/dev/null
	mount -t tmpfs -o mode=1777 shm /dev/shm
	mount -t cgroup2 cgroup /sys/fs/cgroup 2>/dev/null
	mount -t debugfs debug /sys/kernel/debug 2>/dev/null
}

# param NAME [DEFAULT]: the value of NAME=value on the kernel's command line,
# the last one if there are several
param() {
	local v
	v=$(tr ' ' '\n' </proc/cmdline | sed -n "s/^$1=//p" | tail -n 1)
	echo "${v:-$2}"
}

uptime_s() { cut -d' ' -f1 /proc/uptime; }

# random N: a number below N
random() { echo $(($(od -An -N2 -tu2 /dev/urandom) % $1)); }

# say: a line of a scenario's own, told from those of guests and kernel
say() { echo "[$(uptime_s)] $*"; }

# monitor COMMAND: to QEMU's monitor, by a line that the kernel writes in one piece (ci/boot)
monitor() { echo "<1>MONITOR: $*" >/dev/kmsg; }

# fail, skip: end a scenario, with the reason that the verdict shows
fail() { echo "$*" >/tmp/reason; exit 1; }
skip() { echo "$*" >/tmp/reason; exit 77; }

# cpus_of PID: the CPUs that it may run on
cpus_of() { awk '/^Cpus_allowed_list:/ { print $2 }' "/proc/$1/status"; }

# on_cpu N: this shell, and what it starts from now on, runs on CPU N only. $$ would
# not name it: in a subshell, such as that of every scenario, that is its parent.
on_cpu() {
	local pid
	pid=$(exec sh -c 'echo $PPID')
	taskset -p "$(printf %x $((1 << $1)))" "$pid" >/dev/null || fail "CPU $1: no such affinity"
	[ "$(cpus_of self)" = "$1" ] ||
		fail "CPU $1 is not the only one that this scenario runs on"
}

# bad_log: what in the kernel's log must not be there, if anything
bad_log() { dmesg | badlines; }

# launch NAME ARGS...: runs the launcher in the foreground; what it and its
# guest print goes to /tmp/NAME.log, with the host's clock (CLOCK_BOOTTIME, ns) to
# /tmp/NAME.times, and, with NAME in front of each line, to the console. Its status is ours.
# CGROUP: the cgroup's folder that it runs in.
launch() {
	local name=$1
	shift
	[ -x /bin/lguest ] || fail "no launcher in this build"
	rm -f "/tmp/$name.status"
	{
		status=0
		# The shell becomes the launcher: its PID is the launcher's.
		sh -c '[ -z "$CGROUP" ] || echo $$ >"$CGROUP/cgroup.procs"
			echo $$ >"$0"
			exec lguest "$@"' "/tmp/$name.pid" "$@" </dev/null ||
			status=$?
		echo $status >"/tmp/$name.status"
	} 2>&1 | tee "/tmp/$name.log" | lgtest tag "$name" "/tmp/$name.times"
	return "$(cat "/tmp/$name.status")"
}

# guest NAME TASK ARGS...: a guest with the usual kernel and user land that
# does TASK (see init.guest); ARGS are the launcher's; GUEST_APPEND is more for
# its command line, GUEST_INITRD another user land (/guest/tools.cpio is the one
# with programs of Debian's, in a scenario with "# tools:"). Status: the launcher's.
guest() {
	local name=$1 what=$2
	shift 2
	launch "$name" --initrd "${GUEST_INITRD:-/guest/guest.cpio}" "$@" \
		--append "console=hvc0 task=$what $GUEST_APPEND" "${GUEST_KERNEL:-/guest/bzImage}"
}

# task NAME TASK ARGS...: the same, and all must go well (went_well)
task() {
	guest "$@" || :
	went_well "$1" "$2"
}

# went_well NAME TASK: such a guest ends, with status 0 of its launcher's, and its log says
# that it got to user space and did its task, and nothing bad of its kernel
went_well() {
	wait_for "/tmp/$1.status" . 20 || fail "guest $1 does not end"
	[ "$(cat "/tmp/$1.status")" = 0 ] || fail "guest $1: the launcher's status is $(cat "/tmp/$1.status"), not 0"
	tr -d '\r' <"/tmp/$1.log" >"/tmp/$1.txt"
	grep -q "^GUEST-USERSPACE " "/tmp/$1.txt" || fail "guest $1 never got to user space"
	grep -q "^GUEST-LOG clean$" "/tmp/$1.txt" || fail "guest $1: its kernel log is not clean"
	! grep -q "^WRONG" "/tmp/$1.txt" || fail "guest $1: $(grep -m 1 "^WRONG" "/tmp/$1.txt")"
	grep -q "^GUEST-DONE $2 0$" "/tmp/$1.txt" || fail "guest $1: its task $2 failed or never ended"
	say "guest $1 did $2 and powered off"
}

# ends_with NAME STATUS TEXT: a guest that has ended otherwise, with a message
ends_with() {
	local status
	status=$(cat "/tmp/$1.status")
	[ "$status" = "$2" ] || fail "$1: the launcher's status is $status, not $2"
	grep -qE "$3" "/tmp/$1.log" || fail "$1: no message that says '$3'"
	say "$1 ended with status $2 and said: $(grep -m 1 -E "$3" "/tmp/$1.log" | cut -c1-100)"
}

# load_lg: what every scenario with a guest starts with
load_lg() {
	[ -f /lib/modules/lg.ko ] || fail "no module lg in this build"
	# shellcheck disable=SC2046 # module parameters
	insmod /lib/modules/lg.ko $(param lg | tr , ' ') || fail "lg does not load"
	[ -c /dev/lguest ] || fail "lg made no /dev/lguest"
}

# load_nmi: by $NMI, if there is the module, test programs send NMIs
load_nmi() {
	if insmod /lib/modules/lgnmi.ko count=0 2>/dev/null; then
		export NMI=/sys/module/lgnmi/parameters/send
	fi
}

# users: how many guests lg has, as the module's use count says
users() { sed -n 's/^lg [0-9]* \([0-9]*\) .*/\1/p' /proc/modules; }

# unload_lg: and ends with
unload_lg() {
	[ "$(users)" = 0 ] || fail "lg still has $(users) users"
	rmmod lg || fail "lg does not unload"
	[ ! -e /dev/lguest ] || fail "/dev/lguest outlives lg"
}

# cpus_kb: the free pages that each CPU keeps for itself
cpus_kb() { awk '$1 == "count:" { n += $2 } END { print n * 4 }' /proc/zoneinfo; }

# free_kb: memory that is free or could be at once, empty slabs and the free
# pages that each CPU keeps for itself included (those come to megabytes)
free_kb() {
	local cpus cache free change
	sync
	for cache in /sys/kernel/slab/*/shrink; do echo 1 >"$cache"; done
	echo 3 >/proc/sys/vm/drop_caches
	sleep 0.3
	[ -e /tmp/meminfo.before ] || cat /proc/meminfo >/tmp/meminfo.before
	# What vmstat's worker gives back between the two readings would count twice.
	while cpus=$(cpus_kb); do
		free=$(sed -n 's/^MemAvailable: *\([0-9]*\) kB/\1/p' /proc/meminfo)
		change=$((cpus - $(cpus_kb)))
		[ ${change#-} -gt 64 ] || break
	done
	echo $((free + cpus))
}

# all_back BEFORE SLACK: the host has its memory again, up to SLACK kB
all_back() {
	local now i
	for i in 1 2 3 4 5; do
		now=$(free_kb)
		[ $((now + $2)) -lt "$1" ] || break
		sleep 1
	done
	say "memory before $1 kB, now $now kB"
	[ $((now + $2)) -ge "$1" ] || {
		diff /tmp/meminfo.before /proc/meminfo | grep '^[-+][A-Z]'
		fail "$(($1 - now)) kB of the host's memory are gone"
	}
}

# ktap NAME COMMAND...: runs a test program, its lines as they come, told from the
# host's; fails if a line is "not ok", if none is "ok", or by its status, and with strict=1
# if a test was skipped
ktap() {
	local name=$1
	shift
	{
		status=0
		"$@" || status=$?
		echo $status >/tmp/ktap.status
	} 2>&1 | tee /tmp/ktap | lgtest tag ktap /tmp/ktap.times
	! grep -q '^not ok' /tmp/ktap ||
		fail "$(grep -c '^not ok' /tmp/ktap) failed: $(grep -m 1 '^not ok' /tmp/ktap)"
	[ "$(cat /tmp/ktap.status)" = 0 ] || fail "$name: status $(cat /tmp/ktap.status)"
	grep -q '^ok' /tmp/ktap || fail "$name said nothing"
	! grep -q '^ok.*# SKIP' /tmp/ktap || {
		say "$name: $(grep -c '^ok.*# SKIP' /tmp/ktap) skipped"
		[ -z "$(param strict)" ] || fail "$name: $(grep -m 1 '^ok.*# SKIP' /tmp/ktap)"
	}
}

# slabs: objects in the kernel's caches
slabs() {
	free_kb >/dev/null
	[ -e /tmp/slab.before ] || cat /proc/slabinfo >/tmp/slab.before
	awk 'NR > 2 { o += $2 } END { print o }' /proc/slabinfo
}

# slabs_back BEFORE: they are not many more than before
slabs_back() {
	local now
	now=$(slabs)
	say "slab objects: $1 before, $now after"
	[ "$now" -lt $(($1 + $1 / 20 + 2000)) ] || {
		awk 'NR == FNR { o[$1] = $2; next } $2 > o[$1] + 200 { print $1, o[$1], $2 }' /tmp/slab.before /proc/slabinfo
		fail "$((now - $1)) more slab objects"
	}
}

# tap NAME [ADDRESS]: a TAP device of the host's, up
tap() {
	tunctl -t "$1" >/dev/null || fail "no TAP device $1"
	[ -z "${2:-}" ] || ip addr add "$2/24" dev "$1"
	ip link set "$1" up
}

# bridge NAME ADDRESS DEVICE...: joins devices
bridge() {
	local name=$1 dev
	brctl addbr "$name" || fail "no bridge $name"
	ip addr add "$2/24" dev "$name"
	shift 2
	for dev in "$@"; do brctl addif "$name" "$dev"; done
	ip link set "$name" up
}

# says NAME TEXT SECONDS: until guest NAME prints TEXT; its line is in $LINE
# shellcheck disable=SC2034
says() {
	wait_for "/tmp/$1.log" "^$2" "$3" || fail "guest $1 does not say $2 within $3 s"
	LINE=$(tr -d '\r' <"/tmp/$1.log" | grep -m 1 -E "^$2")
}

# echo_replies: how many this machine has had (ICMP)
echo_replies() {
	awk '$1 != "Icmp:" { next }
		n { print $n }
		!n { for (i = 2; i <= NF; i++) if ($i == "InEchoReps") n = i }' /proc/net/snmp
}

# none_lost BEFORE N: N more have come. ping gives up on the last one after twice the time
# that the others took, which on a busy machine may be too soon.
none_lost() {
	local i=0
	while [ $(($(echo_replies) - $1)) -lt "$2" ]; do
		i=$((i + 1))
		[ $i -lt 100 ] || return 1
		sleep 0.1
	done
}

# listens PORT: until somebody does (TCP, no IPv6)
listens() { wait_for /proc/net/tcp ":$(printf %04X "$1") 0+:0000 0A" 20; }

# quit NAME: ends a guest that would go on
quit() {
	kill "$(cat "/tmp/$1.pid")"
	wait_for "/tmp/$1.status" . 20 || fail "guest $1 does not end"
}

# stop_all PROGRAM...: ends them (busybox has no pkill)
stop_all() {
	local pid
	for pid in $(pidof "$@"); do kill "$pid"; done
}

# host_load N: N processes that spin; stop_load ends them
host_load() {
	local i=0
	LOAD_PIDS=
	while [ $i -lt "$1" ]; do
		lgtest spin &
		LOAD_PIDS="$LOAD_PIDS $!"
		i=$((i + 1))
	done
}
stop_load() {
	# shellcheck disable=SC2086 # a list
	kill $LOAD_PIDS
	# shellcheck disable=SC2086
	wait $LOAD_PIDS 2>/dev/null || :
}

# wait_for FILE TEXT SECONDS: until TEXT stands in FILE
wait_for() {
	local i=0
	while ! grep -qE "$2" "$1" 2>/dev/null; do
		i=$((i + 1))
		[ $i -lt $(($3 * ${SLOW:-1} * 10)) ] || return 1
		sleep 0.1
	done
}

# same_results A B: the RESULT lines of two runs of the workload
same_results() {
	tr -d '\r' <"$1" | grep '^RESULT' >/tmp/a || :
	tr -d '\r' <"$2" | grep '^RESULT' >/tmp/b || :
	[ "$(wc -l </tmp/a)" -ge 20 ] || fail "only $(wc -l </tmp/a) results on the host"
	diff /tmp/a /tmp/b || fail "results differ: $(diff /tmp/a /tmp/b | grep -m 1 '^[-+][^-+]')"
	say "$(wc -l </tmp/a) results of host and guest are the same"
}
