const digits = /^(?:\[0-9\]|\\d)\{(\d+)(?:,(\d+))?\}$/

/** The form of student numbers in words: for a plain number of digits, and otherwise the pattern as the operator wrote it. */
export function studentNumberHint(pattern: string, language: 'zh' | 'en'): string {
  const [, least, most = least] = digits.exec(pattern) ?? []
  if (least === undefined) return language === 'en' ? `of the form ${pattern}` : `格式为 ${pattern}`
  if (language === 'en') return least === most ? `${least} digits` : `${least} to ${most} digits`
  return least === most ? `${least} 位数字` : `${least} 到 ${most} 位数字`
}
