/** How the caller wants to see the data. */
export interface ExportView {
  /** The origin of URLs. */
  origin: string
  language: 'zh' | 'en'
  /** The time zone of the campus. */
  timezone: string
}
