/** Control and format characters, line separators, unpaired surrogates, and characters that are not drawn or look blank. */
const invisible =
  /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Default_Ignorable_Code_Point}\p{Noncharacter_Code_Point}\u2800\u{1d159}]/u
/** Joiners, variation selectors and tags are allowed only in an emoji that Unicode recommends for interchange. */
const emoji = /\p{RGI_Emoji}/gv

export function hasInvisible(text: string): boolean {
  // Emoji are searched only if necessary, because that takes far longer.
  return invisible.test(text) && invisible.test(text.replace(emoji, ' '))
}

/** The length in Unicode characters. */
export function characters(text: string): number {
  return [...text].length
}
