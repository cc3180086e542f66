export const ownEn = {
  addRecord: 'Add a past one',
  editRecord: 'Edit record',
  noteOptional: 'Note (optional)',
  selfReportedHelp: 'Self-reported time counts in your own statistics, not on boards.',
  timeInFuture: 'This time has not come yet',
  endBeforeStart: 'The end can’t be before the start',
  recordDeleted: 'Deleted',
  noRecordsAtAll: 'No records yet. Start studying, or add a past one.',
  weekday: (name: string) => name,
  more: 'More',
}
