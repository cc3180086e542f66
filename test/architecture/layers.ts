/**
 * What each place of `src` may import from the others: a folder, or one file of it. Whatever a place holds it may import itself.
 * Features stand in a line, `identity ← accounts ← studies ← statistics`, and import only to their left.
 */
export const layers: Readonly<Record<string, readonly string[]>> = {
  shared: [],
  'tools/captcha': [],
  'tools/simulated-school': [],
  'version.ts': ['../package.json'],
  'keys.ts': [],
  identity: ['shared'],
  storage: ['shared', 'accounts/*.table.ts', 'studies/*.table.ts', 'statistics/*.table.ts'],
  config: ['storage/postgres-hosts.ts'],
  http: ['shared', 'storage/database-unavailable.ts'],
  accounts: ['shared', 'storage', 'http', 'identity'],
  studies: ['shared', 'storage', 'http', 'identity', 'accounts'],
  statistics: ['shared', 'storage', 'http', 'identity', 'accounts', 'studies'],
  'upkeep.ts': ['shared', 'storage', 'accounts', 'studies', 'statistics'],
  'tools/seed': ['shared', 'storage', 'accounts', 'studies', 'config'],
  'tools/database-copy': ['shared', 'storage', 'studies', 'config/setting.ts'],
  'tools/backup': ['shared', 'storage', 'keys.ts'],
  'app.ts': [
    ...['shared', 'storage', 'http', 'identity', 'accounts', 'studies', 'statistics'],
    ...['config', 'keys.ts', 'upkeep.ts', 'version.ts'],
  ],
  service: [
    ...['shared', 'storage', 'http', 'identity', 'accounts', 'studies', 'statistics'],
    ...['tools/captcha', 'tools/simulated-school'],
    ...['config', 'keys.ts', 'version.ts', 'app.ts'],
  ],
  cli: [
    ...['shared', 'storage', 'http', 'identity', 'accounts', 'studies', 'statistics'],
    ...['config', 'keys.ts', 'version.ts', 'app.ts', 'tools', 'service'],
  ],
  'main.ts': ['cli', 'config'],
}
