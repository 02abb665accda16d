import { type Group, paths } from './group.ts'

/**
 * What is closed below a user's home because it holds keys, logins, money or what somebody typed. `programs.ts` adds the
 * settings of what starts programs. Sources: the tools' own documentation, the deny lists of public agent sandboxes, and what
 * stealers look for (the attack on Nx of August 2025, Lumma, RedLine).
 */
export const privateInHome: readonly Group[] = [
  {
    reason: 'keys of this user',
    anywhere: paths(`
      .ssh, .gnupg, .pki, .password-store, .age, .putty
      .config: age, sops, gopass
      .local/share: gopass, pki
    `),
    macos: paths('Library/Application Support: age, sops, gopass'),
    windows: paths(`
      AppData/Roaming: age, sops, gnupg, gopass
      AppData/Local: age, sops, gnupg, gopass
    `),
  },
  {
    reason: 'password managers and keyrings',
    anywhere: paths(`
      .op, .1password, .keepass, .lastpass, .keeper, .keybase, .dashlane
      .config: 1Password, op, Bitwarden, Bitwarden CLI, rbw, keepassxc, KeePass, lpass, keybase, Proton Pass, Enpass, Authy Desktop
      .config: Yubico, python_keyring, kwalletrc
      .local/share: keyrings, kwalletd, python_keyring, rbw, lpass, keybase, Proton Pass
    `),
    macos: paths(`
      Library: Keychains, Accounts, IdentityServices
      Library/Application Support: 1Password, Bitwarden, Bitwarden CLI, KeePassXC, Keybase, Enpass, Authy Desktop, Proton Pass, Dashlane
      Library/Containers: com.bitwarden.desktop, com.agilebits.onepassword*, com.apple.Passwords*
      Library/Group Containers: *.com.1password, *.com.agilebits*
    `),
    windows: paths(`
      NTUSER.DAT*
      AppData/Roaming/Microsoft: Credentials, Protect, Crypto, Vault, SystemCertificates
      AppData/Local/Microsoft: Credentials, Vault, TokenBroker, IdentityCache, OneAuth, Ngc
      AppData/Local/Microsoft/Windows: UsrClass.dat*
      AppData/Roaming: Bitwarden, Bitwarden CLI, 1Password, KeePass, KeePassXC, Keybase, Enpass, Authy Desktop, Proton Pass
      AppData/Local: 1Password, KeePassXC, Keybase, Enpass, Proton, .IdentityService
      AppData/Local/Packages: Agilebits.1Password_*, *Bitwarden*
    `),
  },
  {
    reason: 'logins of clouds, and of what is deployed to them',
    anywhere: paths(`
      .aws, .azure, .oci, .gcloud, .aliyun, .bluemix, .ibmcloud, .tccli, .linode-cli, .vultr-cli.yaml, .exoscale, .civo.json
      .config: gcloud, doctl, linode-cli, hcloud, scw, exoscale, vultr-cli.yaml, aliyun, openstack
      .kube, .docker, .helm, .argocd, .rancher, .minikube, .talos, .k3d
      .config: containers, helm, argocd, kubectx, lens, Lens
      .terraform.d, .terraformrc, .tofurc, .pulumi, .chef, .puppetlabs, .vault_pass*, .ansible_vault*
      .vault, .vault-token, .doppler, .infisical, .akeyless, .conjurrc
      .config: vault, infisical, akeyless, doppler
      .fly, .heroku, .netlify, .vercel, .now, .wrangler, .cloudflared, .railway, .render, .supabase, .turso, .firebase
      .config: heroku, netlify, .wrangler, cloudflared, com.vercel.cli, configstore, firebase, supabase, neonctl, turso, planetscale
      .config: stripe, twilio-cli, ngrok, tailscale, railway, fly
      .local/share: com.vercel.cli, cloudflared
      .twilio-cli, .sentryclirc, .ngrok, .ngrok2
      .databrickscfg, .databricks, .snowflake, .snowsql, .dbt, .kaggle, .bigqueryrc
      .config: snowflake, kaggle, databricks
      .s3cfg, .s3ql, .boto, .gsutil, .passwd-s3fs, .mc, .rclone.conf, .b2_account_info, .dropbox
      .config: rclone, b2, restic, borg, duplicity, kopia, s3cmd
      .step, .acme.sh, .lego, .certbot
      .config: step
    `),
    macos: paths(`
      Library/Application Support: com.vercel.cli, netlify, cloudflared, ngrok, doctl, rclone, scw, gcloud, snowflake, databricks, kopia, fly
      Library/Preferences: netlify, .wrangler, com.vercel.cli
    `),
    windows: paths(`
      AppData/Roaming: gcloud, doctl, hcloud, rclone, netlify, com.vercel.cli, .wrangler, heroku, ngrok, scw, terraform.rc, terraform.d
      AppData/Roaming: xdg.config, xdg.data, configstore, tailscale, kopia
      AppData/Local: heroku, ngrok, snowflake, fly, cloudflared, Tailscale, tailscale
    `),
  },
  {
    reason: 'logins of code hosts, registries and developers’ tools',
    anywhere: paths(`
      .git-credentials, .git-credential-cache, .gcm, .netrc, _netrc, .jira.d
      .config: gh, hub, glab, glab-cli, tea, berg, lab, jira, .jira, git/credentials
      .cache: git/credential, gcm
      .npmrc, .yarnrc, .yarnrc.yml, .bunfig.toml, .pypirc, .pip, .condarc, .nuget/NuGet, .bundle/config
      .config: pnpm/rc, pnpm/auth.ini, pip, pypoetry/auth.toml, uv/credentials.toml, hatch, NuGet, composer/auth.json, hex, coursier
      .local/share: uv/credentials, hatch
      .gem/credentials, .cargo/credentials, .cargo/credentials.toml, .composer/auth.json, .hex/hex.config, .lein/credentials.clj*
      .m2/settings.xml, .m2/settings-security.xml, .gradle/gradle.properties, .ivy2/.credentials, .sbt/.credentials, .coursier
      .mcp-auth, .huggingface, .wandb, .replicate, .openai, .anthropic, .aider*
      .cache/huggingface: token, stored_tokens
      .config: openai, anthropic, io.datasette.llm/keys.json, aichat, wandb, huggingface, replicate, cody, sourcegraph
      .config: circleci, travis, Postman, Insomnia, bruno
      .circleci, .travis, .expo, .eas, .postman, .insomnia, .android/adbkey, .android/*.keystore, .appstoreconnect, .private_keys
      .config: Slack, discord, Signal, teams-for-linux, Element
      .local/share: TelegramDesktop, signal-cli
      .jupyter/jupyter_server_config.json, .subversion/auth
    `),
    macos: paths(`
      Library/Application Support: io.datasette.llm/keys.json, pypoetry/auth.toml, pip, hatch, Postman, Insomnia, github-copilot
      Library/Application Support: Slack, discord, Signal, Telegram Desktop, com.raycast.macos, Element
      Library/Preferences: pypoetry, pnpm
      Library: Mail, Messages, Containers/com.tinyspeck.slackmacgap, Group Containers/*.com.apple.notes
    `),
    windows: paths(`
      AppData/Roaming: GitHub CLI, glab-cli, npm/etc, pip, NuGet, pypoetry/auth.toml, Composer/auth.json, Postman, Insomnia, Subversion/auth
      AppData/Roaming: Slack, discord, Signal, Telegram Desktop, io.datasette.llm/keys.json, uv/credentials, Element
      AppData/Local: pip, pnpm/config, GitHubDesktop, GitHubVisualStudio, GitCredentialManager, Slack
    `),
  },
  {
    reason: 'logins of databases, mail and networks',
    anywhere: paths(`
      .pgpass, .my.cnf, .mylogin.cnf, .odbc.ini, .cassandra, .mongodb, .dbeaver, .myclirc, .redisclirc
      .config: mongosh, pgcli, mycli, litecli, usql, pgadmin, DBeaverData, beekeeper-studio, TablePlus
      .local/share: DBeaverData, pgadmin
      .authinfo*, .msmtprc, .fetchmailrc, .mbsyncrc, .offlineimaprc, .getmail, .mutt, .muttrc, .neomuttrc, .pinerc, .thunderbird
      .config: msmtp, isync, mbsync, offlineimap, mutt, neomutt, aerc, himalaya, evolution, geary
      .local/share: evolution, geary
      .smbcredentials, .smb, .davfs2, .filezilla, .vnc, .openvpn, .wireguard, .cert, .irssi, .weechat
      .config: filezilla, remmina, freerdp, openvpn3, wireguard, NetworkManager, irssi, weechat
      .local/share: remmina, networkmanagement
    `),
    macos: paths('Library: DBeaverData, Application Support/com.tinyapp.TablePlus, Application Support/beekeeper-studio'),
    windows: paths(`
      AppData/Roaming: postgresql, pgadmin, MySQL, DBeaverData, FileZilla, WinSCP.ini, mRemoteNG, OpenVPN, beekeeper-studio, TablePlus
      AppData/Local: Microsoft/Outlook, Microsoft/Remote Desktop Connection Manager, Microsoft/OneDrive/settings, Packages/*.Outlook*
      OpenVPN/config
    `),
  },
]
