#!/usr/bin/env bash
# Upgrades without failing requests: deploy/upgrade.sh TAG
#
# Installs the release beside the running one (npm ci, build), points the symbolic link `current` to it, and restarts
# the instances one after the other, each only once the one before is ready. Where the new release does not get ready
# (a setting is refused, or the database is newer than the release), the link and the instances go back to the old one.
# A TAG that is installed already is not installed again: this is the way back to an older release as well.
set -euo pipefail

tag=${1:?usage: deploy/upgrade.sh TAG}
root=${OCCUPY_ROOT:-/opt/occupy}
# UNIT=ORIGIN for each instance, in the order of their restarts.
instances=${OCCUPY_INSTANCES:-occupy@5000=http://127.0.0.1:5000 occupy@5001=http://127.0.0.1:5001}
restart=${OCCUPY_RESTART:-systemctl restart}
ready_seconds=${OCCUPY_READY_SECONDS:-60}

say() { printf '%s\n' "$*" >&2; }

# Only whole releases get their final name.
install_release() {
  [[ -d $root/releases/$tag ]] && return
  local source new
  source=${OCCUPY_SOURCE:-$(git -C "$root/current" config remote.origin.url)}
  new=$(mktemp -d "$root/releases/.new-XXXXXX")
  trap 'rm -rf "$new"' EXIT
  chmod 755 "$new"
  git -c advice.detachedHead=false clone --quiet --depth 1 --branch "$tag" "$source" "$new"
  # Pages that are open from the running release go on loading its files.
  (cd "$new" && PREVIOUS_DIST="$root/current/dist" npm ci --omit=dev --no-audit --no-fund)
  mv -T "$new" "$root/releases/$tag"
  trap - EXIT
}

# Replaces the link in one step.
switch_to() {
  ln -s "$1" "$root/current.new"
  mv -T "$root/current.new" "$root/current"
}

restart_instance() {
  local unit=${1%%=*} origin=${1#*=}
  $restart "$unit" || return 1
  for ((tried = 0; tried < ready_seconds * 4; tried++)); do
    curl --silent --fail --insecure --max-time 5 --output /dev/null "$origin/readyz" && return
    sleep 0.25
  done
  return 1
}

install_release
old=$(readlink "$root/current")
switch_to "releases/$tag"
done_instances=
for instance in $instances; do
  done_instances+=" $instance"
  say "restarting ${instance%%=*}"
  restart_instance "$instance" && continue
  say "${instance%%=*} is not ready with $tag, its log says why: back to $old"
  switch_to "$old"
  for back in $done_instances; do
    restart_instance "$back" || say "${back%%=*} is not ready with $old: if $tag has changed the database, restore the backup"
  done
  exit 1
done
say "running $tag; back with: $0 ${old#releases/}"
