import type { Theme } from '../appearance/theme.ts'

type Visibility = 'everyone' | 'ranked_anonymously' | 'only_me'
type Texts<Name extends string> = Readonly<Record<Name, string>>

/** Records, what is one's own, and who studies now. */
export const ownZh = {
  // Signing in.
  signInRefused: '用户名（或学号）和密码对不上，请检查后再试。忘了密码可以找回，还没有账号请先注册。',
  /** What follows texts of the contract that say what is wrong, and not what to do. */
  refusalAdvice: {
    '用户已经存在。': '请换一个用户名；如果这是你的账号，请直接登录。',
    '402, 账号或密码错误': '学校系统没有认可，请检查学号和教务系统密码后再试。',
  } as Readonly<Record<string, string>>,
  canTryAgain: '现在可以再试了',

  // Records.
  addRecord: '补记',
  editRecord: '修改记录',
  noteOptional: '备注（可不填）',
  selfReportedHelp: '自行填报的时间计入自己的统计，不计入排行。',
  timeInFuture: '这个时间还没有到',
  endBeforeStart: '结束时间不能早于开始时间',
  recordDeleted: '已删除',
  noRecordsAtAll: '还没有记录。现在开始学习，或者用右上角的“补记”补上一段。',
  weekday: (name: string) => `星期${name}`,
  more: '更多',

  // Who studies now.
  peopleStudying: (_count: number) => '人正在学习',
  todayTogether: (hours: number, minutes: number) =>
    hours === 0 ? `今天大家一共学了 ${minutes} 分钟` : `今天大家一共学了 ${hours} 小时 ${minutes} 分钟`,
  liveNow: '实时',
  livePolled: '每隔几秒刷新',
  liveOffline: '没有网络，暂不更新',
  justBegun: '刚开始',
  nobodyStudies: '现在没有人在学习。你可以是第一个。',
  goAndStudy: '去学习',
  someone: '一位同学',
  thatIsMe: '我',
  liveHelp: '按每个人自己选的可见范围显示；匿名的同学只显示大致时间。',
  changeVisibility: '修改我的可见范围',

  // One's own account.
  visibility: '谁能看到我的学习',
  visibilities: { everyone: '所有人', ranked_anonymously: '匿名', only_me: '仅自己' } as Texts<Visibility>,
  visibilityHelp: {
    everyone: '排行和正在学习里显示用户名',
    ranked_anonymously: '参加排行，不显示用户名',
    only_me: '别人看不到我的记录，也不参加排行',
  } as Texts<Visibility>,
  dailyGoal: '每日目标（分钟）',
  goalReached: '今天的目标达到了。',
  goalLeft: (hours: number, minutes: number) =>
    hours === 0 ? `离今天的目标还差 ${minutes} 分钟` : `离今天的目标还差 ${hours} 小时 ${minutes} 分钟`,
  dailyGoalHint: '1 到 1440，留空表示没有目标；改完自动保存，在“学习”里看进度',
  dailyGoalFault: '请填 1 到 1440 之间的整数，或者留空',
  saved: '已保存',
  preferences: '设置',
  language: '语言',
  theme: '外观',
  themes: { system: '系统', light: '浅色', dark: '深色' } as Texts<Theme>,
  devices: '已登录的设备',
  thisDevice: '这台设备',
  unknownDevice: '未知设备',
  deviceSeen: (day: string, time: string) => `最近使用：${day} ${time}`,
  endDevice: '退出',
  endDeviceNamed: (name: string) => `退出 ${name}`,
  allDevices: (count: number) => `显示全部 ${count} 台设备`,
  endOthers: '退出其他设备',
  othersEnded: '其他设备已退出登录',
  deviceEnded: '该设备已退出登录',
  exportData: '导出数据',
  exportHelp: 'CSV 供电子表格使用，JSON 含全部数据，ICS 供日历使用。',
  changePassword: '修改密码',
  changePasswordHelp: '修改后，其他设备都要重新登录。',
  presentPassword: '现在的密码',
  passwordChanged: '密码已修改，其他设备已退出登录',
  changeUsername: '修改用户名',
  usernameChanged: '用户名已修改',
  changeStudentNumber: '更换学号',
  changeStudentNumberHelp: '例如本科升研究生。由学校确认新学号，学习记录都会保留；其他设备会退出登录。',
  schoolConfirmedNumber: '学校已确认你的身份，填好现在的密码就完成了。',
  studentNumberChanged: '学号已更换',
  removeAccount: '注销账号',
  removeAccountHelp: '账号、全部学习记录、统计和排行里的成绩会立即删除，无法恢复。学号之后可以重新注册。',
  removeAccountExport: '需要留底的话，请先导出数据。',
  accountRemoved: '账号已注销',
  memberSince: (day: string) => `${day} 加入`,
} as const
