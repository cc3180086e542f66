/** A response that is JSON text already and is sent unchanged. Other responses are objects. */
export class JsonText {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}
