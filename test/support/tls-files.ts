import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createPrivateAuthority } from '../schools/private-authority.ts'

/** Makes a certificate with a new certificate authority, and the settings that use it. */
export async function makeTlsFiles() {
  const folder = await mkdtemp(join(tmpdir(), 'occupy-tls-'))
  const { ca, cert, key } = await createPrivateAuthority()
  const settings = { TLS_CERT: join(folder, 'cert.pem'), TLS_KEY: join(folder, 'key.pem') }
  await writeFile(settings.TLS_CERT, cert)
  await writeFile(settings.TLS_KEY, key)
  return { ca, settings, remove: () => rm(folder, { recursive: true }) }
}
