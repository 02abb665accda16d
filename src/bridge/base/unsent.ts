/** What an answer says of something that is kept in this copy and not on the store server yet; nothing where it is there. */
export const unsentWords = (isUnsent: boolean): string =>
  isUnsent ? ' It is kept on this machine and unsent: the store server is not reached, and gets it later.' : ''

export const unsentFacts = (isUnsent: boolean): { readonly unsent?: true } => (isUnsent ? { unsent: true } : {})
