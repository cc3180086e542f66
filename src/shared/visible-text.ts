/** Control and format characters, separators of lines, unpaired surrogates; what is not drawn, by its property or for want of a shape. */
const invisible =
  /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Default_Ignorable_Code_Point}\p{Noncharacter_Code_Point}\u2800\u{1d159}]/u
/** Joiners, variation selectors and tags belong to an emoji that Unicode recommends for interchange, and to nothing else. */
const emoji = /\p{RGI_Emoji}/gv

export function hasInvisible(text: string): boolean {
  return invisible.test(text.replace(emoji, ' '))
}

/** As people count: in Unicode characters. */
export function characters(text: string): number {
  return [...text].length
}
