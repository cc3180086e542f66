/**
 * What each place of `src` may import from the others: a folder, or one file of it. Whatever a place holds it may import itself.
 * Features stand in a line, `identity ← accounts ← studies ← statistics`, and import only to their left.
 */
export const layers: Readonly<Record<string, readonly string[]>> = {
  shared: [],
  captcha: [],
  'simulated-school': [],
  'version.ts': ['../package.json'],
  'keys.ts': [],
  identity: ['shared'],
  storage: ['shared', 'accounts/*.table.ts', 'studies/*.table.ts', 'statistics/*.table.ts'],
  'setting.ts': ['storage/postgres-hosts.ts'],
  'config.ts': ['setting.ts'],
  http: ['shared', 'storage/constraint-errors.ts'],
  accounts: ['shared', 'storage', 'http', 'identity'],
  studies: ['shared', 'storage', 'http', 'identity', 'accounts'],
  statistics: ['shared', 'storage', 'http', 'identity', 'accounts', 'studies'],
  'upkeep.ts': ['shared', 'storage', 'accounts', 'studies', 'statistics'],
  seed: ['shared', 'storage', 'accounts', 'studies', 'config.ts'],
  'data-copy': ['shared', 'storage', 'studies', 'setting.ts'],
  'app.ts': [
    ...['shared', 'storage', 'http', 'identity', 'accounts', 'studies', 'statistics'],
    ...['config.ts', 'keys.ts', 'upkeep.ts', 'version.ts'],
  ],
  service: [
    ...['shared', 'storage', 'http', 'identity', 'accounts', 'studies', 'statistics', 'captcha', 'simulated-school'],
    ...['config.ts', 'keys.ts', 'version.ts', 'app.ts'],
  ],
  cli: [
    ...['shared', 'storage', 'http', 'identity', 'accounts', 'studies', 'statistics', 'captcha', 'simulated-school'],
    ...['config.ts', 'keys.ts', 'version.ts', 'app.ts', 'setting.ts', 'seed', 'data-copy', 'service'],
  ],
  'main.ts': ['cli'],
}
