# SPDX-License-Identifier: GPL-2.0
# Shared by the scripts in ci/: places, messages, long commands. Sourced.
# shellcheck shell=bash disable=SC2034
set -eu -o pipefail

TOP=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
CI=$TOP/ci
BUILD=${BUILD:-$TOP/build}
TREE=${TREE:-$BUILD/linux}
LOGS=$BUILD/logs
KVERSION=7.2.8
JOBS=${JOBS:-$(nproc)}
# Other commands print in their own language and time zone otherwise.
export LC_ALL=C TZ=UTC
mkdir -p "$BUILD" "$LOGS"

say() { printf '%s\n' "$*"; }
die() { printf '%s: %s\n' "${0##*/}" "$*" >&2; exit 1; }

# long LABEL LOGFILE COMMAND...: runs a long command with its output in
# LOGFILE; prints a line every few seconds, and the log's end if it fails.
long() {
	local label=$1 log=$2 rc=0 t=0 start pid
	shift 2
	start=$(date +%s)
	"$@" >"$log" 2>&1 </dev/null &
	pid=$!
	while kill -0 "$pid" 2>/dev/null; do
		sleep 1
		t=$((t + 1))
		if [ $((t % 15)) = 0 ]; then
			printf '   %s: %s s, %s\n' "$label" \
				$(($(date +%s) - start)) \
				"$(tail -n 1 "$log" | tr -dc '[:print:]' | cut -c1-90)"
		fi
	done
	wait "$pid" || rc=$?
	t=$(($(date +%s) - start))
	if [ $rc != 0 ]; then
		grep -nE 'error:|Error [0-9]|undefined reference' "$log" | head -n 20 || :
		tail -n 30 "$log"
		say "   $label: FAILED after $t s (status $rc), log in $log"
		return $rc
	fi
	say "   $label: done in $t s"
}

# locked LOCKNAME COMMAND...: one at a time.
locked() {
	local lock=$BUILD/.$1.lock
	shift
	[ -z "${NO_LOCK:-}" ] || { "$@"; return; }
	(
		flock 9
		"$@" 9>&-
	) 9>"$lock"
}

# compiler [WORDS]: gcc, through ccache where there is one.
compiler() {
	if [ -z "${NO_CCACHE:-}" ] && command -v ccache >/dev/null; then
		echo "ccache gcc"
	else
		echo gcc
	fi
}

# events_plugin FILE: QEMU's argument for the plugin that counts kinds of instructions
# (ci/events.c), which is built, and writes to FILE.
events_plugin() {
	$(compiler) -shared -fPIC -O2 -o "$BUILD/events.so" "$CI/events.c"
	echo "$BUILD/events.so,out=$1"
}

# kmake CONFIG ARGS...: make in a config's output folder; a line "# make: ARGS"
# of the config says what it needs beyond.
kmake() {
	local o=$BUILD/o-$1 more
	more=$(sed -n 's/^# make: //p' "$CI/configs/$1.config")
	shift
	# Another tree in the same place relative to its output finds the same
	# objects in ccache.
	# shellcheck disable=SC2086 # words
	CCACHE_BASEDIR=$BUILD CCACHE_NOHASHDIR=1 \
	make -C "$TREE" O="$o" ARCH=i386 CC="$(compiler)" LOCALVERSION= -j"$JOBS" $more "$@"
}

# debian_mirror: the URI of the Debian archive that this machine's apt uses.
debian_mirror() {
	local uri
	# The words in parentheses are apt's, not the shell's.
	# shellcheck disable=SC2016
	uri=$(apt-get indextargets --format '$(ORIGIN)|$(LABEL)|$(REPO_URI)' \
		'Created-By: Packages' | awk -F'|' '$1 == "Debian" && $2 == "Debian" { print $3; exit }')
	[ -n "$uri" ] || die "apt on this machine knows no Debian archive (run apt-get update first?)"
	echo "$uri"
}

# private_apt DIR WORDS...: apt-get with lists, sources and state in DIR, so
# that the machine's own setup stays as it is. DIR/sources.list is the caller's.
private_apt() {
	local d=$1
	shift
	mkdir -p "$d/lists/partial" "$d/archives/partial" "$d/parts"
	[ -e "$d/status" ] || : >"$d/status"
	apt-get -o Dir::Etc::sourcelist="$d/sources.list" \
		-o Dir::Etc::sourceparts="$d/parts" \
		-o Dir::State::lists="$d/lists" \
		-o Dir::State::status="$d/status" \
		-o Dir::Cache="$d" -o Dir::Cache::archives="$d/archives" \
		-o APT::Sandbox::User=root -o Acquire::Languages=none "$@"
}

# new_repository FOLDER: an empty one on branch lguest, for a kernel's tree
new_repository() {
	rm -rf "$1"
	git init -q -b lguest "$1"
	git -C "$1" config user.name "Lguest Developers"
	git -C "$1" config user.email "lguest@lists.example.org"
	git -C "$1" config gc.auto 0
	git -C "$1" config core.fsmonitor false
}

# import_tarball TARBALL FOLDER NAME LOGFILE: into such a repository, as its first commit
import_tarball() {
	long unpack "$4" tar xf "$1" -C "$2" --strip-components=1
	long "git add" "$4" git -C "$2" add -A -f
	GIT_AUTHOR_DATE='2026-01-01T00:00:00Z' GIT_COMMITTER_DATE='2026-01-01T00:00:00Z' \
		long "git commit" "$4" git -C "$2" commit -q -m "$3"
}

KEYRING=/usr/share/keyrings/debian-archive-keyring.gpg

# copy_module FOLDER: the source of lg there, to be changed and then built as a
# module from elsewhere: kmake CONFIG M=FOLDER modules
copy_module() {
	rm -rf "$1"
	mkdir -p "$1"
	cp -r "$TREE"/drivers/lguest/host/{*.[chS],Makefile,Kconfig,tests} "$1/"
	sed -i "s/obj-\$(CONFIG_LGUEST)/obj-m/" "$1/Makefile"
}

# faulty_module FOLDER CONFIG PATCH: builds lg with the patch there
faulty_module() {
	copy_module "$1"
	patch -s -p4 -d "$1" <"$3" && kmake "$2" M="$1" modules
}

# make_selftests TREE CONFIG FOLDER: builds the selftests of lguest there
make_selftests() {
	make -C "$1/tools/testing/selftests/lguest" OUTPUT="$3" CC="$(compiler)" \
		KHDR_INCLUDES="-isystem $BUILD/o-$2/usr/include"
}

# with_module FOLDER CONFIG MODULE: in FOLDER, for ci/boot as BUILD, all that
# ci/initrd takes of a build, with another lg.ko
with_module() {
	local o=$BUILD/o-$2 to=$1/o-$2 part
	rm -rf "$to" "$1/initrd"
	mkdir -p "$to/arch/x86/boot"
	ln -f "$o/arch/x86/boot/bzImage" "$to/arch/x86/boot/bzImage" 2>/dev/null ||
		cp "$o/arch/x86/boot/bzImage" "$to/arch/x86/boot/"
	cp "$o/lguest" "$to/"
	cp -r "$o/selftests" "$to/"
	find "$o" -name '*.ko' ! -name lg.ko -exec cp {} "$to/" \;
	cp "$3" "$to/lg.ko"
	for part in userland apt-i386 debian cache; do
		[ ! -e "$BUILD/$part" ] || ln -sfn "$BUILD/$part" "$1/$part"
	done
}

# peer_says WORD: a line on top of ci/peers/$PEER, or of the one that it is like
peer_says() {
	local peer=${PEER:-} said
	while [ -n "$peer" ]; do
		said=$(sed -n "s/^# $1: //p" "$CI/peers/$peer")
		[ -z "$said" ] || { say "$said"; return; }
		peer=$(sed -n 's/^# like: //p' "$CI/peers/$peer")
	done
}

# series_id: what tells this series from any other: a sum of all that it changes in the
# kernel's tree, committed or not, but for documentation and manual, and lines that are
# nothing but comment; "-" without a tree
series_id() {
	local id
	id=$(git -C "$TREE" diff --no-ext-diff -U0 --src-prefix=a/ --dst-prefix=b/ \
		base -- . ':!Documentation' ':!tools/lguest/lguest.1' 2>/dev/null |
		sed -E '/^(@@|index )/d; \%^[+-][[:space:]]*(/\*(.*\*/)?|/\*[^/]*|\*([[:space:]].*)?|\*/)$%d' |
		sha256sum) || id=-
	echo "${id:0:12}"
}
