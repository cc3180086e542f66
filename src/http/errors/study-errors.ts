import type { ErrorCode } from '../../shared/errors.ts'
import type { ErrorEntry } from './school-errors.ts'

/** Errors about records, their times and their texts, and about following them live. */
export const studyErrors = {
  'end-before-start': {
    status: 400,
    zh: '结束时间不能早于开始时间，请修改后重试。',
    en: 'The end must not be before the start. Correct it and try again.',
  },
  'time-in-future': {
    status: 400,
    zh: '时间不能在未来，请检查手机时钟后重试。',
    en: 'The time must not be in the future. Check the clock of your device.',
  },
  'time-too-early': {
    status: 400,
    zh: '时间不能早于 2000-01-01 00:00:00，请检查手机的日期和历法后重试。',
    en: 'The time must not be before 2000-01-01 00:00:00. Check the date and the calendar of your device.',
  },
  'study-too-long': {
    status: 400,
    zh: '学习记录超过了时长上限，请把结束时间改早一些再试。',
    en: 'The record would exceed the maximum length. Choose an earlier end and try again.',
  },
  'window-too-long': {
    status: 400,
    zh: '查询参数 from 到 to 最多 400 天，请缩短范围后重试。',
    en: 'The query parameters from and to may span at most 400 days. Choose a shorter range.',
  },
  'no-running-study': {
    status: 404,
    zh: '没有正在进行的学习记录，请先开始学习。',
    en: 'No record is running. Start one first.',
  },
  'no-term': {
    status: 404,
    zh: '这一天不在任何学期内，请换一个日期。学期由管理员设置。',
    en: 'This day is not in any term. Choose another date. The operator sets the terms.',
  },
  'subject-malformed': {
    status: 400,
    zh: '科目应为不超过 40 个字符的文本，不能含换行、控制字符或看不见的字符，请修改后重试。',
    en: 'A subject is a text of at most 40 characters, without line breaks, control characters or invisible characters. Correct it and try again.',
  },
  'note-malformed': {
    status: 400,
    zh: '备注应为不超过 500 个字符的文本，除换行外不能含控制字符或看不见的字符，请修改后重试。',
    en: 'A note is a text of at most 500 characters, without invisible characters or control characters other than line breaks. Correct it and try again.',
  },
  'batch-too-long': {
    status: 413,
    zh: '一次最多提交 500 项，请分成几次发送。',
    en: 'A batch has at most 500 items. Send them in several batches.',
  },
  'bad-batch': {
    status: 400,
    zh: '批量提交的 {parameter} 无效，请对照接口文档检查。',
    en: 'The field {parameter} of the batch is invalid. Check it against the documentation.',
  },
  'item-key-reused': {
    status: 422,
    zh: '这个 key 已用于内容不同的另一项，请为新的一项换一个 key。',
    en: 'This key was used for an item with other content. Use a new key for a new item.',
  },
  'record-key-unknown': {
    status: 404,
    zh: '没有找到用这个 record_key 新建记录的那一项，请先提交那一项。',
    en: 'No earlier item with this record_key created a record. Send that item first.',
  },
  'too-many-listeners': {
    status: 429,
    zh: '同一账号打开的实时连接太多，请关闭其他页面或设备上的连接，{wait}后再试。',
    en: 'This account has too many live streams open. Close those on other pages or devices, and try again in {wait}.',
  },
  'listeners-full': {
    status: 503,
    zh: '实时连接已满，请{wait}后再试，或定时以 JSON 格式请求 GET /live。',
    en: 'All live streams are in use. Try again in {wait}, or request GET /live as JSON from time to time.',
  },
} as const satisfies Partial<Record<ErrorCode, ErrorEntry>>
