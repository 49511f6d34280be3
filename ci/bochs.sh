# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2154,SC2317
# The machine in Bochs, for ci/boot (sourced): a CD with the kernel, the serial
# port in a file, Bochs's own screen thrown away. CPU is a Bochs model, or one
# of QEMU's names that has a like here.
bochs() {
	local dir=$BUILD/bochs/$cell model
	case $CPU in
	# Bochs's models with several threads have a topology that Linux warns of.
	max) model=athlon64_clawhammer ;;
	core2duo) model=core2_penryn_t9600 ;;
	pentium3) model=p3_katmai ;;
	Nehalem) model=corei5_lynnfield_750 ;;
	Haswell) model=corei7_haswell_4770 ;;
	*) model=$CPU ;;
	esac
	"$CI/deps" bochs
	rm -rf "$dir"
	mkdir -p "$dir/cd"
	cp "$o/arch/x86/boot/bzImage" "$dir/cd/bzimage"
	cp "$initrd" "$dir/cd/initrd"
	cp /usr/lib/ISOLINUX/isolinux.bin /usr/lib/syslinux/modules/bios/ldlinux.c32 "$dir/cd/"
	cat >"$dir/cd/isolinux.cfg" <<-END
	default lg
	label lg
	kernel bzimage
	append initrd=initrd $append
	END
	xorriso -as mkisofs -quiet -o "$dir/cd.iso" -b isolinux.bin -c boot.cat \
		-no-emul-boot -boot-load-size 4 -boot-info-table "$dir/cd" 2>/dev/null
	rm -r "$dir/cd"
	cat >"$dir/bochsrc" <<-END
	cpu: model=$model, count=$SMP, ips=100000000, reset_on_triple_fault=0
	megs: $MEM
	romimage: file=/usr/share/bochs/BIOS-bochs-latest
	vgaromimage: file=/usr/share/vgabios/vgabios.bin
	ata0-master: type=cdrom, path=$dir/cd.iso, status=inserted
	boot: cdrom
	com1: enabled=1, mode=file, dev=$dir/serial
	display_library: rfb, options="timeout=0"
	log: $dir/bochs.log
	clock: sync=none
	END
	# Debian's build starts in its debugger; "c" goes on. That wants a terminal. (The
	# screen is one that nobody need look at: "term" stops when its pty is full.)
	echo c >"$dir/rc"
	: >"$dir/serial"
	# In a session of its own: else the shell's job control stops it.
	TERM=xterm setsid timeout "$TIMEOUT" script -qec \
		"bochs -q -f $dir/bochsrc -rc $dir/rc" /dev/null >"$dir/screen" 2>&1 </dev/null 8>&- &
	run_console tail -n +1 -f --pid=$! "$dir/serial" || return
	wait $! || [ $? != 124 ] || return 124
}
