/** A response that is JSON already. It is sent as it is; other responses are objects. */
export class JsonText {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}
