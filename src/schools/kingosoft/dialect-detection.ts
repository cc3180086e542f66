import { withoutComments } from '../form-login/page-scripts.ts'
import type { DialectName } from './dialect.ts'

/**
 * What the login page and its scripts tell about the dialect. `sure`: the first candidate it is. `likely`: the first one
 * unless another is shown. `none`: any of them. `k4`: the later dialect, which nobody here has seen working.
 */
export interface Evidence {
  verdict: 'sure' | 'likely' | 'none' | 'k4'
  candidates: readonly DialectName[]
}

const later = /getTempDeskey|getTempNowtime|GetKingoEncypt|hid_dxyzm/
const encrypts = /\b(?:getEncParams|strEnc)(?<!function \w{6,12}) ?\(/
const keyScript = /SetKingoEncypt\.jsp/i
const captchaInNames = /["'`]_[up]["'`] ?(?:\+|\.concat)|["'`&]_[up]\$\{|name ?= ?["']?_[up]\d/
const plainNames = /\busername["']? ?:|name ?= ?["']?username\b|["'`&]username=/
const logon = /\blogon\.action\b/
const asksByGet =
  /logon\.action(?:["'`] ?\+ ?["'`])?\?|\burl ?\+ ?["'`]\?|\$\.get\w{0,10} ?\([^)]{0,200}logon|\b(?:type|method) ?[:=] ?["']?get\b/i
const asksByPost = /\bdoAjax ?\(|\$\.post ?\(|\b(?:type|method) ?[:=] ?["']?post\b/i

export function detectDialect(source: string): Evidence {
  // Runs of blanks tell nothing, and cost each pattern that allows them its time.
  const code = withoutComments(source).replace(/\s+/g, ' ')
  if (later.test(code)) return { verdict: 'k4', candidates: [] }
  if (encrypts.test(code)) return { verdict: 'sure', candidates: ['k3'] }
  if (captchaInNames.test(code)) return namedByCaptcha(code)
  if (keyScript.test(code)) return { verdict: 'likely', candidates: ['k3', 'k2-post', 'k2-get', 'k1'] }
  if (!logon.test(code) || !plainNames.test(code))
    return { verdict: 'none', candidates: ['k2-post', 'k2-get', 'k1', 'k3'] }
  // The fields of a bare form may be there for a script to read: only its own last field tells that they are sent so.
  if (code.includes('isPasswordPolicy')) return { verdict: 'sure', candidates: ['k1'] }
  return { verdict: 'likely', candidates: ['k1', 'k2-post', 'k2-get', 'k3'] }
}

function namedByCaptcha(code: string): Evidence {
  // The key's script is of use to a login page only for encrypting the login.
  if (keyScript.test(code)) return { verdict: 'likely', candidates: ['k3', 'k2-post', 'k2-get'] }
  if (asksByGet.test(code)) return { verdict: 'sure', candidates: ['k2-get'] }
  if (asksByPost.test(code)) return { verdict: 'sure', candidates: ['k2-post'] }
  return { verdict: 'likely', candidates: ['k2-post', 'k2-get'] }
}
