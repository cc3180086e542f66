import assert from 'node:assert/strict'
import { test } from 'node:test'
import { csvLine } from './csv.ts'

for (const [what, cells, line] of [
  ['plain cells', ['a', 1, '', '图书馆'], 'a,1,,图书馆'],
  ['commas, quotes and line breaks', ['a,b', 'say "hi"', 'a\nb', 'a\r\nb'], '"a,b","say ""hi""","a\nb","a\r\nb"'],
  ['other separators', ['数学;线代', ';=1', 'a\tb'], '"数学;线代",";=1","a\tb"'],
  ['formulas', ['=1', '+1', '-1', '@A1', '\t=1'], "'=1,'+1,'-1,'@A1,\"'\t=1\""],
  ['formulas after a line break', ['\r=1', '\n=1'], '"\'\r=1","\'\n=1"'],
  ['formulas in full width', ['＝1', '＋1', '－1', '＠A1'], "'＝1,'＋1,'－1,'＠A1"],
  ['numbers', [-5], '-5'],
  ['texts that are not formulas', ['a=1', ' 1', "'1"], "a=1, 1,'1"],
] as const) {
  test(`a line of ${what}`, () => {
    assert.equal(csvLine(cells), `${line}\r\n`)
  })
}
