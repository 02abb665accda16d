/**
 * Which system calls a command in the sandbox is not given, as the program of a seccomp filter (linux/filter.h, the
 * numbers of arch/x86/entry/syscalls/syscall_64.tbl and include/uapi/asm-generic/unistd.h). A network of its own does
 * not keep it from AF_VSOCK, by which a machine in Hyper-V, a WSL, speaks to its host; the keyring of the user is no
 * file; io_uring makes sockets too, past any filter.
 */
const machines = {
  x64: { arch: 0xc000003e, socket: 41, keys: [248, 249, 250] },
  arm64: { arch: 0xc00000b7, socket: 198, keys: [217, 218, 219] },
} as const
const ioUringSetup = 425
/** From here on the numbers of another way to call, x32, which the same programs may use. */
const otherCalls = 0x40000000
const AF_VSOCK = 40

const load = 0x20
const equal = 0x15
const atLeast = 0x35
const give = 0x06
const allow = 0x7fff0000
/** With EPERM. */
const deny = 0x00050001

interface Line {
  readonly code: number
  readonly k: number
  /** Where to go on: to the end that allows or denies, or to the next line. */
  readonly yes?: 'allow' | 'deny'
  readonly no?: 'allow' | 'deny'
}

/** The filter for a kind of processor; null: none is known for it. */
export function callFilter(processor: string): Buffer | null {
  const machine = processor === 'x64' || processor === 'arm64' ? machines[processor] : null
  if (machine === null) return null
  const lines: readonly Line[] = [
    { code: load, k: 4 },
    { code: equal, k: machine.arch, no: 'deny' },
    { code: load, k: 0 },
    { code: atLeast, k: otherCalls, yes: 'deny' },
    ...[ioUringSetup, ...machine.keys].map((k): Line => ({ code: equal, k, yes: 'deny' })),
    { code: equal, k: machine.socket, no: 'allow' },
    { code: load, k: 16 },
    { code: equal, k: AF_VSOCK, yes: 'deny', no: 'allow' },
    { code: give, k: allow },
    { code: give, k: deny },
  ]
  const ends = { allow: lines.length - 2, deny: lines.length - 1 }
  const bytes = Buffer.alloc(lines.length * 8)
  lines.forEach(({ code, k, yes, no }, at) => {
    bytes.writeUInt16LE(code, at * 8)
    bytes.writeUInt8(yes === undefined ? 0 : ends[yes] - at - 1, at * 8 + 2)
    bytes.writeUInt8(no === undefined ? 0 : ends[no] - at - 1, at * 8 + 3)
    bytes.writeUInt32LE(k, at * 8 + 4)
  })
  return bytes
}
