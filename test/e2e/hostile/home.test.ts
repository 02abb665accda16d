import { execFileSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, readdirSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { describeUnless } from '../../support/left-out.ts'
import { asOrdinaryUser, lacksOrdinaryUser } from '../../support/ordinary-user.ts'
import { sample } from '../../support/runs.ts'
import { codeFile, expectTidy, home, oldFile, settingsFor, tinyRegistry, treeOf } from '../support/place.ts'

const commands = [['init', '--yes'], ['sync'], ['list'], ['add', 'x', '--command', '/bin/true'], ['undo'], ['secret', 'list'], ['doctor']]

describe('a HOME that is missing, relative or no folder', () => {
  it.each([
    ['a file', (root: string) => `${root}/home/afile`],
    ['a folder that is not there', (root: string) => `${root}/nowhere/at/all`],
    ['a path from here', () => 'relative'],
  ])('is reported by every command, which creates nothing: %s', async (_what, of) => {
    const place = home()
    place.write('afile', 'mine')
    const HOME = of(place.root)
    for (const args of commands) {
      const said = await place.run(args, { env: { HOME } })
      expect([args, said.code, said.stdout, said.stderr.split(' ')[1]]).toEqual([args, 1, '', 'HOME'])
      expect(said.stderr).toMatch(/→|\n {4}\S/)
    }
    expect(readdirSync(place.home).sort()).toEqual(['.npmrc', 'afile', 'tiny.cjs'])
    expect(existsSync(`${place.root}/nowhere`)).toBe(false)
  })
})

describeUnless(lacksOrdinaryUser(), 'a home that may not be written', () => {
  it('is reported by every command, and stays as it is', async () => {
    const place = home()
    place.write(codeFile, '{"mcpServers":{"mine":{"command":"/opt/mine"}}}')
    const wrapper = asOrdinaryUser(place)
    chmodSync(place.home, 0o555)
    const before = treeOf(place.home)
    for (const args of commands) {
      const { code, output } = await place.run(args, { wrapper })
      expect(output).not.toContain('something went wrong')
      if (args[0] === 'init' || args[0] === 'add') expect([args, code]).toEqual([args, 1])
      if (code === 1) expect(output).toMatch(/EACCES|may not/)
    }
    expect(treeOf(place.home)).toEqual(before)
    chmodSync(place.home, 0o755)
  })
})

describeUnless(lacksOrdinaryUser(), 'a PATH with a folder that is closed to this user', () => {
  it('is searched past that folder, as a shell does', async () => {
    const place = home()
    const closed = `${place.root}/closed`
    mkdirSync(closed)
    const wrapper = asOrdinaryUser(place)
    chmodSync(closed, 0)
    const env = { PATH: `${closed}:${place.env.PATH}` }
    for (const args of [['list'], ['init', '--yes', '--no-bridge'], ['sync'], ['doctor']]) {
      const { code, stderr } = await place.run(args, { wrapper, env })
      expect([args, stderr.includes('EACCES'), code === 1]).toEqual([args, false, false])
    }
    expect(place.has('.mcp-twin/mcp-twin.json')).toBe(true)
    chmodSync(closed, 0o755)
  })
})

describeUnless(lacksOrdinaryUser(), 'a working directory that was deleted', () => {
  it('is reported by every command that needs it, which then does nothing; the others go on', async () => {
    const place = home()
    place.write('.mcp-twin/mcp-twin.json', '{"version":1,"servers":{"a":{"command":"/bin/true"}},"bridge":{"enabled":false}}')
    place.write('keys.env', 'K=value\n')
    const script = 'mkdir gone && cd gone && rmdir ../gone && exec "$0" "$@"'
    const wrapper = [...asOrdinaryUser(place), 'sh', '-c', script]
    const needing = [
      ...[['list'], ['sync'], ['doctor'], ['init', '--yes', '--project'], ['export', 'out'], ['export', `${place.home}/out`]],
      ...[['sync', '--user', '--desktop-config', 'x.json'], ['list', '--manifest', 'm.json'], ['trust'], ['run', '--project=.', 'a']],
    ]
    for (const args of needing) {
      const { code, stdout, stderr } = await place.run(args, { wrapper })
      expect([args, code, stdout]).toEqual([args, 1, ''])
      expect(stderr).toBe('mcp-twin: The current directory has been deleted.\n  → cd to a folder that exists\n')
    }
    expect(place.has('out') || place.has('.claude.json')).toBe(false)
    const free = [['--version'], ['schema'], ['secret', 'list'], ['sync', '--user'], ['doctor', '--user'], ['list', '--user']]
    for (const args of [...free, ['run', 'a'], ['export', '--user', `${place.home}/out`]])
      expect([args, (await place.run(args, { wrapper })).code]).toEqual([args, 0])
    expect(place.has('out/SETUP.md') && place.has('.claude.json')).toBe(true)
  })
})

/** Why a small disk of one's own cannot be had here, or null. */
function lacksMounts(): string | null {
  try {
    execFileSync('unshare', ['-m', 'sh', '-c', 'mount -t tmpfs tmpfs /mnt'], { stdio: 'ignore' })
    return null
  } catch {
    return 'unshare -m with a mount is not allowed here'
  }
}

describeUnless(lacksMounts(), 'a disk that is full', () => {
  // From nothing at all up to enough for the program and not for the package.
  it.each(sample([64, 128, 512, 2500, 3600], 3))(
    'keeps what is there and reports the rest after %i kB, until a run has room',
    async (kilobytes) => {
      const registry = await tinyRegistry()
      const place = home({ npmrc: settingsFor(registry) })
      const foreign = '{ "x": 1.0, "mcpServers": { "mine": { "command": "/opt/mine" } } }'
      place.write(codeFile, foreign)
      // The home as it was, on a disk of that size; then the same disk with room, and all of it copied out again.
      const script = `set -e
      mount -t tmpfs -o size=${kilobytes}k,mode=700 tmpfs /mnt
      cp -a "$HOME"/. /mnt/; mount --bind /mnt "$HOME"; cd "$HOME"
      set +e
      "$@" > /tmp/out.$$ 2>&1 < /dev/null; echo $? > /tmp/code.$$
      cp "$HOME/${codeFile}" /tmp/code-file.$$
      mount -o remount,size=64m "$HOME" 2>/dev/null || mount -o remount,size=64m /mnt
      cat /tmp/out.$$ /tmp/code.$$; echo ----; cat /tmp/code-file.$$; echo; echo ----
      "$@"; echo "again $?"
      mkdir "$TMPDIR/out"; cp -a "$HOME"/. "$TMPDIR/out/"; rm -f /tmp/out.$$ /tmp/code.$$ /tmp/code-file.$$`
      const said = await place.run(['init', '--yes', '--no-bridge', '--server', '@tiny/other'], {
        wrapper: ['unshare', '-m', 'sh', '-c', script, 'sh'],
      })
      const [first = '', kept = '', again = ''] = said.stdout.split('----\n')
      expect(said.output).not.toContain('something went wrong')
      if (/\n0\n$/.test(first)) expect(kilobytes).toBeGreaterThan(2000)
      else {
        expect(first).toMatch(/disk is\s+full/)
        expect(first).toMatch(/\n1\n$/)
      }
      expect(kept).toContain('"mine": { "command": "/opt/mine" }')
      expect(() => JSON.parse(kept)).not.toThrow()
      // "mine" starts nothing: 3 from the run that writes it, which may be the first one.
      expect(again).toMatch(/again [03]\n/)
      const out = `${place.root}/tmp/out`
      expectTidy(out)
      expect(JSON.parse(String(execFileSync('cat', [`${out}/${codeFile}`]))).mcpServers).toHaveProperty('other')
      expect(existsSync(`${out}/${oldFile}`)).toBe(true)
    },
  )
})
