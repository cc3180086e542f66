export const maintenancePage = `<!DOCTYPE html>
<html><head><meta charset="utf-8" /><title>系统维护</title></head>
<body><h1>系统维护中</h1><p>教务系统每日 23:30 至次日 6:00 进行维护，请稍后再访问。</p></body></html>
`

/** `MainFrm.html` for a user who is logged in: a frame set, with a text for browsers without frames. */
export function framesPage(webRoot: string): string {
  return `<html><head><title>教务网络管理系统</title></head>
<frameset rows="70,*" border="0">
<frame name="frmbanner" src="${webRoot}/frame/Main_banner.jsp" />
<frame name="frmmain" src="${webRoot}/frame/Main_index.jsp" />
<noframes><body><p>This page uses frames, but your browser doesn't support them.</p></body></noframes>
</frameset></html>
`
}

export function guestPage(webRoot: string): string {
  return `<html><head><title>教务网络管理系统</title></head>
<body><script type="text/javascript">alert("请先登录!");top.location.href="${webRoot}/cas/login.action";</script></body></html>
`
}

export function errorPage(status: number): string {
  return `<html><head><title>Apache Tomcat/7.0 - Error report</title></head>
<body><h1>HTTP Status ${status}</h1><hr size="1" noshade="noshade" /><h3>Apache Tomcat/7.0</h3></body></html>
`
}
