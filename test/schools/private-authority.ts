import 'reflect-metadata'
import * as x509 from '@peculiar/x509'

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const
const validity = () => ({ notBefore: new Date(Date.now() - 60_000), notAfter: new Date(Date.now() + 3_600_000) })
const newKeys = () => crypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])

export interface PrivateAuthority {
  /** The authority's own certificate, as PEM. */
  ca: string
  /** A certificate for `127.0.0.1` signed by it, as PEM. */
  cert: string
  key: string
}

/** A private certificate authority, as campuses have them. */
export async function createPrivateAuthority(): Promise<PrivateAuthority> {
  const [authorityKeys, serverKeys] = await Promise.all([newKeys(), newKeys()])
  const authority = await x509.X509CertificateGenerator.createSelfSigned({
    name: 'CN=Campus authority of a test',
    keys: authorityKeys,
    signingAlgorithm: algorithm,
    ...validity(),
    extensions: [new x509.BasicConstraintsExtension(true, 0, true)],
  })
  const server = await x509.X509CertificateGenerator.create({
    subject: 'CN=school of a test',
    issuer: authority.subject,
    publicKey: serverKeys.publicKey,
    signingKey: authorityKeys.privateKey,
    signingAlgorithm: algorithm,
    ...validity(),
    extensions: [new x509.SubjectAlternativeNameExtension([{ type: 'ip', value: '127.0.0.1' }])],
  })
  const key = Buffer.from(await crypto.subtle.exportKey('pkcs8', serverKeys.privateKey)).toString('base64')
  return {
    ca: authority.toString('pem'),
    cert: server.toString('pem'),
    key: `-----BEGIN PRIVATE KEY-----\n${key}\n-----END PRIVATE KEY-----\n`,
  }
}
