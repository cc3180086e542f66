/** What identifies a system in its login page, or in the address that the page leads to. The first match wins. */
const marks: readonly (readonly [system: string, mark: RegExp])[] = [
  ['KINGOSOFT (青果)', /genValidateCode|\blogon\.action\b|kingo|青果/i],
  ['正方', /login_slogin|zftal|default2\.aspx/i],
  ['强智', /\/jsxsd\/|LoginToXk|Logon\.do\?method=logon/],
  ['金智 authserver', /pwdFromId|pwdEncryptSalt|casLoginForm|pwdDefaultEncryptSalt/],
  ['树维 EAMS', /CryptoJS\.SHA1\(|login-salt|\/eams\//],
  ['URP', /j_spring_security_check/],
  ['超星', /chaoxing/i],
  ['a CAS server', /name=["']?_eventId\b/],
]

export function systemIn(text: string): string | undefined {
  return marks.find(([, mark]) => mark.test(text))?.[0]
}

const unifiedLogins =
  /\/(?:authserver|cas|lyuapServer|zfca|tpass)\/login(?![\w.])|\/sso\/|\/oauth2?(?:\.0)?\/authorize|\/idp\/|^https?:\/\/[^/]*\b(?:web|ssl)?vpn/i

/** A unified login page for all systems of the school, or the school's gateway for access from outside. */
export function isUnifiedLogin(address: string): boolean {
  return unifiedLogins.test(address)
}

const jumps = [
  /\blocation(?:\.href)?\s{0,9}=\s{0,9}["']([^"'<>\s]{1,300})["']/,
  /\blocation\.(?:replace|assign)\(\s{0,9}["']([^"'<>\s]{1,300})["']/,
  /http-equiv=["']?refresh\b[^<>]{0,60}\burl=["']?([^"'<>\s]{1,300})/i,
]

/** The address to which a page redirects its browser by script or `meta`. */
export function jumpIn(page: string): string | undefined {
  for (const jump of jumps) {
    const address = jump.exec(page)?.[1]
    if (address !== undefined) return address
  }
  return undefined
}
