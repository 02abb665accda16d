# The Linux distributions: the default one is this machine with a home and a user list of its own; each further
# one is a root folder with its own /home, /etc and /tmp and this machine's programs, entered by chroot.

other_distros() { local dir; for dir in "$DISTROS"/*/; do dir=$(basename "$dir"); [ "$dir" != "$TWINLAB_DISTRO" ] && [ -d "$DISTROS/$dir" ] && echo "$dir"; done; }

# Also how bin/interop knows that it is in such a root and must leave it first.
distro_user() { cat "$DISTROS/$1/.twinlab-distro"; }

# A home that a login shell can work from: node on its PATH, npm with this machine's registry settings.
create_home() { # NAME USER
  local home=$DISTROS/$1/home/$2 npmrc; npmrc=$(npm config get userconfig 2>/dev/null)
  mkdir -p "$home"; printf '%s\n' "$2" > "$DISTROS/$1/.twinlab-distro"
  printf 'PATH="%s:$PATH"\n' "$(dirname "$(readlink -f "$(command -v node)")")" > "$home/.profile"
  { [ -f "$npmrc" ] && cat "$npmrc"; printf '\ncache=%s\n' "$TWINLAB_HOME/npm-cache"; } > "$home/.npmrc"
}

# Everybody is uid 0, the only one there is in the namespace; the distribution's own user is found first.
create_users() { # NAME USER
  mkdir -p "$DISTROS/$1/etc"
  { printf '%s:x:0:0::/home/%s:/bin/bash\nroot:x:0:0::/home/root:/bin/bash\n' "$2" "$2"; grep -v ':0:0:' /etc/passwd; } > "$DISTROS/$1/etc/passwd"
}

create_default_distro() {
  create_home "$TWINLAB_DISTRO" "$TWINLAB_LINUX_USER" && create_users "$TWINLAB_DISTRO" "$TWINLAB_LINUX_USER" &&
    keep_pristine "$TWINLAB_DISTRO"
}

add_distro() { # NAME [USER]
  local name=$1 user=${2:-ben} root=$DISTROS/$1
  [ -d "$root/home" ] && return
  mkdir -p "$root"/{home/root,root,tmp,run,proc,sys,dev,mnt} && cp -a /etc "$root/" && create_home "$name" "$user" && create_users "$name" "$user" || return
  keep_pristine "$name"
  local host; for host in 'wsl.localhost' 'wsl$'; do ln -sfn "$root" "$PREFIX/dosdevices/unc/$host/$name"; done
  enter bash -c 'for part in config illusion distros; do . "$1/lib/$part.sh"; done; mount_distro "$2"' _ "$LAB_DIR" "$name" &&
    write_wsl_env
}

# Inside the namespace: this machine's programs in the other root, and what the lab needs there.
mount_distro() { # NAME
  local root=$DISTROS/$1 dir node; node=$(readlink -f "$(command -v node)")
  for dir in /usr /bin /sbin /lib /lib32 /lib64 /opt; do
    [ -L "$dir" ] && { cp -Pn "$dir" "$root/"; continue; }
    [ -d "$dir" ] && { into_distro "$root" "$dir" || return; }
  done
  for dir in /proc /sys /dev /mnt "$LAB_DIR" "$TWINLAB_HOME"; do into_distro "$root" "$dir" || return; done
  [[ $node == /usr/* ]] || into_distro "$root" "$(dirname "$(dirname "$node")")"
}

into_distro() { mkdir -p "$1$2" && mount --rbind "$2" "$1$2"; } # ROOT FOLDER

write_wsl_env() { # what wsl-agent.mjs reads: one file a distribution
  local name; mkdir -p "$STATE/wsl-env"
  for name in "$TWINLAB_DISTRO" $(other_distros); do
    wsl_env "$name" /usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin > "$STATE/wsl-env/$name"
  done
  printf '%s\n' "$TWINLAB_DISTRO" > "$STATE/default-distro"
}

keep_pristine() { mkdir -p "$PRISTINE/home"; rm -rf "$PRISTINE/home/$1"; cp -a "$DISTROS/$1/home" "$PRISTINE/home/$1"; }

# Homes as new. Their folders stay, since they are mounted.
reset_homes() {
  local name user
  for name in "$TWINLAB_DISTRO" $(other_distros); do
    user=$(distro_user "$name")
    find "$DISTROS/$name/home/$user" -mindepth 1 -delete && cp -a "$PRISTINE/home/$name/$user/." "$DISTROS/$name/home/$user/" || return
  done
}
