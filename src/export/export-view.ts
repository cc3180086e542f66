/** How the caller wants to see the data. */
export interface ExportView {
  /** What URLs begin with. */
  origin: string
  language: 'zh' | 'en'
  /** Of the campus. */
  timezone: string
}
