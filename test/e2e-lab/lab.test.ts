import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, mkdirSync, readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { addDistro, inLinux, insideLab, inWindows, labFolder, lacksLab, linuxHome, resetLab, windowsProfile } from '../support/lab.ts'
import { describeUnless } from '../support/left-out.ts'
import { projectFolder } from '../support/machine.ts'

// What test/lab/README.md promises about the lab itself. A story told in the lab means something only while this holds.

const shell = async (line: string, env: Record<string, string> = {}) => (await inLinux(['bash', '-c', line], { env })).text
const node = async (code: string) => (await inWindows(['node', '-e', code])).text
const folder = join(windowsProfile, 'lab-test')
const seenFolder = '/mnt/c/Users/Twin User/lab-test'

/** The process of Wine for which all Windows programs of the lab wait. */
const wineServer = () =>
  readdirSync('/proc').find((pid) => {
    try {
      return /^\d+$/.test(pid) && readlinkSync(`/proc/${pid}/exe`) === join(labFolder, 'wine/usr/lib/wine/wineserver64')
    } catch {
      return false // it ended meanwhile
    }
  })

describeUnless(await lacksLab(), 'the lab', () => {
  beforeAll(() => mkdirSync(folder, { recursive: true }))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  it.each([
    ['the kernel says WSL2', 'cat /proc/version', /microsoft-standard-WSL2/],
    ['its release too', 'cat /proc/sys/kernel/osrelease', /microsoft-standard-WSL2$/],
    ['the variables of WSL', 'echo $WSL_DISTRO_NAME $WSL_INTEROP', /^Debian \/run\/WSL\//],
    ['a user and a home of its own', 'echo $HOME $(whoami) $(cat /etc/passwd | head -1)', /^\/home\/ana ana ana:/],
    ['the interop entry', 'ls /proc/sys/fs/binfmt_misc', /WSLInterop/],
    ['an .exe runs by itself', '"/mnt/c/Program Files/nodejs/node.exe" -v', /^v22\./],
    ['cmd.exe is on the PATH', 'cmd.exe /c ver', /Microsoft Windows/],
    ['wslpath there', 'wslpath -w /etc/passwd', /^\\\\wsl\.localhost\\Debian\\etc\\passwd$/],
    ['wslpath back', 'wslpath "C:\\Users\\a b"', /^\/mnt\/c\/Users\/a b$/],
    ['exit codes', 'node.exe -e "process.exit(42)"; echo rc=$?', /^rc=42$/],
    ['the working directory', 'cd /mnt/c/Users; node.exe -p "process.cwd()"', /^C:\\Users$/],
    ['powershell is honestly absent', 'powershell.exe -c 1', /not available in the twin lab/],
    ['exit codes of wsl.exe', 'wsl.exe -e bash -c "exit 9"; echo rc=$?', /^rc=9$/],
    ['variables to Windows', 'A=1 P=/mnt/c/Users WSLENV=A:P/p node.exe -p "process.env.A+process.env.P"', /^1C:\\Users$/],
    ['no others', 'LEAK=1 node.exe -p process.env.LEAK', /^undefined$/],
  ])('Linux: %s', async (_, line, expected) => {
    expect(await shell(line)).toMatch(expected)
  })

  it.each([
    ['the profile', 'console.log(process.env.APPDATA, os.homedir())', /^C:\\Users\\Twin User\\AppData\\Roaming C:\\Users\\Twin User$/],
    ['npx alone cannot be spawned', 'child_process.spawn("npx").on("error", e => console.log(e.code))', /^ENOENT$/],
    ['a .cmd cannot be spawned', 'try { child_process.spawn("npx.cmd") } catch (e) { console.log(e.code) }', /^EINVAL$/],
    ['npx with a shell', 'console.log(child_process.execSync("npx -v", {encoding:"utf8"}).trim())', /^10\./],
    ['names ignore case', 'process.chdir(os.tmpdir()); fs.writeFileSync("Case","1"); console.log(fs.readFileSync("cASE","utf8"))', /^1$/],
    [
      'a rename over an open file fails',
      'process.chdir(os.tmpdir()); fs.writeFileSync("a","1"); fs.writeFileSync("b","2"); fs.openSync("a"); try { fs.renameSync("b","a") } catch (e) { console.log(e.code) }',
      /^EPERM$/,
    ],
    [
      'fetch',
      'let s=http.createServer((q,r)=>r.end("ok")).listen(0,"127.0.0.1",async()=>{console.log(await (await fetch("http://127.0.0.1:"+s.address().port)).text()); process.exit()})',
      /^ok$/,
    ],
    ['Linux files', 'console.log(fs.readFileSync(String.raw`\\\\wsl.localhost\\Debian\\etc\\passwd`,"utf8"))', /root:/],
    [
      'wsl.exe',
      'console.log(child_process.execFileSync("wsl.exe",["-d","Debian","node","-p","process.platform"],{encoding:"utf8"}).trim())',
      /^linux$/,
    ],
    [
      'variables to Linux',
      'console.log(child_process.execSync("wsl.exe -e printenv P",{encoding:"utf8",env:{...process.env,WSLENV:"P/p",P:"C:\\\\Users"}}).trim())',
      /^\/mnt\/c\/Users$/,
    ],
  ])('Windows: %s', async (_, code, expected) => {
    expect(await node(code)).toMatch(expected)
  })

  it.each([
    [['cmd', '/d', '/c', 'npm prefix -g'], /^C:\\Users\\Twin User\\AppData\\Roaming\\npm$/],
    [['wsl', 'echo', 'hello', '$WSL_DISTRO_NAME'], /^hello Debian$/],
    [['wsl', '-e', 'printf', '%s|%s', 'a b', 'c'], /^a b\|c$/],
    [['wsl', 'cat', '/proc/version'], /microsoft/],
    [['wsl', '-l', '-v'], /\* Debian +Running/],
    [['wsl', '-d', 'Nowhere', '-e', 'true'], /WSL_E_DISTRO_NOT_FOUND/],
    [['wsl', '-u', 'nobody-known', '-e', 'true'], /User not found/],
  ])('%j', async (argv, expected) => {
    expect((await inWindows(argv)).text).toMatch(expected)
  })

  it('passes arguments with blanks, quotes and signs of every kind', async () => {
    const odd = ['a b', '"q"', 'c', 'é漢😀', '100%', 'x&y', '^', '$HOME', 'back\\', "it's"]
    expect(JSON.parse(await (await inWindows(['node', '-p', 'JSON.stringify(process.argv.slice(1))', '--', ...odd])).text)).toEqual(odd)
  })

  it.each([
    ['Windows node', ['node', '-e', 'process.stdin.pipe(process.stdout)']],
    ['wsl.exe', ['wsl', '-e', 'cat']],
  ])('passes three megabytes of noise through %s unharmed', async (_, argv) => {
    const noise = randomBytes(3_000_000)
    expect((await inWindows(argv, { input: noise })).stdout.equals(noise)).toBe(true)
  })

  it('tells Windows of a file that Linux writes', async () => {
    writeFileSync(
      join(folder, 'watch.js'),
      'require("fs").watch(__dirname, (kind, name) => { if (name !== "new.txt") return; console.log(kind, name); process.exit() }); require("fs").writeFileSync(__dirname + "/watching", ""); setTimeout(() => process.exit(1), 60000)',
    )
    expect(
      await shell(`cd '${seenFolder}'; node.exe watch.js & until [ -f watching ]; do sleep 0.1; done; echo 1 > new.txt; wait`),
    ).toMatch(/new\.txt/)
  })

  it.each(['TERM', 'KILL', 'INT'])('ends a Windows program with SIG%s to its Linux half', async (signal) => {
    writeFileSync(join(folder, 'beat.js'), 'setInterval(() => require("fs").writeFileSync(__dirname + "/beat", String(Date.now())), 100)')
    // It may take a while to end; as long as it lives, each second brings another beat.
    const line = `cd '${seenFolder}'; rm -f beat; node.exe beat.js & p=$!; until [ -f beat ]; do sleep 0.1; done; kill -${signal} $p; for i in $(seq 30); do a=$(cat beat); sleep 1; [ "$a" = "$(cat beat)" ] && echo stopped && exit; done; echo alive`
    expect(await shell(line)).toMatch(/^stopped$/m)
  })

  it('leaves the machine outside as it was', () => {
    expect(readFileSync('/proc/version', 'utf8')).not.toMatch(/microsoft/)
    expect(existsSync('/proc/sys/fs/binfmt_misc/WSLInterop')).toBe(false)
  })

  it('has a second distribution with a root folder, a home and a user of its own', async () => {
    await addDistro('Ubuntu-24.04', 'ben')
    const listed = (await inWindows(['wsl', '-l', '-q'])).text.split('\n')
    expect(listed).toEqual(['Debian', 'Ubuntu-24.04'])
    const seen = await inWindows([
      'wsl',
      '-d',
      'Ubuntu-24.04',
      '-u',
      'ben',
      '--exec',
      'sh',
      '-c',
      'echo only here > ~/f; echo $HOME $WSL_DISTRO_NAME; ls /home',
    ])
    expect(seen.text).toBe('/home/ben Ubuntu-24.04\nben\nroot')
    expect(await node('console.log(fs.readFileSync(String.raw`\\\\wsl.localhost\\Ubuntu-24.04\\home\\ben\\f`,"utf8"))')).toBe('only here')
    expect((await inLinux(['sh', '-c', 'cmd.exe /c echo from $USER'], { distro: 'Ubuntu-24.04' })).text).toBe('from ben')
  })

  it('is as new after a reset', async () => {
    writeFileSync(join(linuxHome, 'trace'), '1')
    writeFileSync(join(windowsProfile, 'trace'), '1')
    await resetLab()
    expect(existsSync(join(linuxHome, 'trace')) || existsSync(join(windowsProfile, 'trace'))).toBe(false)
    expect(await shell('ls -a ~ | tr "\\n" " "')).toBe('. .. .npmrc .profile')
  })

  it('has a Windows again after a reset when Wine crashed, and none of the programs that waited for it', async () => {
    const waiting = spawn(join(projectFolder, 'test/lab/lab'), ['win', 'node', '-e', 'console.log(1);setInterval(()=>{},1e6)'], {
      env: insideLab.env,
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    const ended = once(waiting, 'close')
    await once(waiting.stdout, 'data')
    process.kill(Number(wineServer()), 'SIGKILL')
    await resetLab()
    await ended
    expect(await node('console.log(process.platform)')).toBe('win32')
  })
})
