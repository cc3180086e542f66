import type { Visibility } from '../../accounts/account.ts'
import type { Random } from './random.ts'

const subjects = [
  ...['高等数学', '线性代数', '概率论与数理统计', '离散数学', '大学物理', '大学英语', '英语六级', '考研英语'],
  ...['考研政治', '数据结构', '操作系统', '计算机网络', 'C++', 'Python', '机器学习', '毛概', '马原', '近代史纲要'],
  ...['有机化学', '分子生物学', '西方经济学', '会计学', '民法学', '教师资格证', '毕业论文', 'IELTS'],
] as const

const notes = [
  ...['复习第三章', '做了两套真题', '作业还差最后一题', '和室友一起', '图书馆三楼靠窗', '效率不高，明天继续'],
  ...['期末复习：\n1. 课件\n2. 错题\n3. 往年试卷', 'Chapter 5, exercises 1–12', '单词 List 14、15', '👍 今天状态不错'],
]

/** The shares of the students who choose these. The others stay with the defaults. */
const hiddenShare = 0.08
const anonymousShare = 0.12
const goalShare = 0.4
const goals = [60, 90, 120, 180, 240, 300] as const
/** The share of students whose app sends heartbeats. */
const heartbeatShare = 0.5
const subjectShare = 0.75
const noteShare = 0.08
const minSubjects = 3

/** What stays the same about a student, from the seed and the id alone, so that it needs no memory. */
export function visibilityOf(seed: number, id: number): Visibility {
  const place = traitOf(seed, id, 1)
  if (place < hiddenShare) return 'only_me'
  return place < hiddenShare + anonymousShare ? 'ranked_anonymously' : 'everyone'
}

export function dailyGoalOf(seed: number, id: number): number | null {
  const place = traitOf(seed, id, 2) / goalShare
  return goals[Math.floor(place * goals.length)] ?? null
}

export function sendsHeartbeats(seed: number, id: number): boolean {
  return traitOf(seed, id, 3) < heartbeatShare
}

/** One of the three to six subjects of this student, most often the first, or none. */
export function drawSubject(random: Random, seed: number, id: number): string | null {
  if (random() >= subjectShare) return null
  const taken = minSubjects + Math.floor(traitOf(seed, id, 4) * 4)
  const index = Math.floor(random() * random() * taken)
  return subjects[Math.floor(traitOf(seed, id, 5 + index) * subjects.length)] as string
}

export function drawNote(random: Random): string | null {
  const place = random() / noteShare
  return notes[Math.floor(place * notes.length)] ?? null
}

/** A number from 0 inclusive to 1 exclusive that looks random (the finalizer of MurmurHash3). */
function traitOf(seed: number, id: number, which: number): number {
  let hash = seed ^ Math.trunc(seed / 2 ** 32) ^ Math.imul(id, 0x9e3779b1) ^ Math.imul(which, 0x7feb352d)
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32
}
