const subjectWords = '(?:[账帐][号户]|用户|学生|学号|该生|您|你)'
const lockedWords = '(?:锁定|锁住)'
const refusedWords =
  '(?:冻结|禁用|停用|注销|禁止登[录陆]|不允许登[录陆]|无权登[录陆]|黑名单|次数太多|次数过多|次数过于频繁|毕业|离校|退学|非在校|不是在校)'
const missingWords = /不存在|没有(?:该|此|这个)|无(?:该|此)/

/** Text before the word, in the same clause, that makes the statement a possibility or a negation. */
const maybeBefore =
  /将|会|再|还|剩|满|超过|达到?|即|就|未|没有|防止|以免|避免|可能|如|若|一旦|是否|或者?(?:[账帐][号户]|用户)?(?:已|被)*$|[0-9一二两三四五六七八九十]\s*次/
const maybeAfter = /^(?:前|规则|策略|将|会|则|就)|剩|还有|机会|[0-9一二两三四五六七八九十]\s*次/

const accountWords = /[账帐][号户]|密码|口令|用户名|登[录陆]名|学号/
const captchaWord = /验证码|校验码|附加码/
const wrongWords =
  /(?:密码|口令|[账帐][号户]|用户名|学号)[^，。；！,;!]{0,10}(?:错误|有误|不正确|不对|不匹配|不符|不一致)|输错|[账帐][号户]或密码/
const dutyWords =
  /(?:修改|重置|更改|更换|重设)[^，。；！,;!]{0,6}(?:密码|口令)|(?:密码|口令)[^，。；！,;!]{0,8}(?:过期|过于简单|太简单|强度|必须修改|到期|须修改)|(?:初始|默认|弱)(?:密码|口令)|请先/

const lockedNow = statement(lockedWords, `(?:被|处于|${subjectWords}|^)(?:临时|暂时|自动|系统|管理员)*${lockedWords}`)
const refusedNow = statement(refusedWords, refusedWords)
const subject = new RegExp(subjectWords)

/** The school states that the account is locked. A warning that it may become locked does not count. */
export function statesLock(message: string): boolean {
  return clausesOf(message).some(lockedNow)
}

/** Also requires a subject, for statuses that mean a fault, because databases lock tables as well. */
export function statesLockOfAccount(message: string): boolean {
  return subject.test(message) && statesLock(message)
}

/** The school does not admit this person: frozen, disabled, graduated, or not a student. */
export function statesRefusal(message: string): boolean {
  if (clausesOf(message).some(refusedNow)) return true
  // If the message also names a password, this is the usual wording for "one of them is wrong".
  return missingWords.test(message) && subject.test(message) && !/密码|口令|验证码/.test(message)
}

export function namesAccount(message: string): boolean {
  return accountWords.test(message)
}

export function namesSubject(message: string): boolean {
  return subject.test(message)
}

/** If true, the password has not been checked. */
export function namesCaptchaAlone(message: string): boolean {
  return captchaWord.test(message) && !accountWords.test(message)
}

/** The message states that the number or the password is wrong. */
export function namesWrongPassword(message: string): boolean {
  return wrongWords.test(message)
}

/** The student must do something at the school's own site first. */
export function namesDuty(message: string): boolean {
  return dutyWords.test(message) && !wrongWords.test(message)
}

function clausesOf(message: string): string[] {
  return message.replace(/\|\s*\d+\s*$/, '').split(/[，,。；;！!？?：:、|（）()\n]/)
}

/**
 * Returns a test whether a clause states a fact: with 已, 中 or 状态, or plainly and without anything that makes it a
 * warning.
 */
function statement(word: string, plain: string): (clause: string) => boolean {
  const done = new RegExp(`已经?(?:被|因[^将会]{0,20}被|[^将会再还满超剩次若如]{0,6})?${word}|${word}(?:中|状态)`)
  const plainly = new RegExp(plain)
  const unsure = /如|若|一旦|可能|防止|以免|避免|是否|未|将|会被?$/
  return (clause) => {
    const said = done.exec(clause)
    if (said)
      return (
        !unsure.test(clause.slice(0, said.index)) && !/或者?(?:[账帐][号户]|用户)?$/.test(clause.slice(0, said.index))
      )
    const bare = plainly.exec(clause)
    if (!bare) return false
    const end = bare.index + bare[0].length
    return !maybeBefore.test(clause.slice(0, end)) && !maybeAfter.test(clause.slice(end))
  }
}
