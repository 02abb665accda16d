import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { describeUnless, itUnless } from '../../support/left-out.ts'
import { becomeOrdinaryUser } from '../../support/ordinary-user.ts'
import { allProcesses, commandLine } from '../../../src/bridge/terminal/tree.ts'
import { type Desk, desk, textOf } from '../../support/desk.ts'
import { lacksPython, lacksSandbox } from '../../support/machine.ts'

becomeOrdinaryUser()
const lacking = lacksSandbox()
const MiB = 1024 * 1024
/** Python that makes a system call by int 0x80, as programs of i386 do. */
const i386 = `
def i386(number, a, b, c):
  code = mmap.mmap(-1, 4096, prot=7)
  code.write(b'\\x53\\xb8' + number.to_bytes(4, 'little') + b'\\xbb' + a.to_bytes(4, 'little') + b'\\xb9' + b.to_bytes(4, 'little') + b'\\xba' + c.to_bytes(4, 'little') + b'\\xcd\\x80\\x5b\\xc3')
  return ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(code)))()`

/** Whether this machine has such calls, outside of the sandbox: some virtual ones have not. */
const hasI386 = (): boolean => spawnSync('/usr/bin/python3', ['-c', `import ctypes, mmap${i386}\ni386(20, 0, 0, 0)`]).status === 0

const quotas = { memoryBytes: 160 * MiB, processes: 24, tasks: 200, tmpBytes: 32 * MiB, homeBytes: 16 * MiB }

let place: Desk
const run = async (command: string, more: object = {}) => {
  const result = await place.call('execute_command', { command, timeout_ms: 55_000, ...more })
  if (result.isError === true) throw new Error(textOf(result))
  return {
    text: textOf(result),
    ...(result.structuredContent as { output: string; exit_code: number; limit?: string; timed_out: boolean }),
  }
}
/** With names that no other run on this machine has. */
const own = (line: string) => line.replace(/eats-memory|forks-a-lot/g, `$&-${process.pid}`)
const python = (source: string) => {
  place.put('try.py', source)
  return '/usr/bin/python3 try.py'
}

describeUnless(lacking, 'what a command in the sandbox may take', () => {
  beforeEach(() => {
    place = desk({ terminal: 'sandbox', quotas })
  })
  afterEach(() => place.close())
  /** Nothing of it is left, and the bridge goes on. */
  const livesOn = async (marker: string) => {
    await expect.poll(() => allProcesses().filter((each) => commandLine(each).includes(marker)).length).toBe(0)
    expect((await run('echo on')).output).toBe('on\n')
  }

  it.each([
    ['one program', 'node -e "const all=[];for(;;)all.push(Buffer.alloc(8<<20,1))" eats-memory'],
    [
      'many programs',
      'for i in 1 2 3 4 5 6; do node -e "globalThis.all=Buffer.alloc(40<<20,1);setInterval(()=>{},1e6)" eats-memory & done; wait',
    ],
    [
      'folders in memory',
      'for at in /tmp ~ /dev/shm; do head -c 32M /dev/zero > $at/a; done; node -e "globalThis.all=Buffer.alloc(110<<20,1);setInterval(()=>{},1e6)" eats-memory',
    ],
  ])('limits memory, used by %s', async (_what, line) => {
    const { limit, text } = await run(own(line))
    expect(limit).toBe('memory')
    expect(text).toContain('[Ended: it used more than 160 MiB of memory.]')
    await livesOn(own('eats-memory'))
  })
  itUnless(lacksPython, 'counts memory once that several processes share', async () => {
    const source = `
import os, time
a = bytearray(90 << 20)
for i in range(0, len(a), 4096): a[i] = 1
for i in range(4):
  if os.fork() == 0:
    time.sleep(1); os._exit(0)
for i in range(4): os.wait()
print('shared')`
    expect((await run(python(source))).output).toBe('shared\n')
  })
  itUnless(lacksPython, 'counts shared memory once, also while processes end', async () => {
    const source = `
import os, time
a = bytearray(90 << 20)
for i in range(0, len(a), 4096): a[i] = 1
end = time.monotonic() + 4
while time.monotonic() < end:
  for i in range(4):
    if os.fork() == 0:
      time.sleep(0.05 + 0.01 * i); os._exit(0)
  for i in range(4): os.wait()
print('shared')`
    expect((await run(python(source))).output).toBe('shared\n')
  })
  itUnless(lacksPython, 'refuses memory that belongs to no process', async () => {
    const source = `
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)
try: os.memfd_create('x'); print('memfd')
except OSError as e: print(e.errno)
print(libc.shmget(0, 1 << 24, 0o1600), ctypes.get_errno())`
    expect((await run(python(source))).output).toBe('38\n-1 1\n')
  })
  it('limits processes', async () => {
    const { limit, text } = await run(own('forks-a-lot() { forks-a-lot | forks-a-lot & }; forks-a-lot; wait; sleep 20'))
    expect(limit).toBe('processes')
    expect(text).toContain('[Ended: it had more than 24 processes.]')
    await livesOn(own('forks-a-lot'))
  })
  itUnless(lacksPython, 'limits processes and threads of each sandbox by the kernel', async () => {
    const source = `
import threading, time
n = 0
try:
  for i in range(1000):
    threading.Thread(target=time.sleep, args=(50,), daemon=True).start(); n += 1
except RuntimeError: pass
print(n < 200, n > 150)`
    const both = await Promise.all([run(python(source)), run(python(source))])
    expect(both.map(({ output }) => output)).toEqual(['True True\n', 'True True\n'])
  })
  it('limits room in /tmp and in the home folder', async () => {
    const { output } = await run(
      'for at in /tmp /var/tmp ~ /dev/shm; do head -c 64M /dev/zero 2>/dev/null > $at/full; stat -c %s $at/full; rm $at/full; done; echo x 2>/dev/null > /x; echo x 2>/dev/null > /dev/x; echo x 2>/dev/null > /run/x; echo done',
      { shell: 'bash' },
    )
    expect(output).toBe(`${32 * MiB}\n${32 * MiB}\n${16 * MiB}\n${16 * MiB}\ndone\n`)
  })
  it('names its limits in bridge_status, with what enforces them', async () => {
    const result = await place.call('bridge_status')
    expect(result.structuredContent?.sandbox).toEqual({
      ...{ memory_bytes: 160 * MiB, memory_by: expect.stringMatching(/^(cgroup|watched)$/), processes: 24 },
      ...{ tmp_bytes: 32 * MiB, tmp_by: expect.stringMatching(/^(fixed|watched)$/) },
    })
    expect(textOf(result)).toMatch(/runs with your rights.*git hooks and build scripts included/)
  })
})

describeUnless(lacking, 'a command in the sandbox', () => {
  beforeEach(() => {
    place = desk({ terminal: 'sandbox' })
  })
  afterEach(() => place.close())

  itUnless(lacksPython, 'talks to no Unix socket of an allowed folder, by whatever way into the kernel', async () => {
    const path = join(place.A, 's')
    let reached = 0
    const server = createServer((socket) => {
      reached++
      socket.destroy()
    })
    await new Promise<void>((resolve) => server.listen(path, resolve))
    // A datagram socket, as a system's log has one, that says what it got.
    const datagrams = spawn('/usr/bin/python3', [
      '-c',
      `
import socket
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM); s.bind('${path}.d'); print('ready', flush=True)
while True: print(s.recv(100), flush=True)`,
    ])
    let said = ''
    datagrams.stdout.on('data', (bytes: Buffer) => (said += bytes))
    await expect.poll(() => said, { timeout: 30_000 }).toBe('ready\n')
    const source = `
import ctypes, mmap, os, platform, socket, sys
${i386}
def attempt(name, work):
  try: print(name, work())
  except OSError as e: print(name, e.errno)
attempt('stream', lambda: socket.socket(socket.AF_UNIX, socket.SOCK_STREAM).connect('s'))
attempt('datagram', lambda: socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM).sendto(b'x', 's.d'))
attempt('listen', lambda: socket.socket(socket.AF_UNIX))
attempt('pair of datagrams', lambda: socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)[0].sendto(b'x', 's.d'))
attempt('pair of raw', lambda: socket.socketpair(socket.AF_UNIX, 3)[0].sendto(b'x', 's.d'))
def repoint():
  a, b = socket.socketpair(); a.connect('s')
attempt('pair of streams', repoint)
libc = ctypes.CDLL(None, use_errno=True)
if platform.machine() == 'x86_64':
  # socket(AF_UNIX, SOCK_STREAM, 0) and socketcall. A machine without the calls of i386 ends who tries them.
  sys.stdout.flush()
  pid = os.fork()
  if pid == 0:
    print('i386 socket', i386(359, 1, 1, 0), 'socketcall', i386(102, 1, 0, 0), flush=True)
    os._exit(0)
  if os.waitpid(pid, 0)[1] != 0: print('i386 none')
  print('x32 socket', libc.syscall(0x40000000 | 41, 1, 1, 0), ctypes.get_errno())
for name, number in {'io_uring': 425, 'clone3': 435, 'unshare': 272, 'userfaultfd': 323, 'bpf': 321, 'open_tree': 428}.items():
  if platform.machine() == 'x86_64': print(name, libc.syscall(number, 0x10000000, 0, 0, 0, 0), ctypes.get_errno())
attempt('user namespace', lambda: os.unshare(0x10000000) if hasattr(os, 'unshare') else None)`
    const { output } = await run(python(source))
    const refused = ['stream 1', 'datagram 1', 'listen 1', 'pair of datagrams 1', 'pair of raw 1', 'pair of streams 106']
    const machine = [
      hasI386() ? 'i386 socket -1 socketcall -1' : 'i386 none',
      'x32 socket -1 1',
      'io_uring -1 1',
      'clone3 -1 38',
      'unshare -1 1',
      'userfaultfd -1 1',
      'bpf -1 1',
      'open_tree -1 1',
    ]
    expect(output.split('\n')).toEqual(expect.arrayContaining([...refused, ...(process.arch === 'x64' ? machine : [])]))
    // Both sockets hand out what came in its order, so what is sent from outside is the first thing that came.
    await new Promise((resolve) => connect(path).once('close', resolve).resume())
    spawnSync('/usr/bin/python3', ['-c', `import socket; socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM).sendto(b'outside', '${path}.d')`])
    await expect.poll(() => said).toMatch(/outside/)
    expect([reached, said]).toEqual([1, "ready\nb'outside'\n"])
    datagrams.kill('SIGKILL')
    server.close()
  })
  it('breaks no everyday program', async () => {
    const lines = [
      `node -e "const{spawnSync,fork}=require('child_process');console.log(spawnSync('echo',['spawned']).stdout.toString().trim());new(require('worker_threads').Worker)('require(\\'worker_threads\\').parentPort.postMessage(1)',{eval:true}).on('message',()=>console.log('worker'))"`,
      `node -e "require('http').createServer((q,r)=>r.end('served')).listen(0,'127.0.0.1',function(){require('http').get({port:this.address().port},(r)=>r.on('data',(d)=>console.log(String(d))).on('end',()=>this.close()))})"`,
      `printf 'all:\\n\\t@echo made\\n' > Makefile; make -s -j4`,
      'npm --version >/dev/null && echo npm; mkdir -p pkg && cd pkg && npm init -y >/dev/null && npm pack --silent',
    ]
    const { output } = await run(lines.join('\n'), { shell: 'bash' })
    expect(output).toMatch(/^spawned\nworker\nserved\nmade\nnpm\npkg-1\.0\.0\.tgz\n$/)
  })
  itUnless(lacksPython, 'runs pools of processes of Python', async () => {
    const pool = `
import multiprocessing, concurrent.futures, subprocess
def f(x): return x * x
if __name__ == '__main__':
  with multiprocessing.get_context('fork').Pool(2) as p: print(p.map(f, [1, 2]))
  with concurrent.futures.ProcessPoolExecutor(2) as e: print(list(e.map(f, [3])))
  print(subprocess.run(['id', '-u'], capture_output=True).returncode)`
    expect((await run(python(pool))).output).toBe('[1, 4]\n[9]\n0\n')
  })
  it('inherits no open file of the bridge', async () => {
    const { output } = await run('ls -l /proc/self/fd')
    expect(output.match(/ \d+ -> /g)).toEqual([' 0 -> ', ' 1 -> ', ' 2 -> ', ' 3 -> '])
  })

  describe('that made something that starts programs by itself later', () => {
    it('names it in its answer, in bridge_status and for doctor', async () => {
      const result = await run(
        'git init -q new; echo x > new/.git/hooks/pre-commit; mkdir -p p/.cursor; echo "{}" > p/.cursor/mcp.json; echo x > p/.envrc; echo plain > p/plain',
      )
      const made = ['new/.git/config', 'new/.git/hooks/pre-commit', 'p/.cursor/mcp.json', 'p/.envrc'].map((name) => join(place.A, name))
      expect((result as { appeared?: string[] }).appeared?.sort()).toEqual(made)
      for (const path of made) expect(result.text).toContain(path)
      expect(result.text).not.toMatch(/plain|\.sample/)
      expect(await place.ok('bridge_status')).toContain('new/.git/hooks/pre-commit')
      const kept = JSON.parse(readFileSync(join(place.folder, 'sandbox', 'appeared.json'), 'utf8')) as { path: string }[]
      expect(kept.map(({ path }) => path).sort()).toEqual(made)
      expect(await run('ls p')).not.toHaveProperty('appeared')
    })
    it('names what makes git read its configuration from elsewhere, and a list of a rebase that starts programs', async () => {
      await run('git init -q r; mkdir evil; cp r/.git/config evil')
      const { text } = await run(
        'echo ../../evil > r/.git/commondir; mkdir r/.git/rebase-merge; echo "exec touch x" > r/.git/rebase-merge/git-rebase-todo',
      )
      for (const path of ['r/.git/commondir', 'r/.git/rebase-merge/git-rebase-todo']) expect(text).toContain(join(place.A, path))
      const made = await run('mkdir -p bare/objects bare/refs; echo "ref: refs/heads/x" > bare/HEAD; echo "[core]" > bare/config')
      expect(made.text).toContain(join(place.A, 'bare/config'))
    })
    it('says so where it cannot be recorded, and the bridge lives', async () => {
      await run('true')
      mkdirSync(join(place.folder, 'sandbox', 'appeared.json'))
      expect((await run('echo x > .envrc')).text).toMatch(/could not be looked at|\.envrc/)
      expect((await run('echo on')).output).toBe('on\n')
    })
    it('names it when it continues as a session, once that has ended', async () => {
      const { session } = (await run('sleep 0.3; echo x > .envrc', { background: true })) as unknown as { session: string }
      await expect.poll(() => place.ok('read_output', { session, timeout_ms: 3000 })).toContain(`${place.A}/.envrc`)
    })
    it('names what changed although it was protected', async () => {
      mkdirSync(join(place.A, 'p'))
      writeFileSync(join(place.A, 'p', '.envrc'), 'before\n')
      const { session } = (await run('echo ready; read line', { background: true })) as unknown as { session: string }
      await expect.poll(() => place.ok('read_output', { session, offset: 0 })).toContain('ready')
      writeFileSync(join(place.A, 'p', '.envrc'), 'after\n')
      expect(await place.ok('stop_session', { session })).toContain(join(place.A, 'p', '.envrc'))
    })
  })
  it('names what may open a file that it could not write', async () => {
    place.put('.envrc', '')
    expect((await run('echo x > .envrc')).text).toContain('bridge.allow')
    expect((await run('echo fine')).text).not.toContain('bridge.allow')
  })
  it('does not follow a link that is made where it could lead outside', async () => {
    symlinkSync(place.O, join(place.A, 'out'))
    expect((await run('cat out/s; echo x > out/y; ls out')).output).not.toMatch(/canary/)
    expect(existsSync(join(place.O, 'y'))).toBe(false)
  })
})
