// SPDX-License-Identifier: GPL-2.0-or-later
#include "symbol.h"

#include <errno.h>
#include <fcntl.h>
#include <gelf.h>
#include <string.h>
#include <unistd.h>

static int find(Elf *elf, Elf_Scn *section, const char *name, u64 *ret_addr)
{
	Elf_Data *data = elf_getdata(section, NULL);
	const char *text;
	GElf_Shdr head;
	GElf_Sym sym;

	if (!data || !gelf_getshdr(section, &head))
		return -ENOEXEC;
	for (int i = 0; gelf_getsym(data, i, &sym); i++) {
		text = elf_strptr(elf, head.sh_link, sym.st_name);
		if (!text || strcmp(text, name))
			continue;
		*ret_addr = sym.st_value;
		return 0;
	}
	return -ENOENT;
}

/**
 * vt_symbol() - address of a symbol
 * @file: executable that is not relocated
 * @name: symbol
 * @ret_addr: its address
 *
 * Return: 0; -errno of opening it, -ENOEXEC if it is no ELF file, -ENOENT if it
 * has no such symbol.
 */
int vt_symbol(const char *file, const char *name, u64 *ret_addr)
{
	int fd = open(file, O_RDONLY | O_CLOEXEC), err = -ENOENT;
	Elf_Scn *section = NULL;
	GElf_Shdr head;
	Elf *elf;

	if (fd < 0)
		return -errno;
	elf_version(EV_CURRENT);
	elf = elf_begin(fd, ELF_C_READ_MMAP, NULL);
	if (!elf || elf_kind(elf) != ELF_K_ELF)
		err = -ENOEXEC;
	while (err == -ENOENT && (section = elf_nextscn(elf, section)))
		if (gelf_getshdr(section, &head) && head.sh_type == SHT_SYMTAB)
			err = find(elf, section, name, ret_addr);
	elf_end(elf);
	close(fd);
	return err;
}
