// The shape of one language. Its menu words are WhatsApp's own; the sentences around them are ours.

/** The words that a person looks for on the phone, letter by letter as WhatsApp shows them. */
export interface MenuWords {
  readonly settings: string
  readonly linkedDevices: string
  readonly linkDevice: string
  readonly linkWithPhoneNumber: string
}

export interface Wording {
  /** Where the menu words were read, and when. */
  readonly source: string
  /** True once a person who speaks the language has read the sentences. */
  readonly reviewed: boolean
  readonly menu: MenuWords
  readonly openWhatsApp: string
  readonly openLinkedDevices: {
    readonly android: (menu: MenuWords) => string
    readonly ios: (menu: MenuWords) => string
    readonly either: (menu: MenuWords) => string
  }
  readonly tapLinkDevice: (menu: MenuWords) => string
  readonly tapLinkWithPhoneNumber: (menu: MenuWords) => string
  /** `code` as `ABCD-EFGH`. Speaks of 8 characters, never of digits: most are letters. */
  readonly typeCode: (code: string) => string
  readonly orTapNotification: string
  /** Linking codes are what the “GhostPairing” fraud asks people to type. */
  readonly stopIfUnknown: string
}
