import assert from 'node:assert/strict'
import test from 'node:test'
import { assertTook } from '../../../../test/support/patience.ts'
import { scriptPaths } from '../../form-login/page-scripts.ts'
import { detectDialect } from './dialect-detection.ts'

const k2Code = `
  var url = _webRootPath + "cas/logon.action";
  /* var params = { "username" : username, "password" : password, "isPasswordPolicy" : policy }; */
  var p_username = "_u"+randnumber;
  var params = p_username+"="+username+"&"+p_password+"="+password+"&randnumber="+randnumber;
`
const k1Code = `var params = { "username": u, "password": p, "randnumber": r, "isPasswordPolicy": 1 };
  j$.post(_webRootPath + "cas/logon.action", params, doPostLogon)`
const bareForm =
  '<form action="logon.action"><input name="username"><input name="password"><input name="randnumber"></form>'

for (const [what, page, verdict, first] of [
  ['a plain parameter list', k1Code, 'sure', 'k1'],
  ['names made of the captcha, sent by the usual call', `${k2Code} kutil.doAjax(url, params, done)`, 'sure', 'k2-post'],
  [
    'names made of the captcha, sent as a query',
    `${k2Code} $.ajax({ type: "GET", url: url, data: params })`,
    'sure',
    'k2-get',
  ],
  ['names made of the captcha in an address', `${k2Code} open(url + "?" + params)`, 'sure', 'k2-get'],
  ['names made of the captcha only', k2Code, 'likely', 'k2-post'],
  ['parameters that are encrypted', `${k2Code} params = getEncParams(params); kutil.doAjax(url, params)`, 'sure', 'k3'],
  ['only the key script', '<script src="/tscjw/custom/js/SetKingoEncypt.jsp?t=1"></script>', 'likely', 'k3'],
  ['a bare form', bareForm, 'likely', 'k1'],
  ['nothing', '<html><body>登录</body></html>', 'none', 'k2-post'],
  [
    'keys by the later call',
    `${k2Code} getEncParams(p); $.get("frame/homepage?method=getTempDeskey")`,
    'k4',
    undefined,
  ],
  [
    'encryption in a comment',
    `${k2Code} // params = getEncParams(params)\n kutil.doAjax(url, params)`,
    'sure',
    'k2-post',
  ],
  [
    'encryption that is only defined',
    `function getEncParams(params) {}\n${k2Code} $.post(url, params)`,
    'sure',
    'k2-post',
  ],
  ['code inside an HTML comment for old browsers', `<script><!--\n${k1Code}\n//--></script>`, 'sure', 'k1'],
] as const) {
  test(`a login page with ${what} is ${verdict} detection${first ? ` of ${first}` : ''}`, () => {
    const detection = detectDialect(page)
    assert.deepEqual([detection.verdict, detection.candidates[0]], [verdict, first])
  })
}

test('parses pages designed to be slow quickly', () => {
  const startedAt = performance.now()
  for (const piece of ['<!--', '/*', '<script ', '$.get(', 'name ', ' \t', '//', 'getEncParams ', '"_u" ']) {
    detectDialect(piece.repeat(262_144 / piece.length))
    scriptPaths(piece.repeat(262_144 / piece.length), '/cas/login.action', {
      origin: 'http://a',
      root: '',
      ca: undefined,
      legacyTls: false,
    })
  }
  assertTook(performance.now() - startedAt, 2000, 'the detection')
})

test("searches only the site's own scripts, without its libraries", () => {
  const page = `
    <script type="text/javascript" src="/tscjw/custom/js/login.js?v=2"></script>
    <script src='../frame/logon.js'></script><script src="logon.js"></script><script src="logon.js"></script>
    <script src="http://elsewhere.example/tscjw/a.js"></script><script src="/other/root.js"></script>
    <script src="/tscjw/custom/js/jquery-1.9.js"></script><script src="/tscjw/custom/js/SetKingoEncypt.jsp"></script>`
  const site = { origin: 'http://jiaowu.tsc.edu.cn', root: '/tscjw', ca: undefined, legacyTls: false }
  assert.deepEqual(scriptPaths(page, '/cas/login.action', site), [
    '/custom/js/login.js?v=2',
    '/frame/logon.js',
    '/cas/logon.js',
  ])
})
