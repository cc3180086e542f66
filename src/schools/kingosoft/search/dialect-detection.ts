import { withoutComments } from '../../form-login/page-scripts.ts'
import type { DialectName } from '../dialects/dialect.ts'

/**
 * What the login page and its scripts reveal about the dialect. `sure`: it is the first candidate. `likely`: it is the
 * first one unless another is proven. `none`: it may be any of them. `k4`: the later dialect, of which no working site
 * has been seen.
 */
export interface Detection {
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

export function detectDialect(source: string): Detection {
  // Long runs of blanks carry no information and slow down each pattern that allows them.
  const code = withoutComments(source).replace(/\s+/g, ' ')
  if (later.test(code)) return { verdict: 'k4', candidates: [] }
  if (encrypts.test(code)) return { verdict: 'sure', candidates: ['k3'] }
  if (captchaInNames.test(code)) return namedByCaptcha(code)
  if (keyScript.test(code)) return { verdict: 'likely', candidates: ['k3', 'k2-post', 'k2-get', 'k1'] }
  if (!logon.test(code) || !plainNames.test(code))
    return { verdict: 'none', candidates: ['k2-post', 'k2-get', 'k1', 'k3'] }
  // A script may read the fields of a plain form. Only the form's own last field proves that they are sent as they
  // are.
  if (code.includes('isPasswordPolicy')) return { verdict: 'sure', candidates: ['k1'] }
  return { verdict: 'likely', candidates: ['k1', 'k2-post', 'k2-get', 'k3'] }
}

function namedByCaptcha(code: string): Detection {
  // A login page loads the key script only to encrypt the login.
  if (keyScript.test(code)) return { verdict: 'likely', candidates: ['k3', 'k2-post', 'k2-get'] }
  if (asksByGet.test(code)) return { verdict: 'sure', candidates: ['k2-get'] }
  if (asksByPost.test(code)) return { verdict: 'sure', candidates: ['k2-post'] }
  return { verdict: 'likely', candidates: ['k2-post', 'k2-get'] }
}
