import type { Dialect } from '../dialect.ts'

export interface LoginPageSettings {
  dialect: Dialect
  webRoot: string
  sessionId: string
  /** The charset in the page's `meta` element. */
  charsetName: string
  /** Epoch milliseconds, used to bypass caches as at Suzhou. */
  now: number
}

/** The script that sends the form in a browser. Before a login, only this reveals a site's dialect. */
const senders: Record<Dialect, string> = {
  k1: `  var params = {"username": username, "password": password, "randnumber": randnumber, "isPasswordPolicy": passwordPolicy};
  jQuery.ajax({type: "POST", url: _webRootPath + "cas/logon.action", data: params, dataType: "text", success: doPostLogon});`,
  'k2-get': senderOfK2('GET'),
  'k2-post': senderOfK2('POST'),
  k3: `${textOfK2()}
  params += "&txt_mm_expression=" + jQuery("#txt_mm_expression").val() + "&txt_mm_length=" + jQuery("#txt_mm_length").val()
    + "&txt_mm_userzh=" + jQuery("#txt_mm_userzh").val();
  params = getEncParams(params);
  jQuery.ajax({type: "POST", url: _webRootPath + "cas/logon.action", data: params, dataType: "text", success: doPostLogon});`,
}

function textOfK2(): string {
  return `  var p_username = "_u" + randnumber;
  var p_password = "_p" + randnumber;
  username = base64encode(username + ";;" + _sessionid);
  var params = p_username + "=" + username + "&" + p_password + "=" + password + "&randnumber=" + randnumber
    + "&isPasswordPolicy=" + passwordPolicy;`
}

function senderOfK2(method: 'GET' | 'POST'): string {
  return `${textOfK2()}
  jQuery.ajax({type: "${method}", url: _webRootPath + "cas/logon.action", data: params, dataType: "text", success: doPostLogon});`
}

export function loginPage({ dialect, webRoot, sessionId, charsetName, now }: LoginPageSettings): string {
  const keyScript =
    dialect === 'k3'
      ? `<script type="text/javascript" src="${webRoot}/custom/js/jkingo.des.js"></script>
<script type="text/javascript" id="kingo_encypt" src="${webRoot}/custom/js/SetKingoEncypt.jsp?t=${now}"></script>
`
      : ''
  return `<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN" "http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd">
<html xmlns="http://www.w3.org/1999/xhtml">
<head>
<meta http-equiv="Content-Type" content="text/html; charset=${charsetName}" />
<title>教务网络管理系统 - 用户登录</title>
<script type="text/javascript" src="${webRoot}/custom/js/jquery.js"></script>
<script type="text/javascript" src="${webRoot}/custom/js/md5.js"></script>
<script type="text/javascript" src="${webRoot}/custom/js/base64.js"></script>
${keyScript}<script type="text/javascript">
var _webRootPath = "${webRoot}/";
var _sessionid = "${sessionId}";
function checkrand() {
  var username = jQuery("#username").val();
  var password = jQuery("#password").val();
  var randnumber = jQuery("#randnumber").val();
  var passwordPolicy = isPasswordPolicy(username, password);
  password = hex_md5(hex_md5(password) + hex_md5(randnumber.toLowerCase()));
${senders[dialect]}
}
function refreshImg() {
  document.getElementById("randpic").src = _webRootPath + "cas/genValidateCode?dateTime=" + (new Date());
}
</script>
</head>
<body>
${form(dialect, webRoot)}
<div id="copyright">模拟教务系统，仅供演示与测试</div>
</body>
</html>
`
}

function form(dialect: Dialect, webRoot: string): string {
  const traits = ['expression', 'length', 'userzh'].map(
    (name) => `<input type="hidden" id="txt_mm_${name}" value="" />\n`,
  )
  return `<form id="loginForm" onsubmit="return false;">
<label>账号<input type="text" id="username" /></label>
<label>密码<input type="password" id="password" /></label>
<label>验证码<input type="text" id="randnumber" maxlength="4" /></label>
<img id="randpic" src="${webRoot}/cas/genValidateCode" onclick="refreshImg()" alt="验证码" />
${dialect === 'k3' ? traits.join('') : ''}<input type="button" id="login" value="登录" onclick="checkrand()" />
<span id="msg"></span>
</form>`
}
