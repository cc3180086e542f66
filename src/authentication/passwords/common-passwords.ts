import { dictionary } from '@zxcvbn-ts/language-common'

/** Created for the first password that is checked: the list is long. */
let listed: Set<string> | undefined

const maxJudgedChars = 64

/**
 * The parts that make up the most common passwords of Chinese users (leaks of CSDN, 12306 and others), and the names of
 * this product.
 */
const parts = [
  // The product and where it is used.
  ...['occupy', 'the', 'library', 'zhanling', 'tushuguan', 'zhanlingtushuguan', '占领', '图书馆', 'zlstg', 'zltsg'],
  ...[
    'study',
    'studys',
    'student',
    'school',
    'xuexi',
    'xuexiao',
    'xuesheng',
    'daxue',
    'jiaowu',
    '学习',
    '大学',
    '教务',
  ],
  // Words.
  ...['woaini', 'woai', 'aini', 'woaiwojia', 'wodemima', 'woshi', 'mima', 'nihao', 'buzhidao', 'wangjile', 'tiantang'],
  ...[
    'caonima',
    'laopo',
    'laogong',
    'baobao',
    'baobei',
    'xiaoxiao',
    'zhongguo',
    'beijing',
    'shanghai',
    '我爱你',
    '密码',
  ],
  ...[
    'iloveyou',
    'love',
    'password',
    'passw0rd',
    'admin',
    'root',
    'user',
    'test',
    'hello',
    'welcome',
    'dearbook',
    'xiazhili',
  ],
  ...['qq', 'taobao', 'alipay', 'zhifubao', 'weixin', 'wechat', 'baidu', 'tencent', 'huawei', 'xiaomi', 'csdn', '你好'],
  ...['wang', 'li', 'zhang', 'liu', 'chen', 'yang', 'zhao', 'huang', 'zhou', 'wu', 'xu', 'sun', 'lin', 'xiao', 'ming'],
  // Numbers that sound like words, and keyboard patterns.
  ...['520', '521', '1314', '5201314', '584520', '168', '518', '147', '258', '369', '159', '357', '753', '951', '135'],
  ...['246', '112233', '1122', '0', '00', '11', '88', 'qwe', 'qwer', 'qwert', 'qwerty', 'uiop', 'yuiop', 'asd', 'asdf'],
  ...[
    'ghjkl',
    'zxc',
    'zxcv',
    'vbnm',
    'qaz',
    'wsx',
    'edc',
    '1qaz',
    '2wsx',
    '3edc',
    '1q2w',
    '1q2w3e',
    '3e4r',
    'aa',
    'zz',
  ],
]

/** @param password in NFC */
export function isCommonPassword(password: string): boolean {
  listed ??= new Set(dictionary['passwords-common'] as string[])
  if (listed.has(password.toLowerCase())) return true
  const plain = password
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[\s\-_.]/gu, '')
  if (plain.length > maxJudgedChars) return false
  return listed.has(plain) || /^(.{1,3}?)\1+$/su.test(plain) || isMadeOfParts(plain)
}

/** Ignores a letter before or after the parts, and signs at the end, because people add them. */
function isMadeOfParts(text: string): boolean {
  const core = text.replace(/[!@#$%*?~]+$/u, '')
  return [core, core.replace(/^[a-z]/, ''), core.replace(/[a-z]$/, '')].some((each) => each !== '' && splits(each))
}

/** The length of a run of letters or digits with a constant step of -1, 0 or 1: 1111, 1234, dcba. */
function runLength(text: string, from: number): number {
  const step = text.charCodeAt(from + 1) - text.charCodeAt(from)
  if (!(Math.abs(step) <= 1)) return 1
  let end = from + 1
  while (text.charCodeAt(end) - text.charCodeAt(end - 1) === step) end += 1
  return end - from
}

function splits(text: string): boolean {
  const reached = new Set([0])
  for (let at = 0; at < text.length; at++) {
    if (!reached.has(at)) continue
    const run = runLength(text, at)
    if (run >= 3) reached.add(at + run)
    for (const part of parts) if (text.startsWith(part, at)) reached.add(at + part.length)
  }
  return reached.has(text.length)
}
