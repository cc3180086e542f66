#!/usr/bin/env bash
# Runs the steps of the Dockerfile without Docker, in a clean folder, as another user where this one is root: builds, starts, asks the
# health check, registers a demo student, stops. For machines that have no Docker daemon.
set -euo pipefail
repository=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/build" "$work/app/deploy" "$work/data"
git -C "$repository" archive HEAD | tar -x -C "$work/build"
(cd "$work/build" && npm ci --omit=dev --no-audit --no-fund --loglevel=error)
for part in package.json node_modules dist; do cp -a "$work/build/$part" "$work/app/"; done
cp -a "$work/build/deploy/container" "$work/app/deploy/"
port=$(node -e "const s=require('node:net').createServer().listen(0,'127.0.0.1',()=>{console.log(s.address().port);s.close()})")
export PATH="$work/app/deploy/container:$work/app/node_modules/node/bin:$PATH"
export DATABASE_URL="file:$work/data/occupy.sqlite" PORT="$port" HOST=0.0.0.0 PUBLIC_URL="http://127.0.0.1:$port" ALLOW_DEMO_SCHOOL=1
as=()
if [ "$(id -u)" = 0 ]; then
  chmod 755 "$work"
  chown 10001:10001 "$work/data"
  as=(setpriv --reuid 10001 --regid 10001 --clear-groups)
fi
cd "$work/app"
"${as[@]}" occupy serve >"$work/log" 2>&1 &
service=$!
for _ in $(seq 100); do "${as[@]}" ready && break; sleep 0.1; done
"${as[@]}" ready || { cat "$work/log"; exit 1; }
curl -fsS "$PUBLIC_URL/api/v1.0/register" -H 'Content-Type: application/json' \
  -d '{"username":"bllli","password":"quiet-reading-room","stu_id":"2017010101","stu_pwd":"library"}'
echo
"${as[@]}" occupy accounts list
kill -TERM "$service"
wait "$service"
ls -l "$work/data"
echo "the image's steps work"
