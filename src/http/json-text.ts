/** An answer that is JSON already: sent as it is, where others are objects. */
export class JsonText {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}
