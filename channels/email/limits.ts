/**
 * What one e-mail may cost. A message beyond a limit is still read as far as the limit goes and says so in `damage`.
 */
export const limits = {
  /** Nested multiparts of one message. */
  depth: 30,
  /** Messages inside messages (message/rfc822) that are opened. */
  nestedMessages: 4,
  /** Parts of one message; what follows is not read. */
  parts: 1000,
  /** Bytes of all header fields together. */
  headerBytes: 1024 * 1024,
  /** Bytes of one text part that are decoded. */
  textBytes: 8_000_000,
  /** Characters of readable text that are kept. */
  textLength: 500_000,
  /** Characters of HTML that are read; longer HTML is cut. */
  htmlLength: 2_000_000,
  /** Tags of HTML that are read; longer HTML is cut. */
  htmlTags: 50_000,
  /** Files of one message; further ones are dropped and named in `damage`. */
  attachments: 200,
  /** Addresses of one header field. */
  addresses: 500,
  /** Entries of References that are kept, nearest first. */
  references: 50,
  /** Bytes that a compressed RTF body of a winmail.dat may unpack to. */
  rtfBytes: 4 * 1024 * 1024,
  /** Code points of a displayed file name. */
  fileName: 200,
  /** Code points of a subject. */
  subject: 1000,
} as const
