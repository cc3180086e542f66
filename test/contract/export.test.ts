import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import ICAL from 'ical.js'
import { type Account, openApi } from './api.ts'
import { assertError, assertUnauthorized } from './assert-error.ts'
import { nobody, type Reply } from './client.ts'
import { csvCells } from './csv.ts'
import { type OwnRecord, ownOf } from './own-records.ts'
import { ago, assertNow, HOUR, instant, MINUTE } from './wire-time.ts'

const api = openApi()
let ann: Account
let bob: Account

/** Texts that are difficult for spreadsheets, calendars and JSON. */
const hostile = [
  '=1+1',
  '+cmd|calc!A0',
  '-2+3',
  '@SUM(A1)',
  '＝1+1',
  "'quoted'",
  'a "quote", a comma; a semicolon',
  'back\\slash\\n',
  '高等数学（上）',
  '👩🏽‍🎓 数学 🎉',
  'مكتبة הספרייה',
  '量子力学量子力学量子力学量子力学量子力学量子力学量子力学量子力学',
]
const note = '第一行, "引号"\n=SUM(A1:A9)\nBEGIN:VEVENT\nEND:VCALENDAR\n;,:\\ 图书馆'

before(async () => {
  ann = await api.register()
  bob = await api.register()
  await api.post('/studys/', bob.as, { subject: '别人的科目', note: '别人的备注' })
  for (const [index, subject] of hostile.entries()) {
    const { id } = await api.start(ann, ago((100 - index) * HOUR))
    await api.end(ann, id, ago((100 - index) * HOUR - (40 + index) * MINUTE))
    ownOf(await api.send('PATCH', `/studys/${id}`, { as: ann.as, json: { subject, ...(index === 0 && { note }) } }))
  }
  await api.end(ann, (await api.start(ann)).id)
  await api.put('/users/me/settings', ann.as, { visibility: 'only_me', daily_goal_minutes: 90 })
  await api.post('/studys/', ann.as, { subject: '还在学' })
})

const exported = (query = '', as = ann.as, headers: Record<string, string> = {}) =>
  api.send('GET', `/users/me/export${query}`, { as, headers })

async function ownRecords(): Promise<OwnRecord[]> {
  return ((await api.get('/users/me/studys?per_page=100', ann.as)).body as { studys: OwnRecord[] }).studys
}

function assertFile(reply: Reply, type: string, ending: string): void {
  assert.equal(reply.status, 200, reply.text)
  assert.equal(reply.headers.get('content-type'), type)
  assert.equal(reply.headers.get('cache-control'), 'no-store')
  assert.equal(reply.headers.get('x-content-type-options'), 'nosniff')
  const disposition = reply.headers.get('content-disposition') ?? ''
  const [, plain, full = ''] =
    /^attachment; filename="([\w.-]+)"; filename\*=UTF-8''([\w.%-]+)$/.exec(disposition) ?? []
  assert.match(plain ?? '', new RegExp(`^occupy-the-library-\\d{4}-\\d\\d-\\d\\d\\.${ending}$`))
  assert.match(decodeURIComponent(full), new RegExp(`^占领图书馆-\\d{4}-\\d\\d-\\d\\d\\.${ending}$`))
}

test('exports nothing without credentials', async () => {
  for (const query of ['', '?format=csv', '?format=ics']) assertUnauthorized(await exported(query, nobody), 'Basic')
})

test('an export contains no data of others', async () => {
  for (const format of ['json', 'csv', 'ics']) {
    const anns = (await exported(`?format=${format}`)).text
    for (const text of ['别人的', bob.username]) assert.ok(!anns.includes(text), `${format}: ${text}`)
    const bobs = (await exported(`?format=${format}`, bob.as)).text
    if (format !== 'ics') assert.ok(bobs.includes('别人的科目'))
    for (const text of ['高等数学', '图书馆 ', ann.username, 'only_me']) assert.ok(!bobs.includes(text), format)
  }
})

test('rejects an unknown format and names the parameter', async () => {
  for (const query of ['?format=xlsx', '?format=', '?format=JSON', '?format=json&format=csv'])
    assertError(await exported(query), 400, /format/)
})

test('JSON contains everything, also of a hidden account, as other routes return it', async () => {
  const reply = await exported()
  assertFile(reply, 'application/json; charset=utf-8', 'json')
  const { exported_at, timezone, account, settings, studys, ...rest } = reply.body as {
    [name: string]: unknown
    exported_at: string
    account: { username: string }
    studys: OwnRecord[]
  }
  assert.deepEqual(rest, {})
  assertNow(exported_at)
  assert.equal(timezone, 'Asia/Shanghai')
  assert.equal(account.username, ann.username)
  assert.deepEqual(Object.keys(account), Object.keys((await api.get('/users/me', ann.as)).body as object))
  assert.deepEqual(settings, { visibility: 'only_me', daily_goal_minutes: 90 })
  assert.deepEqual(studys.map(timeless), (await ownRecords()).map(timeless))
  assert.deepEqual(
    studys.slice(0, hostile.length).map(({ subject }) => subject),
    hostile,
  )
  assert.equal(studys[0]?.note, note)
  assert.equal((await exported('?format=json')).status, 200)
})

/** A running record without the fields that change. */
function timeless({ seconds, elapsed_seconds, server_time, ...record }: OwnRecord) {
  return record.end_time === null ? record : { ...record, seconds }
}

test('CSV opens in a spreadsheet: BOM, CRLF, both time zones, and no cell is a formula', async () => {
  const reply = await exported('?format=csv')
  assertFile(reply, 'text/csv; charset=utf-8; header=present', 'csv')
  // `text()` removes a BOM, so the bytes are checked.
  const url = `${api.origin}/api/v1.0/users/me/export?format=csv`
  const bytes = Buffer.from(await (await fetch(url, { headers: ann.as })).arrayBuffer())
  assert.deepEqual([...bytes.subarray(0, 3)], [0xef, 0xbb, 0xbf])
  const [header, ...rows] = csvCells(reply.text)
  assert.deepEqual(header, [
    ...['编号', '科目', '开始（Asia/Shanghai）', '结束（Asia/Shanghai）', '开始（UTC）', '结束（UTC）'],
    ...['时长（秒）', '怎样结束', '自行填报', '备注'],
  ])
  const records = await ownRecords()
  assert.equal(rows.length, records.length)
  for (const [index, row] of rows.entries()) {
    const record = records[index] as OwnRecord
    const [id, subject = '', localStart, localEnd, start, end, seconds, cause, selfReported, text = ''] = row
    assert.deepEqual([id, start, end], [String(record.id), record.start_time, record.end_time ?? ''])
    assert.equal(Date.parse(`${localStart?.replace(' ', 'T')}+08:00`), instant(record.start_time))
    if (record.end_time) assert.equal(Date.parse(`${localEnd?.replace(' ', 'T')}+08:00`), instant(record.end_time))
    else assert.deepEqual([localEnd, cause], ['', '进行中'])
    if (record.end_time) assert.equal(seconds, String(record.seconds))
    assert.equal(selfReported, record.self_reported ? '是' : '否')
    assert.equal(subject.replace(/^'(?=[=+\-@＝])/, ''), record.subject ?? '')
    assert.equal(text, record.note ?? '')
    for (const cell of row) assert.doesNotMatch(cell, /^[=+\-@\t\r＝＋－＠]/)
  }
})

test('a client that asks for English gets an English header row', async () => {
  const reply = await exported('?format=csv', ann.as, { 'accept-language': 'en' })
  const [header, row] = csvCells(reply.text)
  assert.deepEqual(header?.slice(0, 4), ['Id', 'Subject', 'Start (Asia/Shanghai)', 'End (Asia/Shanghai)'])
  assert.equal(row?.[8], 'yes')
  assert.equal(reply.headers.get('content-language'), 'en')
})

test('other programs can parse the calendar: every ended record, and always the same ids', async () => {
  const reply = await exported('?format=ics')
  assertFile(reply, 'text/calendar; charset=utf-8', 'ics')
  for (const line of reply.text.split('\r\n')) {
    assert.ok(Buffer.byteLength(line) <= 75, line)
    assert.doesNotMatch(line, /[\r\n\ufffd]/)
  }
  const calendar = new ICAL.Component(ICAL.parse(reply.text))
  assert.equal(calendar.getFirstPropertyValue('version'), '2.0')
  const events = calendar.getAllSubcomponents('vevent').map((component) => new ICAL.Event(component))
  const ended = (await ownRecords()).filter(({ end_time }) => end_time !== null)
  assert.equal(ended.length, hostile.length + 1)
  assert.equal(calendar.getAllSubcomponents().length, ended.length)
  for (const [index, event] of events.entries()) {
    const record = ended[index] as OwnRecord
    assert.equal(event.startDate.toJSDate().getTime(), instant(record.start_time))
    assert.equal(event.endDate.toJSDate().getTime(), instant(record.end_time ?? ''))
    assert.equal(event.summary, record.subject ?? '学习')
    assert.equal(event.description ?? null, record.note)
    assert.match(event.uid, new RegExp(`^study-${record.id}@`))
    assert.ok(event.component.getFirstPropertyValue('dtstamp'))
    if (record.seconds === 0) assert.equal(event.component.getFirstProperty('dtend'), null)
  }
  const uids = (text: string) => [...text.matchAll(/^UID:.*$/gm)].map(([line]) => line)
  assert.deepEqual(uids((await exported('?format=ics', ann.withPassword)).text), uids(reply.text))
  assert.match((await exported('?format=ics', ann.as, { 'accept-language': 'en' })).text, /^SUMMARY:Study\r$/m)
})

test('an account without records exports well-formed files', async () => {
  const eve = await api.register()
  assert.deepEqual(((await exported('', eve.as)).body as { studys: unknown }).studys, [])
  assert.equal(csvCells((await exported('?format=csv', eve.as)).text).length, 1)
  const calendar = new ICAL.Component(ICAL.parse((await exported('?format=ics', eve.as)).text))
  assert.deepEqual(calendar.getAllSubcomponents(), [])
})

test('HEAD returns only the headers', async () => {
  for (const format of ['json', 'csv', 'ics']) {
    const reply = await api.send('HEAD', `/users/me/export?format=${format}`, { as: ann.as })
    const full = await exported(`?format=${format}`)
    assert.equal(reply.text, '')
    assertFile(reply, full.headers.get('content-type') ?? '', format)
  }
})
