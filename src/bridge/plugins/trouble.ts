/** A plugin that cannot be allowed or used; the message says why, and begins in the middle of a sentence. */
export class PluginTrouble extends Error {}
