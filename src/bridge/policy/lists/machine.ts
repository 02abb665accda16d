import { paths } from './group.ts'

/** Interfaces of the kernel, not files of the user. */
export const kernel = ['/proc', '/sys', '/dev'] as const

/** What is closed on a Linux or macOS machine as a whole, by absolute path. */
export const closedOfMachine: readonly string[] = [
  ...kernel,
  ...paths(`
    /etc: shadow, shadow-, gshadow, gshadow-, sudoers, sudoers.d, security/opasswd, master.passwd, krb5.keytab, ssh, ssl/private
    /etc: pki/tls/private, letsencrypt, wireguard, openvpn, ipsec.secrets, NetworkManager/system-connections, wpa_supplicant
    /etc: kubernetes, rancher, mysql/debian.cnf
    /run: user, secrets, credentials, docker.sock, containerd, podman
    /var: lib/sss, lib/kubelet, lib/NetworkManager, lib/iwd, spool/mail, mail, backups, db/dslocal
    /Library/Keychains, /private/var/db
  `),
]
