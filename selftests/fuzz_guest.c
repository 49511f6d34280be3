// SPDX-License-Identifier: GPL-2.0
/*
 * A hostile guest. From a seed it does what a guest can do to its host: calls
 * of every number, descriptors, gates, page tables, frames, privileged
 * instructions in both rings, lists of buffers, flags; with values that are
 * random, and with those next to a limit. It has no question of its own: the
 * host must stay whole, whatever becomes of the guest.
 *
 *   lguest --memory 4 --append "seed=1 actions=1000" fuzz_guest
 *
 * Its command line: seed=N; actions=N, after which it powers off; key=N, an
 * address that DMA goes to; novm: no frame asks for virtual 8086 mode; watch:
 * instead of all that, be a harmless guest that computes, and says so if a result
 * is wrong.
 *
 * One action follows the other. What an action does depends on the seed and its
 * number only, and on what the ones before have left. A fault ends an action; so
 * does an interrupt, which is the one thing that a seed does not repeat, unless
 * the host's time does (QEMU's -icount).
 * Every 32 actions the tables are put right again. Being killed is no failure:
 * who runs it (fuzz_run.c) goes on with another seed.
 */
#include "fuzz_guest.h"

struct lguest_shared shared_page __aligned(PAGE);
struct lguest_shared *shared;
__u32 key, ram, flags_mask;
__u32 rnd_state;

static __u32 seed, actions;
static __u32 action_nr, round_tries;

void *memcpy(void *to, const void *from, unsigned long n)
{
	void *p = to;

	asm volatile("rep movsb" : "+D" (p), "+S" (from), "+c" (n) : : "memory");
	return to;
}

void *memset(void *to, int byte, unsigned long n)
{
	void *p = to;

	asm volatile("rep stosb" : "+D" (p), "+c" (n) : "a" (byte) : "memory");
	return to;
}

__u32 hc(__u32 nr, __u32 a, __u32 b, __u32 c, __u32 d)
{
	asm volatile("int %1"
		     : "+a" (nr)
		     : "i" (LGUEST_HYPERCALL), "b" (a), "c" (b), "d" (c), "S" (d) : "memory");
	return nr;
}

static void say(const char *text)
{
	__u32 len = 0;

	while (text[len])
		len++;
	hc(LGUEST_HC_CONSOLE, ADDR(text), len, 0, 0);
}

static __noreturn void power_off(void)
{
	for (;;)
		hc(LGUEST_HC_SHUTDOWN, LGUEST_SHUTDOWN_POWEROFF, 0, 0, 0);
}

/* Time of the guest's clock, by the rules of pvclock-abi.h. */
static __u64 now(void)
{
	const __u32 *time = (const __u32 *)shared->time;
	__u64 tsc;
	__s8 shift = (__s8)shared->time[28];

	asm volatile("rdtsc" : "=A" (tsc));
	tsc -= *(const __u64 *)(time + 2);
	tsc = shift < 0 ? tsc >> (-shift & 63) : tsc << (shift & 63);
	return (tsc >> 32) * time[6] + (((tsc & 0xffffffff) * time[6]) >> 32);
}

void set_timer(__u32 ns)
{
	__u64 when;

	if (!shared)
		return;
	when = now() + ns;
	hc(LGUEST_HC_SET_TIMER, when, when >> 32, 0, 0);
}

void init_shared(void)
{
	static const __u32 starts[] = {
		0, 0x400000, 0x80000000, 0xc0000000, 0xc0000000, WINDOW - 0x400000, WINDOW,
		0xffffffff,
	};

	shared_page.callback_vector = 0x20;
	shared_page.kernel_start = PICK(starts);
	shared_page.user_cs = one_in(4) ? selector() : USER_CODE;
	shared_page.tls_index = 6;
	if (!hc(LGUEST_HC_INIT, ADDR(&shared_page), LGUEST_ABI_VERSION, 0, 0))
		shared = &shared_page;
}

static void action(void)
{
	switch (below(16)) {
	case 0:
		many_tables();
		break;
	case 1:
	case 2:
		touch();
		break;
	case 3:
	case 4:
	case 5:
		run_code();
		break;
	case 6:
		run_transfer();
		break;
	case 7:
		load_segment();
		break;
	case 8:
		change_cr();
		break;
	case 9:
		if (one_in(4))
			use_fpu();
		else
			change_flags();
		break;
	default:
		many_calls();
	}
}

static __noreturn void loop(void)
{
	for (;;) {
		if (action_nr >= actions)
			power_off();
		rnd_seed(seed, action_nr);
		if (action_nr % ROUND == 0) {
			/* What can no more be put right is given up. */
			if (++round_tries > 16)
				power_off();
			new_round(!action_nr);
			rnd_seed(seed, action_nr);
		}
		round_tries = 0;
		action_nr++;
		action();
	}
}

/* After any trap. */
void recovered(void)
{
	if (shared) {
		shared->irq_enabled = 0;
		__atomic_and_fetch(&shared->irqs, 0, __ATOMIC_SEQ_CST);
	}
	loop();
}

/*
 * The harmless one: what it computes does not depend on others.
 */
static void __noreturn watch(void)
{
	__u32 i, round, sum, want, *p = pool[0].word;
	__u16 control = 0x37f;
	__u32 got;

	build_gdt();
	build_idt();
	build_tables();
	hc(LGUEST_HC_LOAD_GDT, ADDR(gdt), 32, 0, 0);
	hc(LGUEST_HC_LOAD_IDT, ADDR(idt), 256, 0, 0);
	set_cr3(ADDR(&good_dir));
	set_paging(1);
	asm volatile("fninit; fldcw %0; fldpi" : : "m" (control));
	for (round = 1;; round++) {
		rnd_seed(seed, round);
		for (i = 0, want = 0; i < sizeof(pool) / 4; i++) {
			p[i] = rnd();
			want = (want << 5 | want >> 27) + p[i];
		}
		hc(LGUEST_HC_FLUSH, LGUEST_FLUSH_ALL, 0, 0, 0);
		for (i = 0, sum = 0; i < sizeof(pool) / 4; i++)
			sum = (sum << 5 | sum >> 27) + p[i];
		/* Three is what pi rounds to. */
		asm volatile("fistl %0" : "=m" (got));
		if (sum != want || got != 3)
			say("WRONG");
		else
			say("right");
	}
}

/* The number behind @name in the command line; or @or. */
static __u32 option(const char *line, const char *name, __u32 or)
{
	const char *a, *b;
	__u32 value = 0;

	for (; *line; line++) {
		for (a = line, b = name; *b && *a == *b; a++)
			b++;
		if (*b)
			continue;
		for (; *a >= '0' && *a <= '9'; a++)
			value = value * 10 + *a - '0';
		return value;
	}
	return or;
}

void start(const __u8 *params)
{
	const char *line = (const char *)*(const __u32 *)(params + BP_CMDLINE);
	__u32 i, n = params[BP_E820_ENTRIES];
	const __u8 *e = params + BP_E820;

	/* The end of the last entry of usable memory. */
	for (i = 0; i < n; i++, e += 20)
		if (*(const __u32 *)(e + 16) == 1)
			ram = *(const __u32 *)e + *(const __u32 *)(e + 8);
	seed = option(line, "seed=", 1);
	actions = option(line, "actions=", 1000);
	key = option(line, "key=", 0);
	flags_mask = option(line, "novm", 1) ? ~0u : ~(__u32)FLAG_VM;
	if (option(line, "watch", 1) != 1)
		watch();

	build_gdt();
	build_idt();
	rnd_seed(seed, ~0u);
	if (!one_in(8))
		init_shared();
	loop();
}
