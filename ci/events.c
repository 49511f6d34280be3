// SPDX-License-Identifier: GPL-2.0
/*
 * events: a plugin of QEMU's that counts executed instructions of some kinds between
 * the marks of bench (ci/tests/bench.c). -plugin events.so,out=FILE writes a line per
 * operation, of its last round, in the order in which they ran:
 *	kind=count kind=count ...
 * Counted is what the whole machine begins to execute, host and guest; an instruction
 * that faults, to be emulated, counts as well.
 *
 * QEMU's header for this is in its source only, hence the declarations: they are the
 * interface of QEMU 7.2. A QEMU that has another one refuses the plugin, by version.
 * The counters are for one processor.
 */
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

typedef uint64_t plugin_id;
struct qemu_plugin_tb;
struct qemu_plugin_insn;
struct qemu_info_t;

enum { NO_REGS };
enum { ADD_U64 };

void qemu_plugin_register_vcpu_tb_trans_cb(plugin_id id,
	void (*cb)(plugin_id id, struct qemu_plugin_tb *tb));
void qemu_plugin_register_vcpu_insn_exec_cb(struct qemu_plugin_insn *insn,
	void (*cb)(unsigned int cpu, void *data), int flags, void *data);
void qemu_plugin_register_vcpu_insn_exec_inline(struct qemu_plugin_insn *insn,
	int op, void *counter, uint64_t add);
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *tb);
struct qemu_plugin_insn *qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *tb, size_t i);
const void *qemu_plugin_insn_data(const struct qemu_plugin_insn *insn);
size_t qemu_plugin_insn_size(const struct qemu_plugin_insn *insn);

int qemu_plugin_version = 1;

/* An opcode of one byte or, after 0x0f, of two; then the ModRM byte, as far as it matters. */
#define REG	0x38		/* its middle field, which is part of some opcodes */
static struct {
	const char *name;
	uint8_t opcode[2], mask, modrm;
	bool memory;		/* not with a register as its operand */
	bool nop;		/* one of what patched code is filled with: see is_nop() */
	uint64_t count, at_begin, sum;
} kinds[] = {
	{ .name = "cr3", .opcode = { 0x0f, 0x22 }, .mask = REG, .modrm = 3 << 3 },
	{ .name = "cr4", .opcode = { 0x0f, 0x22 }, .mask = REG, .modrm = 4 << 3 },
	{ .name = "lgdt", .opcode = { 0x0f, 0x01 }, .mask = REG, .modrm = 2 << 3, .memory = true },
	{ .name = "lidt", .opcode = { 0x0f, 0x01 }, .mask = REG, .modrm = 3 << 3, .memory = true },
	{ .name = "lldt", .opcode = { 0x0f, 0x00 }, .mask = REG, .modrm = 2 << 3 },
	{ .name = "ltr", .opcode = { 0x0f, 0x00 }, .mask = REG, .modrm = 3 << 3 },
	{ .name = "iret", .opcode = { 0xcf } },
	{ .name = "invlpg", .opcode = { 0x0f, 0x01 }, .mask = REG, .modrm = 7 << 3,
	  .memory = true },
	{ .name = "wrmsr", .opcode = { 0x0f, 0x30 } },
	{ .name = "nop", .nop = true },
	{ .name = "vmrun", .opcode = { 0x0f, 0x01 }, .mask = 0xff, .modrm = 0xd8 },
};

#define KINDS	(sizeof(kinds) / sizeof(kinds[0]))

static FILE *out;

static bool is_prefix(uint8_t byte)
{
	return byte && strchr("\x26\x2e\x36\x3e\x64\x65\x66\x67\xf0\xf2\xf3", byte);
}

/* asm/nops.h, of 32 bit: NOP, MOV and LEA of ESI to itself. PAUSE has a prefix. */
static bool is_nop(const uint8_t *code, size_t left, size_t prefixes)
{
	static const struct {
		size_t len;
		uint8_t code[3];
	} begins[] = {
		{ 1, { 0x90 } }, { 2, { 0x89, 0xf6 } }, { 3, { 0x8d, 0x76, 0x00 } },
		{ 3, { 0x8d, 0x74, 0x26 } }, { 2, { 0x8d, 0xb6 } }, { 3, { 0x8d, 0xb4, 0x26 } },
	};
	size_t i;

	for (i = 0; i < sizeof(begins) / sizeof(begins[0]); i++) {
		size_t b, len = begins[i].len;

		if (left < len || memcmp(code, begins[i].code, len))
			continue;
		if (prefixes && (len == 1 || code[-1] != 0x3e))
			return false;
		/* Anything but a displacement of 0 would be an address. */
		for (b = len; b < left; b++)
			if (code[b])
				return false;
		return true;
	}
	return false;
}

static bool is_kind(size_t k, const uint8_t *code, size_t left, size_t prefixes)
{
	size_t len = kinds[k].opcode[0] == 0x0f ? 2 : 1;

	if (kinds[k].nop)
		return is_nop(code, left, prefixes);
	if (left < len || memcmp(code, kinds[k].opcode, len))
		return false;
	if (!kinds[k].mask)
		return true;
	return left > len && (code[len] & kinds[k].mask) == kinds[k].modrm &&
		!(kinds[k].memory && code[len] >= 0xc0);
}

static void on_mark(unsigned int cpu, void *data)
{
	size_t k;

	for (k = 0; k < KINDS; k++) {
		switch ((uintptr_t)data) {
		case 1:
			kinds[k].at_begin = kinds[k].count;
			break;
		case 2:
			kinds[k].sum += kinds[k].count - kinds[k].at_begin;
			break;
		case 3:
			kinds[k].sum = 0;
			break;
		case 4:
			fprintf(out, "%s=%" PRIu64 "%c", kinds[k].name, kinds[k].sum,
				k + 1 < KINDS ? ' ' : '\n');
			break;
		}
	}
	fflush(out);
}

static void on_translation(plugin_id id, struct qemu_plugin_tb *tb)
{
	size_t i, k, size, skip, n = qemu_plugin_tb_n_insns(tb);

	for (i = 0; i < n; i++) {
		struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, i);
		const uint8_t *code = qemu_plugin_insn_data(insn);

		size = qemu_plugin_insn_size(insn);
		if (size == 7 && !memcmp(code, "\x0f\x1f\x80", 3) && !memcmp(code + 4, "RKM", 3))
			qemu_plugin_register_vcpu_insn_exec_cb(insn, on_mark, NO_REGS,
							       (void *)(uintptr_t)code[3]);
		for (skip = 0; skip < size && is_prefix(code[skip]); skip++)
			;
		for (k = 0; k < KINDS; k++)
			if (is_kind(k, code + skip, size - skip, skip))
				qemu_plugin_register_vcpu_insn_exec_inline(insn, ADD_U64,
									   &kinds[k].count, 1);
	}
}

int qemu_plugin_install(plugin_id id, const struct qemu_info_t *info, int argc, char **argv)
{
	int i;

	for (i = 0; i < argc; i++)
		if (!strncmp(argv[i], "out=", 4))
			out = fopen(argv[i] + 4, "w");
	if (!out) {
		fprintf(stderr, "events: out=FILE, one that can be written\n");
		return 1;
	}
	qemu_plugin_register_vcpu_tb_trans_cb(id, on_translation);
	return 0;
}
