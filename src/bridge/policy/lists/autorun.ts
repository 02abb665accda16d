import { type Group, paths } from './group.ts'

/**
 * What is open to reading but not to writing below a user's home: programs run it, or take commands from it, later and
 * without being asked again. Programs that start MCP servers are not here: theirs is closed.
 */
export const autorunInHome: readonly Group[] = [
  {
    reason: 'start-up files of shells',
    anywhere: paths(`
      .profile, .bash_profile, .bash_login, .bash_logout, .bashrc, .bash_aliases, .bash_functions, .bash_completion, .bashrc.d, .bash.d
      .bash_it, .oh-my-bash, .inputrc, .blerc, .alias, .aliases, .sh_aliases, .functions, .exports, .path, .extra
      .zshrc, .zshenv, .zprofile, .zlogin, .zlogout, .zshrc.local, .zshrc.d, .zsh, .zsh.d, .zfunc, .oh-my-zsh, .zprezto, .zpreztorc
      .zimrc, .zim, .antigen, .antidote, .zplug, .zinit, .zgen, .zgenom, .zsh_plugins*, .zcompdump*, .p10k.zsh, .fzf, .fzf.bash, .fzf.zsh
      .kshrc, .mkshrc, .shrc, .shinit, .cshrc, .tcshrc, .login, .logout, .xonshrc, .elvish, .rc, .es, .yashrc, .environment, .pam_environment
      .config: bash, zsh, fish, nushell, powershell, elvish, xonsh, oil, ksh, yash, sheldon, starship.toml, environment.d, bash_completion
      .local/share: bash-completion, zsh, zinit, oh-my-zsh, fish/vendor_*.d, powershell/Modules, elvish
    `),
    macos: paths(`
      .MacOSX
      Library/Application Support: nushell, fish
    `),
    windows: paths(`
      Documents: PowerShell, WindowsPowerShell
      OneDrive*/*: PowerShell, WindowsPowerShell
      .wslconfig, .minttyrc, _bashrc, _profile
      AppData/Roaming: nushell, elvish
      AppData/Local: Microsoft/PowerShell, Microsoft/Windows Terminal, Packages/Microsoft.WindowsTerminal*
    `),
  },
  {
    reason: 'settings of version control, which name programs',
    anywhere: paths(`
      .gitconfig*, .git-templates, .git_template*, .githooks, .git-hooks, .hgrc, .jjconfig.toml, .subversion/config, .tigrc, .mrconfig
      .config: git, hg, jj, tig, lazygit, gitui
    `),
    macos: paths('Library/Application Support: jj, lazygit'),
    windows: paths(`
      mercurial.ini
      AppData/Roaming: jj, Mercurial, Subversion
      AppData/Local: lazygit
    `),
  },
  {
    reason: 'what a login, a clock or an arriving mail starts',
    anywhere: paths(`
      .config: autostart, autostart-scripts, old-autostart-scripts, systemd, upstart, cron, runit, dinit.d, supervisor, s6, pm2
      .config: plasma-workspace, lxsession, openbox, labwc, i3, sway, swayidle, waybar, hypr, niri, river, bspwm, sxhkd, awesome, qtile
      .config: xmonad, herbstluftwm, leftwm, i3status, i3blocks, polybar, rofi, dunst, picom, kglobalshortcutsrc, dconf, dbus-1
      .local/share: systemd, applications, dbus-1, autostart, xsessions, wayland-sessions, gnome-shell, cinnamon, plasma, kwin, kio
      .local/share: kservices5, nautilus, nautilus-python, nemo, nemo-python, caja-python
      .kde/Autostart, .kde4/Autostart, .crontab, .anacron, .pm2, .forward, .procmailrc, .mailcap, .maildrop, .sieve, .mailfilter
      .xinitrc, .xserverrc, .xsession, .xsessionrc, .xprofile, .Xclients, .gnomerc, .dmrc, .sxhkdrc
      .xmonad, .i3, .fluxbox, .fvwm, .dwm, .icewm, .enlightenment, .stumpwmrc, .stumpwm.d, .ratpoisonrc
    `),
    macos: paths(`
      Library: LaunchAgents, LaunchDaemons, StartupItems, Preferences, Services, Scripts, Workflows, Application Scripts, Automator
      Library: Input Methods, PreferencePanes, QuickLook, Spotlight, Screen Savers, Internet Plug-Ins, Extensions, Frameworks, Python
      Library/Application Support: SIMBL, iTerm2/Scripts, xbar, SwiftBar
      Applications, .hammerspoon, .yabairc, .skhdrc, .aerospace.toml
      .config: yabai, skhd, aerospace, karabiner, sketchybar
    `),
    windows: paths(`
      Start Menu
      AppData/Roaming/Microsoft: Windows/Start Menu, Windows/SendTo, Word/STARTUP, Excel/XLSTART, Templates, AddIns
      AppData/Local/Microsoft: WindowsApps, WinGet/Links, Windows/WinX
      Documents: AutoHotkey, AutoHotkey.ahk
    `),
  },
  {
    reason: 'programs and modules that are found by name',
    anywhere: paths(`
      bin, .bin, sbin, .local/bin, .local/sbin, .local/lib, .local/lib64, .local/libexec, .local/pipx, .local/opt
      .local/share: pipx, uv, pnpm, npm, mise, asdf, rtx, flatpak, cargo, gem, fnm, JetBrains
      .cargo/bin, .rustup, go/bin, .go/bin, .deno/bin, .bun/bin, .bun/install, .npm-global, .npm-packages, .yarn/bin, .config/yarn
      .nvm, .fnm, .volta, .n, .nodenv, .nodebrew, .asdf, .asdfrc, .mise, .rtx, .proto, .pyenv, .rbenv, .rvm, .goenv, .jenv, .jabba, .sdkman
      .phpenv, .plenv, .tfenv, .tenv, .swiftly, .ghcup, .cabal/bin, .stack/programs, .opam, .nix-profile, .nix-defexpr, .local/state/nix
      .guix-profile, .linuxbrew, .homebrew, .krew, .arkade, .dotnet, .composer/vendor, .config/composer/vendor, .luarocks, .gem/ruby
      .pixi, .conda, .mamba, miniconda3, anaconda3, miniforge3, mambaforge, micromamba, .pub-cache/bin, .mix, .nimble/bin, .roswell
      .config: mise, asdf, mamba, conda, fnm
    `),
    macos: paths('Library: pnpm, Application Support/fnm, Application Support/mise'),
    windows: paths(`
      AppData/Roaming: npm, Python, nvm, fnm, uv
      AppData/Local: Programs, Volta, fnm, fnm_multishells, pnpm, Yarn, mise, pipx, uv, JetBrains/Toolbox
      scoop
    `),
  },
  {
    reason: 'start-up files of editors, terminals and interpreters',
    anywhere: paths(`
      .vim, .vimrc*, .gvimrc, .exrc, .ideavimrc, .nvimrc, .nanorc, .emacs, .emacs.el, .emacs.d, .doom.d, .spacemacs, .spacemacs.d, .kakrc
      .config: nvim, vim, emacs, doom, helix, kak, micro, nano, lvim, sublime-text, sublime-text-3
      .local/share: nvim, lunarvim
      .vscode/extensions, .vscode-insiders/extensions, .vscode-oss/extensions, .cursor/extensions, .windsurf/extensions
      .vscode-server, .vscode-server-insiders, .vscodium-server, .cursor-server, .windsurf-server
      .tmux, .tmux.conf*, .byobu, .screenrc, .wezterm.lua, .lessfilter, .lesskey, .ripgreprc, .direnvrc, .curlrc, .wgetrc
      .config: tmux, byobu, zellij, kitty, alacritty, wezterm, ghostty, foot, terminator, ranger, lf, nnn, yazi, vifm, direnv, bat, navi, pet
      .gdbinit, .gdbinit.d, .lldbinit*, .pdbrc*, .pythonrc*, .pythonstartup*, .pystartup, .irbrc, .pryrc, .rdebugrc, .Rprofile, .Renviron
      .ghci, .iex.exs, .erlang, .octaverc, .sbclrc, .guile, .ocamlinit, .utoprc, .perldb, .psysh, .bpython, .jupyter, .julia/config
      .config: gdb, lldb, pudb, python, ptpython, bpython, irb, pry, psysh, guile
      .local/share/jupyter, .sqliterc, .psqlrc, .duckdbrc, .jshellrc
    `),
    macos: paths('Library/Application Support: Sublime Text, com.mitchellh.ghostty, micro'),
    windows: paths(`
      _vimrc, _gvimrc, vimfiles, _emacs
      AppData/Local: nvim, nvim-data
      AppData/Roaming: .emacs, .emacs.d, Sublime Text, helix, alacritty, yazi
    `),
  },
  {
    reason: 'settings of builds, which name programs and registries',
    anywhere: paths(`
      .cargo/config, .cargo/config.toml, .cargo/env, .gradle/init.gradle*, .gradle/init.d, .mavenrc, .m2/extensions.xml, .m2/toolchains.xml
      .sbt, .sbtopts, .ant, .antrc, .lein, .clojure, .gemrc, .bazelrc, .buckconfig, .ansible.cfg, .ansible, .vagrant.d, .latexmkrc
      .pydistutils.cfg, .cpan, .cpanm, .makepkg.conf
      .config: uv, pdm, pypoetry, pnpm, clojure, ccache, nix, nixpkgs, home-manager, guix, pacman, flatpak
    `),
  },
]

/** The same on a Linux or macOS machine as a whole, by absolute path. */
export const autorunOfMachine: readonly string[] = [
  ...['/etc', '/boot', '/bin', '/sbin', '/lib', '/lib32', '/lib64', '/libx32', '/var/spool/cron', '/var/spool/at', '/var/spool/anacron'],
  ...['/run/systemd', '/var/lib/dpkg', '/var/lib/systemd'],
  ...['bin', 'sbin', 'lib', 'lib32', 'lib64', 'libexec', 'share', 'local/bin', 'local/sbin', 'local/lib', 'local/etc'].map(
    (name) => `/usr/${name}`,
  ),
  ...['/Library', '/System', '/Applications', '/opt/homebrew'],
]

/**
 * The same in any folder, at any depth. What a person starts by name stays open: build scripts, `package.json`, launch
 * configurations, pipelines. Sources: code.visualstudio.com/docs/debugtest/tasks, CVE-2025-53773 (`.vscode/settings.json`),
 * CVE-2025-54130 (settings files of editors), direnv(1), githooks(5), typicode.github.io/husky, hgrc(5), exrc in vim's options.txt.
 */
export const autorunInFolders: readonly string[] = paths(`
  .vscode: tasks.json, settings.json
  *.code-workspace, .idea, .fleet/settings.json, .fleet/run.json
  .envrc, .envrc.local, .direnv, .autoenv.zsh, .autoenv_leave.zsh
  .husky, .githooks, .git-hooks, .hg/hgrc, .hg/hgrc-not-shared, .hg/sharedpath, .jj/repo/config.toml
  .claude: agents, commands, hooks, skills
  .exrc, .nvimrc, .nvim.lua, .lvimrc, .dir-locals.el, .dir-locals-2.el
  mcp-twin.json, mcp-twin.lock.json
`)

/**
 * The same in a git directory: `.git`, one below `.git/modules` or `.git/worktrees`, a bare repository. `commondir` makes git
 * read the others from elsewhere. Sources: gitrepository-layout(5), git-config(1).
 */
export const autorunInGitDirectory: readonly string[] = ['hooks', 'config', 'config.worktree', 'commondir']

/** Lists of the remaining steps of a rebase, in a git directory. `exec` in them names a program (git-rebase(1)). */
export const autorunInRebase: readonly string[] = ['rebase-merge', 'rebase-apply', 'sequencer']

/** In any folder the thing of this name itself, but not all that is in it: as a file it names a git directory elsewhere. */
export const gitName = '.git'
