import { describe, expect, it } from 'vitest'
import { callFilter } from '../../../src/bridge/terminal/sandbox/means.ts'

const machines = {
  x64: {
    ...{ audit: 0xc000003e, foreign: 0x40000003, socket: 41, socketpair: 53, clone: 56, shmget: 29, memfd: 319, read: 0, execve: 59 },
    never: { unshare: 272, setns: 308, mount: 165, umount2: 166, pivot_root: 155, open_by_handle_at: 304, bpf: 321, userfaultfd: 323 },
    too: { perf_event_open: 298, add_key: 248, request_key: 249, keyctl: 250, syslog: 103 },
  },
  arm64: {
    ...{ audit: 0xc00000b7, foreign: 0x40000028, socket: 198, socketpair: 199, clone: 220, shmget: 194, memfd: 279, read: 63, execve: 221 },
    never: { unshare: 97, setns: 268, mount: 40, umount2: 39, pivot_root: 41, open_by_handle_at: 265, bpf: 280, userfaultfd: 282 },
    too: { perf_event_open: 241, add_key: 217, request_key: 218, keyctl: 219, syslog: 116 },
  },
} as const
const everywhere = { io_uring_setup: 425, open_tree: 428, move_mount: 429, fsopen: 430, fsmount: 432, mount_setattr: 442 }

const EPERM = 'errno 1'
const ENOSYS = 'errno 38'

/** What the kernel would make of a call: the program is run as linux/filter.h says. */
function verdict(program: Buffer, arch: number, number: number, args: readonly bigint[] = []): string {
  const data = Buffer.alloc(64)
  data.writeUInt32LE(number, 0)
  data.writeUInt32LE(arch, 4)
  for (const [at, value] of args.entries()) data.writeBigUInt64LE(BigInt.asUintN(64, value), 16 + at * 8)
  let a = 0
  for (let at = 0; ; at++) {
    const code = program.readUInt16LE(at * 8)
    const [yes, no, k] = [program.readUInt8(at * 8 + 2), program.readUInt8(at * 8 + 3), program.readUInt32LE(at * 8 + 4)]
    const jump = (holds: boolean) => (at += holds ? yes : no)
    if (code === 0x20) a = data.readUInt32LE(k)
    else if (code === 0x54) a = (a & k) >>> 0
    else if (code === 0x15) jump(a === k)
    else if (code === 0x25) jump(a > k)
    else if (code === 0x35) jump(a >= k)
    else if (code === 0x45) jump((a & k) !== 0)
    else if (code === 0x06) return k === 0x7fff0000 ? 'allowed' : `errno ${k & 0xffff}`
    else throw new Error(`no instruction ${code}`)
  }
}

describe.each(['x64', 'arm64'] as const)('the filter of system calls on %s', (processor) => {
  const machine = machines[processor]
  const program = callFilter(processor) ?? Buffer.alloc(0)
  const on = (number: number, ...args: number[]) => verdict(program, machine.audit, number, args.map(BigInt))

  it('allows what ordinary programs need', () => {
    for (const number of [machine.read, machine.execve, 424, 434, 436, 439]) expect(on(number)).toBe('allowed')
    for (const family of [2, 10, 16]) expect(on(machine.socket, family, 1 | 0o2000000, 0)).toBe('allowed')
    for (const type of [1, 5, 1 | 0o2000000, 1 | 0o4000]) expect(on(machine.socketpair, 1, type, 0)).toBe('allowed')
    // A thread, and fork.
    for (const flags of [0x3d0f00, 0x01200011]) expect(on(machine.clone, flags)).toBe('allowed')
    expect(on(machine.shmget, 0, 56, 0)).toBe('allowed')
  })
  it('refuses every other family of sockets', () => {
    for (const family of [0, 1, 3, 17, 31, 38, 40, 42, 44]) expect(on(machine.socket, family, 1, 0), String(family)).toBe(EPERM)
    // The kernel looks at the low half only.
    expect(verdict(program, machine.audit, machine.socket, [0xffff_ffff_0000_0001n])).toBe(EPERM)
  })
  it('refuses pairs of sockets that can be pointed elsewhere', () => {
    for (const type of [2, 3, 2 | 0o2000000]) expect(on(machine.socketpair, 1, type, 0)).toBe(EPERM)
    expect(on(machine.socketpair, 30, 1, 0)).toBe(EPERM)
  })
  it('refuses what makes namespaces, mounts, and what reaches past files', () => {
    for (const [name, number] of Object.entries({ ...machine.never, ...machine.too, ...everywhere })) expect(on(number), name).toBe(EPERM)
    for (const flag of [0x20000, 0x2000000, 0x4000000, 0x8000000, 0x10000000, 0x20000000, 0x40000000])
      expect(on(machine.clone, flag | 17), flag.toString(16)).toBe(EPERM)
    expect(on(435)).toBe(ENOSYS)
  })
  it('refuses memory that belongs to no process', () => {
    expect(on(machine.memfd)).toBe(ENOSYS)
    expect(on(447)).toBe(ENOSYS)
    expect(on(machine.shmget, 0, 1 << 20, 0)).toBe(EPERM)
    expect(verdict(program, machine.audit, machine.shmget, [0n, 1n << 32n])).toBe(EPERM)
  })
  it('refuses every other way into the kernel', () => {
    for (const number of [machine.read, machine.socket, 102, 359]) expect(verdict(program, machine.foreign, number)).toBe(EPERM)
    for (const number of [machine.read, machine.socket]) expect(on(0x40000000 | number)).toBe(EPERM)
  })
})

it('there is no filter for a processor whose numbers are not known', () => {
  expect(callFilter('riscv64')).toBe(null)
})
