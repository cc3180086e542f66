const base = ['shared', 'storage', 'http', 'schools', 'accounts', 'authentication', 'registration', 'studies']
const features = ['idempotency', ...base, 'statistics', 'leaderboards', 'live', 'export']

/**
 * What each folder or file of `src` may import from the others. It may always import from itself.
 * Features are in this order, `schools ← accounts ← authentication ← registration ← studies ← statistics ← leaderboards ← live ← export`, and import only to their left.
 */
export const layers: Readonly<Record<string, readonly string[]>> = {
  shared: [],
  'tools/captcha': [],
  'tools/simulated-school': [],
  'version.ts': ['../package.json'],
  'keys.ts': [],
  schools: ['shared'],
  storage: [
    'shared',
    'accounts/*.table.ts',
    'authentication/rate-limits/*.table.ts',
    'authentication/sessions/*.table.ts',
    'registration/waiting-room/*.table.ts',
    'studies/*.table.ts',
    'statistics/daily-totals/*.table.ts',
    'leaderboards/*.table.ts',
    'idempotency/*.table.ts',
  ],
  config: ['shared', 'storage/postgres/postgres-hosts.ts', 'http/transport/limits.ts'],
  http: ['shared', 'storage/database-unavailable.ts'],
  idempotency: ['shared', 'storage', 'http'],
  accounts: ['shared', 'storage', 'http', 'schools'],
  authentication: ['shared', 'storage', 'http', 'schools', 'accounts'],
  registration: ['shared', 'storage', 'http', 'schools', 'accounts', 'authentication'],
  studies: ['shared', 'storage', 'http', 'schools', 'accounts', 'authentication', 'registration'],
  statistics: base,
  leaderboards: [...base, 'statistics'],
  live: [...base, 'statistics', 'leaderboards'],
  export: [...base, 'statistics', 'leaderboards', 'live'],
  'background-jobs.ts': features,
  'derived-data.ts': [...features, 'config'],
  'tools/seed': ['shared', 'storage', 'accounts', 'authentication', 'studies', 'statistics', 'leaderboards', 'config'],
  'tools/database-copy': ['shared', 'storage', 'studies', 'config/setting.ts'],
  'tools/backup': ['shared', 'storage', 'keys.ts'],
  'services.ts': [...features, ...['config', 'keys.ts', 'derived-data.ts']],
  'app.ts': [...features, ...['config', 'services.ts', 'background-jobs.ts', 'version.ts']],
  server: [
    ...features,
    ...['tools/captcha', 'tools/simulated-school'],
    ...['config', 'keys.ts', 'version.ts', 'app.ts'],
  ],
  cli: [...features, ...['config', 'keys.ts', 'version.ts', 'derived-data.ts', 'app.ts', 'tools', 'server']],
  'main.ts': ['cli', 'config'],
}
