/** Records, what is one's own, and who studies now. */
export const ownZh = {
  // Records.
  addRecord: '补记',
  editRecord: '修改记录',
  noteOptional: '备注（可不填）',
  selfReportedHelp: '自行填报的时间计入自己的统计，不计入排行。',
  timeInFuture: '这个时间还没有到',
  endBeforeStart: '结束时间不能早于开始时间',
  recordDeleted: '已删除',
  noRecordsAtAll: '还没有记录。开始学习，或者补记一段。',
  weekday: (name: string) => `星期${name}`,
  more: '更多',
} as const
