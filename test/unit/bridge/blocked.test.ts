import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { guardCommand } from '../../../src/bridge/terminal/blocked/guard.ts'
import { posixCommands } from '../../../src/bridge/terminal/blocked/posix.ts'
import { type Grammar, UnreadableCommand } from '../../../src/bridge/terminal/blocked/command.ts'

const check = async (text: string, grammar: Grammar = 'posix') => guardCommand(text, grammar, ['K', 'git push'])

describe('a blocked program K in a POSIX shell', () => {
  it.each([
    ['plain', 'K'],
    ['absolute', '/usr/bin/K x'],
    ['quoted', '"K" x'],
    ['pieces', 'c\'\'K; c""K'.replaceAll('c', '')],
    ['escaped', '\\K'],
    ['after another', 'x;K'],
    ['and', 'a && K'],
    ['or', 'a || K'],
    ['pipe', 'a | K'],
    ['background', 'a & K'],
    ['on a new line', 'a\nK'],
    ['joined lines', 'a;\\\nK'],
    ['substitution', 'echo $(K)'],
    ['in quotes', 'echo "$(K)"'],
    ['two deep', 'echo $(echo $(K))'],
    ['in arithmetic', 'echo $(( $(K) + 1 ))'],
    ['in a default', 'echo ${x:-$(K)}'],
    ['backticks', 'echo `K`'],
    ['process substitution', 'cat <(K)'],
    ['process substitution for output', 'tee >(K)'],
    ['glob', '/usr/bin/?'],
    ['braces', '{K,x}'],
    ['assignment before', 'A=1 K'],
    ['assignment with substitution', 'A=$(K) true'],
    ['env', 'env K'],
    ['env with settings', 'env -i A=1 K'],
    ['other wrappers', 'nohup timeout 5 K'],
    ['xargs', 'echo x | xargs K'],
    ['find', 'find . -exec K {} ;'],
    ['a group', '{ K; }'],
    ['a subshell', '(K)'],
    ['an if', 'if true; then K; fi'],
    ['a loop', 'for x in a b; do K; done'],
    ['a case', 'case x in x) K;; esac'],
    ['a function', 'f() { K; }; f'],
    ['a shell', "sh -c 'K'"],
    ['a shell in a shell', 'bash -lc "sh -c K"'],
    ['eval', 'eval K'],
    ['trap', "trap 'K' EXIT"],
    ['alias', 'alias x=K; x'],
    ['a here-document that is expanded', 'cat <<E\n$(K)\nE'],
    ['after a here-document', 'cat <<E\ntext\nE\nK'],
    ['negated', '! K'],
    ['with a redirection before', '>x K'],
    ['a blocked sub-command', 'git push origin'],
    ['variable as program', '$X'],
    ['variable as a part of a program', '"$X/b$Y"'],
    ['variable that the shell takes apart', '$X/b'],
    ['variable before a blocked program', '"$X/K" y'],
    ['variable before a blocked program, behind env', 'env "$X/K" y'],
    ['glob before a name', '/usr/*/b'],
    ['braces before a name', '"$X"{/a,/b}'],
    ['a substitution before a name', '"$(K)/b"'],
    ['variable as a folder without a name', '"$X/"'],
    ['variable behind eval', 'eval $X'],
    ['variable behind a shell', 'sh -c "$X"'],
    ['variable behind env', 'env $X'],
    ['ANSI quotes', "$'K'"],
    ['unclosed', 'echo "K'],
    ['env that splits', 'env -S "K x"'],
    ['env that splits, long', 'env --split-string="K x"'],
    ['time with an option', 'time -p K'],
    ['a coprocess with a name', 'coproc NAME { K; }'],
    ['what is sourced from a pipe', '. <(echo K)'],
    ['what is sourced from the input', 'source /dev/stdin <<< K'],
    ['what is sourced from a place that is not told', '. "$X"'],
    ['what is sourced from a folder that is not told', '. "$X/stdin"'],
    ['zsh: by its path', '=K'],
    ['braces that come late', 'echo {a}; {x,K}'],
    ['a text for watch', 'watch "K x"'],
    ['a text for script', 'script -qc "K x" /dev/null'],
    ['as another user', 'su -c K'],
    ['options at their end', 'sh -c -- K'],
    ['trap, options at their end', 'trap -- K EXIT'],
    ['under another name', 'hash -p /usr/bin/K x'],
    ['xargs, behind options with values', 'echo x | xargs -n 1 -I {} K {}'],
    ['env, behind options with values', 'env -u X -C /tmp a.b=1 K'],
    ['timeout, behind options with values', 'timeout -s KILL -k 5 10s K'],
    ['a wrapper in a wrapper', 'nohup env -i nice -n 5 find . -name x -exec timeout 5 K {} +'],
    ['find, one of several', 'find . -exec true \\; -okdir K {} \\;'],
    ['find, a variable', 'find . -exec "$X" {} \\;'],
    ['find, a shell', "find . -exec sh -c 'K' ;"],
    ['fd', 'fd -Hx K'],
    ['fd, long', 'fd --exec-batch K'],
    ['a lock', 'flock /tmp/x K'],
    ['after a document in a substitution', "x=$(cat <<'E'\nit's\nE\n); K"],
    ['in a substitution, after a document', "echo \"$(cat <<'E'\n)'\nE\nK)\""],
    ['in a document that is expanded, in a substitution', 'echo "$(cat <<E\n$(K)\nE\n)"'],
    ['after a comment in a substitution', 'echo "$(echo # \'\n)"; K # \'\n)"'],
    ['after what looks like a document in a comment', 'echo "$(echo # <<E\n)"; K "\nE\n)"'],
    ['in brackets that are no arithmetic', '((K) )'],
    ['after an escaped quote in ANSI quotes', "echo $'it\\'s'; K; echo '"],
    ['in a substitution in braces', 'echo ${ K; }'],
    ['after a line of a document that goes on', "cat <<E\na\\\nE\necho '\nE\nK #'"],
    ['behind a redirection to a variable', '{fd}>x K'],
    ['in arithmetic that looks like a document', 'echo $((1<<E\n)) ; K\nE\n))'],
  ])('%s is refused', (_what, text) => expect(check(text)).rejects.toThrow())
  it.each([
    'echo K',
    "echo 'K;K' # K",
    'git status',
    'git log --grep push',
    'ls -la | grep x && cd .. ; pwd',
    'for f in *.ts; do echo "$f"; done',
    'if [[ $a < b && -f x ]]; then echo y; fi',
    '[ -f x ] && echo y',
    '[[ -n "$a" && "$b" != c ]] || exit 1',
    '[[ $x =~ ^([0-9]+)$ ]] && echo ${BASH_REMATCH[1]}',
    'for ((i=0;i<3;i++)); do echo $i; done',
    'files=($(ls)); echo ${#files[@]}',
    "trap 'rm -f x' EXIT",
    'diff <(sort a) <(sort b)',
    'cat <<"E"\n$(K)\nE',
    'echo $((1+2)) ${HOME} "$(date)"',
    'case "$x" in a|b) echo 1;; *) echo 2;; esac',
    'A=(1 2 3); echo "${A[0]}"',
    'f() { echo hi; }; f 2>&1 >/dev/null',
    'while read -r line; do echo "$line"; done < file',
    'node -e "console.log(1)" && npm test',
    'echo a\\;K',
    'test -f K',
    'yes 0123 | head -c 10000000',
    'bash build.sh < input',
    'bash',
    'echo x | python3 -',
    'time ls -la',
    'watch -n 1 "ls -l"',
    '. ./env.sh && make',
    '"$HOME/bin/tool" --version',
    '"$(npm bin)"/eslint .',
    'nohup "${XDG_BIN:-$HOME/bin}/tool" &',
    '. "$HOME/.nvm/nvm.sh" && nvm use 20',
    'env -i A=1 make -S',
    'grep "K x" f',
    'ssh host "ls -l"',
    // Words that are spelled like a blocked program and start nothing.
    'find . -name K -type f',
    'find src/K -name "*.ts" -exec grep K {} +',
    'find . -type f | xargs grep -l K',
    'xargs -0 grep -l K',
    'xargs -0 -n 1 grep K',
    'xargs -I {} -P4 cp {} K',
    'timeout -k 5 60s npm run K',
    'env NODE_ENV=test npm run K',
    'nice -n 10 make K',
    'nohup make K &',
    'command -v K',
    './K.sh --check',
    'node K.js && ./scripts/K.mjs',
    // As many agents write a commit.
    'git commit -m "$(cat <<\'EOF\'\nIt\'s (almost) "done" with `x` :)\n\n$y K\nEOF\n)"',
    'x=$(cat <<-EOF\n\tit\n\tEOF\n)',
    'echo "$(cat <<< ok)" $((1<<2))',
    "x=$(\n  # it's one\n  y=$((1<<2))\n  echo ${#y}\n)",
  ])('%s is allowed', (text) => expect(check(text)).resolves.toBeUndefined())
  it('a family of programs by their beginning, but not a script of that name', () => {
    const list = (text: string) => () => guardCommand(text, 'posix', ['mkfs'])
    for (const text of ['mkfs.ext4 /dev/x', 'mkfs.xfs x', 'mkfs.vfat x', 'mkfs.btrfs x']) expect(list(text)).toThrow(/blocked/)
    expect(list('mkfs.md')).not.toThrow()
    expect(list('./mkfs.sh')).not.toThrow()
  })
})

describe('a blocked program in cmd', () => {
  it.each([
    ['a caret', '^K'],
    ['with its ending', 'K.EXE'],
    ['another cmd', 'cmd /c K'],
    ['an encoded command', 'powershell -enc SwBLAA=='],
    ['across to Linux', 'wsl.exe -d Ubuntu --exec K'],
  ])('%s is refused', (_row, text) => expect(check(text, 'cmd')).rejects.toThrow())
  it.each(['cmd.exe /c K', '/mnt/c/Windows/System32/cmd.exe /d /c "K"', 'powershell.exe -enc SwBLAA==', 'K.exe'])(
    'across to Windows, %s is refused',
    (text) => expect(check(text)).rejects.toThrow(),
  )
  it.each([
    '^K',
    'K.EXE',
    'K.exe /x',
    'cmd /c K',
    'cmd /d /s /c "K"',
    'C:\\bin\\K.exe',
    '"C:\\b\\K.exe"',
    'a & K',
    'a && K',
    'a | K',
    '(K)',
    '@K',
    'call K',
    'if exist x call K',
    'call start K',
    'start K',
    'if exist x K',
    'for %i in (1) do K',
    '%X%',
    'for %i in (a) do %i',
    'powershell -enc SwBLAA==',
    'powershell -c K',
    'wsl -e K',
    'k',
    'echo "open',
    'K/x',
    'cmd/cK',
    'cmd /cK',
    'cmd /c"K"',
    'cmd /s/c K',
    "for /f %i in ('K') do echo %i",
    'for /f "usebackq" %i in (`K`) do echo %i',
    'forfiles /c "cmd /c K"',
    'set x=K&call %x%',
    'wsl K',
    'wsl -d Ubuntu -u ana -- K',
    'powershell K',
    'powershell -NoProfile -ExecutionPolicy Bypass K',
    'conhost.exe cmd /c K',
    'explorer K',
    'wmic process call create K',
    'schtasks /create /tr K',
  ])('%s is refused', (text) => expect(check(text, 'cmd')).rejects.toThrow())
  it.each([
    'echo K',
    'dir C:\\x',
    'echo "a & K"',
    'type x ^| y',
    'cd /d D:\\ & dir',
    'set /p x=name? & cmd /v:on /c echo got !x!',
    'set A=1',
    'dir /s/b',
    'cmd /c dir /s',
    'wsl -d Ubuntu --exec ls -l',
    'wsl --list',
    'powershell -NoProfile -Command Get-Date',
    'call build.cmd release',
    'call npm run K',
    'if exist K.txt type K.txt',
  ])('%s is allowed', (text) => expect(check(text, 'cmd')).resolves.toBeUndefined())
})

describe('a blocked program in PowerShell', () => {
  it.each([
    'K',
    'k.exe',
    "& 'K'",
    '& $x',
    '& ("K")',
    '. $x',
    'a; K',
    'a | K',
    '$(K)',
    'if ($x) { K }',
    'iex "K"',
    'Invoke-Expression $x',
    'Start-Process K',
    'powershell -enc SwBLAA==',
    'cmd /c K',
    '`K',
    '[Diagnostics.Process]::Start("K")',
    '$x = @"\n$(K)\n"@',
    'Write-Output "$(K)"',
    "'open",
    'x&&K',
    '@{a=K}',
    '$x=K',
    '$x = K x',
    '$x += K',
    'return K',
    "K''",
    'Invoke-Item K',
    'Set-Alias a K; a',
    'wsl K',
    'powershell K',
  ])('%s is refused', (text) => expect(check(text, 'powershell')).rejects.toThrow())
  it.each([
    'Write-Output K',
    '"K"',
    "'K'",
    '$x = 1; $x + 2',
    'Get-ChildItem C:\\x | Where-Object { $_.Name -eq 1 }',
    '# K',
    'Get-Content a.txt',
    '$x = Get-Date; $y = 5; $z = "K"',
    '$h = @{ a = 1; b = "K" }',
    '$x.Name = 3',
    'if ($a -eq 1) { return 5 }',
  ])('%s is allowed', (text) => expect(check(text, 'powershell')).resolves.toBeUndefined())
})

describe('a program that is only known when it runs', () => {
  it.each([
    ['$HOME/bin/tool x', '$HOME/bin/tool'],
    ['$(which node) -v', '$(which node)'],
    ['true; $X', '$X'],
    ['"$A"$B', '"$A"$B'],
    ['`which node`', '`which node`'],
    ['/usr/bin/?at', '/usr/bin/?at'],
    [`$X${'x'.repeat(100)}`, `$X${'x'.repeat(58)}…`],
  ])('in %s is named as it is written', async (line, name) => {
    await expect(check(line)).rejects.toThrow(`the program ${name} is only known when it runs`)
  })
  it.each([
    ['%X%\\tool', 'cmd', '%X%\\tool'],
    ['& "$x\\tool"', 'powershell', '"$x\\tool"'],
  ] as const)('in %s, %s, too', async (line, grammar, name) => {
    await expect(check(line, grammar)).rejects.toThrow(`the program ${name} is only known when it runs`)
  })
})

describe('any text as a command', () => {
  it.each([...'\u00a0\u1680\u2003\u2028\u2029\u202f\u3000\ufeff\v\f\u0085\u200b'])(
    'with the odd blank %j is read to its end',
    async (blank) => {
      for (const grammar of ['posix', 'cmd', 'powershell'] as const)
        for (const text of [
          `a${blank}b`,
          blank,
          `${blank}K`,
          `K${blank}`,
          `a $(b${blank}c)`,
          `a \`b${blank}c\``,
          `a <<E${blank}F\nx\nE${blank}F\n`,
        ])
          await check(text, grammar).catch((error) => expect(error.name).toBe('Refusal'))
    },
  )
  it('a no-break space hides no program from PowerShell, and is a letter to other shells', async () => {
    await expect(check('K\u00a0x', 'powershell')).rejects.toThrow(/blocked/)
    await expect(check('echo a; \u00a0K', 'powershell')).rejects.toThrow(/blocked/)
    await check('K\u00a0x')
    await expect(check('echo $(x\u00a0# ; K\n)')).rejects.toThrow(/blocked/)
  })
  it('is read or refused, never a crash, and never slow', () => {
    const pieces = fc.constantFrom(
      'K',
      ' ',
      ';',
      '|',
      '&',
      '"',
      "'",
      '`',
      '$(',
      ')',
      '(',
      '{',
      '}',
      '\n',
      '\\',
      '<<E',
      'E',
      '$x',
      '<(',
      'if',
      'then',
      'fi',
      'case',
      'in',
      'esac',
      '=',
      '#',
      '*',
      'a',
      '${',
      '^',
      '%',
      '@',
      '\u00a0',
      '\u2028',
      '\f',
    )
    fc.assert(
      fc.asyncProperty(
        fc.oneof(
          fc.string(),
          fc.array(pieces, { maxLength: 30 }).map((parts) => parts.join('')),
        ),
        fc.constantFrom<Grammar>('posix', 'cmd', 'powershell'),
        async (text, grammar) => {
          await check(text, grammar).catch((error) => {
            if (error.name !== 'Refusal') throw error
          })
        },
      ),
    )
  })
  it.each<[Grammar, string]>([
    ['posix', `echo {${'a,'.repeat(60_000)}`],
    ['posix', `echo {${'..'.repeat(60_000)}`],
    ['posix', `echo ${'$('.repeat(60_000)}`],
    ['posix', `${'env '.repeat(30_000)}K`],
    ['posix', `${'$a'.repeat(60_000)}`],
    ['cmd', 'if '.repeat(40_000)],
    ['cmd', 'for '.repeat(30_000)],
    ['cmd', `${'start '.repeat(20_000)}K`],
    ['powershell', `${'$a='.repeat(40_000)}K`],
    ['powershell', 'return '.repeat(17_000)],
  ])('%s of the longest kind, made to take long: %.20s', async (grammar, text) => {
    await check(text, grammar).catch((error) => {
      if (error.name !== 'Refusal') throw error
    })
  })
  it('a program that is spelled out is found wherever it is between separators', () => {
    const before = fc.constantFrom('', 'echo a; ', 'true && ', 'x | ', '( ', '{ ', 'if ', 'while ', 'A=1 ', '! ', 'echo "b" & ')
    fc.assert(
      fc.property(before, (prefix) => {
        let names: string[]
        try {
          names = posixCommands(`${prefix}K x`).map(([program]) => program?.text ?? '')
        } catch (error) {
          expect(error).toBeInstanceOf(UnreadableCommand)
          return
        }
        expect(names).toContain('K')
      }),
    )
  })
})
