import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { allProcesses, belonging, factsOf, lives, signal } from '../../../src/bridge/terminal/tree.ts'
import { atLimit } from '../../support/at-limit.ts'
import { type Desk, desk, textOf } from '../../support/desk.ts'
import { itUnless } from '../../support/left-out.ts'
import { lacksPython } from '../../support/machine.ts'

let place: Desk
beforeEach(() => {
  place = desk({ terminal: 'on' })
})
afterEach(() => place.close())

const alive = (pid: number) => allProcesses().some((each) => each.pid === pid && each.state !== 'Z')
const start = async (command: string): Promise<{ session: string; pid: number }> => {
  const { structuredContent } = await place.call('execute_command', { command, background: true, shell: 'bash' })
  const session = String(structuredContent?.session)
  let text = ''
  await expect.poll(async () => (text += await place.ok('read_output', { session, offset: 0, timeout_ms: 200 }))).toMatch(/pid \d+/)
  return { session, pid: Number(/pid (\d+)/.exec(text)?.[1]) }
}

describe('what leaves its process group', () => {
  it.each([
    ['by setsid', 'setsid sh -c "echo pid \\$\\$; exec sleep 301" & wait'],
    ['by a double fork', '(setsid sh -c "echo pid \\$\\$; exec sleep 302" > out 2>&1 < /dev/null &); sleep 0.3; cat out; sleep 303'],
    [
      'and closes all that it inherited',
      '(setsid sh -c "echo pid \\$\\$ > out; exec sleep 304 3>&- >/dev/null 2>&1 </dev/null" &); sleep 0.3; cat out; sleep 305',
    ],
    [
      'while its command ends by itself',
      '(setsid sh -c "echo pid \\$\\$ > out; exec sleep 306 >/dev/null 2>&1 </dev/null" &); sleep 0.3; cat out',
    ],
    [
      'with another working folder and another name',
      '(cd /; setsid bash -c "echo pid \\$\\$ > $OLDPWD/out; exec -a other sleep 307 >/dev/null 2>&1 </dev/null" &); sleep 0.3; cat out; sleep 308',
    ],
  ])('is ended with its session: %s', async (_how, command) => {
    const { session, pid } = await start(command)
    expect(alive(pid)).toBe(true)
    expect(await place.ok('stop_session', { session })).toMatch(/is ended/)
    expect(alive(pid)).toBe(false)
  })
  it.each([
    [
      'its mark',
      'env -i /usr/bin/setsid /bin/sh -c "echo pid \\$\\$ > out; exec /bin/sleep 311 >/dev/null 2>&1 </dev/null" & sleep 0.3; cat out; sleep 312',
    ],
    [
      'its mark and its parent',
      '(env -i /usr/bin/setsid /bin/sh -c "echo pid \\$\\$ > out; exec /bin/sleep 313 >/dev/null 2>&1 </dev/null" &); sleep 0.3; cat out',
    ],
  ])('is ended or reported without %s, too', async (_what, command) => {
    const { session, pid } = await start(command)
    const said = await place.ok('stop_session', { session })
    expect(alive(pid) ? said : `Not ended: ${pid} `).toContain(`Not ended: ${pid} `)
    if (alive(pid)) process.kill(pid, 'SIGKILL')
  })
  it('is reported when the command reaches its time limit, too', async () => {
    const command = '(env -i /usr/bin/setsid /bin/sleep 314 >/dev/null 2>&1 </dev/null & echo pid $!); sleep 315'
    const result = await atLimit(
      (timeout_ms) => place.call('execute_command', { command, timeout_ms, shell: 'bash' }),
      (answer) => /pid \d+/.test(textOf(answer)),
    )
    const pid = Number(/pid (\d+)/.exec(textOf(result))?.[1])
    expect(alive(pid) ? textOf(result) : `Not ended: ${pid} `).toContain(`Not ended: ${pid} `)
    if (alive(pid)) process.kill(pid, 'SIGKILL')
  })
  itUnless(lacksPython, 'is ended or reported, even by a daemon that overwrites its environment', async () => {
    place.put(
      'daemon.py',
      `
import ctypes, os, time
if os.fork(): os._exit(0)
os.setsid()
if os.fork(): os._exit(0)
# What setproctitle(3) does: another text where the environment was.
libc = ctypes.CDLL(None)
stat = open('/proc/self/stat').read().rsplit(')', 1)[1].split()
begin, end = int(stat[47]), int(stat[48])
ctypes.memset(begin, 0, end - begin)
open('out', 'w').write(f'pid {os.getpid()}')
for fd in range(3): os.close(fd)
time.sleep(316)`,
    )
    const { session, pid } = await start('/usr/bin/python3 daemon.py; sleep 0.5; cat out; sleep 317')
    const said = await place.ok('stop_session', { session })
    expect(alive(pid) ? said : `Not ended: ${pid} `).toContain(`Not ended: ${pid} `)
    if (alive(pid)) process.kill(pid, 'SIGKILL')
  })
  it('is left alone where another session started it', async () => {
    const [one, other] = [await start('echo pid $$; sleep 318'), await start('echo pid $$; sleep 319')]
    await place.ok('stop_session', { session: one.session })
    expect([alive(one.pid), alive(other.pid)]).toEqual([false, true])
    await place.ok('stop_session', { session: other.session })
  })
})

describe('the id of a process', () => {
  it('gets no signal when it belongs to another process by now', () => {
    const self = factsOf(process.pid)
    if (self === null) throw new Error('no /proc')
    expect(signal({ ...self, start: self.start - 1 }, 'SIGKILL')).toBe('gone')
    expect([lives(self), lives({ ...self, start: self.start - 1 })]).toEqual([true, false])
  })
  it('does not tie its new process to the command that had it before', () => {
    // The group of this process, as if a command had had its number.
    const group = factsOf(process.pid)?.group ?? 0
    const leader = allProcesses().some(({ pid }) => pid === group)
    const found = belonging('', [{ pid: group, isAlive: false }], -1)
    expect(leader ? found : []).toEqual([])
  })
})
